"""When a page was published and modified, and where it says so; what cannot be is refused.

A time is believed between 1990 and tomorrow. Sources in order: JSON-LD, meta tags, the feed, what a
reader sees (``time`` elements), the URL, then lines below the title, and htmldate's guess where
nothing else is known. Knows nothing of articles.

The times that a reader sees: in ``time`` elements, and in the short lines around the title.

Tells "Published" from "Updated" by the markup and by labels in many languages. Knows nothing of
what a page says of itself elsewhere.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice

from lxml.html import HtmlElement

from pipeline import urls
from pipeline.extract.html_head import Head
from pipeline.extract.html_layout import Run
from pipeline.extract.json_ld import LinkedData
from pipeline.extract.microdata import Marked, is_elsewhere, lined_text
from pipeline.line_rules.dates import days_apart, instant, is_ambiguous, iso_time, month_number
from pipeline.models import Origin
from pipeline.text import ends_sentence, normalise, one_line, word_count

_UPDATED = re.compile(
    r"(?:last |zuletzt |dernière |última |ultimo |ultima )?(?:up-?dated?|modified|revised|edited|"
    r"aktualisiert|geändert|mise? à jour|màj|modifié|actuali[sz]a\w+|aggiorna\w+|modifica|"
    r"atualiza\w+|bijgewerkt|gewijzigd|uppdatera\w+|oppdatert|opdateret|päivitetty|aktuali\w+|"
    r"обновл\w+|изменен\w+|güncelle\w+|diperbarui|更新|수정)",
    re.IGNORECASE,
)
_LINE_CHARS = 120
_SENTENCE_WORDS = 8
_PUBLISHED = re.compile(
    r"publish|posted|written|created|erschienen|veröffentlicht|erstellt|publi[ée]|publicado|"
    r"pubblicato|gepubliceerd|geplaatst|publicerad|publisert|julkaistu|opublikowan|опубликован|"
    r"yayın|diterbitkan|发布|發布|입력",
    re.IGNORECASE,
)
_LINE_RUNS = 25
_ABOVE = 4
_RELATED = re.compile(r"related|recommend|read-?more|you-?may|more-?from", re.IGNORECASE)
_OUTER = frozenset(("body", "main", "article"))
_NEAR = 8


def visible_times(marked: Marked) -> tuple[list[str], list[str]]:
    """Return the marked times of publication in the page's body, and those of changes."""
    published: list[str] = []
    changed: list[str] = []
    for element in sorted(marked.times, key=lambda e: e.get("itemprop") is None):
        if is_elsewhere(element, marked.frames):
            continue
        stated = element.get("datetime") or element.get("content") or ""
        text = stated if iso_time(stated, day_first=True) else lined_text(element)
        names = f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower()
        is_change = re.search(r"modified|updated", names) and "publish" not in names
        (changed if is_change or _is_labelled_updated(element) else published).append(text)
    return [t for t in published if t], [t for t in changed if t]


def _is_labelled_updated(element: HtmlElement) -> bool:
    before = element.getprevious()
    parent = element.getparent()
    label = (parent.text if before is None and parent is not None else None) or ""
    label = label or (before.tail or lined_text(before)[-40:] if before is not None else "")
    return bool(_UPDATED.search(f"{label} {(element.text or '')[:30]}"))


def line_times(runs: list[Run], title: str | None) -> tuple[list[str], list[str]]:
    """Return the times in the short lines around the title: of publication, and of changes.

    Right above or below the title any line counts, nearest first; further down only one that says
    "Published", since the days of other stories stand there too.
    """
    at = title_place(runs, title)
    around = range(max(0, at - _ABOVE), min(len(runs), at + _LINE_RUNS))
    published: list[str] = []
    changed: list[str] = []
    for place in sorted(around, key=lambda place: abs(place - at)):
        text = runs[place].text
        if len(text) > _LINE_CHARS or is_told(text) or not re.search(r"\d{4}|\d[./-]\d\d\b", text):
            continue
        if is_related(runs[place].parent):
            continue
        first, later = parted(text)
        is_near = abs(place - at) <= _NEAR or _PUBLISHED.search(text)
        published += [first] if is_near and _reads(first) else []
        changed += [later] if _reads(later) else []
    return published[:1], changed


def is_told(text: str) -> bool:
    """Tell a sentence of the story, whose days are those of its events, from a line of facts.

    >>> is_told("The council will meet again on October 12, 2026, in the old hall.")
    True
    >>> is_told("Published on October 12, 2026, by Greta Holm of the Emberley Post.")
    False
    """
    is_sentence = word_count(text) >= _SENTENCE_WORDS and ends_sentence(text)
    return bool(is_sentence) and not _PUBLISHED.search(text)


def is_related(element: HtmlElement) -> bool:
    """Tell the day of a related story by what the line or the boxes around it are called."""
    around = (element, *islice(element.iterancestors(), 2))
    return any(_RELATED.search(e.get("class") or "") for e in around if e.tag not in _OUTER)


