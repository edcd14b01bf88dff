"""Invalid rows and unusual texts: ``dateline dedupe`` gives an error or a group for each."""

import io
import json
import time

import pytest

from pipeline.cli.dedupe import find_copies
from pipeline.cli.filters import run_filter
from tests.extract.bad_pages import LANGUAGES
from tests.fix_stories import edited, story

BASE = story("base", 120)


def run(rows):
    out = io.StringIO()
    lines = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    run_filter(io.BytesIO(lines.encode()), out, find_copies)
    assert out.getvalue().isascii()
    return [json.loads(line) for line in out.getvalue().splitlines()]


def groups(*texts):
    found = run([{"id": number, "text": text} for number, text in enumerate(texts)])
    assert [row["id"] for row in found] == list(range(len(texts)))
    return [row["group"] for row in found]


@pytest.mark.slow
@pytest.mark.clock
@pytest.mark.clock
@pytest.mark.slow
def test_lines_of_fifty_megabytes_are_grouped():
    started = time.process_time()
    word = "a" * 50_000_000
    found = groups(BASE, word, edited(BASE, 0.04), word)
    assert found == [1, 2, 1, 2]
    assert time.process_time() - started < 30


@pytest.mark.slow
@pytest.mark.clock
@pytest.mark.clock
@pytest.mark.slow
def test_thousands_of_identical_rows_are_one_group():
    """1,250, 2,500 and 5,000 such rows take 1.7, 3.1 and 6.2 s of CPU: it grows with the rows."""
    text = story("base", 50)
    started = time.process_time()
    found = run([{"id": number, "text": text} for number in range(2000)])
    assert {row["group"] for row in found} == {1}
    assert sum(row["is_original"] for row in found) == 1
    assert max(len(row["matches"]) for row in found) < 200
    assert time.process_time() - started < 30


@pytest.mark.parametrize("text", ["", " ", "\u200b\u2060", "\x00\x01", "\ud800", "…", "🚢 🚢 🚢"])
def test_texts_without_a_word_have_no_copies(text):
    found = run([{"id": number, "text": text} for number in range(3)])
    assert [row["group"] for row in found] == [1, 2, 3]
    assert all(row["is_original"] and not row["matches"] for row in found)


@pytest.mark.parametrize("value", [None, 5, 0, 1.5, True, ["a"], {"a": "b"}])
def test_a_value_that_is_not_a_string_is_an_error_between_valid_rows(value):
    first, bad, last = run([{"id": n, "text": t} for n, t in enumerate((BASE, value, BASE))])
    assert first["group"] == last["group"] == 1
    assert bad["id"] == 1
    assert "text" in bad["error"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_copies_in_any_language_are_found_despite_invisible_characters(language):
    text = "\n\n".join(LANGUAGES[language])
    strewn = "\u202b" + text.replace(" ", " \u200f", 5).replace("ا", "ا\u200b", 3) + "\u202c"
    assert groups(text, strewn, BASE) == [1, 1, 3]


@pytest.mark.parametrize(
    "inserted", ["😀", "👨‍👩‍👧 ", "\u200b", "\u200d", "\x00", "\ufeff", "\U000e0061"], ids=ascii
)
def test_inserted_characters_do_not_hide_a_copy(inserted):
    strewn = BASE.replace(" ", f"{inserted} ", 30)
    assert groups(BASE, strewn, story("other", 120)) == [1, 1, 3]


def test_a_row_of_broken_json_keeps_its_place():
    found = run([{"id": 1, "text": BASE}, '{"id": 2, "text": "', {"id": 3, "text": BASE}])
    assert [row["id"] for row in found] == [1, None, 3]
    assert found[1]["line"] == 2
    assert found[0]["group"] == found[2]["group"] == 1
