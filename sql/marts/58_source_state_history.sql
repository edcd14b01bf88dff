-- one row per change of a source's state, or of how sure it is.
create view mart.source_state_history as
select
    s.source_key,
    c.changed_at,
    lead(c.changed_at) over (
        partition by c.source_id
        order by c.changed_at, c.source_state_change_id
    ) as ended_at,
    c.from_state,
    c.to_state as state,
    c.from_severity,
    c.severity,
    c.reason
from ops.source_state_changes as c
inner join news.sources as s on c.source_id = s.source_id;
comment on view mart.source_state_history is 'One row per change of a source''s state, or of how sure it is.';
comment on column mart.source_state_history.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.source_state_history.changed_at is 'When the state began.';
comment on column mart.source_state_history.ended_at is 'When it ended; null while it lasts.';
comment on column mart.source_state_history.from_state is 'State before.';
comment on column mart.source_state_history.state is 'The state (see mart.source_state).';
comment on column mart.source_state_history.from_severity is 'none, notice or alert, before.';
comment on column mart.source_state_history.severity is 'none, notice or alert.';
comment on column mart.source_state_history.reason is 'Why, in words and numbers.';
