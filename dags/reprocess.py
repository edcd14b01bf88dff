"""### reprocess: take stored articles through a stage again

Trigger it with `{"stage": "clean", "source": "<key>", "since": "2026-11-01"}`; without source and
since it takes all articles. *clean* and *extract* read archived pages again where that may change a
text; *dedupe* and *annotate* queue articles for the next *curate*, which looks for their copies or
their names and quotes again. Nothing is fetched.

A better text becomes a new version and no edit; *curate* runs afterwards and finds its copies,
names and quotes. A second run changes nothing.
"""

from typing import Any

from airflow.sdk import Param, dag, task
from assets import RAW_PAGES
from policy import (
    EVEN_AFTER_FAILURE,
    Counts,
    all_succeeded,
    all_well,
    dag_args,
    of_batches,
    open_run,
    stage,
)

DAY = r"^\d{4}-\d{2}-\d{2}$"


@dag(
    schedule=None,
    params={
        "stage": Param("clean", enum=["clean", "extract", "dedupe", "annotate"]),
        "source": Param(None, type=["null", "string"], description="only this source key"),
        "since": Param(None, type=["null", "string"], pattern=DAY, description="first seen since"),
    },
    doc_md=__doc__,
    **dag_args("on demand"),
)
def reprocess() -> None:
    """Take stored articles through a stage again, and let *curate* process the new versions."""

    @task
    def plan(params: dict[str, Any] | None = None) -> list[list[int]]:
        """Return the ids of versions to read again, in batches; queue them for later stages."""
        return stage("reprocess").plan_or_queue(**(params or {}))

    @task(**of_batches("version_ids", "articles"), doc_md="Read archived pages again.")
    def read_again(
        run: int, version_ids: list[int], params: dict[str, Any] | None = None
    ) -> Counts:
        return stage("reprocess").reprocess(run, version_ids, (params or {})["stage"])

    @task(outlets=[RAW_PAGES], **EVEN_AFTER_FAILURE)
    def close_run(run: int, versions: Any, read: Any) -> Counts:
        """Close the run, and start *curate*."""
        return stage("run_lifecycle").close_run(run, all_succeeded(versions, read))

    run = open_run()
    run >> (versions := plan())
    read = read_again.partial(run=run).expand(version_ids=versions)
    closed = close_run(run, versions, read)
    [read, closed] >> all_well()


reprocess()
