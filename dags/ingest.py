"""### ingest: from the outlets' feeds and sitemaps to pages in the archive

For each active source, *discover* finds its links, and *fetch* downloads the pages in batches at
the pace that the host allows and writes them to the WARC archive. A source that fails does not stop
the others: the run is closed, the asset `raw_pages` is updated, and the run shows as failed.

Trigger it with `{"sources": ["<key>", …]}` to read only some sources. A second run duplicates
nothing. To count the outcomes of the links, run
`select outcome, count(*) from mart.url_fate group by 1`.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import CronTriggerTimetable, Param, dag, task, task_group
from assets import RAW_PAGES
from policy import (
    DAG_ARGS,
    EVEN_AFTER_FAILURE,
    FETCH_POOL,
    Counts,
    finished_within,
    open_run,
    pulled,
    stage,
)

from pipeline.settings import settings

OF_SOURCE = {"pool": FETCH_POOL, "map_index_template": "{{ task.op_kwargs['source_key'] }}"}


@dag(
    # With a start_date, Airflow would make up for the last tick as soon as the DAG appears.
    schedule=CronTriggerTimetable(settings().schedule, timezone="UTC", run_immediately=timedelta()),
    deadline=finished_within(hours=2),
    params={"sources": Param(None, type=["null", "array"], description="only these source keys")},
    doc_md=__doc__,
    **DAG_ARGS,
)
def ingest() -> None:
    """Find and fetch the new pages of every active source."""

    @task
    def sources(params: dict[str, Any] | None = None) -> list[str]:
        """Register the files of the sources folder and return the active sources' keys."""
        wanted = (params or {}).get("sources")
        return [
            key
            for key in stage("register_sources").active_sources()
            if wanted is None or key in wanted
        ]

    @task(**OF_SOURCE)
    def discover(run: int, source_key: str) -> list[int]:
        """Find the links of one source and return the numbers of the batches to fetch."""
        return stage("discover").discover(run, source_key)

    @task(**OF_SOURCE, multiple_outputs=False, execution_timeout=timedelta(hours=3))
    def fetch(run: int, source_key: str, batches: list[int]) -> Counts:
        """Fetch the pages batch by batch; another try continues where this one stopped."""
        total: Counter[str] = Counter()
        for batch_no in batches:
            total.update(stage("fetch").fetch(run, source_key, batch_no))
        return dict(total)

    @task_group
    def source(run: int, source_key: str) -> Any:
        """Find the links of one source, then fetch its pages."""
        batches = discover(run=run, source_key=source_key)
        return fetch(run=run, source_key=source_key, batches=batches)

    @task(outlets=[RAW_PAGES], **EVEN_AFTER_FAILURE)
    def close_run(run: int, keys: Any, fetched: Any, outlet_events: Any = None) -> Counts:
        """Close the run, even if sources failed, and start *curate*."""
        outcomes = stage("run_lifecycle").close_run(
            run, keys is not None and len(pulled(fetched)) == len(keys)
        )
        outlet_events[RAW_PAGES].extra = {"run_id": run, "outcomes": outcomes}
        return outcomes

    run = open_run()
    run >> (keys := sources())
    fetched = source.partial(run=run).expand(source_key=keys)
    closed = close_run(run, keys, fetched)
    # Airflow takes a run's state from its last task. This one costs no process, and fails if any
    # task before it did.
    [fetched, closed] >> EmptyOperator(task_id="all_well", trigger_rule="none_failed")


ingest()
