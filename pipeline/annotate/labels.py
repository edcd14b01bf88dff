"""The labels that Dateline promises, and what other label sets become in it.

The tagger's nine classes are those of the Worldwide newswire corpus; installed spaCy pipelines
mostly use OntoNotes names, others the four of CoNLL. Classes that no reader of names asks for
(ordinals, percentages, times of day) have no label here and are dropped.
"""

from __future__ import annotations

import re

LABELS = (
    "PERSON ORG GPE LOC NORP FAC EVENT PRODUCT DATE MONEY WORK_OF_ART LAW LANGUAGE MISC".split()
)
TAGGER = {
    "Person": "PERSON",
    "Organization": "ORG",
    "NORP": "NORP",
    "Date": "DATE",
    "Money": "MONEY",
    "Facility": "FAC",
    "Product": "PRODUCT",
    "Misc": "MISC",
    "Location": "GPE",
}
"""The tagger's classes; Location and Misc are told apart further by ``gazetteer`` and below."""
OTHERS = {
    **{label: label for label in LABELS},
    "PER": "PERSON",
    "persName": "PERSON",
    "ORGANIZATION": "ORG",
    "orgName": "ORG",
    "LOCATION": "GPE",
    "placeName": "GPE",
    "FACILITY": "FAC",
}
"""What an installed pipeline calls them: OntoNotes, CoNLL and the names of UD corpora."""

_HEADS = {
    "EVENT": "dialogue summit war wars conference olympics games festival championship "
    "championships cup election elections referendum revolution massacre genocide holocaust "
    "earthquake hurricane typhoon cyclone tsunami pandemic crisis uprising spring protests "
    "marathon derby final "
    "tournament awards ceremony day week christmas easter ramadan eid diwali talks forum expo "
    "congress battle siege ceasefire operation coup intifada riots congress assembly",
    "LAW": "treaty act agreement accord accords constitution bill law convention protocol charter "
    "amendment code resolution directive regulation pact declaration statute ordinance",
    "WORK_OF_ART": "song album film movie novel book painting symphony opera",
    "LANGUAGE": "arabic mandarin cantonese swahili kiswahili hindi urdu esperanto latin hausa "
    "yoruba igbo zulu xhosa quechua aymara nahuatl farsi pashto dari tagalog",
}
_HEAD_OF = {word: label for label, words in _HEADS.items() for word in words.split()}
_STORM = re.compile(r"^(hurricane|typhoon|cyclone|operation|storm|battle|siege|treaty)\b", re.I)


def misc_label(surface: str) -> str:
    """Tell EVENT, LAW, WORK_OF_ART, LANGUAGE from MISC by the head word: "INF Treaty" is a LAW.

    English names end in their head word, or hold it before "of": "Treaty of Lisbon".
    """
    words = re.split(r"\W+", re.split(r"\s(?:of|on|for|against)\s", surface.casefold())[0])
    words = [word for word in words if word and not word.isdigit()]
    if not words:
        return "MISC"
    starts = _STORM.match(surface)
    return _HEAD_OF.get(words[-1]) or (_HEAD_OF[starts[1].lower()] if starts else "MISC")
