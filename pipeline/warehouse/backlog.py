"""Which stored versions a reprocessing is about, and what makes later stages take them up again."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from psycopg import Connection

from pipeline.clean.memory import host_of
from pipeline.errors import UsageError
from pipeline.extract.version import EXTRACTION_VERSION
from pipeline.warehouse.retry import transact
from pipeline.warehouse.site_memory import articles_to_clean_again, hosts_that_grew

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_CHUNK = 5000
_NAMED = 12
_HOSTS = "select distinct substring(canonical_url from '^[a-z]+://([^/?#]+)') from news.articles"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles: those that match all that is set."""

    source_key: str | None = None
    host: str | None = None
    """As in the URL; ``www.``, ``m.`` and ``amp.`` make no difference."""
    since: date | None = None
    """First seen on that day (UTC) or later."""

    @property
    def memory_host(self) -> str | None:
        """The host's name in site memory."""
        return host_of(f"https://{self.host}/") if self.host else None


@dataclass(frozen=True, slots=True)
class _Version:
    number: int
    article_id: int
    host: str
    read_again_at: datetime | None


_CURRENT = """
select v.article_version_id, v.article_id, a.canonical_url, v.read_again_at
from news.article_versions as v
join news.articles as a on a.article_id = v.article_id
join news.sources as s on s.source_id = a.source_id
where v.is_current
    and (%(source)s::text is null or s.source_key = %(source)s)
    and (%(since)s::date is null or a.first_seen_at >= %(since)s::date at time zone 'UTC')
    and (
        %(not_by)s::text is null
        or coalesce(v.read_again_by, v.extractor_version) <> %(not_by)s
    )
    and (%(ids)s::bigint[] is null or v.article_id = any(%(ids)s))
"""


def versions_to_read(conn: Connection, scope: Scope, *, with_all: bool, older: bool) -> list[int]:
    """Return current versions whose pages should be read again, host by host, oldest first.

    Those that another version of Dateline read; and those that hold what their host's site memory
    has learned to be furniture since they were read.

    Args:
        conn: any connection.
        scope: which articles.
        with_all: all of the scope, whoever read them when.
        older: only those that another version of Dateline read.

    Raises:
        UsageError: there is no such source, or no article of that host.
    """
    _check(conn, scope)
    wanted = _current(conn, scope, not_by=None if with_all else EXTRACTION_VERSION)
    if not with_all and not older:
        wanted += _outgrown(conn, scope)
    hosts = {each.number: each.host for each in wanted}
    return sorted(hosts, key=lambda number: (hosts[number], number))


def _check(conn: Connection, scope: Scope) -> None:
    """Refuse a source or a host of which nothing is stored; a slip would look like no work."""
    if scope.source_key:
        keys = conn.execute("select source_key from news.sources order by source_key").fetchall()
        if (scope.source_key,) not in keys:
            known = _named(key for (key,) in keys)
            raise UsageError(f"no source {scope.source_key!r} is stored; there are: {known}.")
    if scope.host:
        found = conn.execute(_HOSTS).fetchall()
        hosts = {host_of(f"https://{host}/") for (host,) in found}
        if scope.memory_host not in hosts:
            known = _named(sorted(hosts))
            raise UsageError(f"no article of host {scope.host!r} is stored; there are: {known}.")


def _named(names: Iterable[str]) -> str:
    """Return the first of many names, or what to say where there is none."""
    known = list(names)
    rest = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return (", ".join(known[:_NAMED]) or "none yet") + rest


def _current(
    conn: Connection, scope: Scope, *, not_by: str | None = None, ids: Sequence[int] | None = None
) -> list[_Version]:
    """Return the scope's current versions, of these articles only, not read by that Dateline."""
    given = {"source": scope.source_key, "since": scope.since, "not_by": not_by, "ids": ids}
    found = conn.execute(_CURRENT, given)
    versions = [_Version(one, of, host_of(url), at) for one, of, url, at in found]
    return [each for each in versions if scope.memory_host in (None, each.host)]


