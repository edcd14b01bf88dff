"""### ingest: from the outlets' feeds and sitemaps to pages in the archive

Every five minutes, *plan* looks for feeds, sitemaps, section pages and links that are due, and
divides their sources into a few tasks. *collect* asks for them at the pace that each host allows,
stores new links and writes the pages to the WARC archive. As soon as one of these tasks has pages,
*curate* starts on them; it does not wait for slower sources. Where nothing is due, the run ends
after *plan*. What a document or a page brought decides when it is due next: see `mart.documents`
for feeds, `mart.url_fate` for links.

A *collect* task ends after `DATELINE_FETCH_MINUTES`; what it had no time for stays due, and the
next run goes on with it. A tick that comes while a run is going on waits for its end. Of several
that wait only the last is made up for; *plan* names the others in its log and in
`ops.runs.skipped_ticks`.

A source that fails does not stop the others, and does not fail the run: its documents say what is
wrong. Trigger it with `{"sources": ["<key>", …]}` to ask only some sources, and with
`{"everything": true}` to ask for all of their documents and links, due or not. A second run
duplicates nothing.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException
from assets import PAGES_OF_SOURCES, RAW_PAGES
from policy import FETCH_POOL, Counts, all_succeeded, all_well, dag_args, skipped_ticks, stage

from pipeline.settings import settings


@dag(
    # With a start_date, Airflow would make up for the last tick as soon as the DAG appears.
    schedule=CronTriggerTimetable(settings().schedule, timezone="UTC", run_immediately=timedelta()),
    params={
        "sources": Param(None, type=["null", "array"], description="only these source keys"),
        "everything": Param(
            False, type="boolean", description="ask for what is not due too, documents and links"
        ),
    },
    doc_md=__doc__,
    **dag_args("schedule", "scheduled"),
)
def ingest() -> None:
    """Ask for the documents and pages of active sources that are due."""

    @task
    def plan(
        dag_run: Any = None, ti: Any = None, params: dict[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Send alerts; open a run if anything is due, and return the groups for *collect*."""
        stage("alerts").send_alerts(datetime.now(UTC))
        asked = params or {}
        skipped = skipped_ticks(ti)
        stage("run_lifecycle").close_killed_runs(dag_run.dag_id, dag_run.run_id)
        groups = stage("collect").due_groups(
            asked.get("sources"), everything=bool(asked.get("everything"))
        )
        if not groups:
            raise AirflowSkipException("nothing is due")
        run = stage("run_lifecycle").open_run(
            dag_run.dag_id, dag_run.run_id, dag_run.logical_date, skipped_ticks=skipped
        )
        return [{"run": run, "source_keys": group} for group in groups]

    @task(
        pool=FETCH_POOL,
        outlets=[PAGES_OF_SOURCES],
        multiple_outputs=False,
        map_index_template="{{ task.op_kwargs['source_keys'] | join(', ') | truncate(60) }}",
        execution_timeout=timedelta(hours=1),
        doc_md="Ask for what is due of some sources; another try goes on where this one stopped.",
    )
    def collect(
        run: int,
        source_keys: list[str],
        params: dict[str, Any] | None = None,
        outlet_events: Any = None,
    ) -> Counts:
        everything = bool((params or {}).get("everything"))
        counts = stage("collect").collect(run, source_keys, everything=everything)
        # Also what an earlier try, or a run of *curate* that failed, has left waiting: a try that
        # was killed after it had stored its pages finds nothing more to fetch.
        if counts.get("fetched") or stage("run_lifecycle").is_work_waiting():
            outlet_events[PAGES_OF_SOURCES].add(
                RAW_PAGES, extra={"run_id": run, "sources": source_keys, **counts}
            )
        return counts

    @task(trigger_rule="all_done_min_one_success")
    def close_run(groups: Any, collected: Any) -> Counts:
        """Close the run, even if a task failed."""
        run = groups[0]["run"]
        return stage("run_lifecycle").close_run(run, all_succeeded(groups, collected))

    groups = plan()
    collected = collect.expand_kwargs(groups)
    closed = close_run(groups, collected)
    [collected, closed] >> all_well()


ingest()
