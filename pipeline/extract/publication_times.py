"""Find when a page was published and modified, with where it says so.

The sources in order: JSON-LD, meta tags, the feed, ``time`` elements, the URL, short lines near the
title, and last htmldate's guess. A time before 1990 or after tomorrow is refused, and so is a
modification before the publication. "Published" and "Updated" are distinguished by the markup
and by labels in many languages. ``line_rules.dates`` parses each time.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

from pipeline import urls
from pipeline.extract.html_head import Head
from pipeline.extract.html_layout import TextBlock, outward
from pipeline.extract.json_ld import LinkedData
from pipeline.extract.microdata import Microdata, is_outside_article, text_by_block
from pipeline.line_rules.calendar_words import UPDATED, month_number, time_ago, time_label
from pipeline.line_rules.dates import days_apart, instant, is_ambiguous, iso_time, stated_time
from pipeline.models import Origin
from pipeline.text import ends_sentence, normalise, one_line, word_count

_MAX_REFUSED = 10
"""Refused times that are stored with an article."""
_EARLIEST = date(1990, 1, 1)
"""Older times are errors: no page is older than the web."""
_META_PUBLISHED = (
    "article:published_time og:article:published_time datepublished article.published "
    "parsely-pub-date sailthru.date dc.date.issued pubdate publishdate publish-date publish_date "
    "publication_date cxenseparse:recs:publishtime og:published_time rnews:datepublished "
    "article:published citation_publication_date displaydate originalpublicationdate"
).split()
_META_DATED = "dcterms.created dc.date date dcterms.date".split()
"""Tags that may state when a page was made, changed or printed: what readers see precedes them."""
_META_MODIFIED = (
    "article:modified_time og:updated_time datemodified lastmod last-modified dcterms.modified "
    "article:updated revision_date"
).split()
_URL_DAY = re.compile(
    r"/((?:19|20)\d\d)(?:[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])|/([1-9])/([1-9]|[12]\d|3[01])|"
    r"/(1[0-2])/([1-9]))(?=[/_-]|\b)"
)
_URL_MONTH = re.compile(r"/((?:19|20)\d\d)/(0[1-9]|1[0-2])/")
_URL_WORDED = re.compile(r"/((?:19|20)\d\d)/([a-z]{3})[a-z]*/(\d\d?)(?=/)", re.IGNORECASE)
_MONTH_FIRST = frozenset(("en-us", "en-ph", "us", "ph", "gov", "mil", "edu"))
"""Locales and top-level domains of pages that write the month before the day."""
_GENERIC_COUNTRY_DOMAINS = frozenset("io co tv me ai fm cc ly gg to la im sh st ws am pm".split())
"""Country domains that sites of all countries use."""

_UPDATED = re.compile(UPDATED, re.IGNORECASE)
_DATE_FIGURES = re.compile(r"\d{4}|\d[./-]\d\d\b")
"""Figures of a date: lines without them are not parsed."""
_DATELINE = re.compile(
    r"(?!(?:On|Am|Le|El|In|Since|Seit|Depuis)\b)"
    r"([^\W\d_][^.!?–—|]{0,50}?(?:[^.!?–—|]|\.(?=\s?\d)|(?<=\d)\.|\.(?=\d)){4,40}?)"
    r"(?:\)\.?\s|\s*[|–—]\s|\s--?\s)"
)
_LINE_CHARS = 120
"""A longer block is no line of metadata."""
_RELATIVE_CHARS = 60
"""A longer block with "yesterday" is a sentence."""
_SENTENCE_WORDS = 8
"""A shorter text with a full stop is no sentence of the story."""
_PUBLISHED = re.compile(time_label("published"), re.IGNORECASE)
_EARLIER_STEP = re.compile(rf"{time_label('earlier')}\b", re.IGNORECASE)
"""How a line of a journal begins that dates a step before publication: "Received: 4 March 2022"."""
_BLOCKS_BELOW, _BLOCKS_ABOVE = 25, 4
"""Blocks below and above the title that may state a time."""
_ADDRESSES = ("href", "src", "srcset", "data-src", "data-srcset", "sizes", "style", "alt", "action")
"""Attributes that htmldate does not read. Without them it takes half the time."""
_GUESSED_LANGUAGES = "en de fr es it pt nl da sv nb pl tr ru ar ja ko zh id".split()
"""Languages in which htmldate reads a day. For a line that is none dateparser would compile the
words of all 200 that it has, once a process: 1.8 s and 32 MB; of these 0.4 s. On 2,366 pages the
days are the same."""
_RELATED = re.compile(r"related|recommend|read-?more|you-?may|more-?from", re.IGNORECASE)
_OUTER_TAGS = frozenset(("body", "main", "article"))
_NEAR = 8
"""Blocks from the title within which a time needs no label."""


_FURTHEST_WEST, _FURTHEST_EAST = timedelta(hours=-12), timedelta(hours=14)
_ZONE_STEP = timedelta(minutes=30)
"""Offsets of zones; those by quarters of an hour (Nepal, the Chatham Islands) are left out."""

Candidate = tuple[Origin, str | None]
"""A time as the page states it, and where."""


@dataclass(frozen=True, slots=True)
class Times:
    """When a page was published and modified, in ISO 8601 as the page states it, or None."""

    published: str | None = None
    published_origin: Origin | None = None
    modified: str | None = None
    modified_origin: Origin | None = None
    refused: tuple[str, ...] = ()
    """The times that were not believed, each with its origin: "json_ld 2099-01-01T00:00:00Z"."""


def find_times(
    root: HtmlElement,
    microdata: Microdata,
    head: Head,
    data: LinkedData,
    blocks: list[TextBlock],
    *,
    title: str | None,
    url: str | None,
    feed_published: str | None,
    fetched_at: datetime | None,
    now: datetime,
) -> Times:
    """Return the times of a page, each with its origin.

    Args:
        root: the page without scripts.
        microdata: its marked elements.
        head: its meta tags.
        data: its JSON-LD.
        blocks: its text blocks.
        title: the article's title, near which lines with times are looked for.
        url: where the page was found, or None.
        feed_published: the publication time that a feed gives the page, ISO 8601, or None.
        fetched_at: when the page was fetched, if that is known: "3 hours ago" counts from it.
        now: the present time.
    """
    marked, marked_changes, printed = _marked_times(microdata)
    selection = _TimeSelection(now, _writes_day_first(head, url))
    selection.add_published(
        [
            ("json_ld", data.published),
            *(("meta", text) for text in head.all(*_META_PUBLISHED)),
            ("feed", feed_published),
            *(("visible", text) for text in marked[:1]),
            ("url", _url_day(url)),
        ]
    )
    needs_lines = selection.is_in_utc or not selection.is_exact
    lines, changed_lines = _times_near_title(blocks, title) if needs_lines else ([], [])
    selection.add_published(
        [
            *(("visible", text) for text in lines),
            *(("meta", text) for text in head.all(*_META_DATED)),
        ]
    )
    stated = head.all(*_META_PUBLISHED, *_META_DATED)
    selection.move_to_own_zone((*printed[:1], *lines), (*marked[:1], _url_day(url), *stated))
    if selection.published is None and fetched_at:
        selection.add_published([("visible", _relative_day(blocks, title, fetched_at))])
    if selection.published is None:
        selection.add_published([("visible", _day_of_dateline(blocks, title))])
    if selection.published is None and not selection.is_undecided:
        selection.add_published([("visible", _guess_day(root, url, blocks))])
    selection.add_modified(
        [
            ("json_ld", data.modified),
            *(("meta", text) for text in head.all(*_META_MODIFIED)),
            *(("visible", text) for text in (*marked_changes[:1], *changed_lines[:1])),
        ]
    )
    return selection.times()


class _TimeSelection:
    """Choose the best of the candidates, which come in order, and keep those that are refused."""

    def __init__(self, now: datetime, day_first: bool | None) -> None:
        self.now = now
        self.day_first = day_first
        self.published: tuple[str, Origin] | None = None
        self.modified: tuple[str, Origin] | None = None
        self.refused: dict[str, None] = {}
        self.is_undecided = False
        """Whether a day in figures can be read two ways and nothing decides which."""

    @property
    def is_exact(self) -> bool:
        return self.published is not None and _precision(self.published[0]) > 0

    def add_published(self, candidates: Iterable[Candidate]) -> None:
        """Take the first plausible time, or a later one that says more about the same time."""
        for origin, stated in self._plausible(candidates):
            if self.published is None or _says_more(stated, self.published[0]):
                self.published = stated, origin

    @property
    def is_in_utc(self) -> bool:
        return self.published is not None and self.published[0].endswith("+00:00")

    def move_to_own_zone(self, shown: Iterable[str], others: Iterable[str | None]) -> None:
        """State a time that is given in UTC in the page's own zone if that changes the day.

        A clock shown to readers or another statement of the same instant tells the zone. Where only
        a day is shown, or is part of the address, the offset is the smallest that gives this day:
        the instant stays exact, the clock may not be the page's. A shown day that is the one in UTC
        settles it: the day in an address may be that of the draft.

        Args:
            shown: what readers see near the headline.
            others: further statements of the publication, and the day in the address.
        """
        if not self.is_in_utc or self.published is None:
            return
        stated, origin = self.published
        at = datetime.fromisoformat(stated)
        seen = list(shown)
        for text in (*seen, *others):
            local = iso_time(text, day_first=self.day_first)
            if local is None:
                continue
            if local[:10] == stated[:10]:
                if text in seen:
                    return
            elif (offset := offset_of_local(at, local)) is not None:
                self.published = at.astimezone(timezone(offset)).isoformat(), origin
                return

    def add_modified(self, candidates: Iterable[Candidate]) -> None:
        """Take the first time that is not before the publication, as that of a draft is."""
        for origin, stated in self._plausible(candidates):
            if self.published is not None and _is_before(stated, self.published[0]):
                self._refuse(origin, f"{stated} modified before published")
            elif self.modified is None or _says_more(stated, self.modified[0]):
                self.modified = stated, origin

    def _plausible(self, candidates: Iterable[Candidate]) -> Iterator[tuple[Origin, str]]:
        """Yield the plausible candidates as ISO 8601; keep the others as refused."""
        listed = list(candidates)
        for origin, text in listed:
            stated = stated_time(text, day_first=self.day_first)
            if is_ambiguous(text):
                others = [other for _, other in listed if other != text]
                stated = self._decided(text, others) or stated
                self.is_undecided |= stated is None
            if stated is None:
                continue
            if _is_plausible(stated, self.now):
                yield origin, stated
            else:
                self._refuse(origin, one_line(text or "", 60))

    def _decided(self, text: str | None, others: list[str | None]) -> str | None:
        """Return the reading of "03/05/2026" that another time confirms, or the only past one."""
        readings = [iso_time(text, day_first=day_first) for day_first in (True, False)]
        past = [r for r in readings if r is not None and _is_plausible(r, self.now)]
        known = [day for other in others if (day := iso_time(other))]
        known += [self.published[0]] if self.published else []
        near = [r for r in past if any(abs(days_apart(r, day)) <= 1 for day in known)]
        chosen = near or past
        return chosen[0] if len(chosen) == 1 else None

    def _refuse(self, origin: Origin, text: str) -> None:
        self.refused[f"{origin} {text}"] = None

    def times(self) -> Times:
        published, origin = self.published or (None, None)
        modified, modified_origin = self.modified or (None, None)
        return Times(
            published, origin, modified, modified_origin, tuple(self.refused)[:_MAX_REFUSED]
        )


def offset_of_local(at: datetime, local: str) -> timedelta | None:
    """Return the offset of the zone in which an instant is a stated local time or day, or None.

    >>> at = datetime.fromisoformat("2026-11-09T01:49:09+00:00")
    >>> offset_of_local(at, "2026-11-08T17:49:00") == timedelta(hours=-8)
    True
    >>> offset_of_local(at, "2026-11-08") == timedelta(hours=-2)
    True
    >>> offset_of_local(at, "2026-11-08T17:32:00") is None
    True
    """
    there = datetime.fromisoformat(local)
    plain = at.replace(tzinfo=None, second=0, microsecond=0)
    if there.tzinfo is not None:
        is_same = abs(there - at) < timedelta(minutes=1)
        return there.utcoffset() if is_same else None
    if _precision(local) > 0:
        offset = there.replace(second=0, microsecond=0) - plain
        return (
            offset
            if _FURTHEST_WEST <= offset <= _FURTHEST_EAST and not offset % _ZONE_STEP
            else None
        )
    hour = timedelta(hours=1)
    offset = hour * (-1 - plain.hour if there.date() < plain.date() else 24 - plain.hour)
    is_next = abs(there.date() - plain.date()) == timedelta(days=1)
    return offset if is_next and _FURTHEST_WEST <= offset <= _FURTHEST_EAST else None


def _precision(stated: str) -> int:
    """Rank a stated time: 0 for a day, 1 for a time, 2 for a time with an offset.

    Midnight counts as a day, since content systems write it for one.
    """
    if len(stated) == 10 or stated[11:19] == "00:00:00":
        return 0
    return 1 if len(stated) == 19 else 2


def _says_more(stated: str, than: str) -> bool:
    """Tell whether a candidate adds the time to the same day, or the offset to the same time."""
    known = _precision(than)
    same = 10 if known == 0 else 16
    return _precision(stated) > known and stated[:same] == than[:same]


def _is_before(modified: str, published: str) -> bool:
    """Tell whether a modification is more than a minute before the publication.

    Where a time or an offset is missing, it must be more than a day before it.
    """
    one, other = instant(modified), instant(published)
    if one and other and _precision(published) and _precision(modified):
        return one < other - timedelta(minutes=1)
    return days_apart(modified, published) > 1


def _is_plausible(stated: str, now: datetime) -> bool:
    """Tell whether a time is between 1990 and a day after now, since clocks and zones differ."""
    try:
        day = date.fromisoformat(stated[:10])
    except ValueError:
        return False
    return _EARLIEST <= day <= now.date() + timedelta(days=1)


def _writes_day_first(head: Head, url: str | None) -> bool | None:
    """Tell whether a page writes the day before the month in figures; None where it is not known.

    The language, the region and the domain decide. Only American and Philippine English put the
    month first; "en" on a .com may be either.
    """
    locale = (head.locale or "").replace("_", "-")
    domain = urls.host(url).rpartition(".")[2] if url else ""
    for name in (locale, domain):
        if name in _MONTH_FIRST:
            return False
    if locale and not locale.startswith("en"):
        return True
    is_country = len(domain) == 2 and domain not in _GENERIC_COUNTRY_DOMAINS
    return True if len(locale) > 2 or is_country else None


def _marked_times(microdata: Microdata) -> tuple[list[str], list[str], list[str]]:
    """Return the marked times in the page's body: of publication, of modification, as printed."""
    published: list[str] = []
    changed: list[str] = []
    printed: list[str] = []
    for element in sorted(microdata.times, key=lambda e: e.get("itemprop") is None):
        if is_outside_article(element, microdata.containers):
            continue
        stated = element.get("datetime") or element.get("content") or ""
        shown = text_by_block(element)
        first = iso_time(split_updated(shown)[0])
        text = stated if iso_time(stated, day_first=True) else shown
        names = f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower()
        is_change = re.search(r"modified|updated", names) and "publish" not in names
        is_other = (
            _PUBLISHED.search(shown)
            and first
            and abs(days_apart(first, iso_time(stated) or first)) > 1
        )
        if (
            is_other and not is_change
        ):  # "Posted: 3 May 2024 | Updated 5 May" with the latter's datetime
            published.append(split_updated(shown)[0])
            changed.append(text)
            continue
        if is_change or _is_labelled_updated(element):
            changed.append(text)
        else:
            published.append(text)
            printed += [shown] if first and shown != element.get("content") else []
    return [t for t in published if t], [t for t in changed if t], printed


