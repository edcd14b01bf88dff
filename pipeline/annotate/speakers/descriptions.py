"""Whom "the deputy secretary", "the Texas senator" or "the company" means.

People by what the article calls them (titles, appositions, party and state), bodies by the nouns
of their names. "The heckler" and "the man" stay nobody, unless
somebody with a name was called so.

Whose "the statement", "the report" or "the letter" is: whoever issued it, beside that noun.

"…, said Kenya in a statement", "Holm sent a letter to the board", "the report by the clinic"; the
board that got the letter did not write it.
"""

from __future__ import annotations

import re
from functools import cached_property

from pipeline.annotate.names.coreference import Entity
from pipeline.annotate.names.titles import is_office
from pipeline.annotate.speakers.discourse import place_of
from pipeline.annotate.speakers.pronouns import NOBODY, Answer, Antecedents
from pipeline.models import Speaker

COLLECTIVE = frozenset(
    "delegation delegations side government administration ministry representatives officials "
    "authorities negotiators diplomats embassy military army police department office council team "
    "commission committee parliament senate congress court members leadership mission bureau "
    "agency board".split()
)
DOCUMENTS = frozenset(
    "statement report poll survey study letter email memo article editorial lawsuit suit complaint "
    "ad document release communique communiqué declaration post tweet analysis book filing "
    "indictment ruling column op-ed message release brief petition resolution".split()
)
_FOLLOWED = re.compile(
    r"\s+(?:(?:released|issued|published|filed|written|signed|sent|posted|made|conducted)\s+)?"
    r"(?:by|from|of)\s+(?:the\s+)?"
)
_SAID_BEFORE = re.compile(r"\bsa(?:id|ys)\s+(?:the\s+)?$")
_BESIDE = 6000
"""Characters back in which a document is looked for; articles are shorter, books are not."""


class Documents(Antecedents):
    """Finds who issued a document; walks through the article in reading order."""

    def issuer(self, position: int, noun: str) -> Answer:
        """Resolve "the statement": who last spoke beside that noun, or whose it is.

        "…, said the US in a statement" makes the US the issuer; so do "a Quinnipiac poll" and "the
        report by Amnesty".
        """
        text = self.layout.text
        pattern = re.compile(rf"\b{re.escape(noun)}s?\b", re.IGNORECASE)
        places = list(pattern.finditer(text, max(0, position - _BESIDE), position))
        for match in reversed(places):
            owner = self._owner(match.start(), match.end())
            if owner:
                return owner, 0.75
        at, speakers = self.last
        if at >= 0 and speakers and speakers[0].label in {"ORG", "GPE"}:
            return speakers, 0.55
        return NOBODY

    def _owner(self, start: int, end: int) -> list[Speaker]:
        low, high = self.layout.sentence_at(start)
        numbers = [
            n for n in self.between(low, high) if not self.is_quoted(self.chains.spans[n].start)
        ]
        bodies = [n for n in numbers if self.chains.of[n].label in {"ORG", "GPE", "PERSON"}]
        text = self.layout.text
        close = [n for n in bodies if 0 <= start - self.chains.spans[n].end <= 40]
        close += [
            n
            for n in bodies
            if _FOLLOWED.fullmatch(text, end, max(end, self.chains.spans[n].start))
        ]
        # "Holm sent a letter to the board": the subject wrote it.
        ahead = [n for n in bodies if self._may_issue(n, low, start)]
        choice = close[-1:] or ahead[:1]
        return [Speaker(self.chains.of[n].name, self.chains.of[n].label) for n in choice]

    def _may_issue(self, number: int, sentence_start: int, noun: int) -> bool:
        begin = self.chains.spans[number].start
        place = place_of(self.layout.text, sentence_start, begin)
        said = _SAID_BEFORE.search(self.layout.text, max(0, begin - 30), begin)
        return begin < noun and (place == "subject" or said is not None)


