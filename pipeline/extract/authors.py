"""Find the authors of a page: in JSON-LD, then in meta tags, then in the visible byline.

The first source that names a person is believed; names of several sources are never mixed. Where
no source names a person, a pen name of one word counts, then the address of a person's profile, and
then an organisation. The names are cleaned by ``line_rules.bylines``.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.extract.html_head import Head
from pipeline.extract.html_layout import TextBlock
from pipeline.extract.json_ld import LinkedData
from pipeline.extract.microdata import (
    PERSON_PATH,
    Microdata,
    names_above_notes,
    text_by_block,
    text_parts,
)
from pipeline.extract.title import bare_name
from pipeline.line_rules.bylines import (
    PARTICLE,
    cased_name,
    clean_authors,
    contributors_in,
    handle_in,
    has_given_name,
    is_byline_label,
    is_of_others,
    is_organisation,
    is_publishing_house,
    is_role,
    organisations_in,
    starts_as_byline,
)
from pipeline.line_rules.dates import iso_time
from pipeline.line_rules.header_lines import read_header_line
from pipeline.models import Contributor, Origin
from pipeline.text import normalise

_META_TAGS = (
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
_BYLINE_BLOCKS = 25
_UNTITLED_BLOCKS = 60
"""Blocks below the headline that may be a byline; of a page without one, its first blocks."""
_SLUG = re.compile(r"[^\W\d_]+(?:[-_.+][^\W\d_]+){1,3}")
"""The last part of a profile's address that is a name: "william-k-rashford"."""
_RIGHTS_TAGS = ("copyright", "rights", "dc.rights", "dcterms.rights")
_NAME_DAY_BORDER = re.compile(r"(?<=[^\W\d_]{3})(?=\d{1,2}(?:[./-]\d| (?:de )?[^\W\d_]{3}))")
"""The place where a name and the text of a ``time`` element meet: "Jonas Aalto23 October"."""
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_PART_BORDER = re.compile(r"\s*[|•·]\s*")
_TITLE_SEPARATOR = re.compile(r"\s+[|–—·-]\s+")
_MAX_AUTHORS = 20
"""A longer list is a list of the staff."""
_MAX_BYLINE_CHARS = 160
_PARAGRAPH_TAGS = frozenset(("p", "div"))
_PROSE_CHARS = 80
"""A block with as many characters is a paragraph of the text."""
_PROSE_LINK_DENSITY = 0.5
_SIGNATURE_CHARS = 60
_BLOCKS_ABOVE_PROSE = 8
"""Blocks above the first paragraph among which a name with a role is looked for."""
_NAME = rf"[^\W\d_a-z][\w.’'-]+(?: (?:[^\W\d_a-z][\w.’'-]*|{PARTICLE}(?= ))){{1,4}}"
_NAMES = re.compile(rf"{_NAME}(?:(?:\s*[/,&]\s*| and | und ){_NAME})*")
"""A line that is nothing but full names: "Ines Moor / Per Aasen"."""

CandidateLines = tuple[Origin, list[str]]
"""Where lines were read that may name authors, and the lines."""


@dataclass(frozen=True, slots=True)
class Byline:
    """The authors that a page names."""

    names: tuple[str, ...] = ()
    origin: Origin | None = None
    organisations: tuple[str, ...] = ()
    """Newsrooms and agencies that any source names as authors, beside people or in their place."""
    contributors: tuple[Contributor, ...] = ()


def find_authors(
    microdata: Microdata,
    head: Head,
    data: LinkedData,
    blocks: list[TextBlock],
    sites: frozenset[str] = frozenset(),
) -> Byline:
    """Return the names of the authors: people, or an organisation where no person is named.

    Args:
        microdata: the marked elements of the page.
        head: its meta tags.
        data: its JSON-LD.
        blocks: its text blocks.
        sites: how the site calls itself, as ``title.bare_name`` gives it ("lakepost").
    """
    stated = [source for source in _sources(microdata, head, data, blocks) if source[1]]
    named = {normalise(name) for name in (data.publisher, *head.all("og:site_name")) if name}
    # "The Worcester Telegram & Gazette" would become two people.
    sources = [(at, [n for n in lines if not _is_outlet(n, named)]) for at, lines in stated]
    outlet = [(n.strip(" ,"), at) for at, lines in stated for n in lines if _is_outlet(n, named)]
    organisations = organisations_in(line for _, lines in sources for line in lines) or tuple(
        dict.fromkeys(data.organisations)
    )
    outlets = named | set(map(normalise, data.organisations))
    own_names = sites | {bare_name(_TITLE_SEPARATOR.split(head.title or "")[-1])}
    rights = normalise(" ".join(head.all(*_RIGHTS_TAGS)))
    # A signature counts only where the page names its newsroom as the author: elsewhere two
    # capitalised words above the text are mostly a heading like "Related Topics" (12 of 17 lines).
    names_newsroom = organisations or outlet
    signature: list[CandidateLines] = [("visible", _signature(blocks) if names_newsroom else [])]
    others = _contributors(sources, data, blocks)
    for is_accepted, tried in ((_is_full_name, sources + signature), (_is_pen_name, sources)):
        for origin, lines in tried:
            # Meta tags and JSON-LD often name the outlet or the owner of the rights as the author
            # of an article with a visible byline.
            known = outlets | {
                plain
                for plain in map(normalise, lines)
                if origin != "visible" and (bare_name(plain) in own_names or plain in rights)
            }
            names = tuple(name for name in clean_authors(lines) if is_accepted(name, origin, known))
            if 0 < len(names) <= _MAX_AUTHORS:
                names, origin = _as_shown(names, origin, _byline_at_title(blocks))
                return Byline(_without_others(names, others), origin, organisations, others)
    for origin, lines in sources:
        if name := next(filter(None, map(handle_in, lines)), None):
            return Byline((name,), origin, organisations, others)
    if profiles := _profile_names(head):
        return Byline(profiles, "meta", organisations, others)
    byline = _organisation_byline(sources, data, organisations)
    if not byline.names and outlet:
        byline = replace(byline, names=(outlet[0][0],), origin=outlet[0][1])
    return replace(byline, contributors=others)


