"""Say how a speaker was found: the method, and the words of the article that name the speaker.

The methods, by an example each ("|" stands between the source and the rest):

- ``full_name``: Ida Holm | said; the source has the name in full.
- ``name``: Holm | said; the source has a shorter form of the name.
- ``nearby_name``: the tagger found no source; the name nearest to the verb is taken.
- ``pronoun``: she | said.
- ``relative_clause``: Ida Holm, who | said.
- ``description``: the mayor | said; both leaders | said.
- ``document``: the report | said; the ministry | said. A document or a body without its name.
- ``spokesperson``: a spokesman for the Port Board | said; the board is named, the speaker is not.
- ``continued``: a quotation without a source behind one of the same speaker.
- ``turn``: HOLM: We open; a label in a transcript or an interview.
- ``signature``: “We open.” — Ida Holm; a name below or behind the quotation.
- ``headline``: Holm: We open; a label in the headline.
- ``unknown``: nobody is named.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from pipeline.annotate.names.aliases import is_known_acronym, load_aliases
from pipeline.annotate.names.coreference import Chains
from pipeline.annotate.quotes.linking import Attribution
from pipeline.annotate.spans import CharSpan, Layout
from pipeline.annotate.speakers.nouns import SPOKESPERSON, WORD, head_noun, is_body_or_document
from pipeline.models import Speaker, SpeakerMethod
from pipeline.text import squeeze

REFERENCES: frozenset[SpeakerMethod] = frozenset(
    {"pronoun", "relative_clause", "description", "document", "spokesperson", "continued"}
)
"""Methods by which the words at the quote do not name the speaker: another place does."""
LONGEST_EVIDENCE = 200
"""Characters of the words of a source that are kept."""
_PRONOUNS = frozenset("he she it they him her them his its their i we me us my our".split())
_RELATIVES = frozenset({"who", "which", "that", "whose"})


def method_of(text: str, item: Attribution, speakers: Sequence[Speaker]) -> SpeakerMethod:
    """Return how the speakers of an attribution with a source of its own were found.

    Args:
        text: the whole text.
        item: the attribution, with a source.
        speakers: who was found.
    """
    if not speakers:
        return "unknown"
    source = item.source[0]
    phrase = text[source.start : source.end]
    cue = text[item.cue[0].start : item.cue[0].end] if item.cue else ""
    if cue == ":" and source.end <= item.cue[0].start:
        return "turn" if item.is_verbatim else "headline"
    if cue and not any(map(str.isalnum, cue)):
        return "signature"
    return _method_of_phrase(phrase, speakers)


def _method_of_phrase(phrase: str, speakers: Sequence[Speaker]) -> SpeakerMethod:
    words = [word if is_known_acronym(word) else word.lower() for word in WORD.findall(phrase)]
    if words and words[-1] in _RELATIVES:
        return "relative_clause"
    if words and words[0] in _PRONOUNS and len(words) <= 2:
        return "pronoun"
    if speakers[0].role == "on_behalf_of" or (SPOKESPERSON.search(phrase) and len(words) <= 6):
        named = any(_is_named(phrase, each) for each in speakers if each.role == "speaker")
        if not named:
            return "spokesperson"
    plain = squeeze(phrase).casefold()
    if all(each.name.casefold() in plain for each in speakers if each.role == "speaker"):
        return "full_name"
    known = load_aliases().find(phrase)
    if any(_is_named(phrase, each) or (known and known.name == each.name) for each in speakers):
        return "name"
    return "document" if is_body_or_document(head_noun(phrase)) else "description"


def _is_named(phrase: str, speaker: Speaker) -> bool:
    """Tell whether a phrase has a word of the speaker's name, with its capital."""
    said = {word for word in WORD.findall(phrase) if word[:1].isupper()}
    name = {word for word in WORD.findall(speaker.name) if word[:1].isupper()}
    initials = "".join(word[0] for word in name)
    return bool(said & name) or any(
        word.isupper() and len(word) > 1 and set(word) <= set(initials) for word in said
    )


class Evidence:
    """Finds the words of an article that name a speaker."""

    def __init__(self, layout: Layout, chains: Chains) -> None:
        """Take a text and its mentions of names."""
        self._text = layout.text
        self._chains = chains
        self._starts = [span.start for span in chains.spans]
        self._entities = {entity.name: entity for entity in chains.entities}

    def words(
        self, item: Attribution, speakers: Sequence[Speaker], method: SpeakerMethod
    ) -> str | None:
        """Return the words of the source, and for a reference the name that it refers to.

        For example "Holm", "she ← Mayor Ida Holm"; None where there are no such words.
        """
        source = self._words_of(item.source[0]) if item.source and not item.inherits else None
        if not speakers or method in {"full_name", "name", "turn", "signature", "headline"}:
            return source
        name = self._nearest_mention(speakers[0].name, self._position(item))
        if name is None or name == source:
            return source
        return f"{source} ← {name}" if source else name

    def _position(self, item: Attribution) -> int:
        return item.source[0].start if item.source else item.start

    def _words_of(self, span: CharSpan) -> str:
        return squeeze(self._text[span.start : span.end])[:LONGEST_EVIDENCE].rstrip(" ,;:")

    def _nearest_mention(self, name: str, position: int) -> str | None:
        """Return the last mention of a name before a position, else the first behind it."""
        entity = self._entities.get(name)
        if entity is None or not entity.mentions:
            return None
        place = bisect_left(entity.mentions, position, key=lambda each: self._starts[each])
        number = entity.mentions[max(0, place - 1)]
        role = self._chains.roles[number]
        words = self._words_of(self._chains.spans[number])
        return f"{role} {words}" if role else words