BODIES = frozenset(
    "company firm agency group ministry department organization organisation bank paper newspaper "
    "network party campaign university institute commission committee council court government "
    "administration union association body regulator team club outlet magazine website "
    "foundation airline".split()
)
_GENERIC = frozenset(
    "company firm group agency organisation organization club bank maker airline union "
    "association foundation body".split()
)
PRESS = frozenset("paper newspaper magazine outlet network website".split())
"""Nouns of the press, whose papers are mostly named."""
_PRESS_NAME = re.compile(
    r"\b(?:Times|Post|Journal|News|Daily|Herald|Tribune|Globe|Star|Guardian|Telegraph|Mail|Sun|"
    r"Gazette|Chronicle|Press|Register|Observer|Review|Magazine|Reporter|Courier|Examiner|Express|"
    r"Mirror|Independent|Standard|Politico|Reuters|Record|Today|Weekly|Inquirer|Ledger|Bee|TV|CNN|"
    r"BBC|NBC|CBS|ABC|Fox|MSNBC)\b|^(?:The\s)?(?:Hill|Atlantic|Economist|Nation)$"
)
NAMELESS = frozenset(
    "man woman boy girl person people crowd audience source sources group headline sign poster "
    "banner".split()
)
"""Nouns for whom the article mostly has no name."""
_PERSONAL = frozenset("aide republican democrat libertarian candidate native billionaire".split())
_UNNAMED = frozenset(
    "man woman boy girl person heckler protester demonstrator voter supporter critic crowd "
    "audience source insider resident visitor passer-by onlooker caller customer passenger driver "
    "witness neighbor neighbour teenager worker employee staffer fan attendee viewer reader user "
    "moderator interviewer questioner headline sign poster banner aide sources people".split()
)
_KIN = frozenset(
    "husband wife son daughter father mother brother sister uncle aunt nephew niece parent "
    "parents spouse partner widow grandfather grandmother cousin boyfriend girlfriend fiancé "
    "fiancée friend".split()
)
_PERSON_SUFFIX = re.compile(r"(?:er|or|ist|man|woman|ian|ess|ee|ent|ant)$")
_NO_PERSON = frozenset(
    "letter paper newspaper order number other chapter center centre computer weather river "
    "matter power error sector floor door mirror color behavior government parliament statement "
    "department document agreement committee settlement amendment movement establishment".split()
)
_SPELLED_OUT = {
    word: name
    for name, words in {
        "senator": "sen",
        "governor": "gov",
        "representative": "rep congressman congresswoman",
        "general": "gen",
        "lieutenant": "lt",
        "colonel": "col",
        "sergeant": "sgt",
        "captain": "capt",
        "lawyer": "attorney solicitor barrister",
        "candidate": "nominee contender hopeful frontrunner front-runner standard-bearer",
        "businessman": "billionaire mogul tycoon magnate developer businesswoman entrepreneur",
        "doctor": "physician surgeon neurosurgeon dr",
        "professor": "scholar academic",
        "actor": "actress star comedian",
        "reporter": "journalist correspondent anchor",
        "chairman": "chairwoman chairperson chair",
        "boss": "ceo chief head",
        "republican": "gop",
        "democrat": "democratic",
    }.items()
    for word in words.split()
}
_LAWMAKERS = frozenset("senator representative mp legislator councilman councillor".split())
_TELLING = frozenset("vice deputy assistant former first prime foreign attorney".split())
"""Words that make another office: the vice president is not the president."""
_NOUN_ALONE = 5
"""What a person scores whom the article calls by the noun, but by no other word of a phrase."""
_EMPTY = frozenset("the a an this that of his her its their".split())
_PARTY = re.compile(r"\s*,?\s*\(?([DRI])\s*-\s*([A-Z][\w.]+)\)?")
_PARTY_NAMES = frozenset({"democrat", "republican", "libertarian", "independent"})
_PARTIES = {"D": "democrat", "R": "republican", "I": "independent"}