def _is_outlet(line: str, outlets: set[str]) -> bool:
    return normalise(line).strip(" ,") in outlets and not is_publishing_house(line)


def _as_shown(
    names: tuple[str, ...], origin: Origin, byline: str
) -> tuple[tuple[str, ...], Origin]:
    """Correct names of JSON-LD or meta tags by the byline between headline and text.

    Templates put the first author alone there, or editors and whoever entered the text as well.
    """
    shown = tuple(name for name in clean_authors([byline]) if " " in name)
    plain, known = normalise(byline), set(map(normalise, names))
    both = tuple(name for name in names if normalise(name) in plain)
    if both and all(normalise(name) in known for name in shown):
        return both, origin
    added = [name for name in shown if normalise(name) not in known]
    are_people = all(has_given_name(name) and not is_organisation(name) for name in added)
    if added and are_people and len(shown) - len(added) == len(both) in (0, len(names)):
        return shown, "visible"
    return names, origin


def _without_others(names: tuple[str, ...], others: tuple[Contributor, ...]) -> tuple[str, ...]:
    """Return the names without those who did other work, if anyone remains."""
    elsewhere = {normalise(each.name) for each in others}
    return tuple(name for name in names if normalise(name) not in elsewhere) or names


def _contributors(
    sources: Iterable[CandidateLines], data: LinkedData, blocks: list[TextBlock]
) -> tuple[Contributor, ...]:
    """Return those who did not write the article; the first source that says what they did."""
    lines = [line for _, part in sources for line in part]
    near = [block.text for block in _below_title(blocks) if block.tag not in _HEADINGS]
    shown = [line for line in near if len(line) <= _MAX_BYLINE_CHARS and is_of_others(line)]
    found = (*data.contributors, *contributors_in([*lines, *shown]))
    return tuple({each.name: each for each in reversed(found)}.values())[::-1]


def _profile_names(head: Head) -> tuple[str, ...]:
    """Return the names in addresses of profiles: "…/staff/ines-moor" is Ines Moor's."""
    ends = (
        address.rstrip("/").rpartition("/")[2]
        for address in head.all("article:author")
        if PERSON_PATH.search(address)
    )
    words = (re.split(r"[-_.+]", end) for end in ends if _SLUG.fullmatch(end))
    return clean_authors(
        " ".join(f"{word}." if len(word) == 1 else word.capitalize() for word in parts).title()
        for parts in words
    )


def _is_full_name(name: str, origin: Origin, outlets: set[str]) -> bool:
    """Tell whether a name is a person's; a single word is one only if JSON-LD names it."""
    if is_organisation(name) or is_publishing_house(name) or normalise(name) in outlets:
        return False
    is_mononym = origin == "json_ld" and name.isalpha() and name.istitle()
    return " " in name or name.lower() == name.upper() or is_mononym


def _is_pen_name(name: str, origin: Origin, outlets: set[str]) -> bool:
    """Tell whether a single word may be an author, as the one after whom a blog is named."""
    is_body = is_organisation(name) or is_publishing_house(name)
    return origin != "visible" and not is_body


def _organisation_byline(
    sources: Iterable[CandidateLines], data: LinkedData, organisations: tuple[str, ...]
) -> Byline:
    for origin, lines in sources:
        if names := organisations_in(lines):
            return Byline(names[:1], origin, organisations)
    names = tuple(n for n in dict.fromkeys(data.organisations) if not is_publishing_house(n))
    return Byline(names, "json_ld" if names else None, organisations)