def parted(text: str) -> tuple[str, str]:
    """Part a line into what it says of publication and what it says of changes.

    >>> parted("3 May 2024 | Updated 4 May 2024")
    ('3 May 2024 | ', 'Updated 4 May 2024')
    """
    label = _UPDATED.search(text)
    border = label.start() if label else len(text)
    if label and (behind := _PUBLISHED.search(text, label.end())):
        return text[behind.start() :], text[border : behind.start()]
    return text[:border], text[border:]


def title_place(runs: list[Run], title: str | None) -> int:
    """Return where the title stands in the layout: the run that it is, else the first ``h1``."""
    key = normalise(title or "")
    exact = (place for place, run in enumerate(runs) if run.key == key)
    headlines = [place for place, run in enumerate(runs) if run.tag == "h1"]
    inside = (place for place in headlines if key and key in runs[place].key)
    return next(inside, next(exact, headlines[0] if headlines else 0))


def _reads(text: str) -> bool:
    return iso_time(text, day_first=True) is not None


EARLIEST = date(1990, 1, 1)
META_PUBLISHED = (
    "article:published_time og:article:published_time datepublished article.published "
    "parsely-pub-date sailthru.date dc.date.issued dcterms.created dc.date pubdate publishdate "
    "publish-date publish_date "
    "date publication_date cxenseparse:recs:publishtime og:published_time rnews:datepublished "
    "article:published citation_publication_date dcterms.date displaydate originalpublicationdate"
).split()
META_MODIFIED = (
    "article:modified_time og:updated_time datemodified lastmod last-modified dcterms.modified "
    "article:updated revision_date"
).split()
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_-]|\b)")
_URL_WORDED = re.compile(r"/((?:19|20)\d\d)/([a-z]{3})[a-z]*/(\d\d?)(?=/)", re.IGNORECASE)
_MONTH_FIRST = frozenset(("en-us", "en-ph", "us", "ph", "gov", "mil", "edu"))
_FOR_ALL = frozenset("io co tv me ai fm cc ly gg to la im sh st ws am pm".split())
"""Country domains that the world uses: they tell nothing of a country."""

Candidate = tuple[Origin, str | None]


@dataclass(frozen=True, slots=True)
class Times:
    """When a page says it was published and modified, ISO 8601, and what was not believed."""

    published: str | None = None
    published_origin: Origin | None = None
    modified: str | None = None
    modified_origin: Origin | None = None
    refused: tuple[str, ...] = ()


def find_times(
    root: HtmlElement,
    marked: Marked,
    head: Head,
    data: LinkedData,
    runs: list[Run],
    *,
    title: str | None,
    url: str | None,
    feed_published: str | None,
    now: datetime,
) -> Times:
    """Return the page's times, each with its origin; see the module for the order."""
    shown, shown_changes = visible_times(marked)
    told = _Reader(now, writes_day_first(head, url))
    told.published(
        [
            ("json_ld", data.published),
            *(("meta", text) for text in head.all(*META_PUBLISHED)),
            ("feed", feed_published),
            *(("visible", text) for text in shown[:1]),
            ("url", url_day(url)),
        ]
    )
    lines, changed_lines = line_times(runs, title) if not told.is_exact else ([], [])
    told.published([("visible", text) for text in lines])
    if told.found is None and not told.is_undecided:
        told.published([("visible", guessed_day(root, url, runs))])
    told.modified(
        [
            ("json_ld", data.modified),
            *(("meta", text) for text in head.all(*META_MODIFIED)),
            *(("visible", text) for text in (*shown_changes[:1], *changed_lines[:1])),
        ]
    )
    return told.times()


