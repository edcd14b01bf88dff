"""What a page claims to be its address, and why that is not believed.

``rel=canonical``, ``og:url`` and JSON-LD are written by templates, and templates err: all stories
name the front page, the section, or the story that was copied to make the template. A claim that
were believed blindly would make one article of many stories and an edit of each difference.
"""

import re
from dataclasses import dataclass
from typing import Literal

from pipeline.identity.spellings import plain_address
from pipeline.models import AddressClaim
from pipeline.urls import is_web_url, site

Refusal = Literal["other_site", "front_page", "section", "contradicted", "shared", "outranked"]
"""Why a claim is not believed:

- ``other_site``: the address belongs to another site; copies of agency stories name their source;
- ``front_page``: it is the front page of the site;
- ``section``: it is a section page, or a folder above the page;
- ``contradicted``: the page at the address shows another story, a list, or is not there;
- ``shared``: pages with other stories claim the address too;
- ``outranked``: the page makes a better claim (``rel=canonical`` before ``og:url``).
"""

_PART = re.compile(r"\d{1,3}|page-?\d{1,3}|full|single|all|comments?|gallery")
"""Last segment of a page that is a part of the story above it: "/2026/ferry-line-closes/2"."""
_NAMES_A_STORY = re.compile(r"-.*-|\d{4}")
_SECTION_WORD = re.compile(r"[^\W\d_]{2,20}")
_DEEPEST_SECTION = 2


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim of a page with what came of it."""

    address: str
    """Where the page was read."""
    claim: AddressClaim
    refusal: Refusal | None = None
    """None where the claim is believed."""
    reason: str | None = None
    """The refusal in words."""


def refusal_by_address(claimed: str, address: str) -> tuple[Refusal, str] | None:
    """Return why an address cannot be that of a page, by the two addresses alone; None if it may.

    Args:
        claimed: the address that the page states, in canonical form.
        address: where the page was read, in canonical form.
    """
    if is_web_url(address) and site(claimed) != site(address):
        return "other_site", f"{claimed} is of the site {site(claimed)}"
    return refusal_by_path(claimed, address)


def refusal_by_path(claimed: str, address: str) -> tuple[Refusal, str] | None:
    """Return why an address cannot be that of a page, whatever their sites; None if it may.

    Args:
        claimed: the address, in canonical form.
        address: where the page was read, in canonical form.
    """
    if is_front_page(claimed) and not is_front_page(address):
        return "front_page", f"{claimed} is the front page"
    if plain_address(claimed) == plain_address(address):
        return None
    above, below = _segments(claimed), _segments(address)
    if "?" not in claimed and above == below[: len(above)] and not _is_part(above, below):
        return "section", f"{claimed} is a folder above the page"
    if "?" not in claimed and _is_section(above) and not _is_section(below):
        return "section", f"{claimed} has the form of a section page"
    return None


def is_front_page(url: str) -> bool:
    """Tell whether an address is that of a site's front page: no path, no query, no route."""
    return not _segments(url) and "?" not in url and "#" not in url


def _segments(url: str) -> list[str]:
    return plain_address(url).split("/")[1:]


def _is_part(above: list[str], below: list[str]) -> bool:
    rest = below[len(above) :]
    return (
        len(rest) == 1
        and bool(_PART.fullmatch(rest[0]))
        and bool(above and _NAMES_A_STORY.search(above[-1]))
    )


def _is_section(segments: list[str]) -> bool:
    return 0 < len(segments) <= _DEEPEST_SECTION and all(map(_SECTION_WORD.fullmatch, segments))
