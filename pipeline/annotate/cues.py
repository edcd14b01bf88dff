"""The words that tell that somebody says, thinks or wants something: attribution cues.

The classes follow PolNeAR's guidelines (assertion, belief, intention), which count "expected" and
"decided" as attributions; whoever wants speech only keeps the class "speech".
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.records import CueClass

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
    "read email refer express raise question cite",
    "thought": "think believe feel know expect hope fear worry doubt consider wonder assume "
    "suspect see view understand remember realize realise support oppose favor favour regard "
    "foresee reckon prefer estimate guess imagine mean deem trust distrust",
    "intent": "plan intend want seek aim agree decide refuse resolve opt prepare wish choose try "
    "attempt threaten offer hesitate",
}
_SPEECH_PHRASE = re.compile(r"according to|in the words of|statement|interview", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
_PLAIN_SPEECH = (
    "say tell add argue claim explain note write tweet ask insist state declare announce warn "
    "reply respond continue conclude suggest acknowledge admit confirm predict report recall "
    "complain remark joke stress emphasize emphasise allege assert maintain observe comment "
    "quip concede reveal testify shout yell caution reiterate repeat answer counter retort "
    "contend underline "
    "clarify exclaim fume opine recount elaborate lament urge boast cry"
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
    return {
        form: cue_class
        for cue_class, verbs in _VERBS.items()
        for verb in verbs.split()
        for form in _forms(verb)
    }


def cue_class(cue: str) -> CueClass:
    """Return the class of a cue by its last word that is known; "speech" where none is."""
    if _SPEECH_PHRASE.search(cue):
        return "speech"
    classes = _classes()
    found = [classes[word] for word in _WORD.findall(cue.lower()) if word in classes]
    return found[-1] if found else "speech"


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
