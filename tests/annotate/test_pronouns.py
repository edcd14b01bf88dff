"""Pronouns: the most salient person by role, speech and question, and sometimes nobody."""

import pytest

from tests.annotate.speaker_cases import last_said
from tests.annotate.test_speakers import last_quote, speaker_of

SAID = " [C:said] [K:that all was well in the port]."


def test_he_is_the_subject_rather_than_a_name_behind_a_preposition():
    text = "[P:Roy Dane] played the part of [P:Paul Oller] for years. [S:he]"
    assert speaker_of(text + SAID) == "Roy Dane"


def test_he_is_the_subject_of_the_paragraph_rather_than_the_last_speaker():
    text = (
        "[K:“We go home at dawn,”] [S:Roy Dane] [C:said].\n\n"
        "[P:Cosmo Lindqvist] has kept the shop for years. He had hoped to sell. [S:he]"
    )
    assert speaker_of(text + SAID) == "Cosmo Lindqvist"


def test_she_is_the_person_that_the_last_she_referred_to():
    text = "[P:Anna Dane] ran the port. She met [P:Ida Holm] there. She was early. [S:she]"
    assert speaker_of(text + SAID) == "Anna Dane"


MEN = {"Roy Dane": "PERSON", "Paul Oller": "PERSON", "Dane": "PERSON", "Oller": "PERSON"}


def test_he_is_not_the_person_addressed():
    text = (
        "Roy Dane rowed across at noon. Paul Oller was asking about the flood. "
        "[K:“It rose all night,”] [S:he] [C:told] Oller."
    )
    assert last_said(text, MEN).speaker == "Roy Dane"


def test_he_is_the_person_who_was_asked():
    text = (
        "Paul Oller asked Roy Dane how high it was.\n\n[K:“Very high, I think,”] [S:he] [C:said]."
    )
    assert last_said(text, MEN).speaker == "Roy Dane"


def test_she_is_nobody_named_in_the_quotation():
    names = {"Ida Holm": "PERSON", "Anna Dane": "PERSON"}
    text = "Ida Holm was there. [K:“Anna Dane and Anna Dane’s aunt were late,”] [S:she] [C:said]."
    assert last_said(text, names).speaker == "Ida Holm"


@pytest.mark.parametrize("unnamed", ["One fisherman", "A woman at the pier", "the man"])
def test_he_may_be_the_unnamed_person_who_spoke_last(unnamed):
    pronoun = "she" if "woman" in unnamed else "he"
    text = (
        f"[P:Roy Dane] and [P:Anna Dane] were away.\n\n[S:{unnamed}] [C:said] "
        f"[K:that the water was cold]. [S:{pronoun}]"
    )
    assert speaker_of(text + SAID) is None


def test_i_in_a_quotation_is_its_speaker():
    text = "[K:“We went home. [S:I] [C:said] it was late,”] [S:Ida Holm] [C:said]."
    assert speaker_of(text) == "Ida Holm"


def test_they_are_the_organisation_that_spoke_last():
    names = {"Port Board": "ORG"}
    text = "[S:The Port Board] [C:said] [K:it was late].\n\n[K:“We go home at dawn,”] [S:they] "
    assert last_said(text + "[C:said].", names).speaker == "Port Board"
    assert last_said(text.split("\n\n")[1] + "[C:said].", names).speaker is None


@pytest.mark.parametrize("between", ["On Sunday the Winter Cup began.", "It cost ten crowns."])
def test_a_day_an_event_or_a_price_is_no_other_that_they_could_be(between):
    names = {"Port Board": "ORG", "Sunday": "DATE", "Winter Cup": "EVENT", "ten crowns": "MONEY"}
    text = f"[S:The Port Board] [C:said] [K:it was late]. {between} [S:They]"
    assert last_said(text + SAID, names).speaker == "Port Board"


def test_they_are_no_paper_that_passed_on_what_others_said():
    names = {"Fjord Times": "ORG"}
    text = "[C:According to] [S:the Fjord Times], [K:the pier is old]. [S:They]" + SAID
    assert last_said(text, names).speaker is None


def test_who_is_the_name_in_front():
    text = "[P:Ida Holm], [S:who]"
    assert speaker_of(text + SAID) == "Ida Holm"


def test_a_pronoun_is_never_printable_whoever_else_was_there():
    alone = last_quote("[P:Ida Holm] was there. [S:she]" + SAID)
    rivals = last_quote("[P:Anna Dane] met [P:Ida Holm] and [P:Mary Oller] there. [S:she]" + SAID)
    assert (alone.grade, rivals.grade) == ("B", "B")


def test_a_pronoun_far_from_any_name_is_the_last_speaker_for_counting_only():
    gap = "\n\n".join(["It rained."] * 6)
    text = f"[S:Ida Holm] [C:said] [K:that it was late].\n\n{gap}\n\n[S:she]"
    quote = last_quote(text + SAID)
    assert (quote.speaker, quote.grade) == ("Ida Holm", "C")


ASKED = (
    "Anna Dane was not sure. Mary Oller [C:promised] [K:a dyke]. "
    "[C:Asked] [K:if she would move], Dane shook her head."
)
WOMEN = {"Anna Dane": "PERSON", "Mary Oller": "PERSON", "Dane": "PERSON"}


def test_she_is_the_person_asked_in_a_passive_clause():
    text = f"{ASKED} [K:“Who,”] [S:she] [C:said], [K:“would buy it?”]"
    assert last_said(text, WOMEN).speaker == "Anna Dane"


@pytest.mark.parametrize("start", ["", "When ", "It rained, and when "])
def test_the_person_asked_in_a_passive_clause_does_not_speak_the_question(start):
    text = f"Anna Dane was not sure. {start}[C:asked] [K:if she would move], Dane shook her head."
    assert last_said(text, WOMEN).speaker is None


def test_the_person_who_asks_speaks_the_question():
    text = "Anna Dane was not sure. [S:Mary Oller] [C:asked] [K:if she would move]."
    assert last_said(text, WOMEN).speaker == "Mary Oller"


@pytest.mark.parametrize(
    ("relative", "pronoun", "speaker"),
    [
        ("My mother ate with us.", "she", None),
        ("Then Mom laughed.", "she", None),
        ("I told my late father about it.", "she", "Ida Holm"),
        ("“My mother was there,” somebody shouted.", "she", "Ida Holm"),
        ("Mother Brandt laughed.", "she", "Ida Holm"),
        ("My mother ate with us. [P:Ida Holm] ate too.", "she", "Ida Holm"),
    ],
)
def test_relatives_of_whoever_tells_have_no_name(relative, pronoun, speaker):
    text = f"I saw [P:Ida Holm] at the port. {relative}\n\nWhen we left, [S:{pronoun}]"
    assert speaker_of(text + SAID) == speaker


def test_a_relative_far_before_a_person_is_not_meant():
    far = "My mother ate with us.\n\nIt was cold.\n\nWe slept.\n\nIt rained.\n\nWe sailed.\n\n"
    text = far + "At the port I met [P:Ida Holm]. [S:she]"
    assert speaker_of(text + SAID) == "Ida Holm"
    assert speaker_of("I met [P:Ida Holm].\n\n" + far + "In the port [S:she]" + SAID) is None


def test_what_he_added_continues_the_quote_before():
    text = (
        "[P:Roy Dane] spoke at noon.\n\n[S:He] [C:told] the paper [K:that the port was full]. "
        "[P:Paul Oller] “likes full ports.”\n\n[K:“It has never been so full,”] [S:he] [C:added]."
    )
    assert speaker_of(text) == "Roy Dane"
