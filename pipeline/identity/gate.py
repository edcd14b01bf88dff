"""The gate before a text replaces the stored one: is it the same article, or a wall in its place?

A rewrite shares words with the text before, or at least names. A wall that no signature knows
(``pipeline/fetch/walls.py``) shares nothing, is short, or stands on several addresses of its host.
Some rewrites look like that too, so a suspect text is *held*, never refused:

- ``suspect`` compares two texts of one address and says what speaks against the new one;
- ``judge`` decides with what was held before and what the host's other addresses show. A held text
  becomes current once a visit an hour later or more repeats it and no other address shows it. Where
  nothing at all connects it with the stored text, another address of the host must also have been
  read as an article since: else the whole host may be behind the wall. A page that was cut off in
  the middle of a sentence is left to a person.

All times are those at which pages were fetched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from pipeline.dedupe.fingerprints import words_of
from pipeline.text import ends_sentence, normalise

REPEATED_AFTER = timedelta(hours=1)
"""A text that is still there after it was not a wall of some minutes."""
REMEMBERED = timedelta(days=30)
"""Time for which held texts of other addresses tell a wall of the host."""
_SHARED_RUNS = 0.2
"""Share of the shorter text's runs of three words from which two texts are one story; of unrelated
articles of one outlet 99 % share less than a tenth of that."""
_SHARED_WORDS = 0.35
"""Share of the shorter text's long words. Of 616 articles of 300 hosts, the first 60 words and the
rest share .49 in the median and .24 at the lowest tenth; the first 60 words of one and another
article share .07 and, at the highest twentieth, .30."""
_FEW_SHARED_WORDS = 0.2
_TITLE_WORDS = 0.5
"""Share of the stored title's words that the new page repeats."""
_UNRELATED_RUNS = 0.02
_COLLAPSED = 0.35
"""Words of the new text for each word of the stored one, below which it has collapsed."""
_LEAST_TO_COLLAPSE = 60
"""Words; a bulletin of fewer has nothing to lose."""
_RESEMBLANCE = 0.6
"""Share of runs from which two pages of one host show one text, such as a wall that names the
address or the time."""
_LONG_WORD = 6
_TITLE_WORD = 4
_UNSPACED = "\u0e00"
"""From here on scripts have no blanks or short words: their pieces count whatever their length."""


class ComparedText:
    """The title and text of one page, with the sets of words that are compared."""

    def __init__(self, title: str | None, text: str) -> None:
        self.title = title or ""
        self.text = text
        self.words = words_of(text)

    @cached_property
    def runs(self) -> frozenset[tuple[str, ...]]:
        """Every run of three words; of a text of one or two words, the text itself."""
        words = self.words
        return frozenset(zip(words, words[1:], words[2:], strict=False)) or frozenset({(*words,)})

    @cached_property
    def long_words(self) -> frozenset[str]:
        """The words that tell a story: no short ones, no numbers."""
        return frozenset(
            word
            for word in self.words
            if (len(word) >= _LONG_WORD or word[0] >= _UNSPACED) and not word.isdigit()
        )

    @cached_property
    def title_words(self) -> frozenset[str]:
        """The longer words of the title."""
        return frozenset(
            word
            for word in words_of(self.title)
            if len(word) >= _TITLE_WORD or word[0] >= _UNSPACED
        )


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What speaks against a text that would replace a stored one."""

    why: str
    needs_neighbour: bool = False
    """A repetition is not enough: another address of the host must have been read since."""
    needs_person: bool = False


@dataclass(frozen=True, slots=True)
class HeldText:
    """A text of the same address that was held before."""

    held_id: int
    page: ComparedText
    held_at: datetime
    """When a page first showed it."""
    is_refused: bool = False
    """A person has said that it is a wall."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What the host's other addresses show."""

    suspects: Sequence[ComparedText] = ()
    """Their held texts, and the suspect ones of the same batch."""
    last_read_at: datetime | None = None
    """When one of them was last read as an article."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a text may replace the stored one."""

    is_held: bool
    why: str
    held_id: int | None = None
    """The held text that it repeats."""
    shown_since: datetime | None = None
    """Of an accepted text that was held: when a page first showed it."""


