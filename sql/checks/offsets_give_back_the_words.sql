-- severity: error
-- one row per mention of the run's versions whose offsets do not give back its words.
select
    format(
        'version %s, mention %s: %L at %s, the text has %L',
        m.article_version_id,
        m.mention_no,
        m.surface_text,
        m.start_char,
        substring(v.body_text from m.start_char + 1 for m.end_char - m.start_char)
    ) as finding
from news.article_versions as v
inner join news.entity_mentions as m on v.article_version_id = m.article_version_id
where
    v.first_run_id = current_setting('dateline.run_id')::bigint
    and m.surface_text
    != substring(v.body_text from m.start_char + 1 for m.end_char - m.start_char)
order by
    m.article_version_id,
    m.mention_no
