"""Speakers of quotes with a source: names, pronouns, offices, pairs, spokespeople."""

import pytest

from pipeline.annotate.annotator import TaggedText, annotate_spans
from pipeline.annotate.spans import CharSpan
from pipeline.models import Quote, Speaker
from tests.annotate.speaker_cases import last_said
from tests.fix_marked import annotate


def speaker_of(marked: str) -> str | None:
    return last_quote(marked).speaker


def last_quote(marked: str) -> Quote:
    _, found = annotate(marked)
    return found.quotes[-1]


LEAD = "Foreign Minister [P:Ida Holm] met Senator [P:Roy Dane] in [G:Kenya]. "


@pytest.mark.parametrize(
    ("source", "speaker"),
    [
        ("[S:Holm]", "Ida Holm"),
        ("[S:the foreign minister]", "Ida Holm"),
        ("[S:The senator]", "Roy Dane"),
        ("[S:she]", "Ida Holm"),
        ("[S:he]", "Roy Dane"),
        ("[S:a passer-by]", None),
        ("[S:residents]", None),
        ("[S:I]", None),
    ],
)
def test_names_offices_and_pronouns_of_people(source, speaker):
    assert speaker_of(LEAD + source + " [C:said] [K:that all was well in the port].") == speaker


def test_two_people_speak_together():
    quote = last_quote(LEAD + "[S:Ida Holm and Roy Dane] [C:said] [K:that all was well].")
    assert quote.speaker == "Ida Holm and Roy Dane"
    assert [speaker.role for speaker in quote.speakers] == ["speaker", "speaker"]


def test_the_two_leaders_are_the_last_two_named():
    assert (
        speaker_of(LEAD + "[S:The two leaders] [C:said] [K:that all was well].")
        == "Ida Holm and Roy Dane"
    )


def test_the_couple_are_two_who_were_named_as_a_pair():
    text = "[P:Ida Holm] and [P:Roy Dane] have a son called [P:Paul], 4.\n\n[S:the couple] "
    assert speaker_of(text + "[C:said] [K:that all was well].") == "Ida Holm and Roy Dane"


def test_a_list_of_three_has_no_pair():
    text = "[P:Ida Holm], [P:Roy Dane] and [P:Eva Lund] met [P:Paul Oller].\n\n[S:The two leaders] "
    assert speaker_of(text + "[C:said] [K:that all was well].") == "Eva Lund and Paul Oller"


def test_a_signature_names_the_speaker_whom_a_label_leaves_open():
    text = "What reviewers say | “The soup was hot.” – [P:Ida Holm] (read more)"
    marked = text.replace("reviewers", "[S:reviewers]").replace("say", "[C:say]")
    marked = marked.replace("“The soup was hot.”", "[K:“The soup was hot.”]")
    assert speaker_of(marked) == "Ida Holm"


def test_a_woman_named_so_is_no_woman_without_a_name():
    text = (
        "[P:Eva Lund], who worked there, wrote a book.\n\n"
        "Another woman named [P:Ida Holm] came forward. [S:She] [C:said] [K:that all was well]."
    )
    assert speaker_of(text) == "Ida Holm"


def test_both_countries_are_those_named_most():
    text = (
        "[G:Kenya] and [G:Uganda] met in [G:Geneva]. The [N:Kenyan] side was late, the [N:Ugandan] "
        "one was not. [S:both countries] [C:said] [K:that all was well]."
    )
    assert speaker_of(text) == "Kenya and Uganda"


def test_the_statement_is_spoken_by_its_issuer():
    text = (
        "[K:“We will go home at dawn,”] said [G:Kenya] in a statement.\n\n"
        "[P:Ida Holm] was there.\n\n[K:“We will be back at night,”] [C:said] [S:the statement]."
    )
    assert speaker_of(text) == "Kenya"


def quotes_of_source(source):
    text = f"{source} warned that time was short."
    start, name = len(source) + 1, text.index("U.S.")
    spans = (
        CharSpan(0, len(source), "Source"),
        CharSpan(start, start + 6, "Cue"),
        CharSpan(start + 7, len(text) - 1, "Content"),
    )
    return annotate_spans(text, TaggedText((CharSpan(name, name + 4, "GPE"),), spans)).quotes


@pytest.mark.parametrize("source", ["The U.S. delegation", "The representatives from the U.S."])
def test_a_delegation_speaks_for_its_country(source):
    assert [quote.speaker for quote in quotes_of_source(source)] == ["United States"]


@pytest.mark.parametrize("source", ["U.S. officials", "the U.S. authorities", "U.S. police"])
def test_officials_are_no_country_but_it_is_spoken_for(source):
    [quote] = quotes_of_source(source)
    assert quote.speaker is None
    assert [(each.name, each.role) for each in quote.speakers] == [
        ("United States", "on_behalf_of")
    ]


