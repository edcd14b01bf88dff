-- question: Which words came and went in texts that were changed after publication?
-- row: one row per change of a text, newest first: words that only the paragraphs before or after have
-- set: source = % -- key of the outlet; % for all
select
    e.seen_at,
    e.source_key,
    e.is_announced,
    round(e.change_share::numeric, 2) as change_share,
    array(
        select distinct w.word
        from regexp_split_to_table(lower(array_to_string(e.paragraphs_removed, ' ')), '[^[:alnum:]’-]+') as w (word)
        where
            w.word != ''
            and w.word != all(
                regexp_split_to_array(lower(array_to_string(e.paragraphs_added, ' ')), '[^[:alnum:]’-]+')
            )
        order by w.word
    ) as words_gone,
    array(
        select distinct w.word
        from regexp_split_to_table(lower(array_to_string(e.paragraphs_added, ' ')), '[^[:alnum:]’-]+') as w (word)
        where
            w.word != ''
            and w.word != all(
                regexp_split_to_array(lower(array_to_string(e.paragraphs_removed, ' ')), '[^[:alnum:]’-]+')
            )
        order by w.word
    ) as words_new,
    e.canonical_url
from (
    select *
    from mart.silent_edits
    where
        is_body_changed
        and source_key like :'source'
    order by
        seen_at desc,
        article_id,
        edit_no
    limit 25
) as e
order by
    e.seen_at desc,
    e.article_id,
    e.edit_no
