"""Names that the tagger missed, and borders that rules correct."""

import pytest

from pipeline.annotate.annotator import TaggedText, annotate_spans
from pipeline.annotate.spans import CharSpan
from pipeline.models import Mention


def tagged(text: str, label: str, *names: str) -> list[Mention]:
    """Annotate a text in which each name was tagged once, at its first place."""
    spans = (CharSpan(text.index(name), text.index(name) + len(name), label) for name in names)
    return list(annotate_spans(text, TaggedText(tuple(spans))).mentions)


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("How would the Americans react to it?", "Americans", "NORP"),
        ("It was made in Ghana, they said.", "Ghana", "GPE"),
        ("They flew to Burkina Faso today.", "Burkina Faso", "GPE"),
    ],
)
def test_untagged_countries_and_peoples_are_found(text, name, label):
    found = tagged(f"Velmark. {text}", "GPE", "Velmark")
    assert [(m.text, m.label) for m in found[1:]] == [(name, label)]


@pytest.mark.parametrize(
    "text",
    [
        "Turkey was served.",
        "They rang. Turkey was served.",
        "They flew Turkish Tarn Lines home.",
        "It was said by Jordan Vesterby.",
        "A non-American firm came.",
    ],
)
def test_a_name_that_may_be_another_word_is_not_added(text):
    assert len(tagged(f"Velmark. {text}", "GPE", "Velmark")) == 1


def test_without_tagged_places_no_places_are_added():
    found = tagged("Ida Tarn flew to Ghana today.", "PERSON", "Ida Tarn")
    assert [m.text for m in found] == ["Ida Tarn"]


def test_the_letters_of_a_listed_body_are_a_name_but_not_in_a_line_of_capitals():
    found = tagged("The WHO met Lindco. WHO WON THE CUP. Who won?", "ORG", "Lindco")
    assert [(mention.start, mention.name) for mention in found] == [
        (4, "World Health Organization"),
        (12, "Lindco"),
    ]


def test_a_title_between_quotation_marks_is_one_name():
    text = "Her talk on “This Harbour with Ida Vesterby,” aired late, was short."
    (found,) = tagged(text, "PERSON", "Ida Vesterby")
    assert (found.text, found.label) == ("This Harbour with Ida Vesterby", "WORK_OF_ART")


@pytest.mark.parametrize(
    "quoted", ["We will never leave Velmark", "THE HARBOUR IS OURS NOW", "Ida Vesterby Harbour"]
)
def test_sentences_capitals_and_short_quotes_are_no_titles(quoted):
    found = tagged(f"They said “{quoted}” again.", "ORG")
    assert all(mention.text != quoted for mention in found)


@pytest.mark.parametrize(
    ("text", "given", "kept"),
    [
        ("The Tarn Office (TO) General Desk met.", "TO) General Desk", "General Desk"),
        ("It is Velmark (Tarn district).", "Velmark (Tarn", "Velmark"),
        ("A U.S.-backed plan failed.", "U.S.-backed", "U.S."),
        ("A U.S.-Kenyan plan failed.", "U.S.-Kenyan", "U.S."),
        ("Guinea-Bissau won.", "Guinea-Bissau", "Guinea-Bissau"),
    ],
)
def test_borders(text, given, kept):
    assert tagged(text, "GPE", given)[0].text == kept


@pytest.mark.parametrize(
    ("text", "long", "short"),
    [
        (
            "The Tarn Arms Revenue Service (Tars) won. Tars fell.",
            "Tarn Arms Revenue Service",
            "Tars",
        ),
        ("The Tarn Harbour Office (“THO”) won. The THO left.", "Tarn Harbour Office", "THO"),
        ("The Tarn Harbour Office (or THO) won. The THO left.", "Tarn Harbour Office", "THO"),
    ],
)
def test_abbreviations_of_every_style(text, long, short):
    found = tagged(text, "ORG", long)
    assert [m.text for m in found] == [long, short, short]
    assert {m.name for m in found} == {long}


def test_a_name_in_parentheses_is_no_abbreviation():
    found = tagged("The Tarn Harbour Office (Odense) won.", "ORG", "Tarn Harbour Office")
    assert [m.text for m in found] == ["Tarn Harbour Office"]


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("Then Mr. Vesterby rose. “I know,” Vesterby said.", ["Vesterby", "Vesterby"]),
        ("They met in Vesterby Tower.", []),
        ("They met in Old Vesterby again.", []),
        ("It was on Twitter at @Vesterby.", []),
        ("There Alice McTarn wept.", ["Alice McTarn"]),
        ("They swam in Alice River there.", []),
        ("They flew with Alice Airlines there.", []),
    ],
)
def test_untagged_people_are_found(text, added):
    found = tagged(f"Ida Vesterby came. {text}", "PERSON", "Ida Vesterby")
    assert [m.text for m in found[1:]] == added


@pytest.mark.parametrize(
    "spoken", ["It is a sad day for Tarn", "The trains were late again in Tarn"]
)
def test_a_quoted_sentence_is_no_name_but_contains_names(spoken):
    (found,) = tagged(f"“{spoken},” she said.", "MISC", spoken)
    assert (found.text, found.label) == ("Tarn", "GPE")


def test_a_title_with_a_comma_inside_its_marks_stays():
    (found,) = tagged("In “The Girl on the Pier,” she sang.", "MISC", "The Girl on the Pier")
    assert found.label == "WORK_OF_ART"
