"""Whether two addresses of a host belong to one story, before their texts are compared.

Texts that several addresses of a host show are walls, unless these addresses belong to one story: a
text that stands at ``/ferry?sid=1`` and at ``/ferry?sid=2``, or at ``/sport/cup`` and at
``/football/cup`` under one headline, is as likely to be the story as a text at one address. Such
addresses say nothing about each other's texts, neither for nor against them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pipeline.dedupe.fingerprints import words_of
from pipeline.identity.gate import ComparedText, resembles
from pipeline.identity.parameters import ParameterEvidence
from pipeline.identity.spellings import differing_parameters

_LEAST_TITLE = 3
"""Words of five letters and more. Two stories may both be called "Morning briefing"."""
_LONG_WORD = 5
_UNSPACED = "\u0e00"
"""From here on scripts have no blanks or short words."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address, and what is known of its story apart from the text that it shows now."""

    url: str
    """Canonical URL of its article."""
    link: str
    """The link that led to it, as a canonical URL: a wall may lead all links to one page."""
    titles: frozenset[str] = frozenset()
    """Titles that feeds and news sitemaps give."""
    stored: ComparedText | None = None
    """Its current version."""


def are_one_story(
    one: Place, other: Place, parameters: Mapping[str, ParameterEvidence] | None = None
) -> bool:
    """Tell whether two addresses of a host are known to belong to one story.

    Args:
        one: an address.
        other: another address of the same host.
        parameters: what was learnt about the query parameters of the host, by name.
    """
    if one.stored and other.stored and resembles(one.stored, other.stored):
        return True
    known = parameters or {}
    names = differing_parameters(one.link, other.link)
    if names is not None and all(_is_noise(known.get(name)) for name in names):
        return True
    if one.url == other.url and (one.stored or other.stored):
        return True
    titles = _long_titles(one.titles), _long_titles(other.titles)
    if all(titles):
        return not titles[0].isdisjoint(titles[1])
    if names is None:
        return one.url == other.url
    return not any(_names_a_story(known.get(name)) for name in names)


def _is_noise(evidence: ParameterEvidence | None) -> bool:
    """Tell whether a parameter mostly gave one body whatever its value.

    One pair with two bodies is enough for links to stay apart, but may be a story that was
    rewritten between two visits: 98 pairs of a session id had one body and 7 had two.
    """
    return evidence is not None and evidence.same > evidence.other


def _names_a_story(evidence: ParameterEvidence | None) -> bool:
    return evidence is not None and evidence.other > 0 and not _is_noise(evidence)


def _long_titles(titles: Collection[str]) -> frozenset[tuple[str, ...]]:
    """Return the words of each title that is long enough to be of one story only."""
    split = [(*words_of(title),) for title in titles]
    return frozenset(words for words in split if sum(map(_is_long, words)) >= _LEAST_TITLE)


def _is_long(word: str) -> bool:
    return len(word) >= _LONG_WORD or word[0] >= _UNSPACED
