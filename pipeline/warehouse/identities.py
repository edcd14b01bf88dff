"""Articles by evidence: what is stored about addresses, and what ``pipeline/identity/`` decides.

``identify`` is called in the transaction of a load. It locks the sites of the pages, so that two
loaders never judge the claims of one site at a time, undoes the merges that the pages refute, and
stores claims and what the pages say about parameters.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from psycopg import Connection

from pipeline.identity.claims import JudgedClaim, Refusal
from pipeline.identity.likeness import PageText
from pipeline.identity.records import OtherClaimant, ReadPage, StoredArticle, StoredReading
from pipeline.identity.resolution import Resolution, resolve
from pipeline.identity.spellings import are_spellings
from pipeline.models import Article
from pipeline.text import one_line, storable
from pipeline.urls import canonical_url_or_none, is_web_url, site
from pipeline.warehouse.article_columns import version_sha256
from pipeline.warehouse.moves import end_former_addresses, move, visit_soon
from pipeline.warehouse.separations import separate
from pipeline.warehouse.site_parameters import noise_parameters, store_evidence, without_noise

_LOCK = 0x6964_7379
"""First key of the advisory locks on sites; the second is a hash of the site."""
_LAST_VERSIONS = 8
"""Versions of an article whose texts are compared: a live blog has fifty."""
_MOST_BESIDE = 50
"""Links beside a link that are compared: ``/view?id=…`` may be a whole site."""


@dataclass(frozen=True, slots=True)
class IdentifiedPage:
    """A page that shows an article, with the link that led to it."""

    attempt_id: int
    link_url: str | None
    """Canonical URL of the link; None where it cannot be used."""
    article: Article


@dataclass(frozen=True, slots=True)
class Identities:
    """Which articles pages show, by attempt; a page without any address is left out."""

    urls: Mapping[int, str]
    """The address of each page's article."""
    moved: Collection[int]
    """The attempts at a former address of the article, which redirects to where it is now."""


def identify(conn: Connection, run_id: int, pages: Sequence[IdentifiedPage]) -> Identities:
    """Decide which article each page shows, and store what follows for the articles.

    Args:
        conn: inside a transaction.
        run_id: the run that loads.
        pages: in the order in which they were fetched.
    """
    read = _read_pages(conn, pages)
    if not read:
        return Identities({}, ())
    _lock_sites(conn, read)
    result = resolve(read, _StoredPages(conn))
    for change in result.moves:
        move(conn, run_id, change)
    end_former_addresses(conn, result.ended)
    for each in result.separations:
        separate(conn, run_id, each)
    visit_soon(conn, result.perhaps_moved)
    _store_claims(conn, read, result)
    store_evidence(conn, result.evidence)
    return Identities(result.identities, result.former_links)


def confirm_own_pages(conn: Connection, pages: Sequence[IdentifiedPage]) -> None:
    """Mark the articles whose own address was read, once they are stored."""
    conn.execute(
        "update news.articles set own_page_read_at = now()"
        " where canonical_url = any(%s) and own_page_read_at is null",
        (sorted({url for each in pages if (url := _address(each))}),),
    )


def _address(page: IdentifiedPage) -> str | None:
    """Return where a page was read, in canonical form; of a local file, how its link is known."""
    url = page.article.url
    if url and is_web_url(url):
        return canonical_url_or_none(url)
    return page.link_url or canonical_url_or_none(page.article.canonical_url)


def _read_pages(conn: Connection, pages: Sequence[IdentifiedPage]) -> list[ReadPage]:
    located = [(page, address) for page in pages if (address := _address(page))]
    left = _moved_from(conn, [page.attempt_id for page, _ in located])
    addresses = [*(address for _, address in located), *chain.from_iterable(left.values())]
    noise = noise_parameters(conn, addresses)
    return [
        ReadPage(
            key=page.attempt_id,
            address=address,
            link=page.link_url or address,
            name=without_noise(address, noise),
            claims=page.article.claims,
            text=_page_text(page.article.title, page.article.text, version_sha256(page.article)),
            moved_from=tuple(
                dict.fromkeys(
                    each
                    for url in left.get(page.attempt_id, ())
                    for each in (url, without_noise(url, noise))
                    if each != address
                )
            ),
        )
        for page, address in located
    ]


