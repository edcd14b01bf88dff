"""The wizard: propose a working source file for a homepage or a feed."""

from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from pipeline.discover.document_type import document_type, gunzipped
from pipeline.discover.feeds import Feed, read_feed
from pipeline.discover.page_hints import feeds_of, language_of, name_of, title_of
from pipeline.discover.sitemaps import read_sitemap
from pipeline.errors import PageError, SourceError
from pipeline.fetch.fetcher import Fetcher
from pipeline.models import Response, Source
from pipeline.sources.files import source_toml
from pipeline.sources.keys import key_of
from pipeline.urls import authority, host, is_web_url, site

_MAX_FEEDS = 5
_USUAL_FEEDS = ("/feed/", "/rss.xml", "/feed.xml", "/atom.xml", "/rss")
"""Paths that are tried in this order if the page names no feed."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A source whose documents were read, and how they were found."""

    source: Source
    notes: tuple[str, ...]
    """What was read and used or not, one line each, for the operator."""


def propose(url: str, fetcher: Fetcher) -> str:
    """Return the TOML text of a source for a homepage or a feed.

    Raises:
        SourceError: the address cannot be read; the message says why and what to try.
    """
    proposal = propose_source(url, fetcher)
    return source_toml(proposal.source, f"Proposed by `dateline source add {url}`; edit freely.")


def propose_source(url: str, fetcher: Fetcher) -> Proposal:
    """Read a homepage with its feeds and the sitemaps of its robots.txt, or a feed.

    Raises:
        SourceError: the address cannot be read; the message says why and what to try.
    """
    address = url if "://" in url else f"https://{url}"
    response = _fetch(address, fetcher)
    if document_type(gunzipped(response.body, fetcher.max_body_bytes)) in ("feed", "json_feed"):
        return _from_feed(address, response, fetcher)
    return _from_homepage(response, fetcher)


def _fetch(address: str, fetcher: Fetcher) -> Response:
    if not is_web_url(address):
        raise SourceError(
            f"{address!r} is not a web address. Give one such as https://news.example/."
        )
    response = fetcher.fetch(address, kind="document")
    if response.outcome is not None:
        raise SourceError(
            f"{address}: {response.outcome} ({response.reason}). Try its feed's address."
        )
    return response


def _from_feed(address: str, response: Response, fetcher: Fetcher) -> Proposal:
    try:
        feed = read_feed(response.body, response.final_url, response.header("content-type"))
    except PageError as error:
        raise SourceError(f"{address}: {error.reason}.") from error
    homepage = feed.homepage if feed.homepage and is_web_url(feed.homepage) else _root(address)
    source = Source(
        key=key_of(homepage),
        name=feed.title or host(homepage),
        homepage=homepage,
        feeds=(address,),
        language=_language(feed.language),
        hosts=_other_hosts([entry.url for entry in feed.entries], homepage),
    )
    return Proposal(source, (f"feed with {len(feed.entries)} entries: {address}",))


def _from_homepage(response: Response, fetcher: Fetcher) -> Proposal:
    homepage = response.final_url
    named = feeds_of(response.body, homepage)
    feeds = _working_feeds(named, fetcher, enough=_MAX_FEEDS)
    if not feeds:
        guesses = tuple(urljoin(homepage, path) for path in _USUAL_FEEDS)
        feeds = _working_feeds(guesses, fetcher, enough=1)
    notes = [f"feed with {len(feed.entries)} entries: {url}" for url, feed in feeds.items()]
    source = Source(
        key=key_of(homepage),
        name=_name(response.body, feeds) or host(homepage),
        homepage=homepage,
        feeds=tuple(feeds),
        language=language_of(response.body) or "en",
    )
    sitemaps = _news_sitemaps(homepage, fetcher, notes)
    sections = () if source.feeds or sitemaps else (homepage,)
    if sections:
        notes.append("no feed and no news sitemap: the homepage's article links are followed")
    return Proposal(replace(source, sitemaps=sitemaps, sections=sections), tuple(notes))


def _name(body: bytes, feeds: dict[str, Feed]) -> str | None:
    """Return a site's name: as the page states it, else the first feed's title or the page's."""
    titles = [feed.title for feed in feeds.values() if feed.title]
    return name_of(body) or next(iter(titles), None) or title_of(body)


def _working_feeds(urls: tuple[str, ...], fetcher: Fetcher, enough: int) -> dict[str, Feed]:
    """Return the feeds that can be read and have entries, without comment feeds."""
    found: dict[str, Feed] = {}
    for url in urls:
        if len(found) >= enough or "comment" in url.lower():
            continue
        response = fetcher.fetch(url, kind="document")
        if response.outcome is not None:
            continue
        try:
            feed = read_feed(response.body, response.final_url, response.header("content-type"))
        except PageError:
            continue
        if feed.entries:
            found[url] = feed
    return found


def _news_sitemaps(homepage: str, fetcher: Fetcher, notes: list[str]) -> tuple[str, ...]:
    """Return the news sitemaps that robots.txt names; other sitemaps list a site's whole past."""
    found: list[str] = []
    for url in fetcher.sitemaps(homepage):
        if not is_web_url(url) or site(url) != site(homepage) or len(found) >= _MAX_FEEDS:
            continue
        response = fetcher.fetch(url, kind="document")
        try:
            sitemap = read_sitemap(response.body, url, fetcher.max_body_bytes)
        except PageError:
            continue
        if "news" in urlsplit(url).path or any(entry.published_at for entry in sitemap.entries):
            found.append(url)
            notes.append(f"news sitemap: {url}")
        else:
            notes.append(f"not used, not a news sitemap: {url}")
    return tuple(found)


def _other_hosts(urls: list[str], homepage: str) -> tuple[str, ...]:
    """Return the site of most entries of a feed, if none of them is on the homepage's site."""
    sites = [site(url) for url in urls if is_web_url(url)]
    if not sites or site(homepage) in sites:
        return ()
    most = max(set(sites), key=sites.count)
    return (most,)


def _language(stated: str | None) -> str:
    """Return a language without its region ("en-gb" gives "en"), English if none is stated."""
    code = (stated or "en").lower().partition("-")[0].strip()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else "en"


def _root(url: str) -> str:
    return f"{urlsplit(url).scheme}://{authority(url)}/"
