"""The wizard: propose a working source file for a homepage, a section page, a feed or a sitemap."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlsplit

from pipeline.discover.discovery import HINTS
from pipeline.discover.document_type import DocumentType, document_type, gunzipped
from pipeline.discover.feeds import read_feed
from pipeline.discover.page_hints import language_of, name_of, title_of
from pipeline.discover.results import Entry
from pipeline.discover.sections import read_section
from pipeline.discover.sitemaps import read_sitemap
from pipeline.errors import PageError, SourceError
from pipeline.fetch.fetcher import Fetcher
from pipeline.fetch.source_access import is_onsite
from pipeline.models import Article, Response, Source
from pipeline.outcomes import Outcome
from pipeline.sources.expectations import read_expectations
from pipeline.sources.feed_services import service_of
from pipeline.sources.files import source_toml
from pipeline.sources.keys import key_of
from pipeline.sources.places import (
    Finding,
    country_of,
    country_of_language,
    locales_of,
    time_zone_of,
    with_offset,
)
from pipeline.sources.samples import read_samples
from pipeline.sources.search import SiteSearch, newest_time
from pipeline.urls import authority, host, is_web_url, site

_READ = (Outcome.LOADED, Outcome.LANGUAGE_NOT_WANTED, Outcome.PAYWALLED)
"""Outcomes of pages that are articles."""
_HINTED = (
    Outcome.ROBOTS_DENIED,
    Outcome.ROBOTS_UNREACHABLE,
    Outcome.ADDRESS_REFUSED,
    Outcome.TOO_LARGE,
    Outcome.UNREACHABLE,
    Outcome.TIMEOUT,
    Outcome.SERVER_ERROR,
    Outcome.RATE_LIMITED,
)
"""Outcomes at which another address of the same site does not help."""
_RECENT_DAYS = 14
"""Age of the newest entry up to which a sitemap of everything is worth reading for news."""
_FEWEST_SITES = 3
_AGREEING = 0.6
"""Share of the articles read whose language is believed against what the pages state."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A source whose documents were read, and how they were found."""

    source: Source
    notes: tuple[str, ...]
    """What was read and used or not, and where each value comes from; one line each."""
    articles: tuple[Article, ...] = ()
    """A few of its articles, as the pipeline reads them."""


@dataclass(frozen=True, slots=True)
class _Findings:
    """What the documents of a site hold, before places, language and expectations are settled."""

    source: Source
    documents: tuple[Sequence[Entry], ...]
    locales: tuple[str, ...]
    page: Response
    notes: tuple[str, ...]
    search: SiteSearch | None = None


def propose(url: str, fetcher: Fetcher) -> str:
    """Return the TOML text of a source for a homepage, a section page, a feed or a sitemap.

    Raises:
        SourceError: the address cannot be read; the message says why and what to try.
    """
    proposal = propose_source(url, fetcher, with_articles=False)
    return source_toml(proposal.source, f"Proposed by `dateline source add {url}`; edit freely.")


def propose_source(
    url: str,
    fetcher: Fetcher,
    *,
    with_articles: bool = True,
    tell: Callable[[str], None] = lambda note: None,
) -> Proposal:
    """Read a page with the feeds and sitemaps of its site, or a feed or sitemap alone.

    Args:
        url: an address, with or without https://.
        fetcher: fetches documents and articles, at the site's pace.
        with_articles: whether a few articles are read: they show what the source will give, and
            tell its language and time zone better than its pages do.
        tell: called with each note when it is made.

    Raises:
        SourceError: the address cannot be read; the message says why and what to try.
    """
    response = _fetch(_address(url, fetcher), fetcher)
    kind = document_type(gunzipped(response.body, fetcher.max_body_bytes))
    if kind in ("feed", "json_feed"):
        findings = _from_feed(response, fetcher)
    elif kind == "sitemap":
        findings = _from_sitemap(response, fetcher)
    else:
        findings = _from_page(response, kind, fetcher, tell)
    for note in findings.notes:
        tell(note)
    articles: Sequence[Article] = ()
    if with_articles:
        tell("reading a few articles")
        articles = read_samples(findings.documents, findings.source, fetcher)
    proposal = _settled(findings, tuple(articles))
    for note in proposal.notes:
        tell(note)
    searched = findings.search.notes if findings.search else []
    return replace(proposal, notes=(*searched, *findings.notes, *proposal.notes))