def _is_labelled_updated(element: HtmlElement) -> bool:
    """Tell whether the text before an element, or in it, says "Updated"."""
    before = element.getprevious()
    parent = element.getparent()
    label = (parent.text if before is None and parent is not None else None) or ""
    label = label or (before.tail or text_by_block(before)[-40:] if before is not None else "")
    return bool(_UPDATED.search(f"{label} {(element.text or '')[:30]}"))


def _times_near_title(blocks: list[TextBlock], title: str | None) -> tuple[list[str], list[str]]:
    """Return the times in short lines near the title: of publication, and of modification.

    Directly above or below the title any line counts, the nearest first. Further down only a line
    with a label such as "Published" counts, since the dates of other stories are there, too.
    """
    title_at = _title_index(blocks, title)
    start, end = max(0, title_at - _BLOCKS_ABOVE), min(len(blocks), title_at + _BLOCKS_BELOW)
    published: list[str] = []
    changed: list[str] = []
    for index in sorted(range(start, end), key=lambda index: abs(index - title_at)):
        text = blocks[index].text
        if len(text) > _LINE_CHARS or _is_prose_sentence(text) or not _DATE_FIGURES.search(text):
            continue
        if _EARLIER_STEP.match(text) or _is_related_story(blocks[index].element):
            continue
        first, later = split_updated(text)
        is_near = abs(index - title_at) <= _NEAR or _PUBLISHED.search(text)
        published += [first] if is_near and _has_time(first) else []
        changed += [later] if _has_time(later) else []
    return published[:1], changed


