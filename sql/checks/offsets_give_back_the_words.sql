-- severity: error
-- one row per mention, found since the last publish, whose offsets do not give back its words.
select
    s.source_key,
    a.canonical_url as page_url,
    format(
        'version %s, mention %s: %L at %s, the text has %L',
        m.article_version_id,
        m.mention_no,
        m.surface_text,
        m.start_char,
        substring(t.body_text from m.start_char + 1 for m.end_char - m.start_char)
    ) as finding
from news.article_versions as v
-- A text is unpacked once, and not once for each of its mentions.
cross join lateral (select v.body_text || '' as body_text limit 1) as t -- noqa: AM09, ST05
inner join news.entity_mentions as m on v.article_version_id = m.article_version_id
inner join news.articles as a on v.article_id = a.article_id
inner join news.sources as s on a.source_id = s.source_id
where
    v.annotated_at >= current_setting('dateline.since')::timestamptz
    and m.surface_text
    != substring(t.body_text from m.start_char + 1 for m.end_char - m.start_char)
order by
    m.article_version_id,
    m.mention_no
