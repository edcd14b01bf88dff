"""### ingest: from the outlets' feeds and sitemaps to pages in the archive

Every five minutes, *plan* looks for feeds, sitemaps, section pages and links that are due, and
divides their sources into a few tasks. *collect* asks for them at the pace that each host allows,
stores new links and writes the pages to the WARC archive. Where nothing is due, the run ends after
*plan*. What a document or a page brought decides when it is due next: see `mart.documents` for
feeds, `mart.url_fate` for links.

A source that fails does not stop the others, and does not fail the run: its documents say what is
wrong. Trigger it with `{"sources": ["<key>", …]}` to ask only some sources, and with
`{"everything": true}` to ask for all of their documents and links, due or not. A second run
duplicates nothing.
"""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import CronTriggerTimetable, Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException
from assets import RAW_PAGES
from policy import (
    DAG_ARGS,
    FETCH_POOL,
    Counts,
    pulled,
    stage,
)

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
    **DAG_ARGS,
)
def ingest() -> None:
    """Ask for the documents and pages of active sources that are due."""

    @task
    def plan(dag_run: Any = None, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Open a run if anything is due, and return the groups of sources for *collect*."""
        asked = params or {}
        groups = stage("collect").due_groups(
            asked.get("sources"), everything=bool(asked.get("everything"))
        )
        if not groups:
            raise AirflowSkipException("nothing is due")
        run = stage("run_lifecycle").open_run(
            dag_run.dag_id, dag_run.run_id, dag_run.logical_date, is_only_one=True
        )
        return [{"run": run, "source_keys": group} for group in groups]

    @task(
        pool=FETCH_POOL,
        multiple_outputs=False,
        map_index_template="{{ task.op_kwargs['source_keys'] | join(', ') | truncate(60) }}",
        execution_timeout=timedelta(hours=1),
        doc_md="Ask for what is due of some sources; another try goes on where this one stopped.",
    )
    def collect(run: int, source_keys: list[str], params: dict[str, Any] | None = None) -> Counts:
        everything = bool((params or {}).get("everything"))
        return stage("collect").collect(run, source_keys, everything=everything)

    @task(outlets=[RAW_PAGES], trigger_rule="all_done_min_one_success")
    def close_run(groups: Any, collected: Any, outlet_events: Any = None) -> Counts:
        """Close the run, even if a task failed, and start *curate*."""
        run = groups[0]["run"]
        outcomes = stage("run_lifecycle").close_run(run, len(pulled(collected)) == len(groups))
        outlet_events[RAW_PAGES].extra = {"run_id": run, "outcomes": outcomes}
        return outcomes

    groups = plan()
    collected = collect.expand_kwargs(groups)
    closed = close_run(groups, collected)
    # Airflow takes a run's state from its last task. This one costs no process, and fails if any
    # task before it did.
    [collected, closed] >> EmptyOperator(task_id="all_well", trigger_rule="none_failed")


ingest()
