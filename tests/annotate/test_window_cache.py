"""The cache of tagged windows: equal spans, bounded size, keys without collisions."""

import os
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import pytest
import spacy

from pipeline.annotate.tagging.tagger import Tagger
from pipeline.annotate.tagging.window_cache import FoundSpans, WindowCache, segments, tag_with_cache
from pipeline.annotate.tagging.windows import Encoded, Window

NLP = spacy.blank("en")
PARAGRAPHS = [
    f"Marta Ellingsen, the mayor of Port Salina, told the council on Monday that ferry {number} "
    f"would sail for Norway within {number} days. “We cannot wait any longer,” she said, and the "
    f"{number} members of the Harbour Board agreed with her after a debate of {number} hours."
    for number in range(3, 23)
]
TEXT = "\n\n".join(PARAGRAPHS)
LONG = " ".join(PARAGRAPHS[:8])
"""One paragraph of several windows."""


@cache
def loaded() -> Tagger:
    return Tagger.load()


def fresh() -> Tagger:
    return replace(loaded(), cache=WindowCache(), counts=Counter())


@pytest.fixture
def tagger() -> Tagger:
    return fresh()


def test_a_text_is_tagged_once_and_gives_equal_spans(tagger: Tagger) -> None:
    doc = NLP.make_doc(TEXT)
    first = tagger.tag([doc])
    read = tagger.counts["windows_read"]
    assert read > 3
    assert tagger.tag([doc, doc]) == [*first, *first]
    assert tagger.counts == {"windows_read": read, "windows_reused": 2 * read}


@pytest.mark.parametrize("text", [TEXT, f"{LONG}\n\n{TEXT}", f"{TEXT}\n\n{LONG}\n\nThe end."])
def test_cached_spans_equal_those_of_tagging_again(tagger: Tagger, text: str) -> None:
    """After an edit only the windows around it are tagged; the spans equal a new tagger's."""
    tagger.tag([NLP.make_doc(text)])
    read = tagger.counts["windows_read"]
    edited = NLP.make_doc(text.replace("within 22 days", "by the spring"))
    again = tagger.tag([edited])
    assert tagger.counts["windows_reused"] >= 3
    assert tagger.counts["windows_read"] - read < read / 2
    assert again == fresh().tag([edited])


def test_windows_that_share_a_paragraph_are_one_segment(tagger: Tagger) -> None:
    document = tagger.encoder.encode(NLP.make_doc(f"{PARAGRAPHS[0]}\n\n{LONG}\n\n{TEXT}"))
    cut = list(segments(document))
    assert len(document.windows) > len(cut) > 4
    assert sum(len(each.document.windows) for each in cut) == len(document.windows)
    assert sum(len(each.document.tokens) for each in cut) == len(document.tokens)
    for each in cut:
        assert each.first_unit in document.bounds
        assert each.document.bounds[0] == 0
        assert each.document.bounds[-1] == len(each.document.tokens)


def document(*pieces: int, firsts: tuple[int, ...] = (1,), shapes: tuple[int, ...] = ()) -> Encoded:
    window = Window(list(pieces), list(shapes or [6] * len(pieces)), list(firsts), 0)
    return Encoded([window], list(range(len(firsts))), [0, len(firsts)])


def reader(asked: list[int]):
    """Make a reader whose spans name the second piece and how many documents were read so far."""

    def read(documents: list[Encoded]) -> list[FoundSpans]:
        readings = []
        for each in documents:
            asked.append(each.windows[0].pieces[1])
            readings.append((((0, 1, f"{asked[-1]} in {len(asked)}", 1.0),),))
        return readings

    return read


def labels(found: list[FoundSpans]) -> list[str]:
    return [label for (((_, _, label, _),),) in found]


def test_the_key_depends_on_everything_but_the_position() -> None:
    cache, read = WindowCache(), reader([])
    documents = [
        document(2, 7, 7, 3),
        document(2, 7, 7, 3),
        document(2, 7, 8, 3),
        document(2, 7, 7, 3, firsts=(1, 2)),
        document(2, 7, 7, 3, shapes=(6, 0, 0, 6)),
    ]
    found = labels(tag_with_cache(documents, cache, read, Counter()))
    assert found == ["7 in 1", "7 in 1", "7 in 2", "7 in 3", "7 in 4"]
    assert labels(tag_with_cache(documents[::-1], cache, read, Counter())) == found[::-1]


def test_the_least_recently_used_is_dropped_first() -> None:
    asked: list[int] = []
    read = reader(asked)
    cache = WindowCache()
    tag_with_cache([document(2, 1, 3)], cache, read, Counter())
    cache.limit = 3 * cache.size
    for number in (2, 3, 1, 4, 1, 2):
        tag_with_cache([document(2, number, 3)], cache, read, Counter())
        assert cache.size <= cache.limit
    assert asked == [1, 2, 3, 4, 2]


def test_with_a_limit_of_zero_every_text_is_tagged() -> None:
    asked: list[int] = []
    cache = WindowCache(limit=0)
    for _ in range(2):
        (found,) = tag_with_cache([document(2, 1, 3)], cache, reader(asked), Counter())
        assert found
    assert (asked, cache.size) == ([1, 1], 0)


def test_threads_can_share_a_cache() -> None:
    asked: list[int] = []
    cache = WindowCache(limit=20_000)
    read = reader(asked)

    def work(number: int) -> str:
        (label,) = labels(tag_with_cache([document(2, number % 50, 3)], cache, read, Counter()))
        return label

    with ThreadPoolExecutor(min(4, 2 * (os.cpu_count() or 1))) as pool:
        found = list(pool.map(work, range(2_000)))
    assert [label.split()[0] for label in found] == [str(number % 50) for number in range(2_000)]
    assert 0 < cache.size <= cache.limit


class DictionaryCache:
    """Another implementation of ``SpanCache``, as the warehouse has one."""

    def __init__(self) -> None:
        self.known: dict[bytes, FoundSpans] = {}

    def get_many(self, keys: object) -> dict[bytes, FoundSpans]:
        return {key: self.known[key] for key in keys if key in self.known}

    def put(self, readings: Mapping[bytes, FoundSpans]) -> None:
        self.known.update(readings)


def test_another_cache_can_replace_it(tagger: Tagger) -> None:
    doc, cache = NLP.make_doc(TEXT), DictionaryCache()
    found = replace(fresh(), cache=cache).tag([doc])
    tagger = replace(fresh(), cache=cache)
    assert tagger.tag([doc]) == found == fresh().tag([doc])
    assert tagger.counts["windows_read"] == 0