def _relative_day(blocks: list[TextBlock], title: str | None, fetched_at: datetime) -> str | None:
    """Return the day of the first "3 hours ago" or "Yesterday, 10:15" directly below the title."""
    at = _title_index(blocks, title)
    for block in blocks[at + 1 : at + 1 + _NEAR]:
        ago = time_ago(block.text) if len(block.text) <= _RELATIVE_CHARS else None
        if ago is not None and not _is_related_story(block.element):
            return (fetched_at - ago).date().isoformat()
    return None


def _day_of_dateline(blocks: list[TextBlock], title: str | None) -> str | None:
    """Return the day with which the first paragraph opens: "OSLO, Jan. 5, 2026 /Wire/ -- …"."""
    below = blocks[_title_index(blocks, title) + 1 :][:_BLOCKS_BELOW]
    opening = next((found for b in below if (found := _DATELINE.match(b.text))), None)
    return iso_time(opening[1]) if opening else None


def _is_prose_sentence(text: str) -> bool:
    """Tell whether a text is a sentence of the story, whose dates are those of events.

    >>> _is_prose_sentence("The council will meet again on October 12, 2026, in the old hall.")
    True
    >>> _is_prose_sentence("Published on October 12, 2026, by Greta Holm of the Emberley Post.")
    False
    """
    is_sentence = word_count(text) >= _SENTENCE_WORDS and ends_sentence(text)
    return bool(is_sentence) and not _PUBLISHED.search(text)


