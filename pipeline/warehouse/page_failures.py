"""Pages that break a stage, as rows: attempts are counted, and the third failure is the last.

A page that breaks a limit of time or memory is tried once by each run, alone and with the whole
limit. The attempt is stored before it is made, so that it counts even if it takes the stage's
process with it. A row is deleted when its stage succeeds.
"""

# ruff: noqa: S608 - what is spliced in are names of columns from the tables below
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from psycopg import Connection

from pipeline.page_worker import Broken
from pipeline.text import one_line
from pipeline.warehouse.transactions import transact

MOST_ATTEMPTS = 3
"""Runs that try a page before it is quarantined."""

FailedStage = Literal["load", "annotate"]
_KEYS: dict[FailedStage, str] = {"load": "fetch_id", "annotate": "article_version_id"}
"""The column by which a stage knows its pages."""
_FETCHES: dict[FailedStage, str] = {
    "load": "select p as page, p as fetch_id, null::bigint as version from unnest(%s::bigint[]) p",
    "annotate": (
        "select article_version_id as page, first_fetch_id as fetch_id,"
        " article_version_id as version"
        " from news.article_versions where article_version_id = any(%s::bigint[])"
    ),
}
_UNDER_WAY = "the process of the stage ended during the attempt"


@dataclass(frozen=True, slots=True)
class PageFailure:
    """What is known of a page that broke a stage."""

    attempt_count: int
    run_id: int
    reason: str


def failures(conn: Connection, stage: FailedStage, pages: Sequence[int]) -> dict[int, PageFailure]:
    """Return those of these pages that broke the stage before and are not quarantined.

    Args:
        conn: any connection.
        stage: the stage.
        pages: fetch ids for *load*, ids of article versions for *annotate*.
    """
    found = conn.execute(
        f"select {_KEYS[stage]}, attempt_count, run_id, reason from ops.page_failures"
        f" where stage = %s and {_KEYS[stage]} = any(%s) and quarantined_at is null",
        (stage, list(pages)),
    )
    return {page: PageFailure(*known) for page, *known in found}


def record_failure(
    conn: Connection,
    stage: FailedStage,
    page: int,
    run_id: int,
    broken: Broken,
    rules_version: str,
) -> None:
    """Store how a page broke a limit; the number of attempts stays."""
    transact(
        conn,
        lambda live: _upsert(live, stage, [(page, broken.reason)], run_id, rules_version, broken),
    )


def begin_attempt(conn: Connection, stage: FailedStage, page: int, run_id: int) -> int:
    """Count an attempt of a page that ``failures`` returned, and return its number."""

    def work(live: Connection) -> int:
        row = live.execute(
            "update ops.page_failures set attempt_count = attempt_count + 1, run_id = %s,"
            " broken_limit = 'crash', reason = %s, last_failed_at = now()"
            f" where stage = %s and {_KEYS[stage]} = %s returning attempt_count",
            (run_id, _UNDER_WAY, stage, page),
        ).fetchone()
        return int(row[0]) if row else 0

    return transact(conn, work)


def quarantine_within(
    conn: Connection,
    stage: FailedStage,
    pages: Sequence[tuple[int, str]],
    run_id: int,
    rules_version: str,
) -> None:
    """Quarantine pages inside the caller's transaction; each comes with the reason."""
    _upsert(conn, stage, pages, run_id, rules_version, None)
    conn.execute(
        "update ops.page_failures set quarantined_at = now(),"
        " attempt_count = greatest(attempt_count, 1)"
        f" where stage = %s and {_KEYS[stage]} = any(%s) and quarantined_at is null",
        (stage, [page for page, _ in pages]),
    )


def forget_links_within(conn: Connection, attempt_ids: Sequence[int]) -> None:
    """Forget failures of *load* with the links of attempts that succeeded, earlier pages included.

    Args:
        conn: inside the caller's transaction.
        attempt_ids: attempts (``ops.link_attempts``).
    """
    conn.execute(
        "delete from ops.page_failures as p using news.fetches as f"
        " where p.stage = 'load' and f.fetch_id = p.fetch_id and f.link_id in"
        " (select link_id from ops.link_attempts where attempt_id = any(%s))",
        (list(attempt_ids),),
    )


def forget_versions_within(conn: Connection, version_ids: Sequence[int]) -> None:
    """Forget failures of *annotate* with versions that are annotated now."""
    conn.execute(
        "delete from ops.page_failures where article_version_id = any(%s)", (list(version_ids),)
    )


