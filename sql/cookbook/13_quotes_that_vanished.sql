-- question: Which quotes vanished from an article after publication, and did the page say that it was changed?
-- row: one row per removed quote, newest first
-- set: days = 30 -- days up to now
select
    q.seen_at,
    q.source_key,
    q.speaker_name,
    q.quote_text,
    e.is_announced,
    e.minutes_after_publication,
    q.canonical_url
from mart.edited_quotes as q
inner join mart.silent_edits as e on q.article_id = e.article_id and q.edit_no = e.edit_no
where
    q.change_kind = 'removed'
    and q.quote_kind != 'indirect'
    and q.seen_at > now() - :'days'::int * interval '1 day'
order by q.seen_at desc
limit 50