class _Reader:
    """Takes candidates in order; remembers the best one and all that it did not believe."""

    def __init__(self, now: datetime, day_first: bool | None) -> None:
        self.now = now
        self.day_first = day_first
        self.found: tuple[str, Origin] | None = None
        self.changed: tuple[str, Origin] | None = None
        self.refused: dict[str, None] = {}
        self.is_undecided = False

    @property
    def is_exact(self) -> bool:
        return self.found is not None and _precision(self.found[0]) > 0

    def published(self, candidates: Iterable[Candidate]) -> None:
        for origin, stated in self._plausible(candidates):
            if self.found is None or _says_more(stated, self.found[0]):
                self.found = stated, origin

    def modified(self, candidates: Iterable[Candidate]) -> None:
        """Take the first time that is not before the publication: a draft's is no change."""
        for origin, stated in self._plausible(candidates):
            if self.found is not None and _is_before(stated, self.found[0]):
                self._refuse(origin, f"{stated} modified before published")
            elif self.changed is None or _says_more(stated, self.changed[0]):
                self.changed = stated, origin

    def _plausible(self, candidates: Iterable[Candidate]) -> Iterator[tuple[Origin, str]]:
        listed = list(candidates)
        for origin, text in listed:
            stated = iso_time(text, day_first=self.day_first)
            if stated is None and is_ambiguous(text):
                stated = self._decided(text, [other for _, other in listed if other != text])
                self.is_undecided |= stated is None
            if stated is None:
                continue
            if is_plausible(stated, self.now):
                yield origin, stated
            else:
                self._refuse(origin, one_line(text or "", 60))

    def _decided(self, text: str | None, others: list[str | None]) -> str | None:
        """Read "03/05/2026" the way another time of the page bears out, or the only past way."""
        readings = [iso_time(text, day_first=way) for way in (True, False)]
        past = [r for r in readings if r is not None and is_plausible(r, self.now)]
        known = [day for other in others if (day := iso_time(other))]
        known += [self.found[0]] if self.found else []
        near = [r for r in past if any(abs(days_apart(r, day)) <= 1 for day in known)]
        chosen = near or past
        return chosen[0] if len(chosen) == 1 else None

    def _refuse(self, origin: Origin, text: str) -> None:
        self.refused[f"{origin} {text}"] = None

    def times(self) -> Times:
        published, origin = self.found or (None, None)
        modified, modified_origin = self.changed or (None, None)
        return Times(published, origin, modified, modified_origin, tuple(self.refused)[:10])


def _precision(stated: str) -> int:
    """Rank a bare day (or midnight, which content systems write for one), a time, one with zone."""
    if len(stated) == 10 or stated[11:19] == "00:00:00":
        return 0
    return 1 if len(stated) == 19 else 2


def _says_more(stated: str, than: str) -> bool:
    """Tell whether a later candidate names the time of the same day, or the same time's zone."""
    known = _precision(than)
    same = 10 if known == 0 else 16
    return _precision(stated) > known and stated[:same] == than[:same]


def _is_before(modified: str, published: str) -> bool:
    one, other = instant(modified), instant(published)
    if one and other and _precision(published) and _precision(modified):
        return one < other - timedelta(minutes=1)
    return days_apart(modified, published) > 1


def is_plausible(stated: str, now: datetime) -> bool:
    """Tell whether a time lies between 1990 and a day after now (clocks and zones differ)."""
    try:
        day = date.fromisoformat(stated[:10])
    except ValueError:
        return False
    return EARLIEST <= day <= now.date() + timedelta(days=1)


def choose(candidates: Iterable[Candidate], now: datetime) -> tuple[str | None, Origin | None]:
    """Return the first plausible time and its origin.

    A bare day gives way to a later candidate that names the time of the same day.
    """
    told = _Reader(now, None)
    told.published(candidates)
    return told.found or (None, None)


def writes_day_first(head: Head, url: str | None) -> bool | None:
    """Tell how a page writes days in figures, by its language, region and domain; None if unsure.

    Only American and Philippine English put the month first; "en" on a .com may be either.
    """
    locale = (head.locale or "").replace("_", "-")
    domain = urls.host(url).rpartition(".")[2] if url else ""
    for place in (locale, domain):
        if place in _MONTH_FIRST:
            return False
    if locale and not locale.startswith("en"):
        return True
    is_country = len(domain) == 2 and domain not in _FOR_ALL
    return True if len(locale) > 2 or is_country else None


def url_day(url: str | None) -> str | None:
    """Return the day in a URL's path, or None."""
    if not url:
        return None
    if found := _URL_DAY.search(url):
        return iso_time("-".join(found.groups()))
    if found := _URL_WORDED.search(url):
        return iso_time(f"{found[3]} {found[2].title()} {found[1]}")
    return None


def guessed_day(root: HtmlElement, url: str | None, runs: list[Run]) -> str | None:
    """Return the day that htmldate finds in the page, or None: 10 ms and more.

    A day that stands in a sentence only is what the story tells of: "The council will meet again on
    October 12, 2026."
    """
    from htmldate import find_date

    try:
        found = find_date(root, original_date=True, url=url, outputformat="%Y-%m-%d")
    except Exception:  # a guess over arbitrary markup: whatever breaks in it, there is no day
        return None
    # "2020-01-01" is what it writes where it finds but a year, in a copyright line for one.
    if not found or str(found).endswith("-01-01"):
        return None
    holders = [run for run in runs if _holds_day(run.text, date.fromisoformat(str(found)))]
    return None if holders and all(map(_is_foreign, holders)) else str(found)


def _is_foreign(run: Run) -> bool:
    """Tell a day of the story's events, or of a related story."""
    return is_told(run.text) or is_related(run.parent)


def _holds_day(text: str, day: date) -> bool:
    parts = re.findall(r"[^\W\d_]+|\d+", text)
    numbers = {int(part) for part in parts if part.isdecimal() and len(part) <= 4}
    months = {month_number(part.lower()) for part in parts if part.isalpha()} | numbers
    return day.year in numbers and day.day in numbers and day.month in months


now_utc = partial(datetime.now, UTC)
