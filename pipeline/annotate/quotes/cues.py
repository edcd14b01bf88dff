"""The words that tell that somebody says, thinks or wants something: attribution cues.

The classes follow PolNeAR's guidelines (assertion, belief, intention), which count "expected" and
"decided" as attributions; whoever wants speech only keeps the class "speech".
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.models import CueClass, QuoteKind

_IRREGULAR = {
    "say": "say says said saying",
    "tell": "tell tells told telling",
    "write": "write writes wrote written writing",
    "speak": "speak speaks spoke spoken speaking",
    "think": "think thinks thought thinking",
    "feel": "feel feels felt feeling",
    "know": "know knows knew known knowing",
    "see": "see sees saw seen seeing",
    "understand": "understand understands understood understanding",
    "foresee": "foresee foresees foresaw foreseen foreseeing",
    "seek": "seek seeks sought seeking",
    "choose": "choose chooses chose chosen choosing",
    "admit": "admit admits admitted admitting",
    "plan": "plan plans planned planning",
    "quip": "quip quips quipped quipping",
    "swear": "swear swears swore sworn swearing",
    "deny": "deny denies denied denying",
    "reply": "reply replies replied replying",
    "cry": "cry cries cried crying",
    "worry": "worry worries worried worrying",
    "testify": "testify testifies testified testifying",
    "clarify": "clarify clarifies clarified clarifying",
    "read": "read reads reading",
    "put": "put puts putting",
    "agree": "agree agrees agreed agreeing",
    "try": "try tries tried trying",
    "refer": "refer refers referred referring",
    "prefer": "prefer prefers preferred preferring",
    "show": "show shows showed shown showing",
    "find": "find finds found finding",
    "sing": "sing sings sang sung singing",
    "imply": "imply implies implied implying",
    "rebut": "rebut rebuts rebutted rebutting",
    "label": "label labels labeled labelled labeling labelling",
    "signal": "signal signals signaled signalled signaling signalling",
    "regret": "regret regrets regretted regretting",
    "learn": "learn learns learned learnt learning",
    "identify": "identify identifies identified identifying",
}
_VERBS: dict[CueClass, str] = {
    "speech": "say tell add argue claim explain note write tweet ask insist state declare announce "
    "warn reply respond continue conclude suggest acknowledge admit confirm predict call report "
    "recall charge complain remark joke stress emphasize emphasise allege accuse deny promise vow "
    "urge mention describe assert maintain observe comment quip concede reveal disclose testify "
    "post text shout yell cry whisper mutter boast lament caution advise recommend propose demand "
    "appeal reiterate repeat answer counter retort contend underline underscore highlight clarify "
    "indicate inform caution exclaim fume opine recount elaborate swear pledge blast praise slam "
    "criticize criticise condemn denounce speak point assure reassure charge echo declare chant "
    "scream tease protest plead remind stipulate proclaim pronounce narrate summarise summarize "
    "read email refer express raise question cite show find endorse talk discuss debate defend "
    "attack reject dismiss mock blame name portray tout rail decry thank apologize apologise imply "
    "liken voice quote signal hint lambast lambaste assail applaud hail bemoan forecast dub label "
    "nickname brand ridicule rebuke rebut compare attribute address reference outline detail list "
    "order encourage convince persuade instruct greet toast preach laugh sing chide scold lecture "
    "pitch publish unveil release introduce identify thunder bellow marvel muse crow scoff sneer "
    "snap deadpan interject chime intone grumble request invite reveal tell acknowledge hail sue",
    "thought": "think believe feel know expect hope fear worry doubt consider wonder assume "
    "suspect see view understand remember realize realise support oppose favor favour regard "
    "foresee reckon prefer estimate guess imagine mean deem trust distrust seem appear look sound "
    "like love hate enjoy admire respect dislike resent regret learn recognize recognise perceive "
    "embrace accept approve anticipate conceive dream envision envisage project calculate "
    "speculate care concern surprise disappoint anger",
    "intent": "plan intend want seek aim agree decide refuse resolve opt prepare wish choose try "
    "attempt threaten offer hesitate decline vote elect campaign lobby push press fight aspire "
    "pursue commit determine hunger long yearn need",
}
_OTHERS: dict[CueClass, str] = {
    "speech": "statement statements criticism allegation allegations assertion assertions argument "
    "arguments suggestion suggestions announcement critique complaint complaints accusation "
    "accusations message advice remarks headline titled testimony confession talks speech clear "
    "warning warnings endorsement apology reportedly allegedly assurance assurances",
    "thought": "belief beliefs view views opinion opinions concerned confident skeptical sceptical "
    "uncertain unsure sure certain aware unaware convinced hopeful optimistic pessimistic angry "
    "interested attitude attitudes concern concerns fear fears expectation expectations mind "
    "opposition doubtful worried afraid proud glad sorry happy unhappy disappointed surprised",
    "intent": "decision decisions goal goals plan plans eager willing ready determined reluctant "
    "refusal commitment desire bid effort efforts ambition intention intentions",
}
"""Nouns and adjectives that are cues: "Holm’s allegation that", "was confident"."""
_SPEECH_PHRASE = re.compile(r"according to|in the words of|statement|interview", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
_SILENT = frozenset("thought thinks think wondered wonders imagined imagines thinking".split())
_PLAIN_SPEECH = (
    "say tell add argue claim explain note write tweet ask insist state declare announce warn "
    "reply respond continue conclude suggest acknowledge admit confirm predict report recall "
    "complain remark joke stress emphasize emphasise allege assert maintain observe comment "
    "quip concede reveal testify shout yell caution reiterate repeat answer counter retort "
    "contend underline "
    "clarify exclaim fume opine recount elaborate lament urge boast cry chant scream"
)
"""Verbs that stand beside quotation marks; the others need the tagger's word for it."""


def _forms(verb: str) -> list[str]:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb].split()
    stem = verb.removesuffix("e")
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x")) else "s")
    return [verb, third, stem + "ed", stem + "ing"]


@lru_cache(maxsize=1)
def _classes() -> dict[str, CueClass]:
    others = {word: name for name, words in _OTHERS.items() for word in words.split()}
    return others | {
        form: name
        for name, verbs in _VERBS.items()
        for verb in verbs.split()
        for form in _forms(verb)
    }


def cue_class(cue: str, kind: QuoteKind) -> CueClass:
    """Return the class of a cue by its last word that is known.

    Where none is, quotation marks tell speech ("“No,” Holm smiled") and their absence attitude
    ("bets on", "was relieved at"). Words quoted in full are spoken ("“Yes,” he agreed") unless the
    verb is one of thought.
    """
    words = _WORD.findall(cue.lower())
    if kind == "direct":
        return "thought" if words and words[-1] in _SILENT else "speech"
    if _SPEECH_PHRASE.search(cue):
        return "speech"
    classes = _classes()
    found = [classes[word] for word in words if word in classes]
    unknown: CueClass = "speech" if kind == "mixed" or not words else "thought"
    return found[-1] if found else unknown


def is_speech_verb(word: str) -> bool:
    """Tell whether a word is a form of a verb that introduces quoted words."""
    return word.lower() in _speech_forms()


@lru_cache(maxsize=1)
def _speech_forms() -> frozenset[str]:
    return frozenset(form for verb in _PLAIN_SPEECH.split() for form in _forms(verb))


@lru_cache(maxsize=1)
def speech_verb_pattern() -> re.Pattern[str]:
    """Return a pattern that finds the forms of the verbs beside quotation marks, as whole words."""
    forms = sorted(_speech_forms(), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(forms) + r")\b")
