"""Quotes without a tagged source, and spokespeople, whom an article introduces anywhere."""

import pytest

from pipeline.models import Speaker
from tests.annotate.speaker_cases import last_said
from tests.annotate.test_speakers import last_quote, speaker_of

QUOTE = "[K:“We shall all go home at dawn,”]"


@pytest.mark.parametrize(
    "marked",
    [
        f"{QUOTE} [C:said] a hoarse [P:Ida Holm].",
        f"[P:Ida Holm], tired by then, [C:said]: {QUOTE}",
        f"[P:Ida Holm] was there. {QUOTE} she [C:said] at noon.",
        f"[P:Ida Holm]: {QUOTE}",
        f"[P:IDA HOLM]: {QUOTE}",
        f"{QUOTE}\n\n— [P:Ida Holm], postmaster",
        f"[P:Ida Holm] has always stayed for as long as anybody in the port of her fathers can "
        f"remember it, [C:claiming] {QUOTE}",
    ],
)
def test_the_name_beside_a_quotation_speaks(marked):
    assert (speaker_of(marked) or "").casefold() == "ida holm"


@pytest.mark.parametrize(
    "marked",
    [
        f"[P:Ida Holm]’s aides were late. {QUOTE} they [C:said] to [P:Roy Dane].",
        f"{QUOTE} [C:chanted] the crowd.",
    ],
)
def test_modifiers_and_addressees_beside_a_quotation_do_not_speak(marked):
    assert speaker_of(marked) is None


def test_the_paper_that_reports_a_quotation_does_not_speak():
    text = "[K:“We go home at dawn,” Ida Holm said at noon], [C:according to] [S:the Linden Post]."
    names = {"Ida Holm": "PERSON", "Linden Post": "ORG"}
    assert last_said(text, names).speaker == "Ida Holm"


def test_which_continues_the_reported_words_of_the_speaker():
    text = (
        "[S:Ida Holm] [C:claimed] [K:it was a pier], [S:which] [C:is aimed at] "
        "[K:keeping the water out]."
    )
    assert speaker_of(text) == "Ida Holm"


@pytest.mark.parametrize(
    ("marked", "principal"),
    [
        ("[P:Ida Holm], a spokeswoman for the [O:Port Board], left.", "Port Board"),
        ("[O:Port Board] spokeswoman [P:Ida Holm] left.", "Port Board"),
        ("[P:Roy Dane]’s press secretary, [P:Ida Holm], left.", "Roy Dane"),
        ("[P:Roy Dane] campaign spokeswoman [P:Ida Holm] left.", "Roy Dane campaign"),
        ("[P:Ida Holm], lawyer of [P:Roy Dane], left.", None),
    ],
)
def test_the_principal_of_a_spokeswoman_is_added_to_later_quotes(marked, principal):
    quote = last_quote(f"{marked}\n\nIt rained.\n\n{QUOTE} [S:Holm] [C:said].")
    behalf = [speaker.name for speaker in quote.speakers if speaker.role == "on_behalf_of"]
    assert quote.speaker == "Ida Holm"
    assert behalf == ([principal] if principal else [])


@pytest.mark.parametrize(
    ("source", "principal"),
    [
        ("a spokesman for the Port Board", Speaker("Port Board", "ORG", "on_behalf_of")),
        ("a Kenyan spokeswoman", Speaker("Kenya", "GPE", "on_behalf_of")),
        ("the mayor’s spokesman", Speaker("Ida Holm", "PERSON", "on_behalf_of")),
    ],
)
def test_a_spokesman_without_a_name_speaks_for_a_principal(source, principal):
    text = f"Mayor Ida Holm left. [K:“We go home,”] [S:{source}] [C:said]."
    names = {"Port Board": "ORG", "Ida Holm": "PERSON", "Kenyan": "NORP"}
    quote = last_said(text, names)
    assert quote.speaker is None
    assert quote.speakers == (principal,)


def test_a_campaign_is_an_organisation():
    text = "[P:Roy Dane] left. [S:the Dane campaign] [C:said] [K:that all was well in the port]."
    assert last_quote(text).speakers == (Speaker("Dane campaign", "ORG"),)


@pytest.mark.parametrize("source", ["a Dane aide", "Dane supporters", "one Dane adviser"])
def test_the_entourage_of_a_person_is_not_the_person(source):
    text = f"[P:Roy Dane] left. [S:{source}] [C:said] [K:that all was well in the port]."
    assert speaker_of(text) is None


@pytest.mark.parametrize(
    "source",
    ["Secretary of State Ida Holm", "Ida Holm herself", "Ida Holm, a friend of Roy Dane"],
)
def test_titles_and_appositions_do_not_change_the_speaker(source):
    text = f"[S:{source}] [C:said] [K:that all was well in the port]."
    assert last_said(text, {"Ida Holm": "PERSON", "Roy Dane": "PERSON"}).speaker == "Ida Holm"
