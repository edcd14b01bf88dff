"""All mentions of a name in an article have the same label."""

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
