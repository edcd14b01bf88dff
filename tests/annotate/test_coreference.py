"""Names of entities other than people: abbreviations, short forms, places, capitals."""

import pytest

from pipeline.annotate.annotator import TaggedText, annotate_spans
from pipeline.annotate.names.coreference import usual_spelling
from pipeline.annotate.spans import CharSpan


def named(text: str, label: str, *names: str) -> list[str]:
    """Return the names of mentions that were tagged in this order."""
    spans, position = [], 0
    for name in names:
        start = text.index(name, position)
        position = start + len(name)
        spans.append(CharSpan(start, position, label))
    return [mention.name for mention in annotate_spans(text, TaggedText(tuple(spans))).mentions]


@pytest.mark.parametrize(
    ("label", "long", "short"),
    [
        ("ORG", "Tarn Widgets Inc.", "Tarn Widgets"),
        ("ORG", "Velmark Harbour Council", "Harbour Council"),
        ("ORG", "Velmark Harbour Council", "VHC"),
        ("PRODUCT", "Velmark Tarn", "Tarn"),
        ("EVENT", "Great Harbour Stability Talks", "Harbour Stability Talks"),
        ("GPE", "Tarnby, Velmark", "Tarnby"),
        ("GPE", "TARNBY", "Tarnby"),
    ],
)
def test_short_forms_share_a_name(label, long, short):
    names = named(f"There was {long} at first. Then {short} came.", label, long, short)
    assert len(set(names)) == 1


@pytest.mark.parametrize(
    ("label", "one", "other"),
    [
        ("ORG", "Velmark Widgets Party", "Party"),
        ("ORG", "Tarn Widgets", "Tarn"),
        ("GPE", "Velmark City", "Velmark"),
    ],
)
def test_a_part_of_a_name_may_be_another_name(label, one, other):
    names = named(f"There was {one} at first. Then {other} came.", label, one, other)
    assert len(set(names)) == 2


def test_of_two_longer_names_the_frequent_one_is_meant():
    long, rare, short = "Velmark Harbour Council", "Key Harbour Council", "Harbour Council"
    text = f"{rare} met. The {long} spoke. The {long} sang. The {short} left."
    assert named(text, "ORG", rare, long, long, short)[-1] == long
    text = f"{rare} met. The {long} spoke. The {short} left."
    assert named(text, "ORG", rare, long, short)[-1] == short


@pytest.mark.parametrize(
    ("short", "long"),
    [("Tarn", "Tarn News"), ("Tarn Depot", "One Tarn Depot"), ("Velmark Pro", "Old Velmark Pro")],
)
def test_a_longer_name_that_comes_late_and_seldom_is_another(short, long):
    text = f"There was {short} at first. Then {short} came. At the end {long} came."
    assert named(text, "ORG", short, short, long) == [short, short, long]
    text = f"There was {long} at first. Then {short} came. At the end {short} left."
    assert set(named(text, "ORG", long, short, short)) == {long}


def test_initials_are_those_of_a_name_that_the_article_has():
    text = "The Conference of Black Clubs met, but the CBC did not vote."
    assert named(text, "ORG", "CBC") == ["Canadian Broadcasting Corporation"]
    assert set(named(text, "ORG", "Conference of Black Clubs", "CBC")) == {
        "Conference of Black Clubs"
    }
    text = "The American Israel Public Affairs Committee met, the AP reported."
    names = named(text, "ORG", "American Israel Public Affairs Committee", "AP")
    assert names[-1] == "Associated Press"


def test_a_caption_word_is_no_surname():
    assert named("Ida Tarn Photo: Velmark Herald", "PERSON", "Ida Tarn Photo") == ["Ida Tarn"]


@pytest.mark.parametrize(
    ("capitals", "usual"),
    [
        ("IDA O'NEILL III", "Ida O'Neill III"),
        ("JEAN-LUC ORVAL", "Jean-Luc Orval"),
        ("TARN", "TARN"),
        ("AREA 51", "AREA 51"),
        ("Ida Tarn", "Ida Tarn"),
    ],
)
def test_names_in_capitals_get_their_usual_spelling(capitals, usual):
    assert usual_spelling(capitals) == usual


@pytest.mark.parametrize(
    ("text", "place", "name"),
    [
        ("TARN (Harbour Wire) - The pier shut.", "TARN", "Tarn"),
        ("TARN, Oct 3 (Harbour Wire) - The pier shut.", "TARN", "Tarn"),
        ("TARN, Kenya — The pier shut.", "TARN, Kenya", "Tarn"),
        ("NCR, Oct 3 (Harbour Wire) - The pier shut.", "NCR", "NCR"),
        ("The UTR (old) - it was shut.", "UTR", "UTR"),
    ],
)
def test_the_place_of_a_dateline_gets_its_usual_spelling(text, place, name):
    assert named(text, "GPE", place) == [name]


def test_a_town_with_its_country_has_a_government():
    text = "TARN BAY, Kenya — The pier shut. It stands in Long Bay."
    spans = (CharSpan(0, 15, "GPE"), CharSpan(text.index("Long"), text.index("Bay.") + 3, "GPE"))
    assert [m.label for m in annotate_spans(text, TaggedText(spans)).mentions] == ["GPE", "LOC"]


@pytest.mark.parametrize("form", ["SA", "Ltd", "Inc", "GmbH", "AS"])
def test_a_name_with_a_legal_form_is_a_company(form):
    text = f"It was built by Tarn-Eaux {form} in May."
    start = text.index("Tarn")
    spans = (CharSpan(start, start + len(f"Tarn-Eaux {form}"), "PERSON"),)
    assert [m.label for m in annotate_spans(text, TaggedText(spans)).mentions] == ["ORG"]
