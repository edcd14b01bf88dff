"""The authors of a page: JSON-LD, then meta tags, then the visible byline; cleaned into names.

The first place that names a person is believed, and the names are never mixed from several. Where
no place does, a pen name of one word counts, and then an organisation. Knows nothing of bodies.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.clean.names import clean_authors, handle_in, is_organisation, organisations_in
from pipeline.clean.openings import read_opening
from pipeline.extract.head import Head
from pipeline.extract.layout import Run
from pipeline.extract.linked_data import LinkedData
from pipeline.extract.marked import Marked, author_lines
from pipeline.records import Origin
from pipeline.words import normalise

_META = (
    "citation_author",
    "dc.creator",
    "dcterms.creator",
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "byl",
    "article:author_name",
    "cxenseparse:author",
)
_BYLINE_RUNS = 25
_UNTITLED_RUNS = 60
_WORDED_BY = re.compile(
    r"(?:By|BY)(?=[A-Z])|(?:(?:[Ww]ritten|[Pp]osted|[Ss]tory|[Rr]eported) )?(?:[Bb]y|BY)\b|"
    r"(?:[Vv]on|VON|Por|Par|Di|Door|Av)\b|(?:Autor(?:en|in)?|Text|Auteur|Автор)\s*:"
)
_MOST_AUTHORS = 20
_PLAIN = frozenset(("p", "div"))
_PROSE_CHARS = 80
_SIGNATURE_CHARS = 60
_FULL_NAME = r"[^\W\d_a-z][\w.’'-]+(?: (?:[^\W\d_a-z][\w.’'-]*|de|van|von|bin|al)){1,3}"
_SIGNED = re.compile(rf"{_FULL_NAME}(?:(?:\s*[/,&]\s*| and | und ){_FULL_NAME})*")


@dataclass(frozen=True, slots=True)
class Byline:
    """Who wrote a page, as far as it says."""

    names: tuple[str, ...] = ()
    origin: Origin | None = None
    organisations: tuple[str, ...] = ()
    """Newsrooms and agencies named as authors anywhere, beside people or in their place."""


def find_authors(marked: Marked, head: Head, data: LinkedData, runs: list[Run]) -> Byline:
    """Return the authors as names: people, or an organisation where nobody is named."""
    places = [place for place in _places(marked, head, data, runs) if place[1]]
    bodies = organisations_in(line for _, lines in places for line in lines) or tuple(
        dict.fromkeys(data.organisations)
    )
    sites = {normalise(name) for name in (data.publisher, *head.all("og:site_name")) if name}
    outlets = sites | set(map(normalise, data.organisations))
    # Asked only where the page names its newsroom as the author: elsewhere two capitalised words
    # above the text are as often "Related Topics" (12 of 17 such lines).
    signed: list[tuple[Origin, list[str]]] = [("visible", _signature(runs) if bodies else [])]
    for accept, where in ((_full_name, places + signed), (_pen_name, places)):
        for origin, lines in where:
            names = tuple(name for name in clean_authors(lines) if accept(name, origin, outlets))
            if 0 < len(names) <= _MOST_AUTHORS:
                return Byline(names, origin, bodies)
    for origin, lines in places:
        if name := next(filter(None, map(handle_in, lines)), None):
            return Byline((name,), origin, bodies)
    return _by_organisation(places, data, bodies)


def _full_name(name: str, origin: Origin, outlets: set[str]) -> bool:
    """Tell a person's name; a single word is one where the page's own data call it the author."""
    if is_organisation(name) or normalise(name) in outlets:
        return False
    is_mononym = origin == "json_ld" and name.isalpha() and name.istitle()
    return " " in name or name.lower() == name.upper() or is_mononym


def _pen_name(name: str, origin: Origin, outlets: set[str]) -> bool:
    """Tell a name that stands alone, such as the one a blog is named after."""
    return origin != "visible" and not is_organisation(name)


def _by_organisation(
    places: Iterable[tuple[Origin, list[str]]], data: LinkedData, bodies: tuple[str, ...]
) -> Byline:
    for origin, lines in places:
        if names := organisations_in(lines):
            return Byline(names[:1], origin, bodies)
    names = tuple(dict.fromkeys(data.organisations))
    return Byline(names, "json_ld" if names else None, bodies)


def _places(
    marked: Marked, head: Head, data: LinkedData, runs: list[Run]
) -> Iterator[tuple[Origin, list[str]]]:
    yield "json_ld", list(data.authors)
    for name in _META:
        yield "meta", [line for line in head.all(name) if "://" not in line]
    for lines in author_lines(marked):
        yield "visible", lines
    yield "visible", _lines(runs)


def _lines(runs: list[Run]) -> list[str]:
    """Return the first "By Jane Doe" that stands alone below the title."""
    titles = [place for place, run in enumerate(runs) if run.tag == "h1"]
    start, end = (titles[0] + 1, titles[0] + _BYLINE_RUNS) if titles else (0, _UNTITLED_RUNS)
    for run in runs[start:end]:
        if len(run.text) > 160 or run.parent.tag == "h1":
            continue
        opening = read_opening(run.text)
        if opening and opening.authors:
            return [opening.authors]
        names = clean_authors([run.text]) if _WORDED_BY.match(run.text) else ()
        if names and all(" " in name for name in names):
            return [run.text]
    return []


def _signature(runs: list[Run]) -> list[str]:
    """Return the name that stands alone right above the first sentence or below the last one."""
    prose = [place for place, run in enumerate(runs) if _is_prose(run)]
    if not prose:
        return []
    around = [place for place in (prose[0] - 1, prose[-1] + 1) if 0 <= place < len(runs)]
    for run in (runs[place] for place in around):
        is_plain = run.tag in _PLAIN and run.link_share == 0 and len(run.text) <= _SIGNATURE_CHARS
        if is_plain and _SIGNED.fullmatch(run.text):
            return [run.text]
    return []


def _is_prose(run: Run) -> bool:
    return len(run.text) >= _PROSE_CHARS and run.link_share < 0.5 and run.tag in _PLAIN
