"""### backfill: load the past, from archives or from a site itself

Trigger it with the form. *Archive files* loads WARC and ARC files of anybody, *CC-NEWS* a month of
Common Crawl's news archive, *Site* what one of your sources published on some days, from its own
sitemaps and section pages. The pages are written to the WARC archive, and *curate* turns them into
articles, as it does for *ingest*.

A run has no logical date of its own: it is about the days that the form asks for, which are in
`ops.backfills`, and each article has the time of its capture. How far each file was read is in
`ops.backfill_files`. A run that failed is continued by its next try, or by another run with the
same form; what was read is not read again.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, dag, task
from assets import RAW_PAGES
from policy import (
    CPU_POOL,
    EVEN_AFTER_FAILURE,
    FETCH_POOL,
    Counts,
    all_succeeded,
    all_well,
    dag_args,
    stage,
)

MONTH = r"^20\d\d-(0[1-9]|1[0-2])$"
KEEP = "What to keep"
STRINGS = {"type": ["null", "array"], "items": {"type": "string"}}

PARAMS = {
    "kind": Param(
        "cc-news",
        type="string",
        title="What to read",
        enum=["warc", "cc-news", "site"],
        values_display={
            "warc": "Archive files (WARC, ARC)",
            "cc-news": "A month of CC-NEWS",
            "site": "A site's own past",
        },
        description="Only the section of this choice is read, and the last one.",
    ),
    "files": Param(
        None,
        **STRINGS,
        title="Files",
        description="One a line: paths of files or folders that the workers see, s3:// or https://.",
        section="Archive files",
    ),
    "month": Param(
        None,
        type=["null", "string"],
        pattern=MONTH,
        title="Month",
        description="Such as 2024-05. About 400 files of 1 GB: give outlets or days below.",
        section="CC-NEWS",
    ),
    "base": Param(
        "https://data.commoncrawl.org/",
        type="string",
        format="uri",
        title="Address",
        description="Where crawl-data/ lies: Common Crawl, or a copy of your own.",
        section="CC-NEWS",
    ),
    "source": Param(
        None,
        type=["null", "string"],
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
        title="Source",
        description="Key of a file in the sources folder. It needs both days below.",
        section="Site",
    ),
    "max_pages": Param(
        5000,
        type="integer",
        minimum=1,
        maximum=100_000,
        title="Most pages",
        description="Requests that one run makes; another run with the same form goes on.",
        section="Site",
    ),
    "since": Param(
        None,
        type=["null", "string"],
        format="date",
        title="First day",
        description="Of the capture (UTC); of the publication for a site.",
        section=KEEP,
    ),
    "until": Param(
        None,
        type=["null", "string"],
        format="date",
        title="Last day",
        description="Included.",
        section=KEEP,
    ),
    "outlets": Param(
        None,
        **STRINGS,
        title="Outlets",
        description="One a line: keys of sources or of the registry, or hosts. Empty for all.",
        section=KEEP,
    ),
    "languages": Param(
        None,
        **STRINGS,
        title="Languages",
        description="One a line: en, de, … Empty for all.",
        section=KEEP,
    ),
    "again": Param(
        False,
        type="boolean",
        title="Read again",
        description="Read files once more that were read before; nothing is doubled.",
        section=KEEP,
    ),
}


@dag(
    schedule=None,
    params=PARAMS,
    doc_md=__doc__,
    **dag_args("on demand"),
)
def backfill() -> None:
    """Read archives or a site's past, and let *curate* process the pages."""

    @task
    def open_run(dag_run: Any = None) -> int:
        """Open the run in `ops.runs`, without a logical date: its pages have times of their own."""
        lifecycle = stage("run_lifecycle")
        lifecycle.close_killed_runs(dag_run.dag_id, dag_run.run_id)
        return lifecycle.open_run(dag_run.dag_id, dag_run.run_id, None)

    @task
    def plan_files(run: int, params: dict[str, Any] | None = None) -> list[list[int]]:
        """Return the ids of archive files to read, in batches; none where a site is read."""
        return stage("backfill").plan_request(run, params or {})

    @task
    def plan_site(run: int, params: dict[str, Any] | None = None) -> list[str]:
        """Return the source whose site is read; none where archives are."""
        return stage("backfill_site").plan_request(params or {})

    @task(
        pool=CPU_POOL,
        multiple_outputs=False,
        map_index_template="{{ task.op_kwargs['file_ids'] | length }} files",
        execution_timeout=timedelta(hours=3),
        doc_md="Read files and take the wanted pages; another try goes on behind the last batch.",
    )
    def read(run: int, file_ids: list[int], params: dict[str, Any] | None = None) -> Counts:
        return stage("backfill").read_files(run, file_ids, params or {})

    @task(
        pool=FETCH_POOL,
        multiple_outputs=False,
        map_index_template="{{ task.op_kwargs['source_key'] }}",
        execution_timeout=timedelta(hours=3),
        doc_md="Go through a site's sitemaps and sections at the pace that it allows.",
    )
    def visit(run: int, source_key: str, params: dict[str, Any] | None = None) -> Counts:
        return stage("backfill_site").read_request(run, source_key, params or {})

    @task(pool=CPU_POOL, execution_timeout=timedelta(hours=3), **EVEN_AFTER_FAILURE)
    def resolve(run: int, batches: Any, params: dict[str, Any] | None = None) -> Counts:
        """Read revisits once more whose originals were in files that were read later."""
        return stage("backfill").resolve_revisits(run, batches or [], params or {})

    @task(outlets=[RAW_PAGES], **EVEN_AFTER_FAILURE)
    def close_run(
        run: int, files: Any, pages: Any, resolved: Any, sites: Any, visited: Any
    ) -> Counts:
        """Close the run, and start *curate*."""
        is_whole = (
            all_succeeded(files, pages) and resolved is not None and all_succeeded(sites, visited)
        )
        return stage("run_lifecycle").close_run(run, is_whole)

    run = open_run()
    files, sites = plan_files(run), plan_site(run)
    pages = read.partial(run=run).expand(file_ids=files)
    visited = visit.partial(run=run).expand(source_key=sites)
    pages >> (resolved := resolve(run, files))
    closed = close_run(run, files, pages, resolved, sites, visited)
    [files, sites, pages, visited, resolved, closed] >> all_well()


backfill()
