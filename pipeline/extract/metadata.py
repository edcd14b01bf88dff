"""All that a page says of itself but its text: title, authors, times, section, tags, image.

Puts the readers of the head, of JSON-LD and of the marked elements together into an article
without text; what each fact was read from stands beside it. Knows nothing of bodies.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from lxml.html import HtmlElement

from pipeline.extract.authors import find_authors
from pipeline.extract.html_head import Head, canonical_url
from pipeline.extract.html_layout import Run
from pipeline.extract.json_ld import LinkedData
from pipeline.extract.microdata import Marked, author_lines, read_marked
from pipeline.extract.publication_times import find_times
from pipeline.extract.title import find_title, site_names
from pipeline.line_rules.credits import byline_agency, read_byline
from pipeline.models import Article
from pipeline.text import normalise, squeeze, storable, visible

_LONGEST_TITLE = 500
_LONGEST_SECTION = 80
_LONGEST_TAG = 60
_MOST_TAGS = 30
_META_SECTION = ("article:section", "section", "og:section", "parsely-section", "sailthru.section")
_META_TAGS = ("article:tag", "og:article:tag", "parsely-tags", "sailthru.tags")
_META_IMAGE = (
    "og:image:secure_url",
    "og:image",
    "og:image:url",
    "twitter:image",
    "twitter:image:src",
)
_NO_PICTURE = re.compile(
    r"(?:^|[/_.-])(?:logos?|placeholder|fallback|default|no-?(?:image|photo|picture)|"
    r"blank|spacer|pixel|1x1|favicon|avatars?|gravatar|site-?icon|apple-touch-icon|sprite)"
    r"(?:$|[/_.\d-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What came with a page from outside it."""

    url: str | None
    feed_title: str | None
    feed_published: str | None
    now: datetime


def read_metadata(
    root: HtmlElement, head: Head, data: LinkedData, runs: list[Run], known: Known
) -> Article:
    """Return the article without its text."""
    marked = read_marked(root)
    sites = site_names(head, data, known.url)
    title, title_origin = find_title(marked.headlines, head, data, known.url, known.feed_title)
    byline = find_authors(marked, head, data, runs, sites)
    times = find_times(
        root,
        marked,
        head,
        data,
        runs,
        title=title,
        url=known.url,
        feed_published=known.feed_published,
        now=known.now,
    )
    site = head.first("og:site_name") or data.publisher
    agency = next(filter(None, (byline_agency(n, site) for n in byline.organisations)), None)
    helper = None if agency else _helper(marked, head, data)
    sections = tuple(_sections(head, data, sites))
    return Article(
        url=known.url,
        canonical_url=canonical_url(known.url, (head.canonical, head.first("og:url"))),
        title=squeeze(visible(title))[:_LONGEST_TITLE] if title else None,
        title_origin=title_origin if title else None,
        text=None,
        authors=byline.names,
        authors_origin=byline.origin if byline.names else None,
        published_at=times.published,
        published_origin=times.published_origin,
        modified_at=times.modified,
        modified_origin=times.modified_origin,
        refused_dates=tuple(map(storable, times.refused)),
        language=data.language or head.language,
        section=sections[0] if sections else None,
        categories=tuple(dict.fromkeys(data.sections)),
        tags=tuple(_tags(head, data, sites))[:_MOST_TAGS],
        agency=agency or helper,
        credit_kind="part" if helper else None,
        site_name=site,
        image_url=next(_pictures(known.url, head, data), None),
    )


def _helper(marked: Marked, head: Head, data: LinkedData) -> str | None:
    """Return the agency that a byline names beside the author: "By Ines Moor, with AP"."""
    shown = (line for lines in author_lines(marked) for line in lines)
    credits = map(read_byline, (*data.authors, *head.all("author", "byl"), *shown))
    return next((credit.agency for credit in credits if credit and credit.kind == "part"), None)


def _sections(head: Head, data: LinkedData, sites: frozenset[str]) -> Iterator[str]:
    for text in (*data.sections, *head.all(*_META_SECTION), *data.breadcrumbs[1:2]):
        plain = squeeze(text)
        if 0 < len(plain) <= _LONGEST_SECTION and "://" not in plain and _bare(plain) not in sites:
            yield plain


def _tags(head: Head, data: LinkedData, sites: frozenset[str]) -> Iterator[str]:
    """Yield the tags of the first source that has any, each once, without the site's name."""
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
            usable = 0 < len(tag) <= _LONGEST_TAG and "://" not in tag and _bare(tag) not in sites
            if usable and plain not in seen:
                seen.add(plain)
                yield tag
        if seen:
            return


def _bare(name: str) -> str:
    return re.sub(r"\W+", "", normalise(name).removeprefix("the "))


def _pictures(url: str | None, head: Head, data: LinkedData) -> Iterator[str]:
    """Yield absolute URLs of lead images; logos, placeholders and inline data are none."""
    for link in (data.image, *head.all(*_META_IMAGE)):
        try:
            absolute = urljoin(url or "https:", link) if link else ""
        except ValueError:
            continue
        has_host = re.match(r"https?://[^/]+/.", absolute)
        if has_host and not _NO_PICTURE.search(absolute.partition("?")[0]):
            yield absolute
