"""### publish: from tables to what people look at

It starts when `curated` is updated, and every ten minutes besides, because a source that has
fallen silent brings nothing that could start it. It brings the `mart` views up to date for the
articles that changed, runs the data checks over everything since the last time, works out the state
of each source and sends the alerts.

A failed check fails the run, after everything else is done.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task
from assets import CURATED, PUBLISHED, REFRESHED_MARTS
from policy import EVEN_AFTER_FAILURE, Counts, all_well, dag_args, open_run, stage


@dag(
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("3-59/10 * * * *", timezone="UTC", run_immediately=False),
        assets=[CURATED],
    ),
    doc_md=__doc__,
    **dag_args("schedule", "scheduled", "asset_triggered"),
)
def publish() -> None:
    """Refresh the marts, run the checks."""

    @task(outlets=[REFRESHED_MARTS], execution_timeout=timedelta(hours=1))
    def refresh_and_check(run: int, dag_run: Any = None, outlet_events: Any = None) -> Counts:
        """Refresh the marts and run the checks; a failed check fails this task."""
        is_called_for = dag_run.run_type != "scheduled"
        counts = stage("publish").publish(run)
        if is_called_for:
            outlet_events[REFRESHED_MARTS].add(PUBLISHED, extra={"run_id": run, **counts})
        return counts

    @task(**EVEN_AFTER_FAILURE)
    def close_run(run: int, published: Any) -> Counts:
        """Close the run in `ops.runs`."""
        return stage("run_lifecycle").close_run(run, published is not None)

    run = open_run()
    published = refresh_and_check(run)
    closed = close_run(run, published)
    [published, closed] >> all_well()


publish()