def _address(url: str, fetcher: Fetcher) -> str:
    """Return a URL with its scheme; http where the host is not reachable by https."""
    if "://" in url:
        return url
    secure = f"https://{url}"
    if not is_web_url(secure):
        return secure
    response = fetcher.fetch(secure, kind="document")
    if response.outcome is Outcome.UNREACHABLE:
        return f"http://{url}"
    fetcher.keep(response)
    return secure


def _fetch(address: str, fetcher: Fetcher) -> Response:
    if not is_web_url(address):
        raise SourceError(
            f"{address!r} is not a web address. Give one such as https://news.example/."
        )
    response = fetcher.fetch(address, kind="document")
    if response.outcome is not None:
        hint = HINTS.get(response.outcome) if response.outcome in _HINTED else None
        advice = f"{hint[0].upper()}{hint[1:]}" if hint else "Try its feed's address"
        raise SourceError(f"{address}: {response.outcome} ({response.reason}). {advice}.")
    return response


def _from_feed(response: Response, fetcher: Fetcher) -> _Findings:
    address = response.moved_to or response.requested_url
    try:
        feed = read_feed(response.body, response.final_url, response.header("content-type"))
    except PageError as error:
        raise SourceError(f"{address}: {error.reason}.") from error
    homepage = feed.homepage if feed.homepage and is_web_url(feed.homepage) else _root(address)
    page = fetcher.fetch(homepage)
    urls = [entry.url for entry in feed.entries]
    name = feed.title or name_of(page.body) or host(homepage)
    source = Source(
        key=key_of(homepage, name),
        name=name,
        homepage=homepage,
        feeds=(address,),
        language=_language(feed.language) or language_of(page.body) or "en",
        hosts=_other_hosts(urls, homepage),
        allow_foreign=_is_of_many_sites(urls, homepage),
    )
    locales = tuple(filter(None, (feed.language, *locales_of(page.body))))
    notes = [f"feed with {len(feed.entries)} entries: {address}"]
    if source.allow_foreign:
        notes.append("its items lead to many sites, so links to other sites are followed")
    return _Findings(source, (feed.entries,), locales, page, tuple(notes))


def _from_sitemap(response: Response, fetcher: Fetcher) -> _Findings:
    address = response.moved_to or response.requested_url
    try:
        sitemap = read_sitemap(response.body, response.final_url, 5 * fetcher.max_body_bytes)
    except PageError as error:
        raise SourceError(f"{address}: {error.reason}.") from error
    homepage = _root(address)
    page = fetcher.fetch(homepage)
    name = name_of(page.body) or title_of(page.body) or host(homepage)
    source = Source(
        key=key_of(homepage, name),
        name=name,
        homepage=homepage,
        sitemaps=(address,),
        language=language_of(page.body) or "en",
    )
    what = f"{len(sitemap.entries)} entries and {len(sitemap.sitemaps)} further sitemaps"
    notes = (f"sitemap with {what}: {address}",)
    found = SiteSearch(response, fetcher).looked_into(address, sitemap)
    return _Findings(source, (found.entries,), locales_of(page.body), page, notes)


def _from_page(
    response: Response, kind: DocumentType, fetcher: Fetcher, tell: Callable[[str], None]
) -> _Findings:
    if kind not in ("html", "text"):
        raise SourceError(
            f"{response.requested_url} is neither a page, a feed nor a sitemap but {kind}. "
            "Give the outlet's homepage."
        )
    homepage = response.final_url
    search = SiteSearch(response, fetcher, tell)
    feeds = search.feeds()
    sitemaps = search.sitemaps()
    news = [sitemap for sitemap in sitemaps if sitemap.is_news]
    notes = []
    if not feeds and not news and sitemaps and _is_recent(sitemaps[0].entries, response):
        news = sitemaps
        notes.append(f"read for want of anything better, its entries are dated: {sitemaps[0].url}")
    documents: list[Sequence[Entry]] = [each.feed.entries for each in feeds]
    documents += [each.entries for each in news]
    sections = () if feeds or news else (homepage,)
    urls = [entry.url for entries in documents for entry in entries]
    name = _name(response.body, [each.feed.title for each in feeds]) or host(homepage)
    source = Source(
        key=key_of(homepage, name),
        name=name,
        homepage=homepage,
        feeds=tuple(each.url for each in feeds),
        sitemaps=tuple(each.url for each in news),
        sections=sections,
        language=language_of(response.body) or "en",
        hosts=_other_hosts(urls, homepage),
    )
    if sections:
        listed = _section(response, partial(is_onsite, source=source))
        if not listed:
            raise SourceError(
                f"{homepage} has no feed, no news sitemap and no link that looks like a story, so "
                "there is nothing to read. Give a page that lists stories, or a feed's address."
            )
        notes.append("no feed and no news sitemap: the page's article links are followed")
        documents.append(listed)
    stated = [each.feed.language for each in feeds if each.feed.language]
    locales = (*locales_of(response.body), *stated)
    return _Findings(source, tuple(documents), locales, response, tuple(notes), search)