def _sources(
    microdata: Microdata, head: Head, data: LinkedData, blocks: list[TextBlock]
) -> Iterator[CandidateLines]:
    """Yield the lines that may name authors, the most reliable source first."""
    yield "json_ld", list(map(cased_name, data.authors))
    for name in _META_TAGS:
        yield "meta", [cased_name(line) for line in head.all(name) if "://" not in line]
    for lines in microdata.author_lines:
        # A visible line may be a word of the layout: "functional style".
        yield "visible", [cased_name(line) if has_given_name(line) else line for line in lines]
    yield "visible", _byline_below_title(blocks)
    yield "visible", _name_with_role(blocks)
    yield "visible", names_above_notes(microdata)[:1]


def _below_title(blocks: list[TextBlock]) -> list[TextBlock]:
    titles = [index for index, block in enumerate(blocks) if block.tag == "h1"]
    start, end = (titles[0] + 1, titles[0] + _BYLINE_BLOCKS) if titles else (0, _UNTITLED_BLOCKS)
    return blocks[start:end]


def _byline_at_title(blocks: list[TextBlock]) -> str:
    """Return the line "By Jane Doe and John Roe" between the headline and the text, or ""."""
    for block in _below_title(blocks)[:_BLOCKS_ABOVE_PROSE]:
        if _is_prose(block):
            break
        if len(block.text) <= _MAX_BYLINE_CHARS and starts_as_byline(block.text):
            return _without_roles(block)
    return ""


def _byline_below_title(blocks: list[TextBlock]) -> list[str]:
    """Return the first "By Jane Doe" that is a block of its own below the title, or two blocks."""
    below = _below_title(blocks)
    for before, block in zip([None, *below], below, strict=False):
        if len(block.text) > _MAX_BYLINE_CHARS or block.element.tag == "h1":
            continue
        text = _NAME_DAY_BORDER.sub(" | ", _without_roles(block))
        if before and is_byline_label(before.text) and _NAMES.fullmatch(text):
            text = f"{before.text} {text}"
        header = None if block.tag in _HEADINGS else read_header_line(text)
        if header and header.authors and " " in header.authors and not is_of_others(text):
            return [header.authors]
        names = clean_authors([text]) if starts_as_byline(text) else ()
        if names and all(" " in name or name.lower() == name.upper() for name in names):
            return [text]
    return []


def _without_roles(block: TextBlock) -> str:
    """Return a byline without the role after a linked name: "North" in it looks like a name."""
    if block.element.find(".//a") is None or not starts_as_byline(block.text):
        return block.text
    text = text_by_block(block.element)
    return text if normalise(text).startswith(block.key[:12]) else block.text


def _name_with_role(blocks: list[TextBlock]) -> list[str]:
    """Return the name above the text that is directly followed by a role, such as "Reporter".

    A common given name and "Published: 3 May 2024" below it show a name as well.
    """
    first = next((index for index, block in enumerate(blocks) if _is_prose(block)), 0)
    has_title = any(block.tag == "h1" for block in blocks)
    # A standfirst below the headline is prose too, so the text may begin further down.
    above = _below_title(blocks) if has_title else blocks[:first][-_BLOCKS_ABOVE_PROSE:]
    parts = [part for block in above[:_BLOCKS_ABOVE_PROSE] for part in _parts(block)]
    for name, role in pairwise(parts):
        if not _NAMES.fullmatch(name) or is_role(name):
            continue
        is_dated = has_given_name(name) and len(role) <= _SIGNATURE_CHARS and iso_time(role)
        if is_role(role) or is_dated:
            return [name]
    return []


def _parts(block: TextBlock) -> list[str]:
    """Return the parts of a short block: templates put the name and the role into two spans."""
    if len(block.text) > _PROSE_CHARS:
        return [block.text]
    parts = text_parts(block.element) if len(block.element) else [block.text]
    return [piece for part in parts for piece in _PART_BORDER.split(part) if piece]


def _signature(blocks: list[TextBlock]) -> list[str]:
    """Return the name that is the block above the first paragraph or below the last one."""
    prose = [index for index, block in enumerate(blocks) if _is_prose(block)]
    if not prose:
        return []
    around = [index for index in (prose[0] - 1, prose[-1] + 1) if 0 <= index < len(blocks)]
    for block in (blocks[index] for index in around):
        is_plain = block.tag in _PARAGRAPH_TAGS and block.link_density == 0
        if is_plain and len(block.text) <= _SIGNATURE_CHARS and _NAMES.fullmatch(block.text):
            return [block.text]
    return []


def _is_prose(block: TextBlock) -> bool:
    is_long = len(block.text) >= _PROSE_CHARS and block.tag in _PARAGRAPH_TAGS
    return is_long and block.link_density < _PROSE_LINK_DENSITY
