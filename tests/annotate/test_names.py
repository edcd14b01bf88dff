"""Mentions and names of one article: borders, labels, chains, roles."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.annotate.annotator import TaggedText, annotate_spans
from pipeline.annotate.names.aliases import country_of
from pipeline.annotate.spans import CharSpan
from pipeline.models import Mention


def mentions(text: str, **names: str) -> list[Mention]:
    """Annotate a text in which the given names (label=names separated by |) were tagged."""
    spans = []
    for label, listed in names.items():
        for name in listed.split("|"):
            start = text.find(name)
            while start != -1:
                spans.append(CharSpan(start, start + len(name), label))
                start = text.find(name, start + len(name))
    return list(annotate_spans(text, TaggedText(tuple(spans))).mentions)


def names_of(found: list[Mention]) -> dict[str, str]:
    return {mention.text: mention.name for mention in found}


@pytest.mark.parametrize(
    ("surface", "name", "label"),
    [
        ("US", "United States", "GPE"),
        ("U.S.", "United States", "GPE"),
        ("America", "United States", "GPE"),
        ("NATO", "North Atlantic Treaty Organization", "ORG"),
        ("Americans", "American", "NORP"),
        ("Russian", "Russian", "NORP"),
        ("Moscow", "Moscow", "GPE"),
        ("Europe", "Europe", "LOC"),
    ],
)
def test_known_names(surface, name, label):
    text = f"There was talk of {surface} in the hall."
    (mention,) = mentions(text, **{"NORP" if label == "NORP" else "GPE": surface})
    assert (mention.text, mention.name, mention.label) == (surface, name, label)


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Russian", "Russia"),
        ("Americans", "United States"),
        ("U.S.", "United States"),
        ("Middle Eastern", "Middle East"),
        ("NATO", None),
        ("Vesterby", None),
    ],
)
def test_peoples_are_linked_to_their_countries(name, country):
    assert country_of(name) == country


def test_titles_are_roles_and_no_part_of_names():
    text = "The old Harbour Minister Ida Vesterby spoke. President Okoro listened to the Vanta."
    found = mentions(text, PERSON="Harbour Minister Ida Vesterby|President Okoro", ORG="the Vanta")
    assert [m.text for m in found] == ["Ida Vesterby", "Okoro", "Vanta"]
    assert found[0].role is not None
    assert found[0].role.endswith("Harbour Minister")
    assert found[1].role == "President"


@pytest.mark.parametrize(
    ("text", "tagged", "name"),
    [
        ("Tarn signed F Luis Oller on Friday. Luis Oller is 32.", "F Luis Oller", "Luis Oller"),
        ("Tarn signed QB Paul Dane on Friday. Paul Dane is 32.", "QB Paul Dane", "Paul Dane"),
        ("Tarn read F Scott Holm on Friday. Holm was 32.", "F Scott Holm", "F Scott Holm"),
    ],
)
def test_letters_of_a_players_position_are_no_part_of_a_name(text, tagged, name):
    assert mentions(text, PERSON=tagged)[0].text == name


@pytest.mark.parametrize(
    "tagged",
    [
        "Ida Holm KC",
        "Ida Holm OBE KC",
        "Ida Holm, Ph.D.",
        "Cllr Ida Holm",
        "Det Supt Ida Holm",
        "Wg Cdr Ida Holm",
    ],
)
def test_titles_and_honours_in_a_tagged_span_are_no_part_of_the_name(tagged):
    assert [one.text for one in mentions(f"{tagged} wept.", PERSON=tagged)] == ["Ida Holm"]


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("Ida Holm, OBE, wept.", "OBE"),
        ("Ida Holm (SAN) wept.", "SAN"),
        ("Ida Holm, FRCP, FRS, wept.", "FRCP|FRS"),
        ("ACP Ida Holm wept.", "ACP"),
        ("Pfc. Ida Holm wept.", "Pfc"),
        ("Flt Lt Ida Holm wept.", "Flt"),
    ],
)
def test_titles_and_honours_beside_a_name_are_no_names(text, others):
    assert [one.text for one in mentions(text, PERSON="Ida Holm", ORG=others)] == ["Ida Holm"]


def test_a_name_in_front_of_who_leads_it_is_a_company_wherever_it_stands():
    text = "Tarnland fell. Tarnland boss Ida Holm wept, and so did Dane adviser Roy Lund."
    found = mentions(text, PERSON="Tarnland|Ida Holm|Dane|Roy Lund")
    assert {one.text: one.label for one in found} == {
        "Tarnland": "ORG",
        "Ida Holm": "PERSON",
        "Dane": "PERSON",
        "Roy Lund": "PERSON",
    }


@pytest.mark.parametrize(
    ("tagged", "found"),
    [
        ("Barrow & Finch", [("Barrow & Finch", "ORG")]),
        ("Mary & Roy", [("Mary", "PERSON"), ("Roy", "PERSON")]),
        ("Mary Holm & Roy Dane", [("Mary Holm", "PERSON"), ("Roy Dane", "PERSON")]),
    ],
)
def test_two_surnames_are_a_firm_and_two_given_names_two_people(tagged, found):
    assert [(m.text, m.label) for m in mentions(f"{tagged} met.", PERSON=tagged)] == found


def test_a_body_whose_name_ends_in_an_office_stays_whole():
    text = "Department of Justice spokesman Roy Dane wept."
    found = mentions(text, ORG="Department of Justice", PERSON="Roy Dane")
    assert [one.text for one in found] == ["Department of Justice", "Roy Dane"]


@pytest.mark.parametrize(("first", "second"), [("Marks", "Harlow"), ("Price &", "Holt")])
def test_two_surnames_that_were_tagged_apart_are_a_firm(first, second):
    text = f"{first.removesuffix(' &')} & {second} met."
    label = "ORG" if first.endswith("&") else "PERSON"
    spans = (
        CharSpan(0, len(first), label),
        CharSpan(text.index(second), text.index(second) + len(second), "PERSON"),
    )
    (found,) = annotate_spans(text, TaggedText(spans)).mentions
    assert (found.text, found.label) == (text.removesuffix(" met."), "ORG")


def test_an_adjective_that_opens_a_sentence_is_no_part_of_a_name():
    found = mentions("Recent Lindco figures were read.", ORG="Recent Lindco")
    assert [one.text for one in found] == ["Lindco"]


def test_the_party_in_front_of_a_seat_is_a_name():
    found = mentions("A Harbour MEP Ida Holm wept.", PERSON="Ida Holm", ORG="Harbour MEP")
    assert [one.text for one in found] == ["Harbour", "Ida Holm"]


def test_a_given_name_that_is_an_office_too_stays_before_a_surname():
    assert [one.text for one in mentions("Dean Holm wept.", PERSON="Dean Holm")] == ["Dean Holm"]
    found = mentions("Dean Ida Holm wept.", PERSON="Dean Ida Holm")
    assert [one.text for one in found] == ["Ida Holm"]


def test_a_name_in_capitals_keeps_its_last_word():
    assert [one.text for one in mentions("MARY DO wept.", PERSON="MARY DO")] == ["MARY DO"]


def test_a_title_belongs_to_the_next_person_only():
    text = "US Secretary Ida Vesterby and Kenyan Foreign Minister Paul Oduya met."
    found = mentions(text, PERSON="Ida Vesterby|Paul Oduya", GPE="US", NORP="Kenyan")
    assert [m.role for m in found if m.label == "PERSON"] == [
        "US Secretary",
        "Kenyan Foreign Minister",
    ]


def test_surnames_are_chained_and_possessives_trimmed():
    text = "Ida Vesterby came. Vesterby’s speech was short. Ms. Vesterby left."
    found = mentions(text, PERSON="Ida Vesterby|Vesterby’s|Vesterby")
    assert {m.name for m in found} == {"Ida Vesterby"}
    assert [m.text for m in found] == ["Ida Vesterby", "Vesterby", "Vesterby"]


def test_people_who_share_a_surname_are_two_people():
    text = "Ida Vesterby met Paul Vesterby. Vesterby laughed. Mr. Vesterby left."
    found = mentions(text, PERSON="Ida Vesterby|Paul Vesterby|Vesterby")
    assert [m.name for m in found] == [
        "Ida Vesterby",
        "Paul Vesterby",
        "Ida Vesterby",
        "Paul Vesterby",
    ]


def test_an_abbreviation_belongs_to_the_long_form():
    text = (
        "The Harbour Stability Dialogue (HSD) began. The HSD goes on. "
        "An Early Harbour Stability Dialogue failed."
    )
    found = mentions(text, MISC="Harbour Stability Dialogue|Early Harbour Stability Dialogue")
    assert {m.name for m in found} == {"Harbour Stability Dialogue"}
    assert {m.label for m in found} == {"EVENT"}
    assert [m.text for m in found].count("HSD") == 2


def test_the_abbreviation_of_the_article_goes_before_the_table():
    text = "The Whole Harbour Office (WHO) met. The WHO voted."
    found = mentions(text, ORG="Whole Harbour Office|WHO")
    assert set(names_of(found).values()) == {"Whole Harbour Office"}


def test_one_surface_form_has_one_label():
    text = "Tarn won. Tarn lost. Tarn slept."
    spans = [CharSpan(0, 4, "ORG"), CharSpan(10, 14, "ORG"), CharSpan(21, 25, "PERSON")]
    found = annotate_spans(text, TaggedText(tuple(spans))).mentions
    assert [m.label for m in found] == ["ORG", "ORG", "ORG"]


def test_a_name_tagged_once_is_found_everywhere():
    text = "Ida Vesterby came. Then Ida Vesterby left."
    found = annotate_spans(text, TaggedText((CharSpan(0, 12, "PERSON"),))).mentions
    assert [m.start for m in found] == [0, 24]


def test_two_countries_with_a_hyphen_are_two_mentions():
    found = mentions("The US-Russia talks and Guinea-Bissau.", GPE="US-Russia|Guinea-Bissau")
    assert [m.text for m in found] == ["US", "Russia", "Guinea-Bissau"]


def test_a_partly_tagged_organisation_gets_its_full_name():
    text = "The Organization for Security and Co-operation in Europe (OSCE) Permanent Council met."
    found = mentions(text, ORG="Organization for Security and Co|OSCE|Permanent Council")
    assert found[0].text == "Organization for Security and Co-operation in Europe"
    assert found[1].name == found[0].name
    assert found[2].name == "OSCE Permanent Council"


def test_dates_are_spelled_out():
    found = mentions("On Jan. 12 and last May.", DATE="Jan. 12|last May")
    assert [m.name for m in found] == ["January 12", "last May"]


def test_the_name_of_a_people_shows_an_unknown_place():
    found = mentions(
        "Velmark's minister met the Velmarkian envoy.", PERSON="Velmark's", NORP="Velmarkian"
    )
    assert found[0].label == "GPE"


WORDS = st.lists(
    st.sampled_from(
        [
            *"Ann Lee Lee's Mr. President US-Russia U.S. (WHO) “no” the said he , . Ivo 👍".split(),
            "Kenyan",
            "\n",
        ]
    ),
    max_size=25,
)


@given(WORDS, st.lists(st.tuples(st.integers(0, 80), st.integers(1, 20)), max_size=8))
def test_any_spans_give_valid_mentions(words, spans_given):
    text = " ".join(words)
    labels = ["PERSON", "ORG", "GPE", "MISC", "NORP", "DATE"]
    spans = tuple(
        CharSpan(start, min(start + length, len(text)), labels[(start + length) % 6])
        for start, length in spans_given
        if start < len(text)
    )
    found = annotate_spans(text, TaggedText(spans)).mentions
    assert all(
        text[m.start : m.end] == m.text and m.text.strip() == m.text and m.name for m in found
    )
    assert all(one.end <= two.start for one, two in pairwise(found))


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("The mayor of Tarn, Ida Holm, said no.", "mayor of Tarn"),
        ("It lost. Its chief executive, Ida Holm, said no.", "chief executive"),
        ("On Monday the mayor of the city, Ida Holm, said no.", "mayor of the city"),
        ("After meeting the mayor, Ida Holm said no.", None),
        ("The mayor said on the road to Tarn, Ida Holm, our cat, was gone.", None),
        ("In the old town, Ida Holm, who sang, said no.", None),
    ],
)
def test_an_office_before_a_name_in_apposition_is_the_role(text, role):
    (found,) = mentions(text, PERSON="Ida Holm")
    assert found.role == role
