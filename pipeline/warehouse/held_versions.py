"""Texts that did not pass the gate before a version replaces another, as rows.

``hold_back`` takes the observations of a load whose texts would become versions and stores the
suspect ones in ``news.held_versions``; ``pipeline/identity/gate.py`` decides which they are. A text
that is held is no version, makes no edit, and does not count as a visit of its article.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from psycopg import Connection

from pipeline.clean.text_change import CleanedText
from pipeline.identity.gate import (
    REMEMBERED,
    ComparedText,
    HeldText,
    Neighbours,
    Suspicion,
    Verdict,
    judge,
    keeps_most,
    resembles,
    suspect,
    suspect_first,
)
from pipeline.models import Article
from pipeline.text import one_line, squeeze, storable, word_count
from pipeline.urls import canonical_url_or_none
from pipeline.warehouse.versions import version_sha256

_MOST_SUSPECTS = 200
"""Held texts of a host that are compared with a new one, the latest first."""
_MOST_NEIGHBOURS = 300
"""Articles of a source among which one that was read since is looked for, the latest first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that would become a version of an article."""

    attempt_id: int
    fetch_id: int
    fetched_at: datetime
    article_id: int
    source_id: int
    url: str
    """Canonical URL of the article."""
    article: Article
    stored: CleanedText | None
    """The current version; None for an article without one."""
    listed_title: str | None = None
    """The title that the document gave which named the link."""


@dataclass(slots=True)
class _Suspect:
    candidate: Candidate
    page: ComparedText
    suspicion: Suspicion


@dataclass(slots=True)
class _Known:
    """What the store holds about the articles and hosts of the suspects."""

    of_url: dict[str, list[HeldText]] = field(default_factory=dict)
    of_host: dict[str, list[tuple[str, ComparedText]]] = field(default_factory=dict)
    """Held texts with the addresses of their articles."""


@dataclass(frozen=True, slots=True)
class HeldVersion:
    """A text that is held, or was; times are those of pages."""

    held_version_id: int
    canonical_url: str
    source_id: int
    title: str | None
    text: str
    why: str
    held_at: datetime
    last_shown_at: datetime
    first_attempt_id: int
    last_fetch_id: int
    decision: str | None
    stored_title: str | None
    stored_text: str | None
    """The current version of its article."""


def host_of(url: str) -> str:
    """Return the host of a URL in lower case, "" where it has none."""
    return (urlsplit(url).hostname or "").lower()


def hold_back(
    conn: Connection,
    candidates: Sequence[Candidate],
    read_at: Mapping[str, Sequence[tuple[int, datetime]]],
) -> dict[int, Verdict]:
    """Store the suspect texts among those that would become versions.

    Args:
        conn: inside a transaction that holds the articles locked.
        candidates: the texts, no two of one article.
        read_at: by host, the articles of this load that were read as articles, and when.

    Returns:
        By attempt, the verdict on each suspect text: it is held, or passes after it was held.
    """
    suspects = _suspects(conn, candidates)
    if not suspects:
        return {}
    known = _known(conn, suspects)
    verdicts = {}
    for each in suspects:
        verdict = judge(
            each.page,
            each.suspicion,
            fetched_at=each.candidate.fetched_at,
            held=known.of_url.get(each.candidate.url, ()),
            neighbours=_neighbours(conn, each, suspects, known, read_at),
        )
        verdicts[each.candidate.attempt_id] = verdict
        if verdict.is_held:
            _store(conn, each, verdict)
    return verdicts


def _suspects(conn: Connection, candidates: Sequence[Candidate]) -> list[_Suspect]:
    """Return the candidates that the gate suspects.

    A text that nothing speaks against is suspect if the host showed it in place of another article,
    also where it is much like the stored one: that may be the wall, met at the first visit.
    """
    suspects: list[_Suspect] = []
    others: list[tuple[Candidate, ComparedText, bool]] = []
    for each in candidates:
        page = ComparedText(each.article.title, each.article.text or "")
        stored = ComparedText(each.stored.title, each.stored.text) if each.stored else None
        suspicion = (
            suspect(stored, page, is_noindex=each.article.is_noindex)
            if stored
            else suspect_first(each.listed_title, page)
        )
        if suspicion:
            suspects.append(_Suspect(each, page, suspicion))
        else:
            others.append((each, page, stored is not None and keeps_most(stored, page)))
    if not others:
        return suspects
    hosts = sorted({host_of(each.url) for each, _, _ in others})
    shown = _held_of_hosts(conn, hosts, max(each.fetched_at for each, _, _ in others))
    for found in suspects:
        url = found.candidate.url
        shown.setdefault(host_of(url), []).append((url, found.page))
    for candidate, page, is_kept in others:
        # what the address itself showed does not count: a cut page is much like the whole one
        texts = [
            text
            for url, text in shown[host_of(candidate.url)]
            if url != candidate.url or not is_kept
        ]
        if any(resembles(text, page) for text in texts):
            why = "new here" if candidate.stored is None else "partly the stored text"
            suspects.append(_Suspect(candidate, page, Suspicion(why)))
    return suspects


def _known(conn: Connection, suspects: Sequence[_Suspect]) -> _Known:
    urls = sorted({each.candidate.url for each in suspects})
    known = _Known()
    found = conn.execute(
        "select held_version_id, canonical_url, title, body_text, held_at, decision = 'refused'"
        " from news.held_versions where canonical_url = any(%s)"
        " and (decision is null or decision = 'refused') order by held_version_id",
        (urls,),
    )
    for number, url, title, text, held_at, is_refused in found:
        held = HeldText(number, ComparedText(title, text), held_at, bool(is_refused))
        known.of_url.setdefault(url, []).append(held)
    hosts = sorted({host_of(each.candidate.url) for each in suspects})
    latest = max(each.candidate.fetched_at for each in suspects)
    known.of_host = _held_of_hosts(conn, hosts, latest)
    return known


def _held_of_hosts(
    conn: Connection, hosts: Sequence[str], latest: datetime
) -> dict[str, list[tuple[str, ComparedText]]]:
    """Return what was held on these hosts of late and did not turn out to be a rewrite."""
    of_host: dict[str, list[tuple[str, ComparedText]]] = {}
    for host in hosts:
        found = conn.execute(
            "select canonical_url, title, body_text from news.held_versions"
            " where host = %s and held_at > %s"
            " and coalesce(decision, '') not in ('repeated', 'released')"
            " order by held_at desc limit %s",
            (host, latest - REMEMBERED, _MOST_SUSPECTS),
        )
        of_host[host] = [(url, ComparedText(title, text)) for url, title, text in found]
    return of_host


def _neighbours(
    conn: Connection,
    each: _Suspect,
    suspects: Sequence[_Suspect],
    known: _Known,
    read_at: Mapping[str, Sequence[tuple[int, datetime]]],
) -> Neighbours:
    own, host = each.candidate.article_id, host_of(each.candidate.url)
    texts = [text for url, text in known.of_host.get(host, ()) if url != each.candidate.url]
    texts += [
        other.page
        for other in suspects
        if other.candidate.article_id != own and host_of(other.candidate.url) == host
    ]
    times = _last_read_at(conn, each.candidate, host)
    times |= {article_id: at for article_id, at in read_at.get(host, ()) if article_id != own}
    return Neighbours(texts, _stored_texts(conn, each, list(times)), list(times.values()))


def _last_read_at(conn: Connection, candidate: Candidate, host: str) -> dict[int, datetime]:
    """Return when other addresses of the host were last read as articles, by article."""
    found = conn.execute(
        "select article_id, last_seen_at from ("
        " select article_id, canonical_url, last_seen_at from news.articles as a"
        " where source_id = %s and article_id <> %s and exists ("
        " select from news.article_versions as v"
        " where v.article_id = a.article_id and v.is_current)"
        " order by published_at desc nulls last limit %s) as late"
        " where lower(substring(canonical_url from '^[a-z]+://([^/:?#]+)')) = %s",
        (candidate.source_id, candidate.article_id, _MOST_NEIGHBOURS, host),
    )
    return dict(found.fetchall())


def _stored_texts(
    conn: Connection, each: _Suspect, article_ids: Sequence[int]
) -> list[ComparedText]:
    """Return the current texts of these articles that have about the length of the suspect one."""
    words = len(each.page.words)
    found = conn.execute(
        "select title, body_text from news.article_versions"
        " where article_id = any(%s) and is_current and word_count between %s and %s"
        " and last_seen_at > %s",
        (list(article_ids), words // 3, 3 * words, each.candidate.fetched_at - REMEMBERED),
    )
    return [ComparedText(title, text) for title, text in found]


def _store(conn: Connection, each: _Suspect, verdict: Verdict) -> None:
    """Insert a held text, or count another visit that showed it."""
    candidate, why = each.candidate, one_line(verdict.why)
    text = storable(candidate.article.text or "")
    title = squeeze(storable(candidate.article.title or "")) or None
    digest = version_sha256(candidate.article)
    if verdict.held_id is not None:
        conn.execute(
            "update news.held_versions as h set content_sha256 = %s, title = %s, body_text = %s,"
            " word_count = %s, why = %s, last_shown_at = %s, last_fetch_id = %s,"
            " shown_count = h.shown_count + 1"
            " where held_version_id = %s and last_shown_at < %s and not exists ("
            " select from news.held_versions as o where o.canonical_url = h.canonical_url"
            " and o.content_sha256 = %s and o.decision is null"
            " and o.held_version_id <> h.held_version_id)",
            (
                *(digest, title, text, word_count(text), why),
                *(candidate.fetched_at, candidate.fetch_id),
                *(verdict.held_id, candidate.fetched_at, digest),
            ),
        )
        return
    conn.execute(
        "insert into news.held_versions (source_id, canonical_url, article_id, host,"
        " content_sha256, title, body_text, word_count, why, held_at, first_fetch_id,"
        " first_attempt_id, last_shown_at, last_fetch_id)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (canonical_url, content_sha256) where decision is null do nothing",
        (
            *(candidate.source_id, candidate.url),
            candidate.article_id if candidate.stored else None,
            *(host_of(candidate.url), digest, title, text),
            *(word_count(text), why, candidate.fetched_at, candidate.fetch_id),
            *(candidate.attempt_id, candidate.fetched_at, candidate.fetch_id),
        ),
    )


@dataclass(frozen=True, slots=True)
class Accepted:
    """A page whose text is a version of its article."""

    url: str
    article_id: int
    version_id: int
    fetched_at: datetime


def close_held(
    conn: Connection,
    accepted: Sequence[Accepted],
    became_versions: Sequence[int],
    decision: Literal["repeated", "released"],
) -> None:
    """Decide what was held of articles whose pages now show an accepted text.

    Args:
        conn: inside a transaction that holds the articles locked.
        accepted: the pages.
        became_versions: the held texts that became versions.
        decision: why they did.
    """
    numbers = list(became_versions)
    conn.execute(
        "update news.held_versions as h set decided_at = p.fetched_at, article_id = p.article_id,"
        " decision = case when h.held_version_id = any(%s) then %s else 'withdrawn' end,"
        " article_version_id = case when h.held_version_id = any(%s) then p.version_id end"
        " from unnest(%s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[])"
        " as p(canonical_url, article_id, version_id, fetched_at)"
        " where h.canonical_url = p.canonical_url and h.decision is null"
        " and h.last_shown_at <= p.fetched_at",
        (
            *(numbers, decision, numbers),
            [each.url for each in accepted],
            [each.article_id for each in accepted],
            [each.version_id for each in accepted],
            [each.fetched_at for each in accepted],
        ),
    )


def accept_unchanged(conn: Connection, attempt_ids: Sequence[int]) -> None:
    """Mark the articles seen whose pages had not changed, and withdraw what was held of them.

    Such a page is not loaded: its body is the one that was loaded last, or the server says so.

    Args:
        conn: inside a transaction that has stored the fetches of these attempts.
        attempt_ids: attempts that were just decided, with any outcome.
    """
    seen = conn.execute(
        """
        select s.article_id, max(f.fetched_at)
        from ops.link_attempts as t
        join ops.links as l on l.link_id = t.link_id
        join news.fetches as f on f.attempt_id = t.attempt_id
        join news.articles as s on s.article_id = coalesce(t.article_id, l.article_id)
        where t.attempt_id = any(%s) and t.outcome = 'unchanged'
        group by s.article_id, s.canonical_url
        order by s.canonical_url
        """,
        (list(attempt_ids),),
    ).fetchall()
    if not seen:
        return
    articles, times = [row[0] for row in seen], [row[1] for row in seen]
    conn.execute(  # in the order in which loaders lock articles
        "select from news.articles where article_id = any(%s) order by canonical_url for update",
        (articles,),
    )
    conn.execute(
        "update news.articles as a set last_seen_at = s.seen_at"
        " from unnest(%s::bigint[], %s::timestamptz[]) as s(article_id, seen_at)"
        " where a.article_id = s.article_id and a.last_seen_at < s.seen_at",
        (articles, times),
    )
    conn.execute(
        "update news.held_versions as h set decision = 'withdrawn', decided_at = s.seen_at"
        " from unnest(%s::bigint[], %s::timestamptz[]) as s(article_id, seen_at)"
        " where h.article_id = s.article_id and h.decision is null"
        " and h.last_shown_at <= s.seen_at",
        (articles, times),
    )


_HELD = """
select h.held_version_id, h.canonical_url, h.source_id, h.title, h.body_text, h.why, h.held_at,
    h.last_shown_at, h.first_attempt_id, h.last_fetch_id, h.decision, v.title, v.body_text
from news.held_versions as h
left join news.article_versions as v on v.article_id = h.article_id and v.is_current
"""


def find_held(conn: Connection, key: str) -> HeldVersion | None:
    """Return a held text by its id, or the latest one of an article by its URL.

    What is not decided yet comes first.
    """
    if key.isascii() and key.isdigit() and len(key) < 19:
        found = conn.execute(f"{_HELD} where h.held_version_id = %s", (int(key),))
    else:
        found = conn.execute(
            f"{_HELD} where h.canonical_url = %s or h.canonical_url = %s"
            " order by h.decision is null desc, h.held_version_id desc limit 1",
            (key, canonical_url_or_none(key)),
        )
    row = found.fetchone()
    return HeldVersion(*row) if row else None


def refuse(conn: Connection, held_version_id: int) -> None:
    """Decide that a held text is a wall: its address may show it again, and it stays held."""
    conn.execute(
        "update news.held_versions set decision = 'refused', decided_at = now()"
        " where held_version_id = %s and decision is null",
        (held_version_id,),
    )
