"""Quotes without a verb of saying: signatures, transcripts, dialogue dashes, block quotes."""

import pytest

from pipeline.annotate.quotes.verbless import find_turns
from pipeline.annotate.spans import Layout
from tests.fix_marked import annotate, contents


def test_a_name_behind_a_dash_signs_the_quotation():
    text, found = annotate("“The best harbour in the north.” — [P:Ida Holm], harbour master")
    (quote,) = found.quotes
    assert contents(text, quote) == ["“The best harbour in the north.”"]
    assert (quote.kind, quote.speaker) == ("direct", "Ida Holm")


def test_each_signed_paragraph_has_its_own_speaker():
    _, found = annotate(
        "“The best harbour in the north.” ― [P:Ida Holm]\n\n"
        "[K:“We all come back to it.”] ― [S:Ola Brandt]"
    )
    assert [quote.speaker for quote in found.quotes] == ["Ida Holm", "Ola Brandt"]


@pytest.mark.parametrize(
    "text",
    [
        "“The Long Night” — Ida Holm’s first novel — sold well.",
        "“The pier is safe again” — that is what people hope.",
        "They met at “the harbour of the north” — Brandt Bay",
    ],
)
def test_a_dash_behind_a_quotation_is_not_always_a_signature(text):
    assert not annotate(text)[1].quotes


def test_every_turn_of_a_transcript_has_its_speaker():
    text, found = annotate(
        "Then [P:Ida Holm] met [P:Ola Brandt].\n\n"
        "HOLM: We open in May.\n\n"
        "BRANDT: Is the pier safe? I [C:think] [K:it is rotten].\n\n"
        "Have you seen it?\n\n"
        "HOLM: It is being repaired."
    )
    assert [contents(text, quote) for quote in found.quotes] == [
        ["We open in May."],
        ["Is the pier safe? I think it is rotten.", "Have you seen it?"],
        ["It is being repaired."],
    ]
    assert {quote.kind for quote in found.quotes} == {"direct"}
    sources = [text[slice(*quote.source[0])] for quote in found.quotes]
    assert sources == ["HOLM", "BRANDT", "HOLM"]


def test_initials_begin_the_turns_of_whoever_was_named_in_full():
    text = (
        "[P:Ida Holm]: You left school early. Why?\n\n[P:Roy Dane]: I was bored with it.\n\n"
        "[O:IH]: And then what?\n\n[O:RD]: Then I built forty boats.\n\n"
        "IH: And then?\n\nRD: Then the yard was shut."
    )
    _, found = annotate(text)
    assert [quote.speaker for quote in found.quotes] == ["Ida Holm", "Roy Dane"] * 3
    assert {mention.label for mention in found.mentions} == {"PERSON"}


def test_initials_that_begin_no_turns_are_nobodys():
    _, found = annotate(
        "[P:Norman Bell] spoke of two powers, China and the [G:US]: neither will yield.\n\n"
        "NB: The pier is shut. [P:Uma Shah] left."
    )
    assert [(mention.name, mention.label) for mention in found.mentions] == [
        ("Norman Bell", "PERSON"),
        ("China", "GPE"),
        ("United States", "GPE"),
        ("Uma Shah", "PERSON"),
    ]


def test_a_narrator_ends_a_turn_and_states_nothing():
    text = (
        "NARRATOR: In 1982 a clerk went home.\n\n[P:IDA HOLM]: I counted letters.\n\n"
        "NARRATOR: She did not stop.\n\n[P:IDA HOLM]: I am stubborn."
    )
    stripped, found = annotate(text)
    words = [stripped[a:b] for quote in found.quotes for a, b in quote.content]
    assert words == ["I counted letters.", "I am stubborn."]


def test_a_label_that_names_nobody_in_the_article_begins_no_turn():
    text, _ = annotate("UPDATE: We open in May.\n\nREAD MORE: The pier.\n\nHolm: 12 votes")
    assert find_turns(Layout(text), []) == {}


