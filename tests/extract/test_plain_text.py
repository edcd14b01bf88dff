"""Plain text becomes an article: title, paragraphs, outcome, language."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.plain_text import extract_text
from pipeline.outcomes import Outcome
from tests.extract.pages import PARAGRAPHS, TITLE


def test_the_first_line_that_is_not_boilerplate_is_the_title():
    found = extract_text("\n".join(["Search", TITLE, *PARAGRAPHS]))
    assert found.title == TITLE
    assert found.text == "\n\n".join(PARAGRAPHS)
    assert [(block.text, block.reason) for block in found.removed] == [("Search", "search_box")]


def test_a_sentence_is_not_a_title():
    found = extract_text("\n\n".join(PARAGRAPHS))
    assert found.title is None
    assert found.text == "\n\n".join(PARAGRAPHS)


def test_lines_wrapped_at_a_column_are_joined():
    words = " ".join(PARAGRAPHS).split()
    wrapped, line = [], ""
    for word in words:
        if len(line) + len(word) > 70:
            wrapped.append(line.strip())
            line = ""
        line += f" {word}"
    text = "\n".join([*wrapped, line.strip()])
    assert extract_text(f"{text}\n\nThe end came soon.").text.startswith(" ".join(words))


def test_empty_text_is_bad_content():
    assert extract_text(" \n\x00").outcome is Outcome.BAD_CONTENT


def test_another_language_is_read_like_english():
    text = (
        "Die Fähre über den Sund fährt nicht mehr, weil der Sturm die Pfeiler zerbrochen hat. " * 4
    )
    found = extract_text(text)
    assert (found.language, found.outcome) == ("de", Outcome.LOADED)


@given(st.text(max_size=400))
def test_any_text_gives_an_outcome(text):
    found = extract_text(text)
    (found.text or "").encode("utf-8")
    assert found.outcome in Outcome
