-- one row per change of an article's title or text after publication, as the publisher made it.
create view mart.silent_edits as
select
    a.article_id,
    s.source_key,
    a.canonical_url,
    e.edit_no,
    e.seen_at,
    f.title as title_before,
    t.title as title_after,
    (f.title is distinct from t.title) as is_title_changed,
    (f.body_sha256 != t.body_sha256) as is_body_changed,
    (f.body_sha256 = t.body_sha256) as is_headline_only,
    f.word_count as words_before,
    t.word_count as words_after,
    case when s.text_for = 'everyone' or (select news.may_read_texts()) then f.body_text end as body_before,
    case when s.text_for = 'everyone' or (select news.may_read_texts()) then t.body_text end as body_after,
    case
        when s.text_for = 'everyone' or (select news.may_read_texts())
            then array(
                select n.line
                from (
                    -- "limit 1" makes Postgres split the texts once a row and not once a paragraph.
                    select
                        string_to_array(f.body_text, E'\n\n') as lines_before,
                        string_to_array(t.body_text, E'\n\n') as lines_after
                    order by lines_before
                    limit 1
                ) as p
                cross join unnest(p.lines_after) with ordinality as n (line, place)
                where
                    n.line != all(p.lines_before)
                    and not exists (
                        select
                        from unnest(p.lines_before) as o (line)
                        where o.line != all(p.lines_after) and news.folded_text(o.line) = news.folded_text(n.line)
                    )
                    and not exists (
                        select
                        from news.removed_blocks as r
                        where
                            r.article_version_id = f.article_version_id
                            and r.block_text = n.line
                    )
                order by n.place
            )
    end as paragraphs_added,
    case
        when s.text_for = 'everyone' or (select news.may_read_texts())
            then array(
                select n.line
                from (
                    -- "limit 1" makes Postgres split the texts once a row and not once a paragraph.
                    select
                        string_to_array(f.body_text, E'\n\n') as lines_before,
                        string_to_array(t.body_text, E'\n\n') as lines_after
                    order by lines_before
                    limit 1
                ) as p
                cross join unnest(p.lines_before) with ordinality as n (line, place)
                where
                    n.line != all(p.lines_after)
                    and not exists (
                        select
                        from unnest(p.lines_after) as o (line)
                        where o.line != all(p.lines_before) and news.folded_text(o.line) = news.folded_text(n.line)
                    )
                    and not exists (
                        select
                        from news.removed_blocks as r
                        where
                            r.article_version_id = t.article_version_id
                            and r.block_text = n.line
                    )
                order by n.place
            )
    end as paragraphs_removed,
    -- Words of a paragraph are its spaces plus one, since body_text holds no double spaces.
    (
        select
            least(
                coalesce(sum(1 + length(n.line) - length(replace(n.line, ' ', ''))), 0)
                / greatest(f.word_count + t.word_count, 1)::real,
                1
            )
        from (
            (
                select x.line from unnest(string_to_array(f.body_text, E'\n\n')) as x (line)
                except all
                select x.line from unnest(string_to_array(t.body_text, E'\n\n')) as x (line)
            )
            union all
            (
                select x.line from unnest(string_to_array(t.body_text, E'\n\n')) as x (line)
                except all
                select x.line from unnest(string_to_array(f.body_text, E'\n\n')) as x (line)
            )
        ) as n
    )::real as change_share,
    array(
        select concat_ws(': ', q.speaker_name, q.quote_text)
        from mart.edited_quotes as q
        where
            q.article_id = e.article_id
            and q.edit_no = e.edit_no
            and q.change_kind = 'added'
        order by q.quote_no
    ) as quotes_added,
    array(
        select concat_ws(': ', q.speaker_name, q.quote_text)
        from mart.edited_quotes as q
        where
            q.article_id = e.article_id
            and q.edit_no = e.edit_no
            and q.change_kind = 'removed'
        order by q.quote_no
    ) as quotes_removed,
    case
        when coalesce(f.published_precision, t.published_precision) != 'day'
            then
                round(
                    extract(epoch from e.seen_at - coalesce(f.published_at, t.published_at)) / 60
                )::int
    end as minutes_after_publication,
    t.update_note,
    coalesce(
        e.is_announced,
        t.modified_at is not null
        and t.modified_at > coalesce(f.modified_at, f.published_at, '-infinity')
    ) as is_announced,
    ch.changed_seq,
    ch.changed_at
from news.article_edits as e
inner join news.articles as a on e.article_id = a.article_id
inner join news.sources as s on a.source_id = s.source_id
inner join news.article_versions as f on e.from_version_id = f.article_version_id
inner join news.article_versions as t on e.to_version_id = t.article_version_id
left join news.article_changes as ch on e.article_id = ch.article_id
where coalesce(e.is_comparable, f.extractor_version = t.extractor_version);
comment on view mart.silent_edits is 'One row per change of an article''s title or text after publication, as the publisher made it: boilerplate that comes and goes and improvements of our own extraction are left out.';
comment on column mart.silent_edits.article_id is 'Key of the article.';
comment on column mart.silent_edits.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.silent_edits.canonical_url is 'Address of the article.';
comment on column mart.silent_edits.edit_no is 'Number of the change within the article.';
comment on column mart.silent_edits.seen_at is 'Fetch time of the page that showed it.';
comment on column mart.silent_edits.title_before is 'Headline before.';
comment on column mart.silent_edits.title_after is 'Headline after.';
comment on column mart.silent_edits.is_title_changed is 'Whether the headline changed.';
comment on column mart.silent_edits.is_body_changed is 'Whether the text changed.';
comment on column mart.silent_edits.is_headline_only is 'Whether only the headline changed.';
comment on column mart.silent_edits.words_before is 'Words of the text before.';
comment on column mart.silent_edits.words_after is 'Words of the text after.';
comment on column mart.silent_edits.body_before is 'Text before. Null for analysts where the source''s file says text_for = "owner"; so are the paragraphs.';
comment on column mart.silent_edits.body_after is 'Text after. Null for analysts where the source''s file says text_for = "owner"; so are the paragraphs.';
comment on column mart.silent_edits.paragraphs_added is 'Paragraphs that were not there before, in their order; a changed paragraph is listed here and under paragraphs_removed.';
comment on column mart.silent_edits.paragraphs_removed is 'Paragraphs that are no longer there, in their order.';
comment on column mart.silent_edits.change_share is 'Share of the words of both texts that belong to changed paragraphs, 0 to 1.';
comment on column mart.silent_edits.quotes_added is 'New quotes as "speaker: words"; empty until both texts were annotated (mart.edited_quotes has a row each).';
comment on column mart.silent_edits.quotes_removed is 'Quotes that vanished, as "speaker: words".';
comment on column mart.silent_edits.minutes_after_publication is 'Minutes from publication to the page that showed the change; null where only a day is known.';
comment on column mart.silent_edits.update_note is 'What the page says of its own changes, where it does.';
comment on column mart.silent_edits.is_announced is 'Whether the page states a modification time later than the one before, or a new note.';
comment on column mart.silent_edits.changed_seq is 'Number of the last change of the article, for copies elsewhere (docs/marts.md); null until a publish gives one.';
comment on column mart.silent_edits.changed_at is 'When that number was given.';
