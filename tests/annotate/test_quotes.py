"""Attributions made of the tagger's spans: their kinds, their parts, and what the marks add."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.annotate.annotator import TaggedText, annotate_spans
from pipeline.annotate.spans import CharSpan
from tests.fix_marked import annotate, contents


def test_a_quote_is_direct_mixed_or_indirect_by_its_marks():
    _, found = annotate(
        "[K:“We go home now,”] [S:Ida Holm] [C:said]. "
        "[S:Ida Holm] [C:said] [K:it was “hard” to go]. "
        "[S:Ida Holm] [C:said] [K:that all would go]."
    )
    assert [quote.kind for quote in found.quotes] == ["direct", "mixed", "indirect"]
    assert {quote.speaker for quote in found.quotes} == {"Ida Holm"}


def test_a_quotation_interrupted_by_its_tag_is_one_quote():
    text, found = annotate("[K:“We go,”] [S:Ida Holm] [C:said], [K:“and we go at dawn.”]")
    (quote,) = found.quotes
    assert contents(text, quote) == ["“We go,”", "“and we go at dawn.”"]


def test_a_quotation_over_several_paragraphs_is_one_quote():
    text, found = annotate(
        "[S:Ida Holm] [C:said]: [K:“We go home at dawn.]\n\n“We come back at night.\n\n"
        "“And that is all of it.”"
    )
    (quote,) = found.quotes
    assert len(quote.content) == 3
    assert quote.speaker == "Ida Holm"
    assert text[quote.content[2][0] : quote.content[2][1]] == "“And that is all of it.”"


def test_a_colon_introduces_the_quotation_in_the_next_paragraph():
    text, found = annotate("[S:Ida Holm] [C:said]:\n\n“We go home at dawn, all of us.”")
    (quote,) = found.quotes
    assert contents(text, quote) == ["“We go home at dawn, all of us.”"]
    assert quote.speaker == "Ida Holm"


def test_a_paragraph_of_quotations_alone_continues_with_the_speaker():
    _, found = annotate(
        "[K:“We go home at dawn,”] [S:Ida Holm] [C:said].\n\n“There is nothing left for us here.”"
    )
    assert [quote.speaker for quote in found.quotes] == ["Ida Holm", "Ida Holm"]
    assert found.quotes[1].confidence < found.quotes[0].confidence


def test_a_quotation_beside_a_verb_of_saying_is_found_without_the_tagger():
    text, found = annotate("“We will go home at dawn,” said [P:Ida Holm] in the hall.")
    (quote,) = found.quotes
    assert contents(text, quote) == ["“We will go home at dawn,”"]
    assert (quote.kind, quote.speaker) == ("direct", "Ida Holm")


def test_content_grows_to_its_quotation_marks():
    text, found = annotate("“We will [K:go home at dawn],” [S:Ida Holm] [C:said].")
    assert contents(text, found.quotes[0]) == ["“We will go home at dawn,”"]


def test_words_that_a_paper_reports_belong_to_who_said_them():
    text, found = annotate(
        "[K:“We go home at dawn,” harbour master Ida Holm said on the radio], [C:according to] "
        "[S:the Tarnby Herald]. [K:“All of us go.”]\n\n"
        "[P:Ida Holm] left."
    )
    (quote,) = found.quotes
    assert contents(text, quote) == ["“We go home at dawn,”", "“All of us go.”"]
    assert (quote.kind, quote.speaker) == ("direct", "Ida Holm")
    text, found = annotate(
        "[K:“A long rant,” a list of posts that said all must go], [C:according to] [S:the Herald]."
    )
    assert contents(text, found.quotes[0]) == [
        "“A long rant,” a list of posts that said all must go"
    ]
    text, found = annotate(
        "[K:“We go home” is what they say now], [C:according to] [S:the Tarnby Herald]."
    )
    assert contents(text, found.quotes[0]) == ["“We go home” is what they say now"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Mayor Ida Holm said the pier was safe", "the pier was safe"),
        ("Mayor Ida Holm said on Sunday that the pier was safe", "that the pier was safe"),
        ("Mayor Ida Holm told state radio that the pier was safe", "the pier was safe"),
    ],
)
@pytest.mark.parametrize("medium", ["Xinhua", "local media", "the Linden Post"])
def test_what_a_medium_passes_on_is_said_by_who_said_it(said, words, medium):
    text, found = annotate(f"[K:{said}], [S:{medium}] [C:reported].")
    quote = found.quotes[0]
    assert (contents(text, quote), text[slice(*quote.source[0])]) == ([words], "Mayor Ida Holm")


@pytest.mark.parametrize(
    "content",
    ["The pier was not safe", "The pier that Ida Holm said was safe broke", "She said it was safe"],
)
def test_what_a_medium_says_itself_stays_its_own(content):
    text, found = annotate(f"[K:{content}], [S:local media] [C:reported].")
    assert contents(text, found.quotes[0]) == [content]


def test_that_in_front_of_a_mark_is_no_part_of_the_content():
    text, found = annotate("[S:Ida Holm] [C:said] [K:that “how would we go home?”]")
    assert contents(text, found.quotes[0]) == ["“how would we go home?”"]
    assert found.quotes[0].kind == "direct"


def test_subheadings_and_titles_are_no_quotes():
    _, found = annotate(
        "[S:Ida Holm] [C:said] [K:they would go].\n\n[K:‘A way home’]\n\n"
        "She was on “This Week with Ora Lindt,” too.\n\n6. [K:“The harbour problem at dawn”]"
    )
    assert [quote.kind for quote in found.quotes] == ["indirect"]


def test_a_second_verb_shares_the_source():
    _, found = annotate("[S:Ida Holm] [C:said] [K:they would go], [C:adding] [K:that it was late].")
    assert [quote.speaker for quote in found.quotes] == ["Ida Holm", "Ida Holm"]


def test_the_papers_own_sentence_is_no_part_of_a_quote():
    text, found = annotate(
        "[K:Doctors are doubtful]. [K:“I shall answer the call,”] [S:Ida Holm] [C:said]."
    )
    quote = next(quote for quote in found.quotes if quote.cue)
    assert contents(text, quote) == ["“I shall answer the call,”"]
    assert all(other.speaker is None for other in found.quotes if other is not quote)


def test_confidence_is_higher_where_the_tagger_is_sure_and_the_source_is_a_third_person():
    sure, unsure, narrated = (
        annotate_spans(
            f"{who} thought the crew would go.",
            TaggedText((), tuple(_spans_of(who, score))),
        ).quotes[0]
        for who, score in [("The mayor", 0.95), ("The mayor", 0.5), ("We", 0.95)]
    )
    assert sure.confidence > 0.7 > unsure.confidence
    assert sure.confidence > 0.7 > narrated.confidence


def _spans_of(who: str, score: float) -> list[CharSpan]:
    end = len(who)
    return [
        CharSpan(0, end, "Source", score),
        CharSpan(end + 1, end + 8, "Cue", score),
        CharSpan(end + 9, end + 26, "Content", score),
    ]


@given(
    st.text(alphabet="Aab said“”\"'.,:\n‘’—AB", max_size=150),
    st.lists(st.tuples(st.integers(0, 150), st.integers(1, 40), st.integers(0, 2)), max_size=10),
)
def test_any_spans_give_valid_quotes(text, places):
    labels = ["Source", "Cue", "Content"]
    spans = tuple(
        CharSpan(start, min(start + length, len(text)), labels[kind])
        for start, length, kind in sorted(places)
        if start < len(text)
    )
    for quote in annotate_spans(text, TaggedText((), spans)).quotes:
        assert quote.content
        assert 0.0 <= quote.confidence <= 1.0
        for start, end in (*quote.content, *quote.cue, *quote.source):
            assert 0 <= start < end <= len(text)


def test_a_quotation_that_is_a_sentence_of_its_own_continues_the_speaker_before():
    text, found = annotate(
        "[K:“We go at dawn,”] [S:Ida Holm] [C:said], [C:praising] [K:the crew]. "
        "[K:“All of them are ready.”]"
    )
    assert [contents(text, quote) for quote in found.quotes] == [
        ["“We go at dawn,”", "“All of them are ready.”"],
        ["the crew"],
    ]
    assert {quote.speaker for quote in found.quotes} == {"Ida Holm"}


def test_a_quotation_after_an_indirect_sentence_is_a_quote_of_its_own():
    text, found = annotate(
        "[S:Ida Holm] [C:asked for] [K:calm in the harbour]. [K:“There is room for all of us.”]"
    )
    assert [contents(text, quote) for quote in found.quotes] == [
        ["calm in the harbour"],
        ["“There is room for all of us.”"],
    ]
    assert [quote.kind for quote in found.quotes] == ["indirect", "direct"]
    assert {quote.speaker for quote in found.quotes} == {"Ida Holm"}


def test_contents_of_other_sentences_without_marks_are_not_joined():
    text, found = annotate(
        "[K:The harbour is shut]. Nobody knew. [S:Ida Holm] [C:said] [K:the crew would go]."
    )
    quote = next(quote for quote in found.quotes if quote.cue)
    assert contents(text, quote) == ["the crew would go"]


def test_contents_that_only_white_space_separates_are_merged():
    text, found = annotate("[S:Ida Holm] [C:said] [K:the crew] [K:would go at dawn].")
    assert contents(text, found.quotes[0]) == ["the crew would go at dawn"]


@pytest.mark.parametrize(
    ("marked", "source"),
    [
        ("Hours later, [P:Ida Holm] praised the crew, [C:saying] [K:they were ready].", "Ida Holm"),
        ("[P:Ida Holm] met the crew and [C:told them] [K:that they would go].", "Ida Holm"),
        (
            "The day she came back, the mayor praised them, [C:arguing] [K:for a new pier].",
            "the mayor",
        ),
        ("After [C:praising] [K:the whole crew], [P:Ida Holm] left town.", "Ida Holm"),
        ("[K:The pier is rotten], [C:according to] a report by the harbour board.", "a report by"),
        (
            "[K:The pier is rotten], [C:according to] the U.S. Coast Guard, which saw it.",
            "the U.S. C",
        ),
        ("The pier was [C:blamed for] [K:the loss of the boat].", ""),
    ],
)
def test_a_cue_without_a_source_shares_the_subject_of_another_verb(marked, source):
    text, found = annotate(marked)
    (quote,) = found.quotes
    given = " ".join(text[start:end] for start, end in quote.source)
    assert given.startswith(source)
    assert bool(given) == bool(source)


def test_who_says_it_in_a_relative_clause_is_the_pronoun():
    text, found = annotate("[S:Ida Holm, who] [C:said] [K:the crew would go], left town.")
    ((start, end),) = found.quotes[0].source
    assert text[start:end] == "who"
    assert found.quotes[0].speaker == "Ida Holm"


@pytest.mark.parametrize(
    ("marked", "content"),
    [
        ("[K:We go at dawn,”] [S:Ida Holm] [C:said].", "We go at dawn,”"),
        ("[K:“We go at dawn], [S:Ida Holm] [C:said].", "“We go at dawn"),
        ("[K:„We go at dawn“,] [C:said] [S:Ida Holm].", "„We go at dawn“"),
        ("[K:“He said ‘go,’ and left,”] [S:Ida Holm] [C:said].", "“He said ‘go,’ and left,”"),
        ("[K:'We don't go,'] [S:Ida Holm] [C:said].", "'We don't go,'"),
    ],
)
def test_direct_quotes_in_marks_of_every_style(marked, content):
    text, found = annotate(marked)
    (quote,) = found.quotes
    assert contents(text, quote) == [content]
    assert (quote.kind, quote.speaker) == ("direct", "Ida Holm")


def test_an_untagged_verb_of_saying_keeps_its_content():
    text, found = annotate(
        "[S:Ida Holm] told the council [K:she “never liked the pier”] and [C:called] "
        "[K:the plan “a costly dream”]."
    )
    assert [contents(text, quote) for quote in found.quotes] == [
        ["she “never liked the pier”"],
        ["the plan “a costly dream”"],
    ]
    assert {quote.speaker for quote in found.quotes} == {"Ida Holm"}


def test_any_verb_after_a_quotation_counts_as_a_verb_of_saying():
    text, found = annotate(
        "[K:“Why now?”] [C:asked] [S:Ola Brandt]. [K:“Because we can,”] [P:Ida Holm] shot back."
    )
    assert [(contents(text, quote), quote.speaker) for quote in found.quotes] == [
        (["“Why now?”"], "Ola Brandt"),
        (["“Because we can,”"], "Ida Holm"),
    ]


def test_a_relative_clause_with_an_unsure_cue_belongs_to_the_content_before():
    text = "Ida Holm called it safe, which is aimed at keeping boats out."
    for score, count in [(0.2, 1), (0.9, 2)]:
        spans = [
            CharSpan(0, 8, "Source"),
            CharSpan(9, 15, "Cue"),
            CharSpan(16, 23, "Content"),
            CharSpan(25, 30, "Source", score),
            CharSpan(31, 42, "Cue", score),
            CharSpan(43, 60, "Content"),
        ]
        found = annotate_spans(text, TaggedText((), tuple(spans))).quotes
        assert len(found) == count
        end = found[0].content[0][1]
        assert (
            text[16:end] == ("it safe", "it safe, which is aimed at keeping boats out")[2 - count]
        )


def test_a_content_continues_after_a_date_if_and_follows():
    text, found = annotate(
        "[S:Ida Holm] [C:said] [K:the board would meet in Lindt] on May 3 and the council the day "
        "after. [S:Ida Holm] [C:said] [K:the board would meet] on Monday and left."
    )
    assert [contents(text, quote) for quote in found.quotes] == [
        ["the board would meet in Lindt on May 3 and the council the day after"],
        ["the board would meet"],
    ]


def test_the_tag_behind_a_quotation_names_the_speaker_and_not_who_leads_to_it():
    text, found = annotate(
        "[S:Roy Dane] [C:urged] [K:calm]: [K:“The sea is grey,”] [S:Ida Holm] [C:said]."
    )
    by_words = {" ".join(contents(text, quote)): quote.speaker for quote in found.quotes}
    assert by_words["“The sea is grey,”"] == "Ida Holm"


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("Lamps and Wet Boats ", "If you sail at night, take two lamps"),
        ("10:05 ", "The pier is open"),
        ("", "New York and Boston take two lamps"),
    ],
)
def test_a_heading_that_runs_into_its_paragraph_is_no_content(heading, said):
    text, found = annotate(f"[K:{heading}{said}], [C:according to] [S:Ida Holm].")
    assert contents(text, found.quotes[0]) == [said]


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("[S:Ida Holm] [C:thanked] [K:the crew]: [K:“It was late.”]", "“It was late.”"),
        ("As [S:Ida Holm] [C:describes] [K:it], [K:“The sea is grey.”]", "“The sea is grey.”"),
        ("It is [K:what] [S:Ida Holm] [C:calls] [K:“a grey sea,” which is cold].", "“a grey sea,”"),
    ],
)
def test_the_object_in_front_of_a_quotation_is_no_content(marked, words):
    text, found = annotate(marked)
    assert contents(text, found.quotes[0]) == [words]


@pytest.mark.parametrize(("named", "grade"), [("slow boats", "C"), ("a grey sea", "A")])
def test_what_somebody_calls_a_thing_is_a_term_and_no_judgement(named, grade):
    _, found = annotate(f"It is one of [K:what] [S:Ida Holm] [C:calls] [K:“{named}”].")
    assert found.quotes[0].grade == grade


def test_an_aside_between_dashes_is_no_content():
    text, found = annotate("[K:“We go”—she paused—“at dawn,”] [C:said] [S:Ida Holm].")
    assert contents(text, found.quotes[0]) == ["“We go”", "“at dawn,”"]
    assert found.quotes[0].kind == "direct"


@pytest.mark.parametrize(
    ("marked", "content"),
    [
        ("[S:Ida Holm] [C:declared] [K:a row with Chick-fil]-A’s board.", "a row with Chick-fil-A"),
        (
            "[K:“Small parks and open squares”—and] benches are there, [S:Ida Holm] [C:said].",
            "“Small parks and open squares”",
        ),
    ],
)
def test_a_content_ends_with_a_word_and_not_with_a_bare_conjunction(marked, content):
    text, found = annotate(marked)
    assert contents(text, found.quotes[0]) == [content]


def test_capitals_are_a_title_after_a_verb_of_writing_only():
    _, found = annotate(
        "[S:The crews] [C:chanted] [K:“Red for Ed.”] [S:Ida Holm] [C:wrote] [K:“The Long Night”]."
    )
    assert [quote.kind for quote in found.quotes] == ["direct", "indirect"]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("[K:“We go home,”] said an aide of the board, [S:who asked not to be named,].", "an aide"),
        (
            "An aide of the board, [S:who asked not to be named,] [C:said] [K:it is late].",
            "An aide",
        ),
    ],
)
def test_a_source_that_is_a_relative_clause_becomes_the_phrase_in_front(text, source):
    text, found = annotate(text.replace("said an", "[C:said] an"))
    start, end = found.quotes[0].source[0]
    assert text[start:end] == f"{source} of the board"


@pytest.mark.parametrize("deed", ["mocked [K:Holm]", "denied [K:it]", "thanked [K:his wife, Ida,]"])
def test_an_action_on_somebody_is_no_quote(deed):
    verb, content = deed.split(" ", 1)
    _, found = annotate(f"[S:Ola Brandt] [C:{verb}] {content} on Friday.")
    assert not found.quotes


@pytest.mark.parametrize("said", ["denied] [K:that it sank", "mocked] [K:“Holm”", "said] [K:it"])
def test_reported_words_behind_the_same_verbs_are_a_quote(said):
    _, found = annotate(f"[S:Ola Brandt] [C:{said}] on Friday.")
    assert len(found.quotes) == 1


@pytest.mark.parametrize(
    ("marked", "grade"),
    [
        ("[S:Ida Holm] [C:told] [K:she can leave the port].", "C"),
        ("[S:No one] [C:said] [K:the pier was safe].", "C"),
        ("[S:Ida Holm] [C:said] [K:she can leave the port].", "A"),
    ],
)
def test_who_was_told_and_what_no_one_said_is_not_shown(marked, grade):
    _, found = annotate(marked)
    assert found.quotes[0].grade == grade
