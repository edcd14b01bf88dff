"""Hostile sets of rows: the filter ends in time and gives a result for every row."""

import io
import json
import random
import time

import pytest

from pipeline.cli.dedupe import find_copies
from pipeline.cli.filters import run_filter
from pipeline.dedupe.fingerprints import fingerprints, words_of
from tests.fix_stories import edited, first_part, header_and_footer, story

pytestmark = pytest.mark.slow


def run(rows):
    out = io.StringIO()
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    assert run_filter(io.BytesIO(lines), out, find_copies)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def grouped(texts, **more):
    found = run([{"id": number, "text": text, **more} for number, text in enumerate(texts)])
    return [each["group"] for each in found]


@pytest.mark.clock
@pytest.mark.clock
@pytest.mark.slow
def test_a_thousand_copies_are_one_group_without_all_pairs_as_matches():
    rows = [{"id": number, "text": story("one", 60)} for number in range(1000)]
    started = time.process_time()
    found = run(rows)
    assert {each["group"] for each in found} == {1}
    assert sum(each["is_original"] for each in found) == 1
    # Each row names its neighbours only: all pairs would be a million matches.
    assert max(len(each["matches"]) for each in found) < 200
    assert time.process_time() - started < 15


@pytest.mark.slow
def test_boilerplate_of_a_hundred_pages_groups_none_of_them():
    header, footer = header_and_footer("hot", 120)
    texts = [f"{header}\n\n{story(number, 60)}\n\n{footer}" for number in range(150)]
    assert len(set(grouped([*texts, texts[5]]))) == 150


@pytest.mark.clock
@pytest.mark.clock
@pytest.mark.slow
def test_a_text_of_five_megabytes():
    long = story("long", 700_000)
    started = time.process_time()
    groups = grouped([long, edited(long[: len(long) // 2], 0.02), story(1, 80), "word " * 800_000])
    assert groups == [1, 1, 3, 4]
    assert time.process_time() - started < 30


CHARACTERS = {
    "han": [chr(each) for each in range(0x4E00, 0x4E00 + 900)],
    "kana": [chr(each) for each in range(0x3041, 0x3094)],
    "thai": [chr(each) for each in range(0x0E01, 0x0E2F)],
    "khmer": [chr(each) for each in range(0x1780, 0x17A3)],
    "lao": [chr(each) for each in (*range(0x0E94, 0x0E98), *range(0x0E99, 0x0EA0), 0x0EAA, 0x0EAB)],
    "extension b": [chr(each) for each in range(0x20000, 0x20000 + 400)],
}
LETTERS = {
    "arabic": [chr(each) for each in range(0x0627, 0x064A) if each not in range(0x063B, 0x0641)],
    "hebrew": [chr(each) for each in range(0x05D0, 0x05EB)],
    "cyrillic": [chr(each) for each in range(0x0430, 0x0450)],
}


def text_without_blanks(alphabet, seed, count):
    """Return text in sentences of 25 characters, made of words of three to six."""
    draw = random.Random(1)
    lexicon = ["".join(draw.choices(alphabet, k=draw.randint(3, 6))) for _ in range(150)]
    chosen = "".join(random.Random(seed).choices(lexicon, k=count // 4))[:count]
    return "。".join(chosen[at : at + 25] for at in range(0, len(chosen), 25))


@pytest.mark.parametrize("script", CHARACTERS)
def test_scripts_without_blanks_are_compared_by_characters(script):
    base, other = (text_without_blanks(CHARACTERS[script], seed, 400) for seed in ("a", "b"))
    assert len(words_of(base)) > 250
    changed = base[:100] + CHARACTERS[script][3] + base[101:]
    assert grouped([base, changed, other, base[:180]]) == [1, 1, 3, 1]


@pytest.mark.parametrize("script", LETTERS)
def test_scripts_of_both_directions_are_compared_by_words(script):
    def written(seed):
        return " ".join(
            "".join(LETTERS[script][(ord(char) * 5) % len(LETTERS[script])] for char in word)
            for word in story(seed, 200).lower().split()
        )

    base = written("a")
    marked = "\u202b" + base.replace(" ", " \u200f", 9) + "\u202c"
    assert grouped([base, marked, written("b"), first_part(base, 0.5)]) == [1, 1, 3, 1]


@pytest.mark.parametrize(
    "noise", ["\x00", "\ud800", "\u00ad", "\u200b", "\ufeff", "\u202e", "\u2066"], ids=ascii
)
def test_invisible_characters_do_not_hide_copies(noise):
    base = story("base", 200)
    strewn = base.replace("ar", f"a{noise}r")
    assert grouped([base, strewn, story("other", 200)]) == [1, 1, 3]


@pytest.mark.clock
@pytest.mark.slow
def test_a_word_a_million_times_and_ten_thousand_equal_lines():
    line = "Ada Brook of Hawksea won race {} in 12 minutes and the rowers of Grindle came second.\n"
    texts = [
        "spam " * 1_000_000,
        "spam " * 999_999 + "eggs",
        line.format(7) * 10_000,
        line.format(7) * 9_999,
        line.format(8) * 10_000,
        "".join(map(line.format, range(10_000))),
        "\u200f".join(story("base", 300)),
        "\u202e" + story("base", 300) + "\u202c",
    ]
    started = time.process_time()
    groups = grouped(texts)
    assert groups[6] == groups[7] == 7
    assert len(groups) == len(texts)
    assert time.process_time() - started < 60


def test_a_text_of_blanks_and_punctuation_has_no_fingerprints():
    assert fingerprints(" \u3000\u200b…—“” \n" * 1000) == []
