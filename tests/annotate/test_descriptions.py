"""Descriptions of people, organisations and documents: "the Texas senator", "the report"."""

import pytest

from tests.annotate.speaker_cases import last_said
from tests.annotate.test_speakers import speaker_of

SAID = " [C:said] [K:that all was well in the port]."
PEOPLE = (
    "Texas Senator Roy Dane met Vice President Paul Oller. Former Governor Anna Dane, Ida Holm "
    "(R-Nev.), Mary Lund (D-Ohio) and the trainer, Eva Quist, were there. "
)
NAMES = {
    "Roy Dane": "PERSON",
    "Paul Oller": "PERSON",
    "Anna Dane": "PERSON",
    "Ida Holm": "PERSON",
    "Mary Lund": "PERSON",
    "Eva Quist": "PERSON",
    "Texas": "GPE",
    "Nevada": "GPE",
    "Republican": "NORP",
    "Democrat": "NORP",
}


@pytest.mark.parametrize(
    ("source", "speaker"),
    [
        ("the Texas senator", "Roy Dane"),
        ("the vice president", "Paul Oller"),
        ("the former governor", "Anna Dane"),
        ("the trainer", "Eva Quist"),
        ("the Nevada Republican", "Ida Holm"),
        ("the Democrat", "Mary Lund"),
        ("the protester", None),
        ("the man", None),
        ("the crowd", None),
    ],
)
def test_a_description_is_the_person_whom_the_article_calls_so(source, speaker):
    assert last_said(PEOPLE + f"[S:{source}]" + SAID, NAMES).speaker == speaker


def test_the_president_is_not_the_vice_president():
    text = "Vice President [P:Paul Oller] met President [P:Roy Dane]. [P:Paul Oller] left. "
    assert speaker_of(text + "[S:the president]" + SAID) == "Roy Dane"


def test_an_office_that_nobody_is_called_is_the_most_salient_person():
    text = "[S:Ida Holm] [C:said] [K:that it was late].\n\n[S:The former candidate]"
    assert speaker_of(text + SAID) == "Ida Holm"


@pytest.mark.parametrize(
    ("text", "source", "speaker"),
    [
        ("[P:Ida Holm] sent a letter to the [O:Port Board].", "the letter", "letter"),
        ("The report by the [O:Port Board] is long.", "the report", "report"),
        ("The [O:Port Board] issued a statement.", "the statement", "Port Board"),
        ("The statement was obtained by the [O:Linden Press].", "the statement", None),
        (
            "The [O:Linden Times] was first. The [O:Port Board] met.",
            "the newspaper",
            "Linden Times",
        ),
        ("The [O:Port Board] met.", "the newspaper", None),
        ("The [O:Ministry of Fish] met the [O:Port Board].", "the ministry", "Ministry of Fish"),
        ("[O:Lindco] met the [G:Kenya] team.", "the company", "Lindco"),
    ],
)
def test_organisations_and_documents(text, source, speaker):
    assert speaker_of(f"{text} [S:{source}]" + SAID) == speaker


def test_the_head_noun_of_an_earlier_source_refers_to_it_again():
    text = (
        "[S:the Linden Gazette column] [C:said] [K:that it was late].\n\nIda Holm left.\n\n"
        "[S:the column]"
    )
    names = {"Linden Gazette": "ORG", "Ida Holm": "PERSON"}
    quote = last_said(text + SAID, names)
    assert [(each.name, each.role) for each in quote.speakers] == [
        ("column", "speaker"),
        ("Linden Gazette", "on_behalf_of"),
    ]


@pytest.mark.parametrize(
    ("source", "speaker"),
    [
        ("her husband", "Roy Dane"),
        ("her brother", None),
        ("the former aide to Anna Dane", "Ida Holm"),
    ],
)
def test_a_description_beside_another_name_is_somebody_else(source, speaker):
    text = "[P:Anna Dane] met [P:Ida Holm], a former aide, and her husband, [P:Roy Dane], there. "
    tagged = f"[S:{source}]" + SAID
    assert speaker_of(text + tagged) == speaker


@pytest.mark.parametrize(
    ("source", "speaker"),
    [
        ("the mother-of-four", "Anna Dane"),
        ("The mum of two", "Anna Dane"),
        ("the father-of-four", None),
        ("a mother-of-four", None),
    ],
)
def test_a_parent_of_so_many_is_the_person_of_the_story(source, speaker):
    text = f"Anna Dane was not at home.\n\n[K:“It was late,”] [S:she] [C:said].\n\n[S:{source}]"
    assert last_said(text + SAID, {"Anna Dane": "PERSON"}).speaker == speaker


def test_the_chief_of_a_body_is_nobody_of_another_one():
    text = "Ida Holm, a director of Lindco, was there. [S:The Port Board director]"
    names = {"Ida Holm": "PERSON", "Lindco": "ORG", "Port Board": "ORG"}
    assert last_said(text + SAID, names).speaker is None
    assert last_said(text.replace("The Port Board", "The Lindco") + SAID, names).speaker == (
        "Ida Holm"
    )


def test_a_body_in_capitals_is_no_pronoun():
    names = {"WHO": "ORG", "Ida Holm": "PERSON"}
    quote = last_said("Ida Holm, a nurse, was there. [S:WHO]" + SAID, names)
    assert (quote.speaker, quote.speaker_method) == ("World Health Organization", "name")


@pytest.mark.parametrize("source", ["Britain", "The U.S.", "UNICEF", "the Pentagon"])
def test_a_listed_alias_is_a_name_and_no_description(source):
    label = "GPE" if source in {"Britain", "The U.S."} else "ORG"
    quote = last_said(
        f"[S:{source}]{SAID}", {source.removeprefix("The ").removeprefix("the "): label}
    )
    assert (quote.speaker_method, quote.grade) == ("name", "A")


@pytest.mark.parametrize(
    ("source", "speaker"),
    [("Kenya’s interior minister", None), ("the Kenyan minister", "Roy Dane")],
)
def test_the_minister_of_a_country_comes_new_where_nobody_is_called_so(source, speaker):
    names = {"Roy Dane": "PERSON", "Kenya": "GPE", "Kenyan": "NORP"}
    text = f"The house in which Roy Dane was born is sold. [S:{source}]"
    assert last_said(text + SAID, names).speaker == speaker