def _moved_from(conn: Connection, attempt_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return by attempt the addresses that redirected for good to its page."""
    found = conn.execute(
        "select a.attempt_id, f.moved_from from ops.link_attempts as a"
        " join news.fetches as f on f.fetch_id = a.fetch_id"
        " where a.attempt_id = any(%s) and f.moved_from is not null and a.snapshot is null",
        (list(attempt_ids),),
    )
    return {
        number: tuple(url for each in urls if (url := canonical_url_or_none(each)))
        for number, urls in found
    }


def _page_text(title: str | None, text: str | None, digest: bytes) -> PageText:
    return PageText(storable(title) if title else None, storable(text or ""), bytes(digest))


def _lock_sites(conn: Connection, read: Sequence[ReadPage]) -> None:
    urls = {url for page in read for url in (page.address, *page.moved_from)}
    names = {site(url) or url for url in urls}
    conn.execute(
        "select pg_advisory_xact_lock(%s, key) from ("
        " select distinct hashtext(name) as key from unnest(%s::text[]) as each(name)"
        " order by key) as keys",
        (_LOCK, sorted(names)),
    )


_ARTICLES = """
select w.url, a.article_id, a.canonical_url, a.own_page_read_at is not null
from unnest(%s::text[]) as w(url)
left join news.articles as own on own.canonical_url = w.url
left join news.former_addresses as former
    on former.url = w.url and former.ended_at is null and own.article_id is null
left join news.pages as p
    on p.canonical_url = w.url and own.article_id is null and former.article_id is null
join news.articles as a
    on a.article_id = coalesce(own.article_id, former.article_id, p.article_id)
order by former.moved_at
"""
_FORMER = """
select article_id, url, ended_at is null from news.former_addresses where article_id = any(%s)
"""
_READINGS = """
select v.article_id, v.article_version_id, v.content_sha256,
    (select f.final_url from news.fetches as f where f.fetch_id = v.first_fetch_id limit 1)
from unnest(%s::bigint[]) as wanted(article_id)
cross join lateral (
    select each.article_id, each.article_version_id, each.content_sha256, each.first_fetch_id,
        each.version_no
    from news.article_versions as each
    where each.article_id = wanted.article_id
    order by each.version_no desc limit %s
) as v
order by v.article_id, v.version_no
"""
_CLAIMANTS = """
select c.claimed_url, c.page_url, v.title, v.body_text, v.content_sha256
from news.address_claims as c
left join news.articles as own on own.canonical_url = c.page_url
left join news.pages as p on p.canonical_url = c.page_url and own.article_id is null
join news.articles as a on a.article_id = coalesce(own.article_id, p.article_id)
join news.article_versions as v on v.article_id = a.article_id and v.is_current
where c.claimed_url = any(%s) and a.canonical_url <> c.claimed_url
    and c.refusal is distinct from 'outranked'
order by c.address_claim_id
"""
_UNSUITABLE = """
select d.url, 'section', 'is a ' || d.document_kind || ' of a source'
from ops.documents as d where d.url = any(%(urls)s)
union all
select l.canonical_url, 'contradicted', 'ended as ' || l.last_outcome
from ops.links as l
where l.canonical_url = any(%(urls)s)
    and l.last_outcome in ('not_an_article', 'not_found', 'gone')
    and not exists (select from news.articles as a where a.canonical_url = l.canonical_url)
"""
_BESIDE = """
select w.url, p.canonical_url, v.title, v.body_text, v.content_sha256
from unnest(%s::text[]) as w(url)
cross join lateral (
    select each.canonical_url, each.article_id
    from news.pages as each
    where md5(split_part(each.canonical_url, '?', 1)) = md5(split_part(w.url, '?', 1))
        and each.canonical_url like '%%?%%' and each.canonical_url <> w.url
        and each.article_id is not null
    order by each.fetched_at desc limit %s
) as p
join news.article_versions as v on v.article_id = p.article_id and v.is_current
"""


class _StoredPages:
    """``KnownPages`` from the tables."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def articles(self, urls: Collection[str]) -> Mapping[str, StoredArticle]:
        found = self._conn.execute(_ARTICLES, (sorted(urls),)).fetchall()
        stored = self._with_readings([row[1:] for row in found])
        return {row[0]: stored[row[1]] for row in found}

    def _with_readings(self, rows: Iterable[Sequence[Any]]) -> dict[int, StoredArticle]:
        heads = {number: (url, is_confirmed) for number, url, is_confirmed in rows}
        readings: dict[int, list[StoredReading]] = defaultdict(list)
        former: dict[int, dict[str, bool]] = defaultdict(dict)
        if heads:
            for number, url, leads_here in self._conn.execute(_FORMER, (sorted(heads),)):
                former[number][url] = leads_here
            found = self._conn.execute(_READINGS, (sorted(heads), _LAST_VERSIONS))
            for number, version, digest, final_url in found:
                own = heads[number][0]
                address = canonical_url_or_none(final_url) or own
                before = next((url for url in former[number] if are_spellings(url, address)), None)
                if before is not None and address != own:
                    reading = StoredReading(version, own, bytes(digest), before)
                else:
                    reading = StoredReading(version, address, bytes(digest))
                readings[number].append(reading)
        return {
            number: StoredArticle(
                number,
                url,
                tuple(readings[number]),
                is_confirmed,
                frozenset(each for each, leads_here in former[number].items() if leads_here),
            )
            for number, (url, is_confirmed) in heads.items()
        }

    def texts(self, version_ids: Collection[int]) -> Mapping[int, PageText]:
        found = self._conn.execute(
            "select article_version_id, title, body_text, content_sha256"
            " from news.article_versions where article_version_id = any(%s)",
            (sorted(version_ids),),
        )
        return {number: _page_text(*row) for number, *row in found}

    def claimants(self, urls: Collection[str]) -> Sequence[OtherClaimant]:
        found = self._conn.execute(_CLAIMANTS, (sorted(urls),))
        return [
            OtherClaimant(claimed, address, _page_text(*row)) for claimed, address, *row in found
        ]

    def unsuitable(self, urls: Collection[str]) -> Mapping[str, tuple[Refusal, str]]:
        if not urls:
            return {}
        found = self._conn.execute(_UNSUITABLE, {"urls": sorted(urls)})
        return {url: (refusal, f"{url} {reason}") for url, refusal, reason in found}

    def same_text(self, digests: Collection[bytes]) -> Mapping[bytes, Sequence[StoredArticle]]:
        found = self._conn.execute(
            "select v.content_sha256, a.article_id, a.canonical_url,"
            " a.own_page_read_at is not null"
            " from news.article_versions as v join news.articles as a using (article_id)"
            " where v.content_sha256 = any(%s) order by a.article_id",
            (sorted(digests),),
        ).fetchall()
        stored = self._with_readings([row[1:] for row in found])
        same: dict[bytes, list[StoredArticle]] = defaultdict(list)
        for digest, number, *_ in found:
            same[bytes(digest)].append(stored[number])
        return same

    def beside(self, links: Collection[str]) -> Mapping[str, Sequence[tuple[str, PageText]]]:
        found = self._conn.execute(_BESIDE, (sorted(links), _MOST_BESIDE))
        others: dict[str, list[tuple[str, PageText]]] = defaultdict(list)
        for link, other, *row in found:
            others[link].append((other, _page_text(*row)))
        return others


def _store_claims(conn: Connection, read: Sequence[ReadPage], result: Resolution) -> None:
    """Store the claims of these pages in place of those that they made before."""
    latest: dict[tuple[str, str], JudgedClaim] = {
        (each.address, each.claim.url): each for each in result.claims
    }
    rows = list(latest.values())
    conn.execute(
        "delete from news.address_claims as c using unnest(%s::text[]) as w(url)"
        " where md5(c.page_url) = md5(w.url) and c.page_url = w.url and not exists ("
        " select from unnest(%s::text[], %s::text[]) as kept(page, claimed)"
        " where kept.page = c.page_url and kept.claimed = c.claimed_url)",
        (
            sorted({page.address for page in read}),
            [each.address for each in rows],
            [each.claim.url for each in rows],
        ),
    )
    conn.execute(
        "insert into news.address_claims as c (page_url, claimed_url, claim_kind, refusal, reason)"
        " select * from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
        " on conflict (md5(page_url), md5(claimed_url)) do update"
        " set claim_kind = excluded.claim_kind, refusal = excluded.refusal,"
        " reason = excluded.reason, last_seen_at = now()",
        (
            [each.address for each in rows],
            [each.claim.url for each in rows],
            [each.claim.kind for each in rows],
            [each.refusal for each in rows],
            [one_line(each.reason) if each.reason else None for each in rows],
        ),
    )
