"""Whom pronouns mean: subjects, last speakers, whoever was asked, and sometimes nobody."""

import pytest

from tests.annotate.speaker_cases import last_said
from tests.annotate.test_speakers import last_quote, speaker_of

SAID = " [C:said] [K:that all was well in the port]."


def test_the_subject_comes_before_whom_a_preposition_governs():
    text = "[P:Roy Dane] played the part of [P:Paul Oller] for years. [S:he]"
    assert speaker_of(text + SAID) == "Roy Dane"


def test_whoever_opens_the_paragraph_comes_before_the_last_speaker():
    text = (
        "[K:“We go home at dawn,”] [S:Roy Dane] [C:said].\n\n"
        "[P:Cosmo Lindqvist] has kept the shop for years. He had hoped to sell. [S:he]"
    )
    assert speaker_of(text + SAID) == "Cosmo Lindqvist"


def test_the_last_pronoun_tells_who_the_next_one_is():
    text = "[P:Anna Dane] ran the port. She met [P:Ida Holm] there. She was early. [S:she]"
    assert speaker_of(text + SAID) == "Anna Dane"


MEN = {"Roy Dane": "PERSON", "Paul Oller": "PERSON", "Dane": "PERSON", "Oller": "PERSON"}


def test_whom_he_speaks_to_is_not_he():
    text = (
        "Roy Dane rowed across at noon. Paul Oller was asking about the flood. "
        "[K:“It rose all night,”] [S:he] [C:told] Oller."
    )
    assert last_said(text, MEN).speaker == "Roy Dane"


def test_whoever_was_asked_answers():
    text = (
        "Paul Oller asked Roy Dane how high it was.\n\n[K:“Very high, I think,”] [S:he] [C:said]."
    )
    assert last_said(text, MEN).speaker == "Roy Dane"


def test_names_in_the_quotation_are_not_who_says_it():
    names = {"Ida Holm": "PERSON", "Anna Dane": "PERSON"}
    text = "Ida Holm was there. [K:“Anna Dane and Anna Dane’s aunt were late,”] [S:she] [C:said]."
    assert last_said(text, names).speaker == "Ida Holm"


@pytest.mark.parametrize("unnamed", ["One fisherman", "A woman at the pier", "the man"])
def test_he_and_she_may_be_somebody_without_a_name(unnamed):
    pronoun = "she" if "woman" in unnamed else "he"
    text = (
        f"[P:Roy Dane] and [P:Anna Dane] were away.\n\n[S:{unnamed}] [C:said] "
        f"[K:that the water was cold]. [S:{pronoun}]"
    )
    assert speaker_of(text + SAID) is None


def test_i_between_marks_is_who_speaks_them():
    text = "[K:“We went home. [S:I] [C:said] it was late,”] [S:Ida Holm] [C:said]."
    assert speaker_of(text) == "Ida Holm"


def test_they_are_the_body_that_spoke():
    names = {"Port Board": "ORG"}
    text = "[S:The Port Board] [C:said] [K:it was late].\n\n[K:“We go home at dawn,”] [S:they] "
    assert last_said(text + "[C:said].", names).speaker == "Port Board"
    assert last_said(text.split("\n\n")[1] + "[C:said].", names).speaker is None


def test_who_in_a_relative_clause_is_the_name_before():
    text = "[P:Ida Holm], [S:who]"
    assert speaker_of(text + SAID) == "Ida Holm"


def test_two_of_one_gender_lower_the_confidence():
    alone = last_quote("[P:Ida Holm] was there. [S:she]" + SAID)
    rivals = last_quote("[P:Anna Dane] met [P:Ida Holm] and [P:Mary Oller] there. [S:she]" + SAID)
    assert rivals.confidence < alone.confidence


def test_a_pronoun_too_far_from_any_name_is_still_the_last_speaker():
    gap = "\n\n".join(["It rained."] * 6)
    text = f"[S:Ida Holm] [C:said] [K:that it was late].\n\n{gap}\n\n[S:she]"
    quote = last_quote(text + SAID)
    assert quote.speaker == "Ida Holm"
    assert quote.confidence < 0.5


ASKED = (
    "Anna Dane was not sure. Mary Oller [C:promised] [K:a dyke]. "
    "[C:Asked] [K:if she would move], Dane shook her head."
)
WOMEN = {"Anna Dane": "PERSON", "Mary Oller": "PERSON", "Dane": "PERSON"}


def test_whoever_shakes_her_head_when_asked_answers():
    text = f"{ASKED} [K:“Who,”] [S:she] [C:said], [K:“would buy it?”]"
    assert last_said(text, WOMEN).speaker == "Anna Dane"


@pytest.mark.parametrize("start", ["", "When ", "It rained, and when "])
def test_whoever_is_asked_does_not_ask(start):
    text = f"Anna Dane was not sure. {start}[C:asked] [K:if she would move], Dane shook her head."
    assert last_said(text, WOMEN).speaker is None


def test_whoever_asks_is_still_named():
    text = "Anna Dane was not sure. [S:Mary Oller] [C:asked] [K:if she would move]."
    assert last_said(text, WOMEN).speaker == "Mary Oller"
