"""Tell statements from what only looks like one: deeds, thoughts, titles, captions, rules.

PolNeAR, on which the tagger was trained, also counts attitudes and intentions as attributions:
"endorsed the plan", "wants to win", "identified three properties". An analyst who asks who said
what wants none of these. ``StatementReader.objection`` names the reason why an attribution is no
statement; ``grades`` turns it into the grade C. Nothing is dropped here.

Reported speech without marks is a statement where a verb of saying ("said", "argued", "according
to") governs a clause: "said that the pier was safe". With a noun phrase the same verbs tell of a
deed: "announced a new pier", "declared the gifts". Words between quotation marks are a statement
unless they are a title, a word or two in scare quotes, or stand in a caption, a list or a table.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from pipeline.annotate.quotes.cues import cue_class_of_word, is_speech_verb
from pipeline.annotate.quotes.linking import Attribution
from pipeline.annotate.quotes.quotation_marks import (
    SCARE_WORDS,
    Quotation,
    Quotations,
    is_title,
    words_in,
)
from pipeline.annotate.spans import CharSpan, Layout
from pipeline.annotate.speakers.issuers import document_noun
from pipeline.annotate.speakers.nouns import (
    DOCUMENTS,
    EVIDENCE,
    LORE,
    TESTIMONY,
    can_speak,
    head_noun,
    is_body_or_document,
    is_person_noun,
)
from pipeline.models import CueClass, GradeReason, QuoteKind
from pipeline.tables import read_rows

FEWEST_CLAUSE_WORDS = 3
"""Words that reported speech without marks must have; with one or two it says nothing."""
FEWEST_PLAIN_WORDS = 4
"""Words from which what "said" governs is taken for a clause although no verb is recognised."""
LONGEST_NAMED_TITLE = 8
"""Words of a title behind "the film" or "titled"."""
SHARE_OF_FIGURES = 0.3
"""Share of words with a digit from which a line is one of a table."""
_WORD = re.compile(r"[^\W\d_][\w’'-]*")


def _words_by_list() -> dict[str, list[str]]:
    """Return the words of ``statement_words.tsv`` by their list; "*" stands for any ending."""
    words: dict[str, list[str]] = defaultdict(list)
    for name, forms, _ in read_rows(__package__, "statement_words.tsv", 3):
        words[name] += forms.split("|")
    return words


_LISTS = _words_by_list()


def _any_of(name: str) -> str:
    """Return a pattern for the words of a list, longest first, any white space between them."""
    words = sorted(_LISTS[name], key=len, reverse=True)
    patterns = (re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for word in words)
    return "(?:" + "|".join(patterns) + ")"


def _cue(name: str, ending: str = r"\b") -> re.Pattern[str]:
    """Return a pattern that finds a word of a list in a cue.

    Args:
        name: the list in ``statement_words.tsv``.
        ending: what must be behind the word; "$" for the last word of the cue.
    """
    return re.compile(rf"\b{_any_of(name)}{ending}", re.IGNORECASE)


_PLAIN = frozenset(_LISTS["plain"])
_NARRATORS = frozenset(_LISTS["narrator"])
# In the examples of patterns, "|" shows where the match begins and ends.
# In front of a cue, or within it, that was not said: "did | not | say", "declined to".
_NOT_SAID = re.compile(
    r"\b(?:not|never|nobody|no\s+one|neither|nor|hardly|without|cannot|(?:refus|declin|fail)\w*\s+to|"
    r"unable\s+to|unwilling\s+to|short\s+of|refrain\w*\s+from|avoid(?:s|ed|ing)?|"
    r"would|could|might|may|should|must|can|if|unless)\s+"
    r"(?:\w+ly\s+|also\s+|even\s+|have\s+|be\s+|to\s+)?$|n[’']t\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
_NOT_SAID_WITHIN = re.compile(
    r"\b(?:not|never|cannot|would|could|may|might|must|should|refus\w*|declin\w*)\b|n[’']t\b|"
    r"\b(?:little|nothing)\s+(?:about|of|on)$|\bwithout\s+saying$|"
    r"\b(?:short\s+of|refrain\w*\s+from|avoid\w*|resist\w*|regret\w*)\s+\w+ing$",
    re.IGNORECASE,
)
# Cues and what stands in front of them: "it is | common for a crew to | say".
_COMMON_TO = re.compile(
    r"\b(?:common|easy|hard|tempting|usual|typical|suffices?)\s+(?:it\s+)?"
    r"(?:for\s+[^.;:]{1,80}\s)?to\s+(?:\w+ly\s+)?\w+$",
    re.IGNORECASE,
)
_SETS_OUT = re.compile(
    r"^(?:start|began|begin|begun|keep|kept|tend)\w*\s.*(?:ing|to\s+\w+)$", re.IGNORECASE
)
"""Cues of what nobody in particular came to say: "began to admit"."""
# Within a cue whose quoted words nobody has said yet: "| may wonder |", "| should say |".
_MAY_BE_SAID = re.compile(
    r"\b(?:may|might|could|should|must|can(?!\s+be)|cannot|never)\b|n[’']t\b", re.IGNORECASE
)
_WILL_BE_SAID = re.compile(r"\bwill\b|[’']ll\b", re.IGNORECASE)
"""The same where nobody is named; "Holm will say" is in a speech that was given out before."""
# In front of a cue whose quoted words are a line to say: "you | should | say", "don't | tell".
_TO_BE_SAID = re.compile(
    r"\b(?:not|never|nobody|should|can|could|might|may|must|shall|will|you)\s+"
    r"(?:\w+ly\s+|always\s+|never\s+|also\s+|even\s+|ever\s+|just\s+)?$|n[’']t\s+(?:\w+ly\s+)?$",
    re.IGNORECASE,
)
# The start of such a cue: "Don’t | tell".
_FORBIDDEN = re.compile(r"(?:do\s+not|don[’']t|never)\b", re.IGNORECASE)
# In front of an imperative: "Before you leave, | ask", "and then | say".
_BEFORE_IMPERATIVE = re.compile(
    r"(?:^|[.!?:;,(—–“”\"])\s*(?:(?:and|then|or|just|please|simply|always|never|first|so|to)\s+)*$",
    re.IGNORECASE,
)
# In front of such a cue: "how much worse | if she had | written".
_IF = re.compile(r"\b(?:if|unless)\s+(?:[\w’'-]+\s+){1,4}$", re.IGNORECASE)
# In front of one that tells of every time: "| when a sign | says", "| as they | say".
_WHENEVER = re.compile(
    r"\b(?:when|whenever|every\s+time)\s+(?:[\w’'-]+\s+){1,4}$|\bas\s+(?:they|we|you)\s+$",
    re.IGNORECASE,
)
_PASTS_OF_SAYING = frozenset(_LISTS["past"])
_EVERY = re.compile(r"(?:every|any|each|no|he\s+or\s+she|she\s+or\s+he)\b", re.IGNORECASE)
"""Sources that stand for whoever it may be: "every skipper says"."""
# A verb in the passive whose subject is told: "guests | are advised | to wait".
_PASSIVE = re.compile(
    r"(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+)?(?:\w+ed|told)$", re.IGNORECASE
)
# Sources that are nobody: "|no |evidence indicated", "another |48 %| indicated".
_NO_SPEAKER = re.compile(
    r"no\s(?!one\b)|(?:another\s+|about\s+)?[\d.]+\s?(?:%|per\s?cent)", re.IGNORECASE
)
# "|Asked |by the lawyer whether the pier was safe, Holm nodded": nobody with a name asks there.
_ASKED_BY = re.compile(r"(?:when\s+)?(?:asked|pressed|questioned)\b", re.IGNORECASE)
_ASKS = _cue("asks")
# Questions of nobody in particular: "what Holm said | when asked|, “What is it?”"
_WHEN_ASKED = re.compile(r"\b(?:when|if|once)\s+asked:?$", re.IGNORECASE)
_TELLS = re.compile(r"\b(?:tells?|told|show(?:s|ed)?)$")
_SEEMS = re.compile(r"\b(?:seem|appear)\w*\s+to\b", re.IGNORECASE)
"""Cues of what somebody may have meant: "seems to be suggesting"."""
# An imperative with a gerund: "| Try saying |, “We are closed.”"
_TRIES = re.compile(
    r"(?:\w+ly\s+)?(?:try|avoid|start|stop|consider|practi[cs]e|keep|imagine|begin)\s+\w+ing\b",
    re.IGNORECASE,
)
# An adverb in front of an imperative: "| politely |say".
_ADVERB = re.compile(r"(?:\w+ly|just|please|always|then)\s+", re.IGNORECASE)
_IMPERATIVES = frozenset(_LISTS["command"])
# A sentence that asks by its order of words: "|Didn’t |Holm once quip that “time is a boat”?"
_INVERTED = re.compile(
    r"[“‘\"']?(?:(?:and|but|so|or)\s+)?(?:did|does|do|has|have|had|is|are|was|were|would|could|can)"
    r"(?:n['’]t)?\s",
    re.IGNORECASE,
)
# Behind a cue, in front of the mark: what somebody tells himself is thought.
_SELF = re.compile(r"\b(?:my|our|him|her|them)sel(?:f|ves)[,:]?\s*$")
_PERSONAL = re.compile(r"\b(?:I|we|you|he|she|they)\b", re.IGNORECASE)
# Between quotations of which each is an example: "“A berth” | or | “a boat”".
_OR = re.compile(r"[,;]?\s+or,?\s+", re.IGNORECASE)
# Behind a cue, in front of the mark: "ask | yourself,".
_YOURSELF = re.compile(r"\b(?:yourself|yourselves|oneself)[,:]?\s*$")
_ANYBODY = frozenset(_LISTS["anybody"])
"""Sources of "people say"; in "someone said" the paper heard them, so the cue decides too."""
_ANY_ONE = frozenset(_LISTS["any_one"])
_GENERAL = re.compile(r"\b(?:says?|asks?|thinks?|wonders?|tells?|\w+ing)$", re.IGNORECASE)
"""Cues of what people say time and again."""
FARTHEST_FRAME = 120
"""Characters in front of a cue that are searched for "it is common for somebody to"."""
EXAMPLE_LEAD_CHARS = 30
"""Characters in front of a mark or a cue that are searched for the words of the table."""
_SECOND_PERSON = re.compile(r"\b(?:you|your|yours|yourself|yourselves)\b", re.IGNORECASE)
# Reported words that only open a sentence: "| Once the boat has sailed|, the pier closes".
_SUBORDINATE = re.compile(
    r"(?:once|when|whenever|after|before|until|if|unless|while|since|as|although|though|because)\b"
    r"[^,]*",
    re.IGNORECASE | re.DOTALL,
)
# A thing with a relative clause: "|a plan that’s supposed to| help".
_THING_THAT = re.compile(
    r"(?:an?|his|her|its|their)\s+(?:[\w’'-]+\s+){1,8}?(?:that|which|who|where)(?:[’']s\b|\s)",
    re.IGNORECASE,
)
_ANNOUNCES = _cue("announces")
_DETERMINER = re.compile(r"(?:an?|the|this|these|those|his|her|its|their)\s", re.IGNORECASE)
_TOPIC = re.compile(r"\b(?:about|of|on)$", re.IGNORECASE)
"""The end of a cue that governs a topic: "writes about boats"."""
# An infinitive of purpose: "wants | to | say"; "went on to say" is said.
_TO = re.compile(r"(?<!on)(?<!continue)(?<!continued)(?<!continues)(?<!came)\s+to\s+$")
# The start of a clause: "that the pier", "whether it".
_CLAUSE_START = re.compile(
    r"(?:that|whether|if|how|why|what|when|where|who|there|because|as if|as though)\b",
    re.IGNORECASE,
)
# An auxiliary, or a pronoun in the nominative with a word behind it: "it | is", "they | sailed".
_FINITE = re.compile(
    r"\b(?:is|are|was|were|am|has|have|had|do|does|did|will|would|can|could|may|might|must|"
    r"should|shall|cannot|ought)\b|n[’']t\b|[’'](?:re|ve|ll|d|m)\b|"
    r"\b(?:he|she|they|we|I|it|you|there|it[’']s|that[’']s)\s+\w",
    re.IGNORECASE,
)
# A past tense behind its subject: "the boats | sailed"; "a unified fleet" has none.
_PAST = re.compile(
    r"(?<=[\w’'%)])(?<!\ba)(?<!\ban)(?<!\bthe)(?<!\bits)(?<!\bhis)(?<!\bher)(?<!\btheir)(?<!\bof)\s+"
    r"(?:\w+ly\s+)?(\w+ed)\b",
    re.IGNORECASE,
)
# What was to be done: "to wait", "him not to wait"; "to have seen it" was said.
_INFINITIVE = re.compile(
    r"(?:(?:him|her|them|us|me|you)\s+)?(?:not\s+)?to\s+(?!have\b|be\b)\w", re.IGNORECASE
)
# Speech acts by their verb and what it governs: "accused | the board of waiting".
_ACTS = (
    (r"accus\w+|blam\w+", r".*\b(?:of|for)\s+(?:\w+ly\s+)?\w+ing\b"),
    (r"den(?:y|ies|ied|ying)", r"(?:that\b|(?:\w+ly\s+)?\w+ing\b|he\b|she\b|it\b|they\b|there\b)"),
    (r"vow\w*|promis\w+|pledg\w+|threaten\w*|sw(?:ear|ore)\w*", r"(?:not\s+)?to\s+\w"),
    (r"urg\w+|call\w*\s+on|implor\w+|advis\w+", r".*\bto\s+\w"),
    (r"describ\w+|dismiss\w+|denounc\w+", r".*(?<!\bsuch )\bas\s+\w"),
)
_ACTS_BY_VERB = tuple(
    (re.compile(rf"\b(?:{verb})\b", re.IGNORECASE), re.compile(what, re.IGNORECASE | re.DOTALL))
    for verb, what in _ACTS
)
_STATES_CLAUSES = _cue("states_clauses")
_RULES_OUT = re.compile(r"\brul\w+\s+out\b")
"""A cue that states the opposite: "ruled out that she would run"."""
_FINDS = _cue("finds")
"""A person who "found that" did so without a word, a study states it."""
# A name in a source: "data from| L|indco", "|CD|C data"; "data on Lindco" is anybody's.
_NAMED = re.compile(r"(?<!\son)(?<!\sin)\s[A-Z]|^[A-Z]{2}")
_RATES = _cue("rates")
_LEARNS = _cue("learns")
# What is shown and not said: "describes | an image of the pier “at dawn”".
_SHOWS = re.compile(r"(?:an?|the|his|her|their|its)\s+(?!.*\bas\s)", re.IGNORECASE | re.DOTALL)
# In front of a quoted title: "the film |“The Old Pier”", "an essay called |“The Old Pier”".
_WORK = re.compile(
    rf"\b(?:{_any_of('work')}|{_any_of('called')}|{_any_of('entitled')})[,:]?\s+"
    r"(?:(?:is|was|like|a|an|the|of|called|named|titled|entitled|focusing\s+on)\s+)?$",
    re.IGNORECASE,
)
_SO_CALLED = _cue("called", r"\s+$")
_TITLED = _cue("entitled", r"[,:]?\s+$")
_PRESENTS = _cue("presents")
_NAMES = _cue("names")
# What somebody was told, in a headline: "Holm told |he can leave".
_TOLD = re.compile(r"(?:he|she|they|it|to)\s", re.IGNORECASE)
# "… at |what |the board calls “slow boats”".
_WHAT = re.compile(r"\bwhat\s+$", re.IGNORECASE)
_CALLS = re.compile(r"(?:has |have |had |’d |'d |would )?call(?:s|ed)?")
LONGEST_TERM = 6
"""Words between quotation marks up to which they name a thing: "what Holm calls “slow boats”"."""
LONGEST_GIVEN_NAME = 4
"""Words of such a name."""
_ARTICLE = re.compile(r"(?:an?|the)\s", re.IGNORECASE)
"""How a judgement begins and a name hardly: dubbed the plan “a costly dream”."""
_CREDIT = re.compile(
    # "Photo by Ida Holm", but no "a video by the singer Ida Holm, who says …".
    rf"(?<!\ba )(?<!\bthe )\b{_any_of('picture')}\s*(?:by\s+(?-i:[A-Z])|:|courtesy|credit)"
    r"|\bGetty Images\b|\b(?:AP|AFP|Reuters|EPA)\s+(?:Photo|Pool)\b|\(Photo|\bvia AP\b|"
    r"^\s*(?:Pictured|Caption)\b|/(?:AFP|AP|Reuters|Getty)\b",
    re.IGNORECASE,
)
_PERFORMS = _cue("performs")
_PUTS = _cue("introduces")
_HANGS_ON = re.compile(r"\b(?:with|of|on|about|for|as|in)$", re.IGNORECASE)
"""The end of a cue whose quoted words are a phrase within the paper's sentence."""
# A year as a label: "June 5, 1987: |“Unity”|".
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d:\s*$")
_TELLS_OF = _cue("tells_of", "$")
_TOPIC_CLAUSE = re.compile(r"(?:how|what|why|which|when|where|who|whether)\b", re.IGNORECASE)
# "told them | how to| moor a boat"; "asked how to" is a question.
_HOW_TO = re.compile(r"how\s+to\s", re.IGNORECASE)
# "told them |about |the pier"; in "about 40 boats" and "about sixty boats" it is a number.
_ABOUT = re.compile(
    r"(?:about|regarding|concerning)\s(?!\d|(?:a\s+)?(?:half|third|quarter|dozen|hundred|thousand|"
    r"million|one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|\w+ty)\b)"
)
_CALLS_ON = re.compile(r"\bcall\w*\s+on$", re.IGNORECASE)
_NOTHING = re.compile(r"(?:little|nothing)\s+(?:about|of|on)\b", re.IGNORECASE)
# The end of a paragraph that a list follows: "the reasons are|:|", with a footnote "|:[4]|".
_LIST_LEAD = re.compile(r":\s*(?:\[\d+\])?\s*$")
_DESCRIBES = re.compile(r"\bdescrib\w*$", re.IGNORECASE)
_AS = re.compile(r"(?<!\bsuch)(?<!\bas well)\s+as\s", re.IGNORECASE)
"""What a described thing is called: "described the pier as old"."""
_GOES_ON = re.compile(r"\s*[^\s.,;:!?]")
"""What stands behind words that are cut off, and not behind "they know about that"."""
_HANGING = frozenset(_LISTS["hanging"])
_LIST_MARK = re.compile(
    r"\s*(?:[•*·▪◦►‣–-]\s+|\(?\d{1,2}[.)]\s+|\(?[a-z][.)]\s+|step\s+\d)", re.IGNORECASE
)
_FIGURE = re.compile(r"\d")
_SENTENCE_END = re.compile(r"[.!?…][”\"’')\]]*\s*$")
LONGEST_CAPTION = 400
"""Characters of a paragraph that can be a caption with its credit."""


