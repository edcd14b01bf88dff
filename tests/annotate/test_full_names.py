"""Full names of people: found in the text, and chosen among people of one surname."""

import pytest

from pipeline.annotate.annotator import TaggedText, annotate_spans
from pipeline.annotate.spans import CharSpan
from tests.annotate.test_speakers import speaker_of
from tests.fix_marked import annotate


@pytest.mark.parametrize(
    "full",
    ["Martin Oake", "Martin J. Oake", "Speaker Tove Oake", "“The Martin Oake Hour”"],
)
def test_an_untagged_full_name_is_found_in_the_text(full):
    text = f"At noon {full} began. [S:Oake] [C:said] [K:that all was well in the port]."
    name = full.removeprefix("Speaker ").strip("“”").removeprefix("The ").removesuffix(" Hour")
    assert speaker_of(text) == name


@pytest.mark.parametrize("word", ["Governor", "While", "Bergen"])
def test_a_word_before_a_surname_may_be_no_given_name(word):
    text = f"There is {word} Oake again. [S:Oake] [C:said] [K:that all was well in the port]."
    assert speaker_of(text) == "Oake"


FAMILY = (
    "[P:Erik Dane] met [P:Roy Dane] at noon. [P:Erik Dane] came late, [P:Erik Dane] was ill.\n\n"
)


def test_a_surname_means_the_person_named_in_full_last():
    text = FAMILY + "It was cold.\n\n[P:Roy Dane] spoke at night. [S:Dane] [C:said] [K:he froze]."
    assert speaker_of(text) == "Roy Dane"


def test_a_surname_means_the_first_person_of_the_sentence():
    text = (
        "[P:Anna Dane], mother of [P:Roy Dane], was there. "
        "[S:Dane] [C:said] [K:that all was well in the port]."
    )
    assert speaker_of(text) == "Anna Dane"


def test_a_form_of_address_decides_between_people_of_one_surname():
    text = "[P:Anna Dane] met [P:Roy Dane]. Mr. [S:Dane] [C:said] [K:that all was well there]."
    assert speaker_of(text) == "Roy Dane"


def test_names_with_and_without_accents_are_one_person():
    text = (
        "[P:François Oller] rests.\n\n[P:Francois Oller] was ill. "
        "[S:Oller] [C:said] [K:that all was well in the port]."
    )
    assert speaker_of(text) == "François Oller"


@pytest.mark.parametrize(
    "opening", ["At noon Martin Oake began.", "[P:Ida Oake] met [P:Martin Oake].", "Oake is here."]
)
def test_a_speaker_has_the_name_of_the_mention(opening):
    _, found = annotate(f"{opening} [S:Oake] [C:said] [K:that all was well in the port].")
    (quote,) = found.quotes
    (start, end), *_ = quote.source
    names = {m.name for m in found.mentions if start <= m.start and m.end <= end}
    assert {speaker.name for speaker in quote.speakers} <= names


@pytest.mark.parametrize(
    ("headline", "name"),
    [
        ("Martin Oake Clucks", "Martin Oake"),
        ("Martin Oake Brandt", "Martin Oake"),
        ("Martin Jonas Oake", "Martin Jonas Oake"),
    ],
)
def test_a_word_behind_a_name_in_the_headline_is_no_surname(headline, name):
    text = "At noon Martin Oake spoke. Oake left."
    spans = [CharSpan(8, 19, "PERSON"), CharSpan(27, 31, "PERSON")]
    found = annotate_spans(text, TaggedText(tuple(spans)), [(headline, "PERSON")])
    assert {mention.name for mention in found.mentions} == {name}
