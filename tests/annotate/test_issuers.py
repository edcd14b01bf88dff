"""Who issued a document that is the source of a quote, and who is only named in it."""

import pytest

from tests.annotate.speaker_cases import last_said

SAID = " [C:says] [K:that the pier is weak]."
NAMES = {
    "Port Board": "ORG",
    "Tarn Clinic": "ORG",
    "Lindco": "ORG",
    "Oxo University": "ORG",
    "Linden Times": "ORG",
    "Linden Post": "ORG",
    "Marine Letters": "ORG",
    "Ida Holm": "PERSON",
    "Roy Dane": "PERSON",
    "Andy Lund": "PERSON",
    "Kenya": "GPE",
    "Port Lund": "GPE",
    "Kenyan": "NORP",
    "Monday": "DATE",
    "July 2023": "DATE",
    "Fishing Report 2025": "MISC",
}


def speaker_of(marked: str) -> str | None:
    return last_said(marked, NAMES).speaker


@pytest.mark.parametrize(
    ("source", "speaker"),
    [
        ("A survey by the Port Board", "Port Board"),
        ("Figures released on Monday by the Port Board", "Port Board"),
        ("A report released last month by the Port Board", "Port Board"),
        ("A Lindco report, seen by The Linden Times", "Lindco"),
        ("Data compiled by nurses at the Tarn Clinic", "Tarn Clinic"),
        ("An analysis of the Lindco data by the Port Board", "Port Board"),
        ("A study by Oxo University professor Ida Holm", "Ida Holm"),
        ("A letter from Ida Holm to the Port Board", "Ida Holm"),
        ("A statement by Ida Holm and Roy Dane", "Ida Holm and Roy Dane"),
        ("The lawsuit by Roy Dane against Lindco", "Roy Dane"),
        ("A report by the Kenyan government", "Kenya"),
        ("A letter from Ida Holm’s lawyers", None),
    ],
)
def test_who_is_named_behind_by_issued_a_document(source, speaker):
    assert speaker_of(f"[S:{source}]" + SAID) == speaker


@pytest.mark.parametrize(
    ("source", "speaker"),
    [
        ("A Lindco poll in Kenya", "Lindco"),
        ("A Kenya statement", "Kenya"),
        ("Ida Holm’s long email", "Ida Holm"),
        ("Ida Holm’s team’s email", None),
        ("Ida Holm’s campaign statement", "Ida Holm campaign"),
        ("A report of the Port Board", "Port Board"),
        ("The long Fishing Report 2025 of the Port Board", "Port Board"),
        ("An article in the Linden Times", "Linden Times"),
        ("The Linden Post", "Linden Post"),
    ],
)
def test_who_owns_or_prints_a_document_speaks_in_it(source, speaker):
    assert speaker_of(f"[S:{source}]" + SAID) == speaker


@pytest.mark.parametrize(
    "source",
    [
        "A poll in Kenya",
        "A Kenyan survey of 300 firms",
        "A study that tracked 7,000 Kenyan nurses",
        "A survey of boatyards in Port Lund",
        "A study in the journal Marine Letters",
        "A report for the Port Board",
        "A lawsuit against Lindco",
        "A report from July 2023",
    ],
)
def test_what_a_document_is_about_does_not_speak(source):
    assert speaker_of(f"[S:{source}]" + SAID) is None


def test_a_place_in_a_source_is_not_looked_up_as_a_person():
    text = "Andy Lund was there. [S:A survey of boatyards in Port Lund]"
    assert speaker_of(text + SAID) is None


@pytest.mark.parametrize(
    ("source", "is_shown"),
    [
        ("Port Board data", True),
        ("Research by the Port Board", True),
        ("A survey that appeared in July 2023", True),
        ("Recent research", False),
        ("Polls", False),
    ],
)
def test_what_is_found_is_a_statement_where_somebody_found_it(source, is_shown):
    quote = last_said(f"[S:{source}] [C:found] [K:that the pier is weak].", NAMES)
    assert (quote.grade != "C") == is_shown


def test_all_countries_that_issue_a_document_speak():
    names = {"Kenya": "GPE", "France": "GPE", "Norway": "GPE"}
    quote = last_said(f"[S:A joint statement from Kenya, France and Norway]{SAID}", names)
    assert [speaker.name for speaker in quote.speakers] == ["Kenya", "France", "Norway"]
