"""Which differences between two readings of a page are edits by the publisher."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.clean.text_change import CleanedText, detect_change

BODY = [
    "The council of Port Amber voted on Friday to keep the old ferry for another year.",
    "It will cost the harbour twelve million over ten years, said mayor Ida Marlow.",
    "Captain Jon Ash said that the boats would have sunk without the money.",
    "The vote was nine to four, with two members away on holiday.",
]
PROMOS = ["Storm takes the pier at Low Sands", "Watch: the ferry of 1950", "Ten quiet beaches"]


def reading(*lines, title="Council keeps ferry", out=()):
    return CleanedText(title, "\n\n".join(lines), tuple(out))


def test_an_added_or_removed_paragraph_is_an_edit():
    assert detect_change(reading(*BODY[:3]), reading(*BODY)) == "edit"
    assert detect_change(reading(*BODY), reading(*BODY[:3])) == "edit"


def test_a_changed_word_is_an_edit():
    words = BODY[1].replace("twelve", "twenty")
    assert detect_change(reading(*BODY), reading(BODY[0], words, *BODY[2:])) == "edit"


def test_paragraphs_in_another_order_are_an_edit():
    assert detect_change(reading(*BODY), reading(*BODY[::-1])) == "edit"


def test_a_changed_headline_is_an_edit_and_a_missing_one_is_not():
    assert detect_change(reading(*BODY), reading(*BODY, title="Council keeps the ferry")) == "edit"
    assert detect_change(reading(*BODY), reading(*BODY, title="COUNCIL  KEEPS FERRY")) == "none"
    assert detect_change(reading(*BODY, title=None), reading(*BODY)) == "none"


def test_a_text_that_loses_only_boilerplate_is_cleaner():
    promo = "Readers of the Gazette get the weekend edition brought to their door for free."
    before, after = reading(BODY[0], promo, *BODY[1:]), reading(*BODY, out=[promo])
    assert detect_change(before, after) == "cleaner"
    assert detect_change(after, before) == "none"


def test_a_byline_split_off_its_paragraph_is_not_an_edit():
    glued = reading(f"By Ida Marlow 3 comments {BODY[0]}", *BODY[1:])
    assert detect_change(glued, reading(*BODY, out=["By Ida Marlow 3 comments"])) == "cleaner"


def test_a_credit_line_that_became_metadata_is_not_an_edit():
    credit = "Additional reporting by the Northern Wire from Port Amber and the islands."
    assert detect_change(reading(*BODY, credit), reading(*BODY, out=[credit])) == "cleaner"


def test_changed_links_below_the_last_sentence_are_not_an_edit():
    assert detect_change(reading(*BODY, PROMOS[0]), reading(*BODY, PROMOS[1])) == "none"
    assert detect_change(reading(*BODY, PROMOS[0]), reading(*BODY)) == "cleaner"
    assert detect_change(reading(*BODY), reading(*BODY, PROMOS[0])) == "none"


def test_an_added_subhead_between_sentences_is_an_edit():
    assert detect_change(reading(*BODY), reading(BODY[0], PROMOS[0], *BODY[1:])) == "edit"


def test_a_changed_entry_of_a_list_without_sentences_is_an_edit():
    assert detect_change(reading("Winners", "Ida Marlow"), reading("Winners", "Jon Ash")) == "edit"


@given(
    st.lists(st.sampled_from(PROMOS), max_size=3),
    st.lists(st.sampled_from(PROMOS), max_size=3),
    st.integers(0, 4),
    st.integers(0, 4),
)
def test_added_and_removed_boilerplate_is_never_an_edit(before, after, place, other):
    """Boilerplate that one cleaning removed anywhere, or that both left below the text."""
    first = reading(*BODY[:place], *before, *BODY[place:], out=after)
    second = reading(*BODY[:other], *after, *BODY[other:], out=before)
    if not {*before} & {*after}:
        assert detect_change(first, second) != "edit"
    assert detect_change(reading(*BODY, *before), reading(*BODY, *after)) != "edit"


@given(st.sampled_from(BODY), st.lists(st.sampled_from(PROMOS), max_size=3))
def test_boilerplate_never_hides_an_edit(gone, promos):
    left = [line for line in BODY if line != gone]
    assert detect_change(reading(*BODY, *promos), reading(*left, out=promos)) == "edit"
    assert detect_change(reading(*BODY), reading(*left, *promos)) == "edit"


@given(st.lists(st.text(max_size=40)), st.lists(st.text(max_size=40)))
def test_a_text_is_unchanged_against_itself(lines, out):
    each = reading(*lines, out=out)
    assert detect_change(each, each) == "none"
