"""The times that a reader sees: in ``time`` elements, and in the short lines around the title.

Tells "Published" from "Updated" by the markup and by labels in many languages. Knows nothing of
what a page says of itself elsewhere.
"""

import re
from itertools import islice

from lxml.html import HtmlElement

from pipeline.extract.layout import Run
from pipeline.extract.marked import Marked, is_elsewhere, lined_text
from pipeline.extract.times import iso_time
from pipeline.words import ends_sentence, normalise, word_count

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