class Descriptions(Documents):
    """Finds whom nouns mean; walks through the article in reading order."""

    def definite(self, position: int, phrase: str, head: str) -> Answer:
        """Resolve "the statement", "the delegation", "the company", "the Texas senator"."""
        if head in self.heads and not is_person_noun(head):
            speakers, sureness = self.heads[head]
            return speakers, min(sureness, 0.7)
        if head in NAMELESS:
            return NOBODY
        if head in DOCUMENTS or head in {"delegation", "side"}:
            return self.issuer(position, head)
        if head in BODIES:
            return self.body(position, phrase, head)
        return self.described(position, phrase, head)

    def body(self, position: int, phrase: str, head: str) -> Answer:
        """Resolve "the finance ministry": the body named with that noun; "the firm": the last."""
        wanted = _words(phrase) - {"the", "of"}
        best: dict[Entity, int] = {}
        for number in self.before(position):
            entity = self.chains.of[number]
            words = _words(entity.name)
            if entity.label == "ORG" and head in words:
                best.setdefault(entity, len(wanted & words))
        if best:
            return [Speaker(max(best, key=lambda e: best[e]).name, "ORG")], 0.75
        if head in PRESS:
            return self._press(position)
        return self.recent(position, {"ORG"}, 2) if head in _GENERIC else NOBODY

    def _press(self, position: int) -> Answer:
        for number in self.before(position):
            entity = self.chains.of[number]
            if entity.label == "ORG" and _PRESS_NAME.search(entity.name):
                return [Speaker(entity.name, "ORG")], 0.7
        return NOBODY

    def recent(self, position: int, labels: set[str], paragraphs: int) -> Answer:
        """Return the nearest entity of some label before a position, not out of quoted words."""
        for number in self.before(position):
            span, entity = self.chains.spans[number], self.chains.of[number]
            if self.paragraphs_since(span.start, position) > paragraphs:
                break
            if entity.label in labels and not self.is_quoted(span.start):
                return [Speaker(entity.name, entity.label)], 0.6
        return NOBODY

    def described(self, position: int, phrase: str, head: str) -> Answer:
        """Resolve "the deputy secretary": the person who was called so, or who speaks anyway."""
        wanted = _words(phrase) - _EMPTY
        noun = _SPELLED_OUT.get(head, head)
        best: dict[Entity, int] = {}
        for number in self.before(position):
            entity = self.chains.of[number]
            if entity.label == "PERSON" and entity not in best:
                best[entity] = _fit(wanted, noun, self._profile(entity))
        top = max(best.values(), default=0)
        # "The geography teacher" is hardly the teacher of physics if somebody else is at hand.
        if top == _NOUN_ALONE and wanted - {noun, "former"}:
            speakers, _ = self.person(position, None, reach=1)
            meant = self.entities.get(speakers[0].name) if speakers else None
            if meant and best.get(meant) == 0 and not _differ(wanted, self._profile(meant)):
                return speakers, 0.5
        if top > 0:
            # Of two who were called so, the one named last: ``best`` begins with the nearest.
            fits = [entity for entity, score in best.items() if score == top]
            return [Speaker(fits[0].name, "PERSON")], 0.85 if len(fits) == 1 else 0.6
        # "The 46-year-old" and "the former candidate" have been named just before; "the member" and
        # "the protester" as often never.
        named_before = (
            is_office(noun) or is_office(head) or head.endswith("year-old") or head in _PERSONAL
        )
        speakers, sureness = self.person(position, None, reach=1) if named_before else NOBODY
        return speakers, min(sureness, 0.5)

    def _profile(self, entity: Entity) -> set[str]:
        """Return all that the article calls a person: offices, appositions, party and state."""
        known = self._profiles.get(entity)
        if known is None:
            words = _words(" ".join(entity.roles))
            for description in entity.descriptions:
                # "person familiar with", "state of": the noun only where it is the head.
                if is_person_noun(head_noun(description)):
                    words |= _words(description)
            for number in entity.mentions[:40]:
                party = _PARTY.match(self.layout.text, self.chains.spans[number].end)
                if party:
                    words |= {_PARTIES[party[1]], party[2].lower().rstrip(".")}
            known = self._profiles[entity] = words
        return known

    def possessed(self, position: int, owner: str, head: str) -> Answer:
        """Resolve "her husband", "its statement", "his campaign"."""
        if owner in {"its", "their"} and head in {*COLLECTIVE, *DOCUMENTS}:
            return self.pronoun(position, "it")
        if owner in {"his", "her"} and head in {"campaign", "camp", "team", "office", "spokesman"}:
            speakers, sureness = self.pronoun(position, owner)
            behalf = [Speaker(s.name, s.label, "on_behalf_of") for s in speakers]
            return behalf, 0.8 * sureness
        if head in DOCUMENTS:
            return self.pronoun(position, owner)
        return self.described(position, f"{owner} {head}", head)

    def by_name(self, phrase: str) -> Answer:
        """Resolve a name that was not tagged at this place: "Hillary" where Hillary Clinton is."""
        words = {word.strip(".,:").casefold() for word in phrase.split() if word[:1].isupper()}
        fits = list({entity for word in words for entity in self._by_outer_word.get(word, ())})
        return ([Speaker(fits[0].name, "PERSON")], 0.7) if len(fits) == 1 else NOBODY

    @cached_property
    def _by_outer_word(self) -> dict[str, list[Entity]]:
        """People by the first and the last word of their names; a third one tells nothing more."""
        found: dict[str, list[Entity]] = {}
        for entity in self.chains.entities:
            words = entity.name.casefold().split() if entity.label == "PERSON" else []
            for word in {*words[:1], *words[-1:]}:
                alike = found.setdefault(word, [])
                alike += [entity] if len(alike) < 2 else []
        return found


