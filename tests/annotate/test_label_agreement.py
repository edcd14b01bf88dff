"""All mentions of a name in an article have the same label."""

import pytest

from pipeline.annotate.annotator import TaggedText, annotate_spans
from pipeline.annotate.spans import CharSpan
from pipeline.models import Mention


def annotated(text: str, *tagged: tuple[str, str, float]) -> list[Mention]:
    """Annotate a text; ``tagged`` are (name, label, score) in reading order."""
    spans, position = [], 0
    for name, label, score in tagged:
        start = text.index(name, position)
        position = start + len(name)
        spans.append(CharSpan(start, position, label, score))
    return list(annotate_spans(text, TaggedText(tuple(spans))).mentions)


def test_the_label_with_the_highest_confidence_wins():
    found = annotated(
        "Tarn won. Tarn lost. Tarn slept.",
        ("Tarn", "PERSON", 0.4),
        ("Tarn", "PERSON", 0.4),
        ("Tarn", "ORG", 0.95),
    )
    assert {m.label for m in found} == {"ORG"}


def test_capitals_vote_with_the_usual_spelling():
    found = annotated(
        "VELMARK TODAY\n\nIn Velmark it rained. Velmark is far.",
        ("VELMARK", "ORG", 0.6),
        ("Velmark", "GPE", 0.9),
        ("Velmark", "GPE", 0.9),
    )
    assert [m.label for m in found] == ["GPE", "GPE", "GPE"]
    assert {m.name for m in found} == {"Velmark"}


def test_a_short_name_in_capitals_is_an_acronym():
    found = annotated(
        "The TARN said so. Ida Tarn did not.", ("TARN", "ORG", 0.9), ("Ida Tarn", "PERSON", 0.9)
    )
    assert [m.label for m in found] == ["ORG", "PERSON"]


def test_a_surname_gets_the_label_of_the_full_name():
    found = annotated(
        "Ida Vesterby came. Vesterby spoke.",
        ("Ida Vesterby", "PERSON", 0.95),
        ("Vesterby", "ORG", 0.5),
    )
    assert [m.label for m in found] == ["PERSON", "PERSON"]


@pytest.mark.parametrize(
    "text",
    [
        "The energy regulator Lindco met.",
        "Luxury group Lindco met.",
        "Lindco, a Danish retailer, met.",
        "Lindco, the world’s largest maker of skis, met.",
        "Lindco shares fell on Monday.",
        "Shares in Lindco fell.",
        "Lindco’s share price fell.",
        "She is chief executive of Lindco.",
    ],
)
def test_words_around_a_name_show_that_it_is_a_body(text):
    found = annotated(text + " Lindco left.", ("Lindco", "PERSON", 0.9), ("Lindco", "PERSON", 0.9))
    assert [m.label for m in found] == ["ORG", "ORG"]


@pytest.mark.parametrize(
    "text",
    [
        "The company Vesterby founded in 1990 will close.",
        "Vesterby said it would be hard.",
        "Vesterby, a former airline pilot, met.",
        "Producer Kang Vesterby met.",
        "The publisher Kang Vesterby met.",
        "Vesterby, a nurse with a big charity, met.",
        "Vesterby, the third man to lead the bank, met.",
        "The agency Vesterby trusted let him down.",
        "Vesterby’s headquarters were full.",
    ],
)
def test_words_of_bodies_near_a_person_make_no_body_of_the_person(text):
    name = "Kang Vesterby" if "Kang" in text else "Vesterby"
    [found] = annotated(text, (name, "PERSON", 0.9))
    assert found.label == "PERSON"


def test_the_noun_of_a_list_labels_its_names():
    names = [("Velmo", "PERSON", 0.9), ("Oruk", "PERSON", 0.9), ("Tarnu", "PERSON", 0.9)]
    for text, label in (
        ("with the consent of all Velmo, Oruk and Tarnu people", "NORP"),
        ("Floods hit villages such as Velmo, Oruk and Tarnu.", "GPE"),
        ("He trained clubs including Velmo, Oruk and Tarnu.", "PERSON"),
        ("She met Velmo, Oruk and Tarnu.", "PERSON"),
    ):
        assert {m.label for m in annotated(text, *names)} == {label}


def test_a_country_whose_captain_is_named_stays_a_country():
    found = annotated(
        "Kenya captain Ida Vesterby met. Kenya won.",
        ("Kenya", "GPE", 0.9),
        ("Ida Vesterby", "PERSON", 0.9),
        ("Kenya", "GPE", 0.9),
    )
    assert [m.label for m in found] == ["GPE", "PERSON", "GPE"]


@pytest.mark.parametrize(
    ("text", "tagged", "name"),
    [
        ("The union Unite met.", "union Unite", "Unite"),
        ("Union Unite met.", "Union Unite", "Unite"),
        ("Charity Barnardo’s met.", "Charity Barnardo’s", "Barnardo’s"),
        ("The Union Bank met.", "Union Bank", "Union Bank"),
        ("The bank of Tarn met.", "bank of Tarn", "bank of Tarn"),
        ("Tarn Milk Co-op met.", "Tarn Milk Co", "Tarn Milk Co-op"),
        ("The Ghana Fish Board met.", "Ghana Fish Board", "Ghana Fish Board"),
    ],
)
def test_what_a_body_is_stands_outside_its_name_unless_the_name_has_it(text, tagged, name):
    [found] = annotated(text, (tagged, "ORG", 0.9))
    assert (found.name, found.label) == (name, "ORG")


def test_weekdays_are_dates():
    found = annotated("It rained on Wednesday.", ("Wednesday", "MISC", 0.5))
    assert [m.label for m in found] == ["DATE"]


def test_initials_and_generations_are_part_of_names():
    text = "Then K. R. Holm came. Roy Dane, Jr., left. Paul Oduya Sr slept. A Berg fell."
    found = annotated(
        text,
        ("Holm", "PERSON", 0.9),
        ("Roy Dane", "PERSON", 0.9),
        ("Paul Oduya", "PERSON", 0.9),
        ("Berg", "PERSON", 0.9),
    )
    assert [m.text for m in found] == ["K. R. Holm", "Roy Dane, Jr.", "Paul Oduya Sr", "Berg"]


def test_only_titles_of_works_include_the_article():
    text = "He saw The Salt Road. The Tarn Games began. She read The Harbour Herald."
    found = annotated(
        text,
        ("The Salt Road", "MISC", 0.9),
        ("The Tarn Games", "MISC", 0.9),
        ("The Harbour Herald", "ORG", 0.9),
    )
    assert [m.text for m in found] == ["The Salt Road", "Tarn Games", "Harbour Herald"]