def test_a_named_spokesman_has_his_principal_beside_him():
    quote = last_quote(
        "[S:Roy Dane], a spokesman for the [O:Port Board], [C:said] [K:that all was well today]."
    )
    assert quote.speakers == (
        Speaker("Roy Dane", "PERSON", "speaker"),
        Speaker("Port Board", "ORG", "on_behalf_of"),
    )
    assert quote.speaker == "Roy Dane"


def test_he_is_the_subject_of_its_paragraph_and_not_the_last_speaker():
    text = (
        "[K:“We go home at dawn,”] [S:Roy Dane] [C:said].\n\n"
        "[P:Paul Vesterby] rowed across. [K:“The water was high,”] [S:he] [C:said]."
    )
    assert speaker_of(text) == "Paul Vesterby"


def test_he_is_not_the_agency_that_he_told():
    text = LEAD + "[S:he] [C:told] the [O:Linden Press] [K:that all was well]."
    assert speaker_of(text) == "Roy Dane"


def test_the_astronomer_is_the_person_called_so():
    text = (
        "The astronomer [P:Nadir Solberg] looked up. [S:the astronomer] [C:said] [K:it was late]."
    )
    assert speaker_of(text) == "Nadir Solberg"


def test_an_unknown_speaker_lowers_the_confidence():
    known = last_quote(LEAD + "[S:Holm] [C:said] [K:that all was well].")
    unknown = last_quote(LEAD + "[S:a passer-by] [C:said] [K:that all was well].")
    assert unknown.confidence < known.confidence


OWNED = {
    "Conservatives": "NORP",
    "Norland": "GPE",
    "Lindco": "ORG",
    "Fjord Times": "ORG",
    "Roy Dane": "PERSON",
}


@pytest.mark.parametrize(
    ("source", "speaker"),
    [
        ("Norland’s Lindco", "Lindco"),
        ("Norland’s state-run Lindco", "Lindco"),
        ("Fjord Times-owned Lindco", "Lindco"),
        ("the Norland-based charity Lindco", "Lindco"),
        ("The Norland navy’s Lindco", "Lindco"),
        ("Norland's Fjord Times newspaper", "Fjord Times"),
        ("Norland's Fjord Times news agency", "Fjord Times"),
        ("Fjord Times’ Lindco", "Lindco"),
        ("Norland’s Roy Dane", "Roy Dane"),
        ("Norland’s Lindco workers", None),
        ("Norland’s sources within Lindco", None),
        ("Norland’s Conservatives", None),
        ("Fjord Times-owner Lindco", "Lindco"),
        ("Fjord Times’s parent company, the Lindco,", "Lindco"),
        ("Roy Dane’s employer, Lindco,", "Lindco"),
        ("Lindco’s chief executive, Roy Dane,", "Roy Dane"),
        ("Retailer Lindco", "Lindco"),
    ],
)
def test_a_body_speaks_and_not_the_country_or_the_body_that_has_it(source, speaker):
    quote = last_said(f"[S:{source}] [C:said] [K:that all was well].", OWNED)
    assert quote.speaker == speaker


@pytest.mark.parametrize(
    "source",
    ["a company spokesman", "a spokeswoman for the company", "A spokesperson for the firm"],
)
def test_a_spokesperson_without_a_name_speaks_for_the_company_named_before(source):
    text = f"Lindco met in Tarn. [S:{source}] [C:said] [K:that all was well]."
    quote = last_said(text, {"Lindco": "ORG"})
    assert quote.speakers == (Speaker("Lindco", "ORG", "on_behalf_of"),)


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (
            "Ida Holm was in court. [S:Her lawyer] [C:said] [K:it was weak]. "
            "[K:“I am innocent,”] [S:she] [C:told] us.",
            "Ida Holm",
        ),
        (
            "Ida Holm told Lindco that it leaked. [S:The company] [C:said] [K:it would pay].",
            "Lindco",
        ),
    ],
)
def test_she_is_not_her_lawyer_and_the_company_is_who_was_told(text, speaker):
    assert last_said(text, {"Lindco": "ORG", "Ida Holm": "PERSON"}).speaker == speaker


def test_a_spokeswoman_without_a_name_goes_on_as_she():
    text = (
        "Ida Holm left. [S:A Lindco spokeswoman] [C:said] [K:that it was late].\n\n"
        "[S:She] [C:said] [K:that all was well]."
    )
    quote = last_said(text, {"Lindco": "ORG", "Ida Holm": "PERSON"})
    assert quote.speakers == (Speaker("Lindco", "ORG", "on_behalf_of"),)


def test_a_preposition_inside_a_name_governs_no_speaker():
    names = {"Department of Justice": "ORG", "Roy Dane": "PERSON"}
    source = "Department of Justice spokesman Roy Dane"
    quote = last_said(f"[S:{source}] [C:said] [K:that all was well].", names)
    assert quote.speaker == "Roy Dane"


def test_a_spokesperson_of_nobody_has_no_name():
    quote = last_said(
        "Lindco met. [S:A spokesman] [C:said] [K:that all was well].", {"Lindco": "ORG"}
    )
    assert quote.speakers == ()


