-- severity: error
-- one row per mention, found since the last publish, whose offsets do not give back its words.
select
    s.source_key,
    a.canonical_url as page_url,
    format(
        'version %s, mention %s: %L at %s, the text has %L',
        w.article_version_id,
        w.mention_no,
        w.surface_text,
        w.start_char,
        w.words
    ) as finding
from news.article_versions as v
cross join
    lateral (
        -- Materialized, so that a text is unpacked once, and not once for each of its mentions.
        with unpacked as materialized (select v.body_text || '' as body_text)

        select
            m.article_version_id,
            m.mention_no,
            m.surface_text,
            m.start_char,
            substring(u.body_text from m.start_char + 1 for m.end_char - m.start_char) as words
        from unpacked as u
        cross join news.entity_mentions as m
        where m.article_version_id = v.article_version_id
    ) as w
inner join news.articles as a on v.article_id = a.article_id
inner join news.sources as s on a.source_id = s.source_id
where
    v.annotated_at >= current_setting('dateline.since')::timestamptz
    and w.surface_text != w.words
order by
    w.article_version_id,
    w.mention_no