def _is_related_story(element: HtmlElement) -> bool:
    """Tell whether an element belongs to a related story, by class names of it and around it."""
    around = (e for e in outward(element, 3) if e.tag not in _OUTER_TAGS)
    return any(_RELATED.search(e.get("class") or "") for e in around)


def split_updated(text: str) -> tuple[str, str]:
    """Split a line into what it says about the publication and about the modification.

    >>> split_updated("3 May 2024 | Updated 4 May 2024")
    ('3 May 2024 | ', 'Updated 4 May 2024')
    """
    label = _UPDATED.search(text)
    border = label.start() if label else len(text)
    if label and (published := _PUBLISHED.search(text, label.end())):
        return text[published.start() :], text[border : published.start()]
    return text[:border], text[border:]


def _title_index(blocks: list[TextBlock], title: str | None) -> int:
    """Return the index of the block with the title, else of the first ``h1``, else 0."""
    key = normalise(title or "")
    exact = (index for index, block in enumerate(blocks) if block.key == key)
    headlines = [index for index, block in enumerate(blocks) if block.tag == "h1"]
    inside = (index for index in headlines if key and key in blocks[index].key)
    return next(inside, next(exact, headlines[0] if headlines else 0))


def _has_time(text: str) -> bool:
    return iso_time(text, day_first=True) is not None


