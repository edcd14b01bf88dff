"""From the source of an attribution to the names of its speakers.

A source names its speaker ("Deputy Secretary Sherman"), speaks for somebody ("a spokesman for the
Kremlin": kept as on_behalf_of), or points back ("he", "the delegation", "both sides", "the
statement"). "Unknown" is an honest answer for "a passer-by".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.annotate.antecedents import NOBODY, Answer, Antecedents
from pipeline.annotate.chains import Chains, Entity
from pipeline.annotate.layout import CharSpan, Layout
from pipeline.annotate.linking import Attribution
from pipeline.records import Span, Speaker

_SPOKES = re.compile(
    r"\b(?:spokes(?:man|woman|person|people|men|women)|press secretary|communications director|"
    r"campaign manager|lawyers?|attorneys?|representative)\b",
    re.IGNORECASE,
)
_COLLECTIVE = frozenset(
    "delegation delegations side government administration ministry representatives officials "
    "authorities negotiators diplomats embassy military army police department office council team "
    "commission committee parliament senate congress court members leadership mission bureau "
    "agency board".split()
)
_DOCUMENTS = frozenset(
    "statement report poll survey study letter email memo article editorial lawsuit complaint ad "
    "document release communique communiqué declaration post tweet analysis book filing "
    "indictment".split()
)
_BODIES = frozenset(
    "company firm agency group ministry department organization organisation bank paper newspaper "
    "network party campaign university institute commission committee council court government "
    "administration union association body regulator team club outlet magazine website".split()
)
_OTHERS = frozenset(
    "supporters supporter critics critic voters voter opponents opponent fans rivals rival allies "
    "backers people surrogates donors followers".split()
)
_CAMP = frozenset("campaign camp team office aide aides staff lawyer lawyers spokesman".split())
_PAIRS = re.compile(r"\b(?:both|the two|two)(?:\s+([a-z]+))?\b", re.IGNORECASE)
_PEOPLE = frozenset(
    "leaders men women presidents ministers officials candidates senators diplomats rivals "
    "politicians of".split()
)
_COUNTRIES = frozenset(
    "countries nations sides governments states powers parties delegations capitals".split()
)
_PRONOUNS = frozenset("he she it they who him his her its their them whose himself herself".split())
_AND = re.compile(r"\s*(?:,|and|&|,\s*and|as well as|along with)\s+(?:[\w.’'-]+\s+){0,6}$")
_POSSESSED = re.compile(r"['’]s?\s+(?:\w+\s+){0,3}\w")
_WORDS = re.compile(r"[^\W\d_][\w’'-]*")


class SpeakerResolver:
    """Names the speakers of one article's attributions, which must come in reading order."""

    def __init__(self, layout: Layout, chains: Chains, quoted: Sequence[Span]) -> None:
        """Take the names of the article and the stretches between quotation marks."""
        self._layout = layout
        self._discourse = Antecedents(layout, chains, quoted)
        self._chains = self._discourse.chains

    def resolve(self, item: Attribution) -> Answer:
        """Return the speakers of an attribution and how sure that is."""
        speakers, sureness = self._resolve(item)
        if speakers:
            # An attribution that nobody is named for is most often another voice, so the last
            # known one stays the one that "he" may mean.
            self._discourse.told(item.content[-1].end, speakers)
        return speakers, sureness

    def _resolve(self, item: Attribution) -> Answer:
        if item.inherits or not item.source:
            return self._inherited(item)
        source = item.source[0]
        numbers = self._discourse.between(source.start, source.end)
        named = self._named(source, numbers)
        if named[0] or self._people_in(numbers):
            return named
        return self._pointing(source)

    def _inherited(self, item: Attribution) -> Answer:
        at, speakers = self._discourse.last
        if not item.inherits and not item.cue:
            speakers, sureness = self._discourse.person(item.start, None, reach=0)
            return speakers, min(sureness, 0.5)
        if not item.inherits or at < 0:
            return NOBODY
        here = self._layout.paragraph_at(item.content[0].start)
        away = here - self._layout.paragraph_at(at)
        # Two who spoke together hardly go on together in quotation marks.
        return (speakers, 0.55) if away == 1 and _spoken_by_one(speakers) else NOBODY

    def _people_in(self, numbers: list[int]) -> list[int]:
        return [n for n in numbers if self._chains.of[n].label == "PERSON"]

    def _named(self, source: CharSpan, numbers: list[int]) -> Answer:
        text = self._layout.text
        people = self._people_in(numbers)
        speaking = [n for n in people if not self._is_modifier(n, source)]
        if speaking:
            chosen = self._parallel(speaking)
            names = [Speaker(self._chains.of[n].name, "PERSON") for n in chosen]
            return self._with_principal(names, chosen, source), 0.95
        others = [n for n in numbers if self._chains.of[n].label in {"ORG", "GPE", "NORP", "FAC"}]
        head = _head_noun(text[source.start : source.end])
        if people or (others and head in _OTHERS):
            return self._principal_only(source, people) if people else NOBODY
        return self._body(source, others)

    def _is_modifier(self, number: int, source: CharSpan) -> bool:
        """Tell a speaker from "Trump" in "Trump’s campaign", "a Trump aide", "a lawyer for him"."""
        span = self._chains.spans[number]
        text = self._layout.text
        after = text[span.end : source.end]
        before = text[source.start : span.start]
        if _POSSESSED.match(after):
            return True
        following = _WORDS.match(after.lstrip()) if after[:1].isspace() else None
        if following and following[0].islower() and following[0] not in {"and", "of", "who", "in"}:
            return True
        return bool(
            re.search(
                r"\b(?:for|to|of|by|with|from|against|like|about)\s+(?:[\w.’'-]+\s+){0,3}$", before
            )
        )

    def _parallel(self, speaking: list[int]) -> list[int]:
        """Keep the people that "and" joins to the first one; "Hill, who met Jones" is one."""
        chosen = speaking[:1]
        text = self._layout.text
        for number in speaking[1:]:
            gap = text[self._chains.spans[chosen[-1]].end : self._chains.spans[number].start]
            if not _AND.fullmatch(gap):
                break
            chosen.append(number)
        # "Trump, Cruz": a comma alone is an apposition, unless an "and" follows somewhere.
        last = self._chains.spans[chosen[-1]].start
        joined = re.search(r"\b(?:and|with)\b|&", text[self._chains.spans[chosen[0]].end : last])
        distinct = list(dict.fromkeys(self._chains.of[n] for n in chosen))
        return chosen if joined and len(distinct) == len(chosen) else chosen[:1]

    def _with_principal(
        self, names: list[Speaker], chosen: list[int], source: CharSpan
    ) -> list[Speaker]:
        """Add whom a spokesperson speaks for: named in the source, the title or the apposition."""
        span = self._chains.spans[chosen[0]]
        low, high = self._layout.sentence_at(span.start)
        role = self._chains.roles[chosen[0]] or ""
        start = max(low, min(source.start, span.start - len(role) - 2))
        end = min(high, max(source.end, span.end + (len(role) + 8 if role else 0)))
        if len(chosen) > 1 or not _SPOKES.search(self._layout.text, start, end):
            return names
        principal = [e for e in self._principals(start, end) if e.name != names[0].name]
        return names + [Speaker(e.name, e.label, "on_behalf_of") for e in principal[:1]]

    def _principals(self, start: int, end: int) -> list[Entity]:
        numbers = self._discourse.between(start, end)
        return [
            self._chains.of[n]
            for n in numbers
            if self._chains.of[n].label in {"ORG", "PERSON", "GPE"}
        ]

    def _principal_only(self, source: CharSpan, people: list[int]) -> Answer:
        """Keep "a Trump spokesman" as somebody unnamed who speaks for Trump."""
        text = self._layout.text[source.start : source.end]
        words = {word.lower() for word in _WORDS.findall(text)}
        entity = self._chains.of[people[0]]
        if _SPOKES.search(text) or words & _CAMP:
            return [Speaker(entity.name, entity.label, "on_behalf_of")], 0.8
        return NOBODY

    def _body(self, source: CharSpan, numbers: list[int]) -> Answer:
        """Name the body or country that speaks: "The US", "the Russian side", "a Gallup poll"."""
        if not numbers:
            return NOBODY
        text = self._layout.text
        number = numbers[0]
        span, entity = self._chains.spans[number], self._chains.of[number]
        phrase = text[source.start : source.end]
        head = _head_noun(phrase)
        country = self._discourse.country_of(number)
        speaker = Speaker(entity.name, entity.label)
        if country and entity.label == "NORP" and head in _COLLECTIVE:
            return [Speaker(country, "GPE")], 0.8
        if _SPOKES.search(phrase) or head == "official":
            # Who speaks is not named, so the body does: "a Pentagon spokesman said".
            return [speaker if not country else Speaker(country, "GPE")], 0.75
        leads = not text[source.start : span.start].strip().lower().removeprefix("the")
        if leads and span.end >= source.end - 1:
            return self._bodies(numbers), 0.9
        if head in _COLLECTIVE:
            return self._bodies(numbers[:1]), 0.8
        if head in _DOCUMENTS:
            return [speaker], 0.75
        after = text[span.end : span.end + 6]
        if leads and re.match(r",|\s+(?:and|which)\b|['’]s\b", after) and entity.label != "NORP":
            return self._bodies(numbers if " and " in phrase else [number]), 0.7
        return ([speaker], 0.6) if leads and entity.label == "ORG" else NOBODY

    def _bodies(self, numbers: list[int]) -> list[Speaker]:
        entities = dict.fromkeys(self._chains.of[n] for n in numbers)
        return [Speaker(entity.name, entity.label) for entity in entities]

    def _pointing(self, source: CharSpan) -> Answer:
        """Resolve a source without a name: a pronoun, a pair, an office, a document, a body."""
        phrase = self._layout.text[source.start : source.end]
        words = [word.lower() for word in _WORDS.findall(phrase)]
        if not words:
            return NOBODY
        if words[0] in _PRONOUNS and (len(words) == 1 or words[0] in {"he", "she", "who", "it"}):
            return self._discourse.pronoun(source.start, words[0])
        pair = _PAIRS.match(phrase)
        if pair:
            return self._pair(source, (pair[1] or "").lower())
        head = _head_noun(phrase)
        if words[0] in {"the", "this", "that"}:
            return self._definite(source, phrase, head)
        if words[0] in {"a", "an"} and _SPOKES.fullmatch(head):
            return self._discourse.recent(source.start, {"ORG"}, 1)
        if words[0] in {"its", "their"} and head in {*_COLLECTIVE, *_DOCUMENTS}:
            return self._discourse.pronoun(source.start, "it")
        if words[0] in {"his", "her"} and head in _CAMP:
            speakers, sureness = self._discourse.pronoun(source.start, words[0])
            return [Speaker(s.name, s.label, "on_behalf_of") for s in speakers], 0.8 * sureness
        return self._discourse.by_name(phrase)

    def _pair(self, source: CharSpan, noun: str) -> Answer:
        if noun in _PEOPLE or noun == "":
            return self._discourse.two_people(source.start)
        return self._discourse.two_countries(source.start) if noun in _COUNTRIES else NOBODY

    def _definite(self, source: CharSpan, phrase: str, head: str) -> Answer:
        if head in _DOCUMENTS:
            return self._discourse.issuer(source.start, head)
        if head in {"delegation", "side"}:
            return self._discourse.issuer(source.start, head)
        if head in _BODIES:
            return self._discourse.body(source.start, phrase, head)
        return self._discourse.described(source.start, phrase, head)


def _spoken_by_one(speakers: list[Speaker]) -> bool:
    return sum(speaker.role == "speaker" for speaker in speakers) == 1


def _head_noun(phrase: str) -> str:
    """Return the last word of the phrase before any "of", "for", "in" or comma, in lower case."""
    core = re.split(r",|\s(?:of|for|in|at|from|on|to|by|with|who|that|which|and)\s", phrase)[0]
    words = _WORDS.findall(core)
    return words[-1].lower() if words else ""
