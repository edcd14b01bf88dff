-- one row per source: how it fares, why, what was expected of the last day and what came.
create view mart.source_state as
select
    s.source_key,
    s.source_name,
    case when s.is_active then t.state else 'paused' end as state,
    case when s.is_active then t.severity else 'none' end as severity,
    t.since,
    round(t.expected::numeric, 1) as expected,
    t.seen,
    round(t.usual_a_day::numeric, 1) as usual_a_day,
    case when s.is_active or t.state = 'paused' then t.reason else 'its file says so' end as reason,
    t.last_good_at,
    case when s.is_active then t.next_try_at end as next_try_at,
    t.judged_at,
    s.country_code,
    s.source_group
from ops.source_states as t
inner join news.sources as s on t.source_id = s.source_id;
comment on view mart.source_state is 'One row per source: how it fares as of the last publish, why, what its own history lets expect of the last 24 hours and what came.';
comment on column mart.source_state.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.source_state.source_name is 'Name as readers know it.';
comment on column mart.source_state.state is 'ok. late: fewer new links than ever at this hour, or links that come hours after their time. silent: nothing new. blocked: refused. redesigned: pages hold no article that can be read. thinner: fewer links, or articles without what they had. failing: its documents or pages do not come. sleeping: gone for weeks. paused: by its file.';
comment on column mart.source_state.severity is 'notice: a healthy source would look like this once in about a thousand times. alert: too unlikely for that, worth a mail. none: ok or paused.';
comment on column mart.source_state.since is 'When it came into this state.';
comment on column mart.source_state.expected is 'New articles that its own history lets expect in the last 24 hours.';
comment on column mart.source_state.seen is 'New articles that came in them.';
comment on column mart.source_state.usual_a_day is 'New links on a usual day.';
comment on column mart.source_state.reason is 'Why, in words and numbers.';
comment on column mart.source_state.last_good_at is 'When its last new article came.';
comment on column mart.source_state.next_try_at is 'When a document of it is asked for next; null where it is paused.';
comment on column mart.source_state.judged_at is 'When this was found.';
comment on column mart.source_state.country_code is 'ISO 3166-1 code of the country it reports from.';
comment on column mart.source_state.source_group is 'The operator''s heading for it.';