def _url_day(url: str | None) -> str | None:
    """Return the day in a URL's path as ISO 8601, or None."""
    if not url:
        return None
    if found := _URL_DAY.search(url):
        return iso_time("/".join(filter(None, found.groups())))
    if found := _URL_WORDED.search(url):
        return iso_time(f"{found[3]} {found[2].title()} {found[1]}")
    return None


def _guess_day(root: HtmlElement, url: str | None, blocks: list[TextBlock]) -> str | None:
    """Return the day that htmldate finds in the page, or None. It takes 10 ms and more.

    A day that is found only in sentences is that of an event: "The council will meet again on
    October 12, 2026."
    """
    find_date = _find_date()
    # Its patterns read the whole markup, where days in addresses of pictures are none of the page.
    page = deepcopy(root)
    etree.strip_attributes(page, *_ADDRESSES)
    try:
        found = find_date(page, original_date=True, url=url, outputformat="%Y-%m-%d")
    except ImportError:  # a library is missing: no fault of the page
        raise
    except Exception:  # whatever arbitrary markup breaks in the library: there is no day then
        return None
    # htmldate returns "2020-01-01" where it finds only a year, as in a copyright line, and the
    # first of the month where the address has only a month.
    if not found or str(found).endswith("-01-01"):
        return None
    day = date.fromisoformat(str(found))
    month = _URL_MONTH.search(url or "")
    if month and (day.day == 1 or (day.year, day.month) != (int(month[1]), int(month[2]))):
        return None
    showing = [block for block in blocks if _contains_day(block.text, day)]
    return None if showing and all(map(_is_other_day, showing)) else str(found)


@lru_cache(maxsize=1)
def _find_date() -> Callable[..., str | None]:
    """Return htmldate's search, kept to ``_GUESSED_LANGUAGES``."""
    from htmldate import find_date
    from htmldate.extractors import get_external_parser

    get_external_parser().languages = _GUESSED_LANGUAGES
    return find_date


def _is_other_day(block: TextBlock) -> bool:
    """Tell whether the day in a block is that of an event or of a related story."""
    return _is_prose_sentence(block.text) or _is_related_story(block.element)


def _contains_day(text: str, day: date) -> bool:
    """Tell whether a text contains the year, the month and the day of a date, in any order."""
    parts = re.findall(r"[^\W\d_]+|\d+", text)
    numbers = {int(part) for part in parts if part.isdecimal() and len(part) <= 4}
    if day.year not in numbers or day.day not in numbers:
        return False
    months = (month_number(part.lower()) for part in parts if part.isalpha())
    return day.month in numbers or day.month in months
