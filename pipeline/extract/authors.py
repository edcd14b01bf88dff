"""The authors of a page: JSON-LD, then meta tags, then the visible byline; cleaned into names.

The first place that names a person is believed, and the names are never mixed from several. Where
no place does, a pen name of one word counts, and then an organisation. Knows nothing of bodies.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from pipeline.extract.html_head import Head
from pipeline.extract.html_layout import Run
from pipeline.extract.json_ld import LinkedData
from pipeline.extract.microdata import Marked, author_lines, lined_text, pieces
from pipeline.line_rules.bylines import (
    clean_authors,
    handle_in,
    is_organisation,
    is_role,
    organisations_in,
)
from pipeline.line_rules.header_lines import read_opening
from pipeline.models import Origin
from pipeline.text import normalise

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
    r"(?:By|BY)(?=[A-Z])|"
    r"(?:(?:[Ww]ritten|[Pp]osted|[Ss]tory|[Rr]eported|[Ss]ubmitted) )?(?:[Bb]y|BY)\b|"
    r"(?:[Vv]on|VON|Por|Par|Di|Door|Av|بقلم)\b|"
    r"(?:Autor(?:en|in)?|Text|Auteur|Автор|Penulis|Interview|Writer|كتبت?)\s*:"
)
_MADE_BY = re.compile(
    r"(?:photo\w*|pictures?|images?|videos?|music|lyrics|edited|translated|illustrat\w+|produced|"
    r"directed|presented|graphics?|art(?:work)?|design(?:ed)?|sponsored|powered|brought)\b",
    re.IGNORECASE,
)
"""What somebody else than the author did: "Photos by Ann Moor", "Edited by", "Translated by"."""
_GLUED_DAY = re.compile(r"(?<=[^\W\d_]{3})(?=\d{1,2}(?:[./-]\d| (?:de )?[^\W\d_]{3}))")
"""Where the day in a ``time`` element is glued to the name before it: "Jonas Aalto23 October"."""
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_TITLE_END = re.compile(r"\s+[|–—·-]\s+")
_MOST_AUTHORS = 20
_PLAIN = frozenset(("p", "div"))
_PROSE_CHARS = 80
_SIGNATURE_CHARS = 60
_ABOVE_PROSE = 8
_FULL_NAME = r"[^\W\d_a-z][\w.’'-]+(?: (?:[^\W\d_a-z][\w.’'-]*|de|van|von|bin|al)){1,3}"
_SIGNED = re.compile(rf"{_FULL_NAME}(?:(?:\s*[/,&]\s*| and | und ){_FULL_NAME})*")


@dataclass(frozen=True, slots=True)
class Byline:
    """Who wrote a page, as far as it says."""

    names: tuple[str, ...] = ()
    origin: Origin | None = None
    organisations: tuple[str, ...] = ()
    """Newsrooms and agencies named as authors anywhere, beside people or in their place."""


def find_authors(
    marked: Marked,
    head: Head,
    data: LinkedData,
    runs: list[Run],
    sites: frozenset[str] = frozenset(),
) -> Byline:
    """Return the authors as names: people, or an organisation where nobody is named.

    Args:
        marked: the marked elements of the page.
        head: what its head says.
        data: what its JSON-LD says.
        runs: its layout.
        sites: the site's names without blanks ("lakepost"), its domain's among them.
    """
    places = [place for place in _places(marked, head, data, runs) if place[1]]
    bodies = organisations_in(line for _, lines in places for line in lines) or tuple(
        dict.fromkeys(data.organisations)
    )
    named = {normalise(name) for name in (data.publisher, *head.all("og:site_name")) if name}
    outlets = named | set(map(normalise, data.organisations))
    own = sites | {_folded(_TITLE_END.split(head.title or "")[-1])}
    # Asked only where the page names its newsroom as the author: elsewhere two capitalised words
    # above the text are as often "Related Topics" (12 of 17 such lines).
    signed: list[tuple[Origin, list[str]]] = [("visible", _signature(runs) if bodies else [])]
    for accept, where in ((_full_name, places + signed), (_pen_name, places)):
        for origin, lines in where:
            # A meta tag often names the outlet; who is named on the page wrote it.
            known = outlets | {
                n for n in map(normalise, lines) if _folded(n) in own and origin == "meta"
            }
            names = tuple(name for name in clean_authors(lines) if accept(name, origin, known))
            if 0 < len(names) <= _MOST_AUTHORS:
                return Byline(names, origin, bodies)
    for origin, lines in places:
        if name := next(filter(None, map(handle_in, lines)), None):
            return Byline((name,), origin, bodies)
    return _by_organisation(places, data, bodies)


def _folded(name: str) -> str:
    return re.sub(r"\W+", "", normalise(name).removeprefix("the "))


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
    yield "visible", _with_role(runs)


def _lines(runs: list[Run]) -> list[str]:
    """Return the first "By Jane Doe" that stands alone below the title."""
    titles = [place for place, run in enumerate(runs) if run.tag == "h1"]
    start, end = (titles[0] + 1, titles[0] + _BYLINE_RUNS) if titles else (0, _UNTITLED_RUNS)
    for run in runs[start:end]:
        if len(run.text) > 160 or run.parent.tag == "h1":
            continue
        text = _GLUED_DAY.sub(" | ", _without_roles(run))
        opening = None if run.tag in _HEADINGS else read_opening(text)
        if opening and opening.authors and " " in opening.authors and not _MADE_BY.match(text):
            return [opening.authors]
        names = clean_authors([text]) if _WORDED_BY.match(text) else ()
        if names and all(" " in name for name in names):
            return [text]
    return []


def _without_roles(run: Run) -> str:
    """Return a line without the role behind a linked name, in which "North" looks like a name."""
    lined = lined_text(run.parent) if run.link_share and _WORDED_BY.match(run.text) else ""
    return lined if lined and normalise(lined).startswith(run.key[:12]) else run.text


def _with_role(runs: list[Run]) -> list[str]:
    """Return the name above the text that stands alone with what its bearer is behind it."""
    first = next((place for place, run in enumerate(runs) if _is_prose(run)), 0)
    parts = [part for run in runs[max(0, first - _ABOVE_PROSE) : first] for part in _parts(run)]
    for name, role in pairwise(parts):
        if _SIGNED.fullmatch(name) and is_role(role) and not is_role(name):
            return [name]
    return []


def _parts(run: Run) -> list[str]:
    """Return the pieces of a short line: a template puts name and role into spans side by side."""
    return pieces(run.parent) if len(run.text) <= _PROSE_CHARS and len(run.parent) else [run.text]


def is_byline(text: str) -> bool:
    """Tell a line that says who wrote the page: "By Ines Moor"."""
    return bool(_WORDED_BY.match(text)) and any(" " in name for name in clean_authors([text]))


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
