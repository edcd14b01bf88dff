"""Texts of the invented web: words of no language, spread as words of a language are.

Nearly half of a text are the same forty short words, and the others are drawn from a vocabulary of
thousands, in which each story has its own topic. So two stories share about as many words as two
real ones do. A text depends on its seed only.
"""

import random
from collections.abc import Sequence
from functools import lru_cache

_FUNCTION_WORDS = (
    "the of to a in and said for on that with by at it he she they their was were has had been is"
    " are as from after before over under into would will not but when which who about more than"
).split()
_ONSETS = "b br c ch d dr f fl g gr h j k l m n p pr qu r s sh st t tr v w".split()
_VOWELS = "a e i o u ai ea ou".split()
_CODAS = "n r l s t nd rn st ck m".split()


def _vocabulary(size: int) -> tuple[str, ...]:
    draw = random.Random("vocabulary")
    words: dict[str, None] = {}
    while len(words) < size:
        parts = [_pick(draw, part) for part in (_ONSETS, _VOWELS, _ONSETS, _VOWELS, _CODAS)]
        words["".join(parts)] = None
    return tuple(words)


def _pick(draw: random.Random, of: Sequence[str]) -> str:
    return of[int(draw.random() * len(of))]


VOCABULARY = _vocabulary(4000)


@lru_cache(maxsize=4096)
def sentences(seed: str, words: int) -> tuple[str, ...]:
    """Return sentences of 8 to 22 words, together of at least ``words`` words."""
    draw = random.Random(seed)
    topic = [_pick(draw, VOCABULARY) for _ in range(60)]
    made: list[str] = []
    count = 0
    while count < words:
        length = 8 + int(draw.random() * 15)
        chosen = [_word(draw, topic) for _ in range(length)]
        made.append(" ".join(chosen).capitalize() + ".")
        count += length
    return tuple(made)


def _word(draw: random.Random, topic: Sequence[str]) -> str:
    roll = draw.random()
    of: Sequence[str] = _FUNCTION_WORDS if roll < 0.45 else topic if roll < 0.75 else VOCABULARY
    return of[int(draw.random() * len(of))]


def headline(seed: str, text: Sequence[str]) -> str:
    """Return a title of five to nine words, four of five of them from the text.

    Of real articles 95 % repeat .42 of the words of their title (``pipeline/identity/gate.py``).
    With titles that had nothing to do with their texts, the gate held short ones at first.
    """
    draw = random.Random(f"headline {seed}")
    told = [word.strip(".").lower() for part in text for word in part.split() if len(word) > 5]
    words = [
        _pick(draw, told if told and draw.random() < 0.8 else VOCABULARY)
        for _ in range(5 + int(draw.random() * 5))
    ]
    return " ".join(words).capitalize()


def slug(seed: str) -> str:
    """Return four or five words joined by hyphens."""
    draw = random.Random(f"slug {seed}")
    return "-".join(_pick(draw, VOCABULARY) for _ in range(4 + int(draw.random() * 2)))


def paragraphs(text: Sequence[str]) -> tuple[str, ...]:
    """Join sentences into paragraphs of three."""
    return tuple(" ".join(text[at : at + 3]) for at in range(0, len(text), 3))