def suspect(
    stored: ComparedText, new: ComparedText, *, is_noindex: bool = False
) -> Suspicion | None:
    """Return what speaks against a new text of an address, None where it may replace the stored.

    Args:
        stored: the current version.
        new: what the page shows now.
        is_noindex: whether the page now asks search engines to leave it out.
    """
    runs = _share(stored.runs, new.runs)
    words = _share(stored.long_words, new.long_words)
    title = _title_share(stored, new)
    before, after = len(stored.words), len(new.words)
    size = f"{after} words in place of {before}"
    if _is_cut_off(stored, new):
        return Suspicion(f"cut off: the beginning of the stored text, {size}", needs_person=True)
    has_collapsed = before >= _LEAST_TO_COLLAPSE and after < _COLLAPSED * before
    is_related = runs >= _SHARED_RUNS or words >= _SHARED_WORDS
    is_related = is_related or (title >= _TITLE_WORDS and words >= _FEW_SHARED_WORDS)
    if is_related and not has_collapsed and not (is_noindex and runs < _SHARED_RUNS):
        return None
    reasons = [f"{size}, {words:.0%} of the longer words and {title:.0%} of the title in common"]
    if has_collapsed:
        reasons.append("the text has collapsed")
    if is_noindex:
        reasons.append("the page now says noindex")
    is_unrelated = runs < _UNRELATED_RUNS and words < _FEW_SHARED_WORDS and title < _TITLE_WORDS
    return Suspicion(
        "; ".join(reasons), needs_neighbour=has_collapsed or is_noindex or is_unrelated
    )


def judge(
    new: ComparedText,
    suspicion: Suspicion | None,
    *,
    fetched_at: datetime,
    held: Sequence[HeldText] = (),
    neighbours: Neighbours | None = None,
) -> Verdict:
    """Decide whether a text replaces the stored one or is held.

    Args:
        new: what the page shows.
        suspicion: what ``suspect`` said of it.
        fetched_at: when the page was fetched.
        held: texts of the same address that are held, or that a person has refused.
        neighbours: what the host's other addresses show.
    """
    if suspicion is None:
        return Verdict(is_held=False, why="")
    repeated = next((each for each in held if resembles(each.page, new)), None)
    number = repeated.held_id if repeated else None
    if repeated and repeated.is_refused:
        return Verdict(True, f"refused by hand before ({suspicion.why})", number)
    others = neighbours or Neighbours()
    count = sum(resembles(each, new) for each in others.suspects)
    if count:
        shown = f"{count} other address{'es' if count > 1 else ''} of the host"
        return Verdict(True, f"{shown} showed the same text ({suspicion.why})", number)
    if repeated is None or fetched_at - repeated.held_at < REPEATED_AFTER:
        return Verdict(True, suspicion.why, number)
    if suspicion.needs_person:
        return Verdict(True, f"{suspicion.why}; only a person can release it", number)
    has_neighbour = others.last_read_at is not None and others.last_read_at > repeated.held_at
    if suspicion.needs_neighbour and not has_neighbour:
        why = f"{suspicion.why}; no other address of the host was read as an article since"
        return Verdict(True, why, number)
    return Verdict(False, "shown again an hour later or more", number, repeated.held_at)


def resembles(one: ComparedText, other: ComparedText) -> bool:
    """Tell whether two pages of one host show one text, but for details such as an address."""
    if not one.words or not other.words:
        return not one.words and not other.words
    small, large = sorted((len(one.words), len(other.words)))
    return large <= 2 * small and _share(one.runs, other.runs) >= _RESEMBLANCE


def _share(one: frozenset[object], other: frozenset[object]) -> float:
    """Return the share of the smaller set that the other has as well."""
    return len(one & other) / max(1, min(len(one), len(other)))


def _title_share(stored: ComparedText, new: ComparedText) -> float:
    wanted = stored.title_words
    return len(wanted & (new.title_words | set(new.words))) / max(1, len(wanted))


def _is_cut_off(stored: ComparedText, new: ComparedText) -> bool:
    """Tell whether the new text is the beginning of the stored one, cut inside a sentence."""
    before, after = normalise(stored.text), normalise(new.text)
    return (
        len(after) < len(before)
        and before.startswith(after[:-20] if len(after) > 200 else after)
        and not ends_sentence(new.text.rstrip())
    )