def _irregular_pasts() -> frozenset[str]:
    return frozenset(past for past, _ in read_rows(__package__, "irregular_pasts.tsv", 2))


_IRREGULAR_PASTS = _irregular_pasts()


def _example_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what stands in front of a mark, and in front of a cue, of words that nobody said."""
    phrases: dict[str, list[str]] = defaultdict(list)
    for place, words, _ in read_rows(__package__, "quoted_examples.tsv", 3):
        phrases[place].append(re.escape(words))
    example, noun, frame = ("|".join(phrases[place]) for place in ("example", "noun", "frame"))
    return (
        re.compile(
            rf"(?<!\w)(?:{example}|(?:an?|the|this|that)\s+(?:\w+\s+)?(?:{noun})(?:\s+that)?)[,:]?\s*$",
            re.IGNORECASE,
        ),
        re.compile(rf"\b(?:{frame})\s+$", re.IGNORECASE),
    )


_GIVES_EXAMPLE, _FRAMES_EXAMPLE = _example_patterns()


class StatementReader:
    """Reads whether the attributions of one text are statements."""

    def __init__(self, layout: Layout, quotations: Quotations) -> None:
        """Take a text with its quotations."""
        self._layout = layout
        self._text = layout.text
        self._quotations = quotations

    def objection(
        self, item: Attribution, kind: QuoteKind, cue_class: CueClass, has_name: bool
    ) -> GradeReason | None:
        """Return why an attribution is no statement, or None where it is one.

        Args:
            item: the attribution.
            kind: direct, mixed or indirect.
            cue_class: the class of its cue.
            has_name: whether its speaker has a name.
        """
        place = self._place(item, kind)
        if place:
            return place
        if kind == "indirect":
            return self._of_reported(item, cue_class, has_name)
        return self._of_quoted(item, kind, cue_class, has_name)

    def _place(self, item: Attribution, kind: QuoteKind) -> GradeReason | None:
        """Return what the paragraph is where it is no prose: a caption, a table, a list."""
        start, end = self._layout.bounds_at(item.content[0].start)
        if end - start <= LONGEST_CAPTION and _CREDIT.search(self._text, start, end):
            return "caption"
        line = self._text[start:end]
        words = line.split()
        figures = sum(_FIGURE.search(word) is not None for word in words)
        if (
            line.count("|") > 2
            or line.count("\t") > 1
            or figures > SHARE_OF_FIGURES * len(words) + 1
        ):
            return "table"
        is_listed = _LIST_MARK.match(line) is not None
        if is_listed and (kind == "indirect" or not item.cue):
            return "list_item"
        return None

    def _of_quoted(
        self, item: Attribution, kind: QuoteKind, cue_class: CueClass, has_name: bool
    ) -> GradeReason | None:
        """Return why words with quotation marks are no statement."""
        cue = self._cue(item)
        if kind == "direct" and (cue_class == "thought" or self._is_told_to_self(item)):
            return "thought"
        if item.is_verbatim:
            return "table" if self._is_entry(item) else None
        quoted = self._marked(item)
        if quoted and all(self._is_work(each, cue) for each in quoted):
            return "title"
        if (kind == "direct" or not has_name) and self._is_line_to_say(item):
            return "not_said"
        if self._may_be_said(item, cue, has_name) or self._is_of_anybody(item, cue):
            return "not_said"
        if self._is_example(item, quoted) or self._is_asked_by_paper(item):
            return "not_said"
        if _PERFORMS.search(cue):
            return "title"
        if kind == "direct" and self._is_phrase(item, cue, quoted):
            return "deed"
        if kind == "direct" and not (item.cue or item.source or has_name):
            return "no_source"
        if kind == "direct" and not has_name and self._has_no_speaker(item, cue):
            return "no_source"
        if not has_name and self._is_narrators(item, cue):
            return "narrator"
        if not has_name and item.cue and _WHEN_ASKED.search(f"{self._before(item.cue[0])}{cue}"):
            return "no_source"
        words = sum(words_in(each.inner(self._text)) for each in quoted)
        ends = any(_SENTENCE_END.search(each.inner(self._text)) for each in quoted)
        speaks = any(map(is_speech_verb, _WORD.findall(cue)))
        if self._is_term(item, cue, quoted):
            return "scare_quotes"
        if words <= SCARE_WORDS and not ends:
            is_own = speaks or _RATES.search(cue) is not None
            is_tagged = speaks and any(self._comma_ends(each) for each in quoted)
            if not (is_tagged or (is_own and item.source and (words > 1 or kind == "mixed"))):
                return "scare_quotes"
        if kind == "mixed":
            content = " ".join(self._text[span.start : span.end] for span in item.content)
            is_phrase = _DETERMINER.match(content) is not None and not has_verb(content)
            is_object = bool(item.cue) and item.cue[0].start < item.content[0].start
            if words <= SCARE_WORDS and is_phrase and is_object and not _RATES.search(cue):
                return "scare_quotes"
            if self._opens_list(item):
                return "fragment"
            if self._is_not_said(item):
                return "not_said"
            if cue_class == "intent" or _LEARNS.search(cue):
                return "thought"
            if not speaks and self._is_deed(item, cue, words):
                return "deed"
            if not item.source and not item.inherits:
                return "no_source"
            if self._is_narrator(item):
                return "narrator"
        return None

    def _is_term(self, item: Attribution, cue: str, quoted: Sequence[Quotation]) -> bool:
        """Tell whether quoted words only name something: "what the board calls “slow boats”".

        "What Holm calls “a disgrace”" judges it.
        """
        if not item.source or _CALLS.fullmatch(cue) is None or len(quoted) != 1:
            return False
        low = max(self._layout.sentence_at(item.cue[0].start)[0], item.source[0].start - 12)
        what = _WHAT.search(self._text, low, item.source[0].start)
        named = quoted[0].inner(self._text)
        is_short = words_in(named) <= LONGEST_TERM
        return what is not None and is_short and _ARTICLE.match(named) is None

    def _of_reported(
        self, item: Attribution, cue_class: CueClass, has_name: bool
    ) -> GradeReason | None:
        """Return why words without quotation marks are no statement."""
        content = " ".join(self._text[span.start : span.end] for span in item.content)
        if words_in(content) < FEWEST_CLAUSE_WORDS or _NOTHING.match(content):
            return "fragment"
        behind = self._text[item.content[-1].end : item.content[-1].end + 2]
        if _is_cut_off(content, behind) or self._opens_list(item):
            return "fragment"
        if cue_class != "speech":
            return "thought"
        if not item.source or not item.cue:
            return "no_source"
        if self._is_narrator(item):
            return "narrator"
        if self._is_not_said(item):
            return "not_said"
        cue = self._cue(item)
        if _SEEMS.search(cue):
            return "thought"
        if self._is_told(item, cue):
            return "no_source"
        if self._is_said_to_reader(item):
            return "narrator"
        if self._is_in_question(item, cue) or self._is_common_to_say(item, cue):
            return "not_said"
        if not has_name:
            if self._is_of_anybody(item, cue) or self._may_be_said(item, cue, has_name):
                return "not_said"
            if self._is_heading(item):
                return "list_item"
            if _PASSIVE.search(cue) and item.source[0].end <= item.cue[0].start:
                return "no_source"
            if _ASKED_BY.match(cue) and item.cue[0].end <= item.source[0].start:
                return "no_source"
            nobody = self._reason_against_nameless(item, content)
            if nobody:
                return nobody
        if _is_topic(cue, content) and not _ASKS.search(cue):
            return "deed"
        if _DESCRIBES.search(cue) and not (_AS.search(content) or _CLAUSE_START.match(content)):
            return "deed"
        is_lead = item.content[-1].end <= item.cue[0].start
        if is_lead and _SUBORDINATE.fullmatch(content.strip()):
            return "deed"
        if any(verb.search(cue) and what.match(content) for verb, what in _ACTS_BY_VERB):
            return None
        words = _WORD.findall(cue.lower())
        if not any(is_speech_verb(word) or word in _PLAIN for word in words):
            is_governed = content[:5] == "that " or is_lead
            if is_governed and _STATES_CLAUSES.search(cue) and not _RULES_OUT.search(cue):
                if not has_name and head_noun(self._source(item)) in EVIDENCE:
                    return "no_source"  # "research indicates that": nobody's
                return None if is_clause(content, is_plain=False) else "deed"
            return None if self._is_finding(item, cue, content) else "deed"
        is_plain = any(word in _PLAIN for word in words) and not _TOPIC.search(cue)
        verbs = len(_FINITE.findall(content))
        is_thing = verbs <= 1 and _THING_THAT.match(content) is not None
        is_news = not verbs and _ANNOUNCES.search(cue) and _DETERMINER.match(content)
        if not is_plain and (is_thing or is_news):
            return "deed"
        return None if is_clause(content, is_plain) else "deed"

    def _reason_against_nameless(self, item: Attribution, content: str) -> GradeReason | None:
        """Return why reported words of nobody with a name are no statement.

        Things say nothing ("the standings suggest"), and a text that speaks to its reader
        explains something ("certificates confirm that you completed a course").
        """
        source = self._source(item)
        if not can_speak(source) or head_noun(source) in LORE or _NO_SPEAKER.match(source):
            return "no_source"
        is_addressed = _SECOND_PERSON.search(content) or _SECOND_PERSON.search(source)
        return "narrator" if is_addressed else None

    def _is_deed(self, item: Attribution, cue: str, quoted_words: int) -> bool:
        """Tell whether a verb other than those of saying tells of a deed with words in marks.

        "Holm invoked a rule that needs a “double no”", "they called the drink “beer”".
        """
        if quoted_words <= 1:
            return True
        content = " ".join(self._text[span.start : span.end] for span in item.content)
        if cue.lower().startswith("describ"):
            return _SHOWS.match(content) is not None
        words = _WORD.findall(cue.lower())
        is_known = any(word in _PLAIN for word in words) or _RATES.search(cue) is not None
        known = is_known or cue_class_of_word(cue) is not None
        is_object = bool(item.cue) and item.content[0].start > item.cue[0].start
        lead = content.split("“")[0].split('"')[0]
        return not (known or has_verb(lead) or _CLAUSE_START.match(content)) and is_object

    def _is_line_to_say(self, item: Attribution) -> bool:
        """Tell whether quoted words are a line that somebody might say, or is told to say.

        "Say: “We are closed.”", "you will wonder, “Was it safe?”", "don’t answer “No, thanks.”"
        """
        source = " ".join(self._text[span.start : span.end] for span in item.source).lower()
        if source in {"you", "one"}:
            return True
        if not item.cue or item.cue[0].start > item.content[0].start:
            return False
        cue = item.cue[0]
        is_forbidden = _FORBIDDEN.match(self._text, cue.start, cue.end) is not None
        is_modal = _TO_BE_SAID.search(self._before(cue)) is not None
        return is_forbidden or is_modal or self._is_told_to_say(item)

    def _is_told_to_say(self, item: Attribution) -> bool:
        """Tell whether the verb is an imperative: "Instead, politely say", "Try saying"."""
        cue = item.cue[0]
        if _BEFORE_IMPERATIVE.search(self._before(cue)) is None:
            return False
        if _TRIES.match(self._text, cue.start, cue.end):
            return True
        adverb = _ADVERB.match(self._text, cue.start, cue.end)
        first = _WORD.match(self._text, adverb.end() if adverb else cue.start, cue.end)
        return not item.source and first is not None and first[0].lower() in _IMPERATIVES

    def _before(self, cue: CharSpan) -> str:
        """Return what stands in front of a cue in its sentence, at most 60 characters."""
        low = max(self._layout.sentence_at(cue.start)[0], cue.start - 60)
        return self._text[low : cue.start]

    def _is_example(self, item: Attribution, quoted: Sequence[Quotation]) -> bool:
        """Tell whether quoted words are given as an example, or as a phrase that is in use.

        "Use phrases like “Could I have a berth?” or “We sail.”", "the adage “Waste not, want not”".
        """
        text = self._text
        if not quoted:
            return False
        start = quoted[0].start
        lead = text[item.content[0].start : start]
        if lead and _GIVES_EXAMPLE.fullmatch(lead) is None:
            return False
        before = text[max(0, start - EXAMPLE_LEAD_CHARS) : start]
        if _GIVES_EXAMPLE.search(before) or _YOURSELF.search(before):
            return True
        in_paragraph = self._quotations.in_paragraph(self._layout.paragraph_at(start))
        earlier = next((each for each in reversed(in_paragraph) if each.end < start), None)
        if earlier is not None and _OR.fullmatch(text, earlier.end, start):
            return True
        if not item.cue or item.cue[0].start > start:
            return False
        cue = item.cue[0]
        low = max(self._layout.sentence_at(cue.start)[0], cue.start - EXAMPLE_LEAD_CHARS)
        return _FRAMES_EXAMPLE.search(text[low : cue.start]) is not None

    def _may_be_said(self, item: Attribution, cue: str, has_name: bool) -> bool:
        """Tell whether quoted words are only said in a case that is thought of.

        "Beginners may wonder, “Is it safe?”", "a good skipper will ask, “Who is on watch?”", "if
        she had written, “I like it,”".
        """
        if _MAY_BE_SAID.search(cue) or (not has_name and _WILL_BE_SAID.search(cue)):
            return True
        if self._is_common_to_say(item, cue):
            return True
        if has_name or not item.cue:
            return False
        before = self._before(item.cue[0])
        if _SETS_OUT.search(cue):
            return True
        return _IF.search(before) is not None or (
            not self._is_past(cue) and _WHENEVER.search(before) is not None
        )

    def _is_common_to_say(self, item: Attribution, cue: str) -> bool:
        """Tell whether it is common, or suffices, to say words: "it is common for crews to say"."""
        if not item.cue:
            return False
        start = item.cue[0].start
        low = max(self._layout.sentence_at(start)[0], start - FARTHEST_FRAME)
        return _COMMON_TO.search(f"{self._text[low:start]}{cue}") is not None

    def _is_of_anybody(self, item: Attribution, cue: str) -> bool:
        """Tell whether words are what anybody says time and again.

        "Every skipper says", "to hear someone complain that they are “lost at sea”", "those saying
        “No boats”".
        """
        source = self._source(item)
        words = source.lower().split()
        is_anybody = 0 < len(words) <= 2 and not _ANYBODY.isdisjoint((words[0], words[-1]))
        is_anybody = is_anybody or _EVERY.match(source) is not None
        if not is_anybody and not _ANY_ONE.intersection(words[-2:]):
            return False
        return _GENERAL.search(cue) is not None or not _tells_of_once(cue)

    def _is_past(self, cue: str) -> bool:
        """Tell whether a cue tells of one time: "said", "had written"; or has no verb of saying."""
        speaks = any(map(is_speech_verb, _WORD.findall(cue)))
        return not speaks or _tells_of_once(cue)

    def _is_told_to_self(self, item: Attribution) -> bool:
        """Tell whether somebody says words to himself: "I told myself, “It is late.”"."""
        if not item.cue:
            return False
        cue = item.cue[0]
        if _SELF.search(self._text[cue.start : cue.end]):
            return True
        start = item.content[0].start
        behind = self._text[cue.end : start if start > cue.end else cue.end + 12]
        return len(behind) < 20 and _SELF.search(behind.rstrip(" .")) is not None

    def _is_entry(self, item: Attribution) -> bool:
        """Tell whether a label with a colon has an address, a result or a handle behind it.

        "Tarn (4-0): I. Holm 1 goal. R. Dane 2 saves.", "Holm: 12 Pier Street, Tarn 4711".
        """
        words = " ".join(self._text[span.start : span.end] for span in item.content)
        figures = sum(_FIGURE.search(word) is not None for word in words.split())
        return words.startswith(("@", "http")) or (figures > 1 and not has_verb(words))

    def _is_phrase(self, item: Attribution, cue: str, quoted: Sequence[Quotation]) -> bool:
        """Tell whether a verb that is none of saying has a quoted phrase for its object.

        "It combats “lethargy and low spirits”", "she writes with “cheek and assurance”".
        """
        if not item.cue or item.cue[0].start > item.content[0].start or len(quoted) != 1:
            return False
        words = _WORD.findall(cue.lower())
        if not words or any(word in _PLAIN for word in words):
            return False
        if _RATES.search(cue) or _PUTS.search(cue):
            return False
        inner = quoted[0].inner(self._text)
        if inner[:1].isupper():
            return False
        if _HANGS_ON.search(cue):
            return _FINITE.search(inner) is None
        return cue_class_of_word(cue) != "speech" and not has_verb(inner)

    def _has_no_speaker(self, item: Attribution, cue: str) -> bool:
        """Tell whether a thing that says nothing, a heading or a date stands as the source.

        "The Mental Model: “Think of a boat”", "June 5, 1987: “Unity”", "seminars on “Sails”".
        """
        source = self._source(item)
        if not source:
            if _WORD.search(cue):
                return not any(map(is_speech_verb, _WORD.findall(cue)))
            return _YEAR.search(self._text, 0, item.content[0].start) is not None
        if item.inherits:
            return False
        if _WORD.search(cue) is None:
            head = head_noun(source).removesuffix("s")
            is_label = source.isupper() or TESTIMONY.intersection(source.lower().split())
            return not (is_label or is_person_noun(head) or is_body_or_document(head))
        speaks = any(map(is_speech_verb, _WORD.findall(cue))) or _PUTS.search(cue) is not None
        return not (speaks or can_speak(source))

    def _is_narrators(self, item: Attribution, cue: str) -> bool:
        """Tell whether quoted words are the author's own, who says them or might, time and again.

        "I walk about with a camera, pointing at things and saying, “What is it?”", "we always say,
        “Sail on.”"; in "I asked, “Who is it?”" they were said once.
        """
        if not item.cue:
            return False
        if self._source(item).lower() in _NARRATORS:
            return not self._is_past(cue) or not any(map(is_speech_verb, _WORD.findall(cue)))
        if item.source or not cue.lower().endswith("ing"):
            return False
        start = self._layout.bounds_at(item.cue[0].start)[0]
        subjects = _PERSONAL.findall(self._text, start, item.cue[0].start)
        return bool(subjects) and subjects[-1].lower() in _NARRATORS

    def _is_said_to_reader(self, item: Attribution) -> bool:
        """Tell whether the reader is who is told: "the page will tell you where the boat is"."""
        between = self._text[item.cue[-1].end : item.content[0].start]
        return between.strip().lower() == "you" and _TELLS.search(self._cue(item)) is not None

    def _is_in_question(self, item: Attribution, cue: str) -> bool:
        """Tell whether the paper asks what is said: "What do the guests say they like?"."""
        start, end = self._layout.sentence_at(item.cue[0].start)
        return (
            self._text[start:end].rstrip().endswith("?")
            and _ASKS.search(cue) is None
            and item.source[0].start < item.content[0].start
        )

    def _is_asked_by_paper(self, item: Attribution) -> bool:
        """Tell whether the paper asks if somebody said a quotation: "Didn’t Holm say “no”?"."""
        if not item.cue or not item.source or item.cue[0].start > item.content[0].start:
            return False
        start, end = self._layout.sentence_at(item.cue[0].start)
        inverted = _INVERTED.match(self._text, start)
        if inverted is None or _ASKS.search(self._cue(item)):
            return False
        # The verb stands in front of the source, or the tagger took it for its first word.
        is_subject = item.source[0].start in {start, inverted.end()}
        return is_subject and self._text[start:end].rstrip("”’\"' \n").endswith("?")

    def _is_heading(self, item: Attribution) -> bool:
        """Tell whether reported words stand in a heading: "Why Many in Tarn Say It Is Worth It"."""
        start, end = self._layout.bounds_at(item.content[0].start)
        line = self._text[start:end].strip()
        return is_title(line) and not line.endswith((".", "!", "?", "”", '"', ":"))

    def _opens_list(self, item: Attribution) -> bool:
        """Tell whether a colon ends the paragraph behind reported words: a list goes on."""
        start, end = item.content[-1][:2]
        paragraph = self._text[start : self._layout.bounds_at(end - 1)[1]]
        return len(paragraph) <= end - start + 6 and _LIST_LEAD.search(paragraph) is not None

    def _source(self, item: Attribution) -> str:
        return " ".join(self._text[span.start : span.end] for span in item.source)

    def _is_narrator(self, item: Attribution) -> bool:
        """Tell whether the article's own "I", "we" or "you" is the source."""
        words = [self._text[span.start : span.end].lower().split() for span in item.source]
        return any(each and each[0] in _NARRATORS for each in words)

    def _is_told(self, item: Attribution, cue: str) -> bool:
        """Tell whether somebody was told in a headline: "Holm told he can leave"."""
        start, end = item.content[0].start, item.cue[0].end
        if cue.lower() != "told" or not 0 <= start - end <= 1:
            return False
        return _TOLD.match(self._text, start) is not None

    def _is_finding(self, item: Attribution, cue: str, content: str) -> bool:
        """Tell whether a document states something: "the study found that prices rose"."""
        source = self._text[item.source[0].start : item.source[0].end]
        noun = document_noun(source)
        # "The survey", "CDC data", "findings by Holm"; "research" and "polls" are anybody's.
        is_one = noun in DOCUMENTS and re.search(rf"\b{noun}\b", source, re.IGNORECASE)
        states = noun != "" and (is_one or _NAMED.search(source)) is not None
        return states and _FINDS.search(cue) is not None and is_clause(content, is_plain=False)

    def _is_not_said(self, item: Attribution) -> bool:
        """Tell whether the text says that it was not said, or only may be: "would not say"."""
        if not item.cue:
            return False
        cue = item.cue[0]
        low = max(self._layout.sentence_at(cue.start)[0], cue.start - 30)
        before = self._text[low : cue.start]
        return (
            _NOT_SAID.search(before) is not None
            or _TO.search(before) is not None
            or _NOT_SAID_WITHIN.search(self._text, cue.start, cue.end) is not None
        )

    def _cue(self, item: Attribution) -> str:
        return " ".join(self._text[span.start : span.end] for span in item.cue)

    def _marked(self, item: Attribution) -> list[Quotation]:
        """Return the quotations that the contents overlap."""
        return [
            quotation
            for span in item.content
            for quotation in self._quotations.in_paragraph(self._layout.paragraph_at(span.start))
            if quotation.overlaps(span.start, span.end)
        ]

    def _is_work(self, quotation: Quotation, cue: str) -> bool:
        """Tell whether quoted words are the title of a work or the name of a product."""
        inner = quotation.inner(self._text)
        before = self._text[max(0, quotation.start - 40) : quotation.start]
        is_short = words_in(inner) <= LONGEST_NAMED_TITLE and not _SENTENCE_END.search(inner)
        if _SO_CALLED.search(before) or _TITLED.search(before):
            return True
        if is_title(inner.rstrip(".,")) and _WORK.search(before):
            return True
        if is_short and inner[:1].isupper() and _WORK.search(before):
            return True
        if (
            _NAMES.search(cue)
            and words_in(inner) <= LONGEST_GIVEN_NAME
            and not _ARTICLE.match(inner)
        ):
            return True
        return is_title(inner) and _PRESENTS.search(cue) is not None

    def _comma_ends(self, quotation: Quotation) -> bool:
        """Tell whether a comma ends the quoted words, as before "he said"."""
        return self._text[quotation.start : quotation.end + 1].rstrip("”\"’' ").endswith(",")