def head_noun(phrase: str) -> str:
    """Return the last word of the phrase before any "of", "for", "in" or comma, in lower case."""
    core = re.split(r",|\s(?:of|for|in|at|from|on|to|by|with|who|that|which|and)\s", phrase)[0]
    words = re.findall(r"[^\W\d_][\w’'-]*", core)
    return words[-1].lower() if words else ""


def is_person_noun(noun: str) -> bool:
    """Tell whether a noun names a person: an office, an occupation, kin, "the protester"."""
    if noun in _UNNAMED or noun in _KIN or is_office(noun):
        return True
    return (
        len(noun) > 3
        and _PERSON_SUFFIX.search(noun) is not None
        and noun not in {*_NO_PERSON, *DOCUMENTS}
    )


def _fit(wanted: set[str], noun: str, profile: set[str]) -> int:
    """Score how well what a person is called fits a description; 0 if the noun does not."""
    nouns = _LAWMAKERS if noun in {"lawmaker", "legislator"} else {noun}
    if not nouns & profile:
        return 0
    if _differ(wanted, profile):
        return 0
    differing = (wanted ^ profile) & _TELLING - {"former"}
    # "(R-Nev.)" is the Nevada Republican.
    shortened = sum(len(p) > 2 and w.startswith(p) for p in profile - wanted for w in wanted)
    alike = len(wanted & profile) + shortened
    return max(0, _NOUN_ALONE - 1 + alike - 3 * len(differing))


def _differ(wanted: set[str], profile: set[str]) -> bool:
    """Tell whether a description and a person are of two parties."""
    parties = profile & _PARTY_NAMES
    return bool(wanted & _PARTY_NAMES and parties and not wanted & parties)


def _words(text: str) -> set[str]:
    words = {
        word.lower().strip(".,()").removesuffix("'s").removesuffix("’s") for word in text.split()
    }
    words |= {part for word in words for part in word.split("-") if "-" in word}
    return {_SPELLED_OUT.get(word, word) for word in words}
