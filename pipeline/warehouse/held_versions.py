"""Texts that did not pass the gate before a version replaces another, as rows.

``hold_back`` takes the observations of a load whose texts would become versions and stores the
suspect ones in ``news.held_versions``; ``pipeline/identity/gate.py`` decides which they are. A text
that is held is no version, makes no edit, and does not count as a visit of its article.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
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
from pipeline.identity.one_story import Place, are_one_story
from pipeline.identity.parameters import ParameterEvidence
from pipeline.identity.spellings import differing_parameters, plain_address, plain_host
from pipeline.models import Article
from pipeline.text import one_line, squeeze, storable, word_count
from pipeline.urls import canonical_url_or_none
from pipeline.warehouse.article_columns import version_sha256
from pipeline.warehouse.site_parameters import evidence_of

_MOST_SUSPECTS = 200
"""Held texts of a host that are compared with a new one, the latest first."""
_MOST_NEIGHBOURS = 300
"""Articles of a source among which one that was read since is looked for, the latest first."""

_MOST_PATHS = 3
"""Other paths of one story. A text at more of them counts against itself under whatever titles:
every item of a feed may be called "Something for everybody today"."""


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
    link_url: str
    """Canonical URL of the link that led to it."""
    article: Article
    stored: CleanedText | None
    """The current version; None for an article without one."""
    listed_title: str | None = None
    """The title that the document gave which named the link."""

    @property
    def place(self) -> Place:
        """The address, and what is known of its story."""
        stored = (self.stored.title, self.stored.text) if self.stored else (None, None)
        return _place(self.url, self.link_url, self.listed_title, *stored)


def _titles(*given: str | None) -> frozenset[str]:
    return frozenset(title for title in given if title)


@dataclass(frozen=True, slots=True)
class _Showing:
    """A text that an address of a host showed, and that was held."""

    place: Place
    page: ComparedText
    held: HeldText | None = None
    """Where it is held still, or was refused."""


@dataclass(slots=True)
class _Suspect:
    candidate: Candidate
    place: Place
    page: ComparedText
    suspicion: Suspicion


@dataclass(slots=True)
class _Known:
    """What the store holds about the articles and hosts of the candidates."""

    conn: Connection
    of_host: dict[str, list[_Showing]]
    """Texts that were held of late and did not turn out to be rewrites."""
    parameters: dict[str, dict[str, ParameterEvidence]] = field(default_factory=dict)
    """What was learnt about query parameters, by plain host, as far as it was asked for."""

    def are_one_story(self, one: Place, other: Place) -> bool:
        """Tell whether two addresses of one host belong to one story."""
        host = plain_host(one.link)
        if host not in self.parameters:
            self.parameters[host] = evidence_of(self.conn, host)
        return are_one_story(one, other, self.parameters[host])


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
    known = _known(conn, candidates)
    suspects = _suspects(known, candidates)
    verdicts = {}
    for each in suspects:
        held = _held_of_address(known, each.place)
        verdict = judge(
            each.page,
            each.suspicion,
            fetched_at=each.candidate.fetched_at,
            held=held,
            neighbours=_neighbours(known, each, suspects, read_at),
        )
        verdicts[each.candidate.attempt_id] = verdict
        if verdict.held_id is not None:
            _move(conn, verdict.held_id, each.place.url)
        if verdict.is_held:
            _store(conn, each, verdict)
    return verdicts


def _suspects(known: _Known, candidates: Sequence[Candidate]) -> list[_Suspect]:
    """Return the candidates that the gate suspects.

    A text that nothing speaks against is suspect if the host showed it in place of another story,
    also where it is much like the stored one: that may be the wall, met at the first visit.
    """
    suspects: list[_Suspect] = []
    others: list[tuple[Candidate, Place, ComparedText]] = []
    for each in candidates:
        place, page = each.place, ComparedText(each.article.title, each.article.text or "")
        suspicion = (
            suspect(place.stored, page, is_noindex=each.article.is_noindex)
            if place.stored
            else suspect_first(each.listed_title, page)
        )
        if suspicion:
            suspects.append(_Suspect(each, place, page, suspicion))
        else:
            others.append((each, place, page))
    shown = {host: list(showings) for host, showings in known.of_host.items()}
    for found in suspects:
        shown[host_of(found.place.url)].append(_Showing(found.place, found.page))
    for candidate, place, page in others:
        if any(
            resembles(showing.page, page) and _counts_against(known, place, page, showing)
            for showing in shown[host_of(place.url)]
        ):
            why = "partly the stored text" if place.stored else "new here"
            suspects.append(_Suspect(candidate, place, page, Suspicion(why)))
    return suspects


def _counts_against(known: _Known, place: Place, page: ComparedText, showing: _Showing) -> bool:
    """Tell whether what was held makes a text suspect that nothing else speaks against.

    What the address itself showed does not count where the new text is much like the stored one: a
    cut page is much like the whole one.
    """
    if showing.place.url == place.url and showing.place.link == place.link:
        return place.stored is None or not keeps_most(place.stored, page)
    return not known.are_one_story(place, showing.place)


def _held_of_address(known: _Known, place: Place) -> list[HeldText]:
    """Return what is held of an address, or was refused.

    What is held of other addresses that differ in parameters without meaning is of this one too: a
    site gives each link a new session id, and the article has the address of one of them.
    """
    found = known.conn.execute(
        "select h.canonical_url, h.link_url, h.listed_title, v.title, v.body_text,"
        " h.held_version_id, h.title, h.body_text, h.held_at, h.decision = 'refused'"
        " from news.held_versions as h"
        " left join news.article_versions as v on v.article_id = h.article_id and v.is_current"
        " where h.canonical_url = %s and (h.decision is null or h.decision = 'refused')"
        " order by h.held_version_id",
        (place.url,),
    )
    own = [
        HeldText(number, ComparedText(title, text), held_at, bool(is_refused))
        for *of_place, number, title, text, held_at, is_refused in found
        if known.are_one_story(place, _place(*of_place))
    ]
    others = [
        showing.held
        for showing in known.of_host[host_of(place.url)]
        if showing.held is not None
        and showing.place.url != place.url
        and differing_parameters(showing.place.link, place.link) is not None
        and known.are_one_story(place, showing.place)
    ]
    return own + sorted(others, key=lambda held: held.held_id)


def _place(
    url: str, link: str, listed: str | None, stored_title: str | None, stored: str | None
) -> Place:
    text = ComparedText(stored_title, stored) if stored is not None else None
    return Place(url, link, _titles(listed), text)


def _known(conn: Connection, candidates: Sequence[Candidate]) -> _Known:
    known = _Known(conn, {})
    if not candidates:
        return known
    latest = max(each.fetched_at for each in candidates)
    for host in sorted({host_of(each.url) for each in candidates}):
        found = conn.execute(
            "select h.canonical_url, h.link_url, h.listed_title, v.title, v.body_text,"
            " h.held_version_id, h.title, h.body_text, h.held_at, h.decision"
            " from news.held_versions as h"
            " left join news.article_versions as v on v.article_id = h.article_id and v.is_current"
            " where h.host = %s and h.held_at > %s"
            " and coalesce(h.decision, '') not in ('repeated', 'released')"
            " order by h.held_at desc limit %s",
            (host, latest - REMEMBERED, _MOST_SUSPECTS),
        )
        known.of_host[host] = [_showing(row) for row in found]
    return known


def _showing(row: tuple[Any, ...]) -> _Showing:
    url, link, listed, stored_title, stored, number, title, text, held_at, decision = row
    page = ComparedText(title, text)
    held = HeldText(number, page, held_at, decision == "refused")
    place = _place(url, link, listed, stored_title, stored)
    return _Showing(place, page, None if decision == "withdrawn" else held)


def _neighbours(
    known: _Known,
    each: _Suspect,
    suspects: Sequence[_Suspect],
    read_at: Mapping[str, Sequence[tuple[int, datetime]]],
) -> Neighbours:
    """Return what the addresses of other stories of the host show."""
    candidate, host = each.candidate, host_of(each.place.url)
    showings = [
        *known.of_host[host],
        *(
            _Showing(other.place, other.page)
            for other in suspects
            if other is not each and host_of(other.place.url) == host
        ),
    ]
    shown = [showing for showing in showings if resembles(showing.page, each.page)]
    own_path = plain_address(each.place.link)
    paths = {plain_address(showing.place.link) for showing in shown} - {own_path}
    texts = [
        showing.page
        for showing in shown
        if (len(paths) > _MOST_PATHS and plain_address(showing.place.link) != own_path)
        or not known.are_one_story(each.place, showing.place)
    ]
    times = _last_read_at(known.conn, candidate, host)
    times |= {number: at for number, at in read_at.get(host, ()) if number != candidate.article_id}
    times = {
        number: times[number]
        for number, place in _places(known.conn, list(times)).items()
        if not known.are_one_story(each.place, place)
    }
    return Neighbours(texts, _stored_texts(known.conn, each, list(times)), list(times.values()))


def _places(conn: Connection, article_ids: Sequence[int]) -> dict[int, Place]:
    """Return the addresses of articles with the titles under which they are listed."""
    found = conn.execute(
        "select a.article_id, a.canonical_url, array_agg(l.link_title)"
        " from news.articles as a left join ops.links as l"
        " on l.article_id = a.article_id and l.found_by in ('feed', 'sitemap')"
        " where a.article_id = any(%s) group by a.article_id, a.canonical_url",
        (list(article_ids),),
    )
    return {number: Place(url, url, _titles(*titles)) for number, url, titles in found}


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


def _move(conn: Connection, held_version_id: int, url: str) -> None:
    """Give a held text the address at which its article is known now."""
    conn.execute(
        "update news.held_versions set canonical_url = %s, host = %s"
        " where held_version_id = %s and canonical_url <> %s",
        (url, host_of(url), held_version_id, url),
    )


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
            " and o.link_url = h.link_url and o.content_sha256 = %s and o.decision is null"
            " and o.held_version_id <> h.held_version_id)",
            (
                *(digest, title, text, word_count(text), why),
                *(candidate.fetched_at, candidate.fetch_id),
                *(verdict.held_id, candidate.fetched_at, digest),
            ),
        )
        return
    conn.execute(
        "insert into news.held_versions (source_id, canonical_url, link_url, listed_title,"
        " article_id, host, content_sha256, title, body_text, word_count, why, held_at,"
        " first_fetch_id, first_attempt_id, last_shown_at, last_fetch_id)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (canonical_url, content_sha256, md5(link_url)) where decision is null"
        " do nothing",
        (
            *(candidate.source_id, candidate.url, candidate.link_url),
            squeeze(storable(candidate.listed_title or "")) or None,
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