def _outgrown(conn: Connection, scope: Scope) -> list[_Version]:
    """Return the versions that hold what became furniture after they were read."""
    found: list[_Version] = []
    for host in hosts_that_grew(conn, _EVER):
        if scope.memory_host not in (None, host):
            continue
        held = _current(conn, scope, ids=articles_to_clean_again(conn, host, _EVER))
        read_at = [each.read_again_at for each in held if each.read_again_at]
        since_then = set(articles_to_clean_again(conn, host, min(read_at))) if read_at else set()
        found += [e for e in held if e.read_again_at is None or e.article_id in since_then]
    return found


def outgrown_within(conn: Connection, run_id: int, limit: int) -> list[int]:
    """Return versions that a run stored before it met what made their furniture known.

    Which they are depends on the order in which the run's pages came; read again, they do not.

    Args:
        conn: any connection.
        run_id: the run; only its own versions that were not read again are looked at.
        limit: at most so many.

    Returns:
        Ids of current versions, ascending.
    """
    row = conn.execute("select started_at from ops.runs where run_id = %s", (run_id,)).fetchone()
    started_at = row[0] if row else _EVER
    found: list[int] = []
    for host in hosts_that_grew(conn, started_at):
        ids = articles_to_clean_again(conn, host, started_at)
        versions = conn.execute(
            "select article_version_id from news.article_versions"
            " where article_id = any(%s) and is_current and first_run_id = %s"
            " and read_again_at is null order by article_version_id",
            (ids, run_id),
        )
        found += [number for (number,) in versions]
    return sorted(found)[:limit]


def judge_copies_again(conn: Connection, scope: Scope) -> dict[str, int]:
    """Have the copies of these articles sought anew; return how many by source.

    Decisions of people about pairs are kept: they are rows of their own.
    """
    return _mark(
        conn,
        scope,
        "update news.article_versions set deduplicated_at = null"
        " where article_version_id = any(%s) and deduplicated_at is not null"
        " returning article_id",
    )


def annotate_again(
    conn: Connection, scope: Scope, model_version: str, *, with_present: bool
) -> dict[str, int]:
    """Have names and quotes of these articles found anew; return how many by source.

    What is stored stays until it is replaced.

    Args:
        conn: an autocommit connection.
        scope: which articles.
        model_version: the present model.
        with_present: those that the present model annotated too.
    """
    return _mark(
        conn,
        scope,
        "update news.article_versions set nlp_version = null"
        " where article_version_id = any(%s) and nlp_version is not null"
        " and (nlp_version <> %s or %s) returning article_id",
        model_version,
        with_present,
    )


def older_versions(conn: Connection, model_version: str) -> tuple[int, int]:
    """Count the current texts that an older version read, and those that one annotated.

    ``dateline reprocess`` with ``--stage extract`` or ``--stage annotate`` reads them again.

    Args:
        conn: any connection.
        model_version: the present model; the extraction is compared with the present one too.
    """
    row = conn.execute(
        "select count(*) filter (where coalesce(read_again_by, extractor_version) <> %s),"
        " count(*) filter (where nlp_version <> %s)"
        " from news.article_versions where is_current",
        (EXTRACTION_VERSION, model_version),
    ).fetchone()
    return row or (0, 0)


def _mark(conn: Connection, scope: Scope, statement: str, *values: str | bool) -> dict[str, int]:
    """Run an update over the scope's versions in parts of a transaction each, lowest ids first."""
    _check(conn, scope)
    counts: defaultdict[str, int] = defaultdict(int)
    ids = sorted(each.number for each in _current(conn, scope))
    for first in range(0, len(ids), _CHUNK):
        part = ids[first : first + _CHUNK]

        def work(live: Connection, part: list[int] = part) -> list[tuple[str, int]]:
            return live.execute(
                f"with marked as ({statement})"  # noqa: S608  # statements of this module
                " select s.source_key, count(*) from marked as m"
                " join news.articles as a on a.article_id = m.article_id"
                " join news.sources as s on s.source_id = a.source_id group by s.source_key",
                (part, *values),
            ).fetchall()

        for source_key, count in transact(conn, work):
            counts[source_key] += count
    return dict(counts)