def _upsert(
    conn: Connection,
    stage: FailedStage,
    pages: Sequence[tuple[int, str]],
    run_id: int,
    rules_version: str,
    broken: Broken | None,
) -> None:
    reasons = {page: one_line(reason) for page, reason in pages}
    conn.execute(
        "insert into ops.page_failures as known"
        " (stage, fetch_id, article_version_id, broken_limit, reason, rules_version, run_id)"
        " select %s, f.fetch_id, f.version, %s, r.reason, %s, %s"
        f" from ({_FETCHES[stage]}) as f join unnest(%s::bigint[], %s::text[]) as r(page, reason)"
        f" using (page) on conflict ({_KEYS[stage]}) where"
        + (" stage = 'load'" if stage == "load" else " article_version_id is not null")
        + " do update set broken_limit = coalesce(excluded.broken_limit, known.broken_limit),"
        " reason = excluded.reason, rules_version = excluded.rules_version,"
        " run_id = excluded.run_id, last_failed_at = now()",
        (
            stage,
            broken.limit if broken else None,
            rules_version,
            run_id,
            list(reasons),
            list(reasons),
            list(reasons.values()),
        ),
    )


# Trying quarantined pages again.


def outdated_pages(
    conn: Connection, stage: FailedStage, rules_versions: Sequence[str]
) -> list[int]:
    """Return the pages of a stage that are quarantined under none of the versions of its rules."""
    found = conn.execute(
        f"select {_KEYS[stage]} from ops.page_failures"
        " where stage = %s and quarantined_at is not null and rules_version <> all(%s)",
        (stage, list(rules_versions)),
    )
    return [page for (page,) in found]


def reopen_pages(conn: Connection, run_id: int, fetch_ids: Sequence[int]) -> list[int]:
    """Give the links of quarantined pages an open attempt in a run; return the fetch ids.

    The page is read again from the archive, and nothing is requested. A page whose link was
    fetched again since then is forgotten: the later page counts.
    """

    def work(live: Connection) -> list[int]:
        live.execute(
            "delete from ops.page_failures as p using news.fetches as f, ops.link_attempts as later"
            " where p.stage = 'load' and p.fetch_id = any(%s) and f.fetch_id = p.fetch_id"
            " and later.link_id = f.link_id and later.fetch_id > p.fetch_id"
            " and later.outcome is not null",
            (list(fetch_ids),),
        )
        found = live.execute(
            "with wanted as (update ops.page_failures set quarantined_at = null, attempt_count = 0"
            " where stage = 'load' and fetch_id = any(%s) and quarantined_at is not null"
            " returning fetch_id)"
            " insert into ops.link_attempts"
            " (run_id, source_id, link_id, planned_at, fetch_id, http_status)"
            " select %s, f.source_id, f.link_id, now(), f.fetch_id, f.http_status"
            " from wanted join news.fetches as f using (fetch_id)"
            " on conflict do nothing returning fetch_id",
            (list(fetch_ids), run_id),
        )
        return sorted(fetch_id for (fetch_id,) in found)

    return transact(conn, work)


def reopen_versions(conn: Connection, version_ids: Sequence[int]) -> None:
    """Let *annotate* take up quarantined versions again."""

    def work(live: Connection) -> None:
        live.execute(
            "with wanted as (update ops.page_failures set quarantined_at = null, attempt_count = 0"
            " where article_version_id = any(%s) and quarantined_at is not null"
            " returning article_version_id)"
            " update news.article_versions as v set nlp_version = null, annotation_outcome = null"
            " from wanted where v.article_version_id = wanted.article_version_id",
            (list(version_ids),),
        )

    transact(conn, work)


@dataclass(frozen=True, slots=True)
class QuarantinedPage:
    """A row of ``mart.quarantine``."""

    source_key: str
    url: str
    stage: FailedStage
    state: str
    broken_limit: str | None
    reason: str
    attempt_count: int
    archive_place: str | None
    fetch_id: int
    article_version_id: int | None

    def __str__(self) -> str:
        """Return what an operator needs to find the page, on one line."""
        fate = (
            f"quarantined by {self.stage}"
            if self.state == "quarantined"
            else f"undecided until the next run tries {self.stage} again"
        )
        tried = f"tried {self.attempt_count} time{'' if self.attempt_count == 1 else 's'}"
        return f"{self.url}: {fate}, {tried}: {self.reason} (archived at {self.archive_place})"


_PAGES = """
select source_key, url, stage, state, broken_limit, reason, attempt_count, archive_place, fetch_id,
    article_version_id
from mart.quarantine
"""


def pages_of_run(conn: Connection, run_id: int) -> list[QuarantinedPage]:
    """Return the pages that a run quarantined or left for another attempt."""
    found = conn.execute(f"{_PAGES} where run_id = %s order by last_failed_at, url", (run_id,))
    return [QuarantinedPage(*row) for row in found]


def pages_at(conn: Connection, url: str, canonical_url: str | None) -> list[QuarantinedPage]:
    """Return the pages at a URL: as discovered, in canonical form, or after redirects."""
    found = conn.execute(
        f"{_PAGES} where %(url)s in (url, canonical_url, final_url) or canonical_url = %(same)s"
        " order by last_failed_at",
        {"url": url, "same": canonical_url},
    )
    return [QuarantinedPage(*row) for row in found]
