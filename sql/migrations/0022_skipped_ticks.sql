-- What Airflow leaves no trace of.
alter table ops.runs add column skipped_ticks integer not null default 0;
comment on column ops.runs.skipped_ticks is 'Ticks of the schedule that had no run since the scheduled run before: an earlier run was going on, or Airflow was stopped.';
