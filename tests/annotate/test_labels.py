"""Labels decided by head words, by the words around a name, and by the gazetteer."""

import pytest

from pipeline.annotate.annotator import TaggedText, annotate_spans
from pipeline.annotate.labels import LABEL_OF_CLASS, LABEL_OF_PIPELINE, LABELS, MEANINGS, misc_label
from pipeline.annotate.names.gazetteer import place_label
from pipeline.annotate.spans import CharSpan


def labels_of(text: str, label: str, *names: str) -> list[str]:
    """Annotate a text in which the names were tagged once each; return their labels."""
    spans = (CharSpan(text.index(name), text.index(name) + len(name), label) for name in names)
    return [mention.label for mention in annotate_spans(text, TaggedText(tuple(spans))).mentions]


@pytest.mark.parametrize(
    ("surface", "label"),
    [
        ("Velmark Arms Treaty", "LAW"),
        ("Treaty of Velmark", "LAW"),
        ("Second Velmark War", "EVENT"),
        ("Battle of Tarn Hill", "EVENT"),
        ("Hurricane Odile", "EVENT"),
        ("Coastal Games 2031", "EVENT"),
        ("Vanta fever", "MISC"),
        ("", "MISC"),
    ],
)
def test_the_head_word_decides_the_kind_of_a_misc_name(surface, label):
    assert misc_label(surface) == label


@pytest.mark.parametrize(
    ("name", "tagged", "label"),
    [
        ("Tarn Valley University", "GPE", "ORG"),
        ("Bank of Velmark", "GPE", "ORG"),
        ("Velmark Accords", "ORG", "LAW"),
        ("Tarn Dam", "ORG", "FAC"),
        ("Tarn River", "PERSON", "LOC"),
        ("West Bank", "GPE", "GPE"),
        ("Old Men and the Sea", "MISC", "MISC"),
        ("Ruth Church", "PERSON", "PERSON"),
        ("Kofi Day", "PERSON", "PERSON"),
    ],
)
def test_a_sure_head_word_corrects_the_tagger(name, tagged, label):
    assert labels_of(f"It was {name} again.", tagged, name) == [label]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("She won for the film Salt Roads in May.", "WORK_OF_ART"),
        ("Her play, “Salt Roads,” opened.", "WORK_OF_ART"),
        ("They signed “Salt Roads” twice.", "MISC"),
        ("They signed Salt Roads twice.", "MISC"),
    ],
)
def test_titles_of_works(text, label):
    assert labels_of(text, "MISC", "Salt Roads") == [label]


def test_all_mentions_of_a_title_are_titles():
    text = "“The Salt Roads” was sold. She wrote The Salt Roads in May."
    spans = (CharSpan(1, 15, "MISC"), CharSpan(37, 51, "MISC"))
    found = annotate_spans(text, TaggedText(spans)).mentions
    assert [(m.text, m.label) for m in found] == [("The Salt Roads", "WORK_OF_ART")] * 2


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("He said in Hausa, and left.", "LANGUAGE"),
        ("The Hausa language has tones.", "LANGUAGE"),
        ("She speaks Hausa.", "LANGUAGE"),
        ("A Hausa trader came.", "NORP"),
        ("In Hausa homes it rained.", "NORP"),
    ],
)
def test_a_language_has_the_name_of_a_people(text, label):
    assert labels_of(text, "NORP", "Hausa") == [label]


@pytest.mark.parametrize(
    ("place", "label"),
    [
        ("Velmark", "GPE"),
        ("Nile", "LOC"),
        ("the Himalayas", "LOC"),
        ("Lake Tarn", "LOC"),
        ("Tarn Lake District", "GPE"),
        ("Southeast Asia", "LOC"),
        ("Solomon Islands", "GPE"),
        ("Tarn Islands", "LOC"),
        ("Cape Town", "GPE"),
        ("Rhode Island", "GPE"),
        ("Tarn Autonomous Region", "GPE"),
        ("Gaza Strip", "GPE"),
    ],
)
def test_places_with_and_without_a_government(place, label):
    assert place_label(place) == label


def test_every_label_is_explained_and_used():
    assert list(MEANINGS) == LABELS
    assert set(LABEL_OF_CLASS.values()) <= set(LABELS)
    assert set(LABEL_OF_PIPELINE.values()) == set(LABELS)
    assert {given for given, _, _ in MEANINGS.values()} == set(LABEL_OF_CLASS)