def _tells_of_once(cue: str) -> bool:
    """Tell whether a cue has a past tense: "said", "had written"."""
    return any(
        word.endswith("ed") or word in _IRREGULAR_PASTS or word in _PASTS_OF_SAYING
        for word in _WORD.findall(cue.lower())
    )


def _is_topic(cue: str, content: str) -> bool:
    """Tell whether reported words only name what was spoken about.

    "Explained how a boat is built", "talked about the pier that she built", "gave advice on how
    to sail".
    """
    is_on = _TOPIC.search(cue) is not None and _CALLS_ON.search(cue) is None
    if is_on or _TELLS_OF.search(cue):
        return is_on or _TOPIC_CLAUSE.match(content) is not None
    return _ABOUT.match(content) is not None or _HOW_TO.match(content) is not None


def _is_cut_off(content: str, behind: str) -> bool:
    """Tell whether reported words end in the midst of their sentence: "it is dear, so" he left."""
    words = _WORD.findall(content)
    is_hanging = bool(words) and content.rstrip().endswith(words[-1]) and words[-1] in _HANGING
    return (is_hanging and _GOES_ON.match(behind) is not None) or (
        content.count("(") != content.count(")")
    )


def is_clause(content: str, is_plain: bool) -> bool:
    """Tell whether words without marks are a clause with a verb, and no noun phrase.

    "The pier was safe" and "most boats sank" are; "three properties" and "to wait" are not.

    Args:
        content: the words.
        is_plain: whether the verb hardly governs anything else: "said", "according to".
    """
    plain = content.strip(" ,.;:")
    if _CLAUSE_START.match(plain) and words_in(plain) >= FEWEST_CLAUSE_WORDS:
        return True
    if _INFINITIVE.match(plain):
        return False
    return has_verb(plain) or (is_plain and len(_WORD.findall(plain)) >= FEWEST_PLAIN_WORDS)


def has_verb(words: str) -> bool:
    """Tell whether words have a finite verb: an auxiliary or a past tense behind a subject."""
    if _FINITE.search(words) or _PAST.search(words):
        return True
    return any(word.lower() in _IRREGULAR_PASTS for word in _WORD.findall(words)[1:])
