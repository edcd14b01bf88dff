"""Windows read once: equal scores, bit for bit; bounded; nothing taken for something else."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import spacy

from pipeline.annotate.reuse import WindowMemory
from pipeline.annotate.tagger import Tagger
from pipeline.annotate.windows import Window

NLP = spacy.blank("en")
PARAGRAPHS = [
    f"Marta Ellingsen, the mayor of Port Salina, told the council on Monday that ferry {number} "
    f"would sail for Norway within {number} days. “We cannot wait any longer,” she said, and the "
    f"{number} members of the Harbour Board agreed with her after a debate of {number} hours."
    for number in range(3, 23)
]
TEXT = "\n\n".join(PARAGRAPHS)


@cache
def loaded() -> Tagger:
    return Tagger.load()


@pytest.fixture
def tagger() -> Tagger:
    return replace(loaded(), memory=WindowMemory())


def test_a_text_is_read_once_and_found_alike(tagger: Tagger) -> None:
    doc = NLP.make_doc(TEXT)
    first = tagger.tag([doc])
    read = tagger.memory.read
    assert read > 3
    assert tagger.tag([doc, doc]) == [*first, *first]
    assert (tagger.memory.read, tagger.memory.reused) == (read, 2 * read)


def test_what_is_remembered_is_what_would_be_read_again(tagger: Tagger) -> None:
    """A late edit: the windows before it are not read again, and the spans are a fresh tagger's."""
    tagger.tag([NLP.make_doc(TEXT)])
    read = tagger.memory.read
    edited = NLP.make_doc(TEXT.replace("within 20 days", "by the spring"))
    again = tagger.tag([edited])
    assert tagger.memory.reused >= 3
    assert tagger.memory.read - read < read / 2
    assert again == replace(loaded(), memory=WindowMemory()).tag([edited])


def window(*pieces: int, firsts: tuple[int, ...] = (1,)) -> Window:
    return Window(list(pieces), [6] * len(pieces), list(firsts), 0)


def reader(counts: list[Window]):
    def read(asked: Window):
        counts.append(asked)
        return (np.full((len(asked.firsts), 3), len(counts), np.float32),)

    return read


def test_the_place_in_the_document_does_not_matter_and_all_else_does() -> None:
    asked: list[Window] = []
    memory, read = WindowMemory(), reader(asked)
    same = [window(2, 7, 7, 3), replace(window(2, 7, 7, 3), first_unit=90)]
    others = [
        window(2, 7, 8, 3),
        window(2, 7, 7, 3, firsts=(1, 2)),
        replace(window(2, 7, 7, 3), shapes=[6, 0, 0, 6]),
    ]
    assert [memory.scores(each, read)[0][0, 0] for each in [*same, *others]] == [1, 1, 2, 3, 4]


def test_the_longest_unused_goes_first() -> None:
    asked: list[Window] = []
    read = reader(asked)
    memory = WindowMemory()
    memory.scores(window(2, 1, 3), read)
    memory.limit = 3 * memory.size
    for number in (2, 3, 1, 4, 1, 2):
        memory.scores(window(2, number, 3), read)
        assert memory.size <= memory.limit
    assert [each.pieces[1] for each in asked] == [1, 2, 3, 4, 2]


def test_without_room_every_window_is_read() -> None:
    asked: list[Window] = []
    memory = WindowMemory(limit=0)
    for _ in range(2):
        memory.scores(window(2, 1, 3), reader(asked))
    assert (len(asked), memory.size) == (2, 0)


def test_threads_share_it() -> None:
    memory, asked = WindowMemory(limit=40_000), []
    windows = [window(2, number % 50, 3) for number in range(2_000)]

    def read(one: Window):
        asked.append(one)
        return (np.full((1, 3), one.pieces[1], np.float32),)

    with ThreadPoolExecutor(min(4, 2 * (os.cpu_count() or 1))) as pool:
        found = list(pool.map(lambda each: memory.scores(each, read)[0][0, 0], windows))
    assert found == [each.pieces[1] for each in windows]
    assert (memory.read, memory.read + memory.reused) == (len(asked), 2_000)
