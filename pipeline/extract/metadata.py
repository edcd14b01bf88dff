"""Read the metadata of a page: title, authors, times, language, section, tags, agency, image.

``read_metadata`` combines the meta tags, the JSON-LD and the marked elements into an article
without text. Each value has its origin beside it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin

from lxml.html import HtmlElement

from pipeline.extract.authors import find_authors
from pipeline.extract.html_head import Head, canonical_url, stated_addresses
from pipeline.extract.html_layout import TextBlock
from pipeline.extract.json_ld import LinkedData
from pipeline.extract.microdata import Microdata, read_microdata
from pipeline.extract.publication_times import find_times
from pipeline.extract.title import bare_name, find_title, site_names
from pipeline.line_rules.credits import byline_agency, read_byline
from pipeline.models import Article
from pipeline.text import normalise, squeeze, storable, visible

_MAX_TITLE_CHARS = 500
_MAX_SECTION_CHARS = 80
_MAX_TAG_CHARS = 60
_MAX_TAGS = 30
_META_SECTION = ("article:section", "section", "og:section", "parsely-section", "sailthru.section")
_META_TAGS = ("article:tag", "og:article:tag", "parsely-tags", "sailthru.tags")
_META_IMAGE = (
    "og:image:secure_url",
    "og:image",
    "og:image:url",
    "twitter:image",
    "twitter:image:src",
)
_PLACEHOLDER_IMAGE = re.compile(
    r"(?:^|[/_.-])(?:logos?|placeholder|fallback|default|no-?(?:image|photo|picture)|"
    r"blank|spacer|pixel|1x1|favicon|avatars?|gravatar|site-?icon|apple-touch-icon|sprite)"
    r"(?:$|[/_.\d-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PageContext:
    """What is known about a page from outside it."""

    url: str | None
    feed_title: str | None
    feed_published: str | None
    """ISO 8601."""
    now: datetime
    """A publication time after it is refused."""
    fetched_at: datetime | None = None
    """When the page was fetched; None where nobody knows."""


def read_metadata(
    root: HtmlElement, head: Head, data: LinkedData, blocks: list[TextBlock], context: PageContext
) -> Article:
    """Return an article with the metadata of a page and without text.

    Args:
        root: the page without scripts.
        head: its meta tags.
        data: its JSON-LD.
        blocks: its text blocks.
        context: what is known about it from outside.
    """
    microdata = read_microdata(root)
    sites = site_names(head, data, context.url)
    named = find_title(microdata.headlines, head, data, context.url, context.feed_title)
    title = _title(named.text)
    byline = find_authors(microdata, head, data, blocks, sites)
    times = find_times(
        root,
        microdata,
        head,
        data,
        blocks,
        title=title,
        url=context.url,
        feed_published=context.feed_published,
        fetched_at=context.fetched_at,
        now=context.now,
    )
    site = head.first("og:site_name") or data.publisher
    partial_agency = _partial_agency(microdata, head, data)
    agencies = filter(None, (byline_agency(n, site) for n in byline.organisations))
    agency = partial_agency or next(agencies, None)
    sections = tuple(_sections(head, data, sites))
    return Article(
        url=context.url,
        canonical_url=canonical_url(context.url, (head.canonical, head.first("og:url"))),
        title=title,
        title_origin=named.origin if title else None,
        title_alternatives=tuple(
            replace(each, title=text) for each in named.alternatives if (text := _title(each.title))
        ),
        text=None,
        authors=byline.names,
        authors_origin=byline.origin if byline.names else None,
        contributors=byline.contributors,
        published_at=times.published,
        published_origin=times.published_origin,
        modified_at=times.modified,
        modified_origin=times.modified_origin,
        refused_dates=tuple(map(storable, times.refused)),
        language=data.language or head.language,
        section=sections[0] if sections else None,
        categories=tuple(dict.fromkeys(data.sections)),
        tags=tuple(_tags(head, data, sites))[:_MAX_TAGS],
        agency=agency,
        credit_kind="part" if partial_agency else None,
        site_name=site,
        image_url=next(_lead_images(context.url, head, data), None),
        claims=stated_addresses(context.url, head, data.addresses),
    )


def _title(text: str | None) -> str | None:
    return squeeze(visible(text or ""))[:_MAX_TITLE_CHARS] or None


def _partial_agency(microdata: Microdata, head: Head, data: LinkedData) -> str | None:
    """Return the agency that a byline names beside an author, as in "By Ines Moor, with AP"."""
    shown = (line for lines in microdata.author_lines for line in lines)
    credits = map(read_byline, (*data.authors, *head.all("author", "byl"), *shown))
    return next((credit.agency for credit in credits if credit and credit.kind == "part"), None)


def _sections(head: Head, data: LinkedData, sites: frozenset[str]) -> Iterator[str]:
    """Yield the sections that JSON-LD, the meta tags and the first breadcrumb name."""
    for text in (*data.sections, *head.all(*_META_SECTION), *data.breadcrumbs[1:2]):
        plain = squeeze(text)
        if (
            0 < len(plain) <= _MAX_SECTION_CHARS
            and "://" not in plain
            and bare_name(plain) not in sites
        ):
            yield plain


def _tags(head: Head, data: LinkedData, sites: frozenset[str]) -> Iterator[str]:
    """Yield the tags of the first source that has any, each once and without the site's name."""
    sources: tuple[Iterable[str], ...] = (
        head.all(*_META_TAGS),
        data.keywords,
        head.all("news_keywords"),
        head.all("keywords"),
    )
    seen: set[str] = set()
    for source in sources:
        for tag in (part.strip(" #\"'") for line in source for part in re.split(r"[,;|]", line)):
            plain = normalise(tag)
            usable = (
                0 < len(tag) <= _MAX_TAG_CHARS and "://" not in tag and bare_name(tag) not in sites
            )
            if usable and plain not in seen:
                seen.add(plain)
                yield tag
        if seen:
            return


def _lead_images(url: str | None, head: Head, data: LinkedData) -> Iterator[str]:
    """Yield the absolute URLs of lead images, without logos, placeholders and inline data."""
    for link in (data.image, *head.all(*_META_IMAGE)):
        try:
            absolute = urljoin(url or "https:", link) if link else ""
        except ValueError:
            continue
        has_host = re.match(r"https?://[^/]+/.", absolute)
        if has_host and not _PLACEHOLDER_IMAGE.search(absolute.partition("?")[0]):
            yield absolute
