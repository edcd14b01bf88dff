"""Full names of people: read off the text, told apart within a family."""

import pytest

from tests.annotate.test_speakers import speaker_of
from tests.fix_marked import annotate


@pytest.mark.parametrize(
    "full",
    ["Martin Oake", "Martin J. Oake", "Speaker Tove Oake", "“The Martin Oake Hour”"],
)
def test_a_full_name_that_nobody_tagged_is_read_off_the_text(full):
    text = f"At noon {full} began. [S:Oake] [C:said] [K:that all was well in the port]."
    name = full.removeprefix("Speaker ").strip("“”").removeprefix("The ").removesuffix(" Hour")
    assert speaker_of(text) == name


@pytest.mark.parametrize("word", ["Governor", "While", "Bergen"])
def test_what_stands_before_a_surname_is_not_always_a_given_name(word):
    text = f"There is {word} Oake again. [S:Oake] [C:said] [K:that all was well in the port]."
    assert speaker_of(text) == "Oake"


FAMILY = (
    "[P:Erik Dane] met [P:Roy Dane] at noon. [P:Erik Dane] came late, [P:Erik Dane] was ill.\n\n"
)


def test_of_a_family_the_one_named_in_full_last_is_meant():
    text = FAMILY + "It was cold.\n\n[P:Roy Dane] spoke at night. [S:Dane] [C:said] [K:he froze]."
    assert speaker_of(text) == "Roy Dane"


def test_of_a_family_the_one_that_the_sentence_begins_with_is_meant():
    text = (
        "[P:Anna Dane], mother of [P:Roy Dane], was there. "
        "[S:Dane] [C:said] [K:that all was well in the port]."
    )
    assert speaker_of(text) == "Anna Dane"


def test_of_a_family_a_form_of_address_tells_who_is_meant():
    text = "[P:Anna Dane] met [P:Roy Dane]. Mr. [S:Dane] [C:said] [K:that all was well there]."
    assert speaker_of(text) == "Roy Dane"


def test_accents_do_not_make_two_people():
    text = (
        "[P:François Oller] rests.\n\n[P:Francois Oller] was ill. "
        "[S:Oller] [C:said] [K:that all was well in the port]."
    )
    assert speaker_of(text) == "François Oller"


@pytest.mark.parametrize(
    "opening", ["At noon Martin Oake began.", "[P:Ida Oake] met [P:Martin Oake].", "Oake is here."]
)
def test_a_speaker_has_the_name_of_his_mention(opening):
    _, found = annotate(f"{opening} [S:Oake] [C:said] [K:that all was well in the port].")
    (quote,) = found.quotes
    (start, end), *_ = quote.source
    names = {m.name for m in found.mentions if start <= m.start and m.end <= end}
    assert {speaker.name for speaker in quote.speakers} <= names