@pytest.mark.parametrize(
    ("source", "speaker"),
    [
        ("Port Board workers", None),
        ("Port Board pupils", None),
        ("Port Board executives", "Port Board"),
        ("Port Board lawyers", "Port Board"),
        ("the Port Board fullback", None),
        ("a Port Board expert", None),
        ("Port Board Centre", "Port Board"),
        ("Kenya’s leaders", "Kenya"),
        ("Kenya’s farmers", None),
        ("Kenya's doctors", None),
        ("Kenya’s people", None),
    ],
)
def test_a_body_speaks_by_those_who_lead_it(source, speaker):
    names = {"Port Board": "ORG", "Kenya": "GPE"}
    quote = last_said(f"[S:{source}] [C:said] [K:that all was well].", names)
    assert quote.speaker == speaker


APPOSED = {"Mercy Hands": "ORG", "Linden Relief": "ORG", "Oxo Fjord SA": "ORG", "Norwegian": "NORP"}


@pytest.mark.parametrize(
    ("source", "speaker"),
    [
        ("The aid group Mercy Hands", "Mercy Hands"),
        ("The Norwegian fish farmer Oxo Fjord SA", "Oxo Fjord SA"),
        ("The company, Oxo Fjord SA,", "Oxo Fjord SA"),
        ("An aid group, Mercy Hands,", "Mercy Hands"),
        ("The aid groups Mercy Hands and Linden Relief", "Mercy Hands and Linden Relief"),
        ("The volunteers who left Mercy Hands", None),
        ("A nurse from the aid group Mercy Hands", None),
        ("The aid group Mercy Hands volunteers", None),
    ],
)
def test_an_organisation_in_apposition_to_a_noun_speaks(source, speaker):
    assert last_said(f"[S:{source}] [C:said] [K:that all was well].", APPOSED).speaker == speaker


BOARD = "[S:The Port Board] [C:said] [K:it would wait]. [K:“We know the water,”] "


@pytest.mark.parametrize(
    "source",
    [
        "its spokesman, Roy Dane,",
        "the board’s spokesman, Roy Dane,",
        "company spokesman Roy Dane",
        "Roy Dane, a spokesman for the board,",
        "Roy Dane, its chief spokesman,",
    ],
)
def test_the_principal_of_a_spokesman_may_be_a_pronoun_or_a_noun(source):
    names = {"Port Board": "ORG", "Roy Dane": "PERSON", "Dane": "PERSON"}
    again = "\n\n[K:“We can wait,”] [S:Dane] [C:said]."
    for text in (f"{BOARD}[S:{source}] [C:said].", f"{BOARD}[S:{source}] [C:said].{again}"):
        assert last_said(text, names).speakers == (
            Speaker("Roy Dane", "PERSON", "speaker"),
            Speaker("Port Board", "ORG", "on_behalf_of"),
        )


def test_an_unnamed_spokeswoman_speaks_for_the_referent_of_its():
    quote = last_said(f"{BOARD}[S:its spokeswoman] [C:said].", {"Port Board": "ORG"})
    assert quote.speakers == (Speaker("Port Board", "ORG", "on_behalf_of"),)
    assert quote.speaker is None


def test_a_spokesman_without_a_named_principal_speaks_alone():
    text = "[K:“We know the water,”] [S:the former spokesman, Roy Dane,] [C:said]."
    assert last_said(text, {"Roy Dane": "PERSON"}).speakers == (Speaker("Roy Dane", "PERSON"),)


SIDES = {"Port Board": "ORG", "Oxo Fjord": "ORG", "Mercy Hands": "ORG", "Kenya": "GPE"}


@pytest.mark.parametrize(
    ("before", "speaker"),
    [
        ("Talks between Oxo Fjord and the Port Board broke down.", "Oxo Fjord and Port Board"),
        ("Oxo Fjord and Kenya met for the third time.", "Oxo Fjord and Kenya"),
        ("The Port Board’s long dispute with Oxo Fjord went on.", "Port Board and Oxo Fjord"),
        ("Kenya, Oxo Fjord and the Port Board met.", None),
        ("The Port Board met.", None),
    ],
)
def test_both_sides_are_the_two_parties_named_together(before, speaker):
    text = f"{before} It rained. [S:Both sides] [C:said] [K:that all was well]."
    assert last_said(text, SIDES).speaker == speaker


@pytest.mark.parametrize(
    "source", ["Ida Holm,", "The Port Board, in a statement signed by Ida Holm,"]
)
def test_the_signer_of_a_statement_does_not_speak_in_it(source):
    front = "" if "Board" in source else "The Port Board, in a short letter signed by its head, "
    text = f"{front}[S:{source}] [C:urged] [K:the town to wait]."
    assert last_said(text, {"Port Board": "ORG", "Ida Holm": "PERSON"}).speaker == "Port Board"


def test_a_newspaper_speaks_on_behalf_of_its_owner():
    quote = last_said("[S:Oxo Fjord’s newspaper] [C:said] [K:that all was well].", SIDES)
    assert quote.speakers == (Speaker("Oxo Fjord", "ORG", "on_behalf_of"),)