def _section(response: Response, onsite: "partial[bool]") -> tuple[Entry, ...]:
    try:
        return read_section(response.body, response.final_url, onsite)
    except PageError:
        return ()


def _settled(findings: _Findings, articles: tuple[Article, ...]) -> Proposal:
    """Return the proposal with language, country, time zone and expectations."""
    notes = []
    source = findings.source
    language, why = _settled_language(source.language, articles)
    notes.append(f"language {language}: {why}")
    feeds = [feed for feed in source.feeds if service_of(feed) is None]
    country = country_of([source.homepage or "", *feeds], findings.locales)
    stated = [entry.published_at for entries in findings.documents for entry in entries]
    times = [time for time in (*stated, *(each.published_at for each in articles)) if time]
    if country.value is None:
        country = country_of_language(language, times)
    zone = time_zone_of(country.value, times, language)
    if country.value and not country.is_certain and not zone.value and with_offset(times):
        country = Finding(None, f"its pages or feeds state {country.value}, but {zone.why}")
        zone = time_zone_of(None, times, language)
    notes.append(f"country {country.value or 'left open'}: {country.why}")
    notes.append(f"time zone {zone.value or 'left open'}: {zone.why}")
    now = findings.page.fetched_at
    expected = read_expectations(findings.documents, now, zone.value)
    if expected.articles_a_day is None:
        notes.append("expectations left open: too few dated articles")
    else:
        notes.append(f"expectations: {expected.count} articles in {expected.days:.1f} days")
    age = (now.timestamp() - expected.newest) / 3600 if expected.newest else 0.0
    if expected.latest_age_hours and age > expected.latest_age_hours:
        notes.append(f"its newest article is {age:.0f} hours old: look whether it still publishes")
    settled = replace(
        source,
        language=language,
        country=country.value,
        time_zone=zone.value,
        articles_a_day=expected.articles_a_day,
        latest_age_hours=expected.latest_age_hours,
    )
    return Proposal(settled, tuple(notes), articles)


def _settled_language(stated: str, articles: Sequence[Article]) -> tuple[str, str]:
    """Return the language of most articles, else the stated one, and why."""
    counts = Counter(
        article.language
        for article in articles
        if article.outcome in _READ and article.text and article.language
    )
    total = counts.total()
    found, count = counts.most_common(1)[0] if counts else (None, 0)
    if found and count >= _AGREEING * total:
        return found, f"{count} of {total} articles read are in it"
    return stated, "as the pages or feeds state it, or English"


def _name(body: bytes, titles: Sequence[str | None]) -> str | None:
    """Return a site's name: as the page states it, else the first feed's title or the page's."""
    return name_of(body) or next((title for title in titles if title), None) or title_of(body)


def _is_recent(entries: Sequence[Entry], page: Response) -> bool:
    newest = newest_time(entries)
    return newest is not None and newest > page.fetched_at.timestamp() - _RECENT_DAYS * 86_400


def _other_hosts(urls: list[str], homepage: str) -> tuple[str, ...]:
    """Return the site of most entries of a feed, if none of them is on the homepage's site."""
    sites = Counter(site(url) for url in urls if is_web_url(url))
    if not sites or site(homepage) in sites or _is_of_many_sites(urls, homepage):
        return ()
    return (sites.most_common(1)[0][0],)


def _is_of_many_sites(urls: list[str], homepage: str) -> bool:
    """Tell whether a feed is an alert or an aggregator: no site has half of its entries."""
    sites = Counter(site(url) for url in urls if is_web_url(url))
    most = max(sites.values(), default=0)
    return len(sites) >= _FEWEST_SITES and site(homepage) not in sites and 2 * most < sites.total()


def _language(stated: str | None) -> str | None:
    """Return a language without its region ("en-gb" gives "en"), None if none is stated."""
    code = (stated or "").lower().partition("-")[0].strip()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None


def _root(url: str) -> str:
    return f"{urlsplit(url).scheme}://{authority(url)}/"