def test_a_list_with_one_sentence_for_each_person_is_no_interview():
    people = ["Ida Holm", "Ola Brandt", "Una Tarn", "Per Lind"]
    items = [f"[P:{name}]: You can follow them at the harbour of Tarnby." for name in people]
    assert not annotate("\n\n".join(["The crew:", *items]))[1].quotes
    answers = ["The pier is rotten.", "I would close it.", "We need money.", "Nobody asked me."]
    items = [f"[P:{name}]: {answer}" for name, answer in zip(people, answers, strict=True)]
    _, found = annotate("\n\n".join(items))
    assert [quote.speaker for quote in found.quotes] == people


def test_single_words_that_come_once_are_items_of_a_list():
    items = ["Lindoga: A platform for courses.", "Tarnly: An app for lessons.", "Drops: New words."]
    marked = [f"[P:{item.split(':')[0]}]:{item.split(':')[1]}" for item in items]
    assert not annotate("\n\n".join(["The best apps", *marked]))[1].quotes
    turns = ["Holm: We open in May.", "Brandt: Is it safe?", "Holm: It is being repaired."]
    marked = [f"[P:{turn.split(':')[0]}]:{turn.split(':')[1]}" for turn in turns]
    assert len(annotate("\n\n".join(["A talk", *marked]))[1].quotes) == 3


def test_a_headline_may_name_its_speaker_before_a_colon():
    text, found = annotate("[P:Holm]: Harbour will open in May\n\n[P:Ida Holm] was at the pier.")
    (quote,) = found.quotes
    assert contents(text, quote) == ["Harbour will open in May"]
    assert (quote.kind, quote.speaker) == ("indirect", "Ida Holm")


def test_a_dash_may_replace_a_quotation_mark():
    text, found = annotate(
        "— We open in May, said [P:Ida Holm]. — There is no doubt.\n\n"
        "— Then we come, [P:Ola Brandt] replied."
    )
    assert [contents(text, quote) for quote in found.quotes] == [
        ["We open in May,", "There is no doubt."],
        ["Then we come,"],
    ]
    assert [quote.kind for quote in found.quotes] == ["direct", "direct"]
    assert [quote.speaker for quote in found.quotes] == ["Ida Holm", "Ola Brandt"]


def test_a_dash_before_a_list_item_is_no_quotation_mark():
    _, found = annotate("— [P:Ida Holm] said nothing.\n\n— A new pier\n\n— Two ferries")
    assert not found.quotes


def test_a_block_quote_has_no_quotation_marks():
    text, found = annotate(
        "[S:Ida Holm] [C:wrote] to the council:\n\n"
        "The pier is rotten. We cannot go on like this.\n\n"
        "The council did not reply."
    )
    (quote,) = found.quotes
    assert contents(text, quote) == ["The pier is rotten. We cannot go on like this."]
    assert (quote.kind, quote.speaker) == ("direct", "Ida Holm")


@pytest.mark.parametrize(
    "text",
    [
        "[P:Ida Holm] said this in the video below:\n\nThe pier is rotten and has to go.",
        "[P:Ida Holm] said the following:\n\n- new pier",
    ],
)
def test_a_colon_before_a_video_or_a_list_introduces_no_block_quote(text):
    assert not annotate(text)[1].quotes


def test_a_signature_may_stand_below_the_quotation():
    text, found = annotate("“We open in May, whatever it takes.”\n\n— [P:Ida Holm], harbour master")
    (quote,) = found.quotes
    assert contents(text, quote) == ["“We open in May, whatever it takes.”"]
    assert (quote.kind, quote.speaker) == ("direct", "Ida Holm")


def test_names_before_colons_in_one_paragraph():
    text, found = annotate("[P:Ida Holm]: “We open in May.” [P:Ola Brandt]: “We will not.”")
    assert [(contents(text, quote), quote.speaker) for quote in found.quotes] == [
        (["“We open in May.”"], "Ida Holm"),
        (["“We will not.”"], "Ola Brandt"),
    ]
