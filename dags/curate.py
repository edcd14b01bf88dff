"""### curate: from fetched pages to tables

It starts when `raw_pages` is updated and takes all pages, of any run, that have no outcome yet:
*load* extracts, cleans and stores articles in batches, *dedupe* finds copies, *annotate* finds
entities and quotes with their speakers, *tell_stories* finds which articles are on one event.
The DAG *publish* follows it. Pages that come while a run is going on are taken by the next run, all
at once.

The pages of a batch that fails stay undecided, and the next run takes them up; the other batches go
on, and the run shows as failed. A run that finds nothing waiting ends after its first task.
"""

from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowSkipException
from assets import CURATED, RAW_PAGES
from policy import (
    DEDUPE_POOL,
    EVEN_AFTER_FAILURE,
    Counts,
    all_succeeded,
    all_well,
    dag_args,
    of_batches,
    stage,
)


@dag(schedule=[RAW_PAGES], doc_md=__doc__, **dag_args("schedule", "asset_triggered"))
def curate() -> None:
    """Load, compare and annotate all pages that have no outcome yet."""

    @task
    def open_run(dag_run: Any = None) -> int:
        """Open the run in `ops.runs` if any page or article waits."""
        lifecycle = stage("run_lifecycle")
        lifecycle.close_killed_runs(dag_run.dag_id, dag_run.run_id)
        if not lifecycle.is_work_waiting():
            raise AirflowSkipException("no page and no article waits")
        return lifecycle.open_run(dag_run.dag_id, dag_run.run_id, dag_run.logical_date)

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

    @task(pool=DEDUPE_POOL, **EVEN_AFTER_FAILURE)
    def tell_stories(run: int) -> Counts:
        """Place annotated articles among the stored ones: which of them are on one event."""
        return stage("stories").tell(run)

    @task(outlets=[CURATED], **EVEN_AFTER_FAILURE)
    def close_run(
        run: int,
        batches: Any,
        loaded: Any,
        copies: Any,
        versions: Any,
        annotated: Any,
        told: Any,
        outlet_events: Any = None,
    ) -> Counts:
        """Close the run in `ops.runs`, and start *publish*."""
        is_whole = (
            all_succeeded(batches, loaded)
            and copies is not None
            and all_succeeded(versions, annotated)
            and told is not None
        )
        outcomes = stage("run_lifecycle").close_run(run, is_whole)
        outlet_events[CURATED].extra = {"run_id": run, **outcomes}
        return outcomes

    @task(**EVEN_AFTER_FAILURE)
    def nothing_quarantined(run: int) -> None:
        """Fail if the run quarantined a page: the log names stage, limit and archive place."""
        stage("quarantine").fail_if_quarantined(run)

    run = open_run()
    loaded = load.partial(run=run).expand(fetch_ids=(batches := plan_load(run)))
    loaded >> (copies := dedupe(run)) >> (versions := plan_annotate(run))
    annotated = annotate.partial(run=run).expand(version_ids=versions)
    annotated >> (told := tell_stories(run))
    closed = close_run(run, batches, loaded, copies, versions, annotated, told)
    closed >> (checked := nothing_quarantined(run))
    [loaded, copies, annotated, told, closed, checked] >> all_well()


curate()
