"""### curate: from fetched pages to tables

It starts when `raw_pages` is updated and takes all pages, of any run, that have no outcome yet:
*load* extracts, cleans and stores articles in batches, *dedupe* finds copies, *annotate* finds
entities and quotes with their speakers, *publish* refreshes the `mart` views and runs the checks.

The pages of a batch that fails stay undecided, and the next run takes them up; the other batches go
on, and the run shows as failed. A run without any page succeeds.
"""

from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import dag, task
from assets import CURATED, RAW_PAGES
from policy import (
    DAG_ARGS,
    DEDUPE_POOL,
    EVEN_AFTER_FAILURE,
    Counts,
    of_batches,
    open_run,
    stage,
)


@dag(schedule=[RAW_PAGES], doc_md=__doc__, **DAG_ARGS)
def curate() -> None:
    """Load, compare, annotate and publish all pages that have no outcome yet."""

    @task
    def plan_load(run: int) -> list[list[int]]:
        """Return the fetch ids of undecided pages, in batches."""
        return stage("load").plan(run)

    @task(**of_batches("fetch_ids", "pages"), doc_md="Extract, clean, store pages exactly once.")
    def load(run: int, fetch_ids: list[int]) -> Counts:
        return stage("load").load(run, fetch_ids)

    @task(pool=DEDUPE_POOL, **EVEN_AFTER_FAILURE)
    def dedupe(run: int) -> Counts:
        """Run the second cleaning pass on what the run loaded; find copies among all articles."""
        stage("reprocess").second_cleaning_pass(run)
        return stage("dedupe").dedupe(run)

    @task(**EVEN_AFTER_FAILURE)
    def plan_annotate(run: int) -> list[list[int]]:
        """Return the ids of versions that are not annotated yet, in batches."""
        return stage("annotate").plan(run)

    @task(**of_batches("version_ids", "articles"), doc_md="Find entities and quotes.")
    def annotate(run: int, version_ids: list[int]) -> Counts:
        return stage("annotate").annotate(run, version_ids)

    @task(outlets=[CURATED], **EVEN_AFTER_FAILURE)
    def publish(run: int, outlet_events: Any = None) -> Counts:
        """Refresh the marts and run the checks; a failed check fails this task."""
        counts = stage("publish").publish(run)
        outlet_events[CURATED].extra = {"run_id": run, **counts}
        return counts

    @task(**EVEN_AFTER_FAILURE)
    def close_run(run: int, published: Any) -> Counts:
        """Close the run in `ops.runs`."""
        return stage("run_lifecycle").close_run(run, published is not None)

    run = open_run()
    loaded = load.partial(run=run).expand(fetch_ids=plan_load(run))
    loaded >> (copies := dedupe(run)) >> (versions := plan_annotate(run))
    annotated = annotate.partial(run=run).expand(version_ids=versions)
    annotated >> (published := publish(run))
    closed = close_run(run, published)
    all_well = EmptyOperator(task_id="all_well", trigger_rule="none_failed")
    [loaded, copies, annotated, published, closed] >> all_well


curate()
