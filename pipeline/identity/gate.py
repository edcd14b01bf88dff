"""The gate before a text replaces the stored one: is it the same article, or a wall in its place?

A rewrite shares words with the text before, or at least names. A wall that no signature knows
(``pipeline/fetch/walls.py``) shares nothing, is short, or stands on several addresses of its host.
Some rewrites look like that too, so a suspect text is *held*, never refused:

- ``suspect`` compares two texts of one address and says what speaks against the new one;
  ``suspect_first`` compares a first text with the title that its feed gave;
- ``judge`` decides with what was held before and what the host's other addresses show. A held text
  becomes current once a visit an hour later or more repeats it and another address shows something
  else: one must have been read as an article since, for an address that was not visited says
  nothing. Where nothing connects a text with the stored one, or little is left of that, six hours
  must pass and three addresses have been read: a wall may stand before every second request only. A
  page that was cut off inside a sentence, and a short one that has nothing in common with a long
  story, is left to a person.

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
_REPEATED_LATE = timedelta(hours=6)
_NEIGHBOURS = 3
"""Other addresses that must have been read since a strongly suspect text was held; fewer where the
host has fewer. Where three were wanted for every text, quiet hosts had too few in seven hours."""
REMEMBERED = timedelta(days=30)
"""Time for which held texts of other addresses tell a wall of the host."""
_SHARED_RUNS = 0.3
"""Share of the shorter text's runs of three words from which two texts are one story. A front page
with a teaser of a story of 156 words reached .22."""
_SAME_TITLE = 0.6
"""Share of the shorter title's words, from which less of the text must be shared."""
_SHARED_WORDS_UNDER_ONE_TITLE = 0.15
_LEAST_TO_COMPARE = 25
"""Words; of two shorter texts only the titles can be compared."""
_FEW_SHARED_WORDS = 0.2
"""Share of the shorter text's long words below which nothing connects two texts. Of 616 articles of
300 hosts, the first 60 words and the rest share .49 in the median and .18 at the lowest twentieth;
the first 60 words of one and another article share .07 in the median and .23 at the highest tenth.
"""
_TITLE_WORDS = 0.5
"""Share of the stored title's words that the new page repeats."""
_MOST = 0.6
"""Share of the shorter text's runs from which what other addresses show does not matter."""
_LISTED_TITLE = 0.3
"""Share of a listed title's words that a page repeats at the least. Of 616 articles 95 % repeat
.42 of the words of their title in the text alone; a link may also say "Read it all here today".
"""
_TITLE_IN_TEXT = 0.1
"""The same, in the text alone: a registration page keeps the title of the story."""
_SHORT = 200
"""Words of a text that must repeat some of its title. The title of a longer story may be a play on
words: of 648 pages with a known title one had 288 words, and one 2,286. With this limit none of
them is suspect, and of 580 pages of other domains three: two of less than 60 words and a page with
another title than was noted. Examples of both halves had been read before the limit was chosen."""
_LEAST_TITLE = 2
"""Words; a shorter title is often a word such as "Update"."""
_LEAST_TITLE_IN_TEXT = 3
"""Words; of 172 pages with a title of two, seven had neither in their text."""
_UNRELATED_RUNS = 0.02
_COLLAPSED = 0.35
"""Words of the new text for each word of the stored one, below which it has collapsed."""
_LEAST_TO_COLLAPSE = 60
"""Words; a bulletin of fewer has nothing to lose."""
_RESEMBLANCE = 0.6
"""Share of runs from which two pages of one host show one text, such as a wall that names the
address or the time."""
_LONG_WORD = 6
_TITLE_WORD = 5
_UNSPACED = "\u0e00"
"""From here on scripts have no blanks or short words: their pieces count whatever their length."""


class ComparedText:
    """The title and text of one page, with the sets of words that are compared."""

    def __init__(self, title: str | None, text: str) -> None:
        self.title = title or ""
        self.text = text

    @cached_property
    def words(self) -> Sequence[str]:
        """The words of the text in normal form."""
        return words_of(self.text)

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
    is_strong: bool = False
    """A repetition after an hour is too early. On a host without other articles it never decides,
    except about a first text."""
    needs_person: bool = False
    is_first: bool = False
    """There is no stored text."""
    tells_title: bool = False
    """The text repeats the stored title: what another address has stored may be a copy of it."""


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
    stored: Sequence[ComparedText] = ()
    """Their current versions: a wall that was there at the first visit was taken for a story."""
    read_at: Sequence[datetime] = ()
    """When each of them was last read as an article."""

    def were_read_since(self, held_at: datetime, wanted: int) -> bool:
        """Whether so many of them, or all, were read as articles after a text was held."""
        count = sum(at > held_at for at in self.read_at)
        return count >= max(1, min(wanted, len(self.read_at)))


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
    has_title = bool(new.title_words) and _share(stored.title_words, new.title_words) >= _SAME_TITLE
    is_related = runs >= _SHARED_RUNS or (
        has_title
        and (words >= _SHARED_WORDS_UNDER_ONE_TITLE or max(before, after) < _LEAST_TO_COMPARE)
    )
    if is_related and not has_collapsed and not (is_noindex and runs < _SHARED_RUNS):
        return None
    reasons = [f"{size}, {words:.0%} of the longer words and {title:.0%} of the title in common"]
    if has_collapsed:
        reasons.append("the text has collapsed")
    if is_noindex:
        reasons.append("the page now says noindex")
    is_unrelated = runs < _UNRELATED_RUNS and (
        words < _FEW_SHARED_WORDS / 2 or (words < _FEW_SHARED_WORDS and title < _TITLE_WORDS)
    )
    return Suspicion(
        "; ".join(reasons),
        is_strong=has_collapsed or is_noindex or is_unrelated,
        needs_person=has_collapsed and is_unrelated,
        tells_title=_share_of(stored.title_words, new.words) >= _LISTED_TITLE,
    )


def suspect_first(listed_title: str | None, new: ComparedText) -> Suspicion | None:
    """Return what speaks against the first text of an address, None where nothing does.

    Args:
        listed_title: the title that the feed or the news sitemap gives.
        new: what the page shows.
    """
    listed = ComparedText(listed_title, "")
    if len(listed.title_words) < _LEAST_TITLE:
        return None
    share, in_text = _title_share(listed, new), _share_of(listed.title_words, new.words)
    is_told = (
        in_text >= _TITLE_IN_TEXT
        or len(new.words) > _SHORT
        or len(listed.title_words) < _LEAST_TITLE_IN_TEXT
    )
    if share >= _LISTED_TITLE and is_told:
        return None
    why = (
        f"the page repeats {share:.0%} of the words of the title that was listed,"
        f" its text {in_text:.0%}"
    )
    return Suspicion(why, is_strong=True, is_first=True)


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
    shown_there = [*others.suspects, *(() if suspicion.tells_title else others.stored)]
    count = sum(resembles(each, new) for each in shown_there)
    if count:
        shown = f"{count} other address{'es' if count > 1 else ''} of the host"
        return Verdict(True, f"{shown} showed the same text ({suspicion.why})", number)
    if repeated is None:
        return Verdict(True, suspicion.why, number)
    if suspicion.needs_person:
        return Verdict(True, f"{suspicion.why}; only a person can release it", number)
    is_alone = not others.read_at and (suspicion.is_first or not suspicion.is_strong)
    wanted = _NEIGHBOURS if suspicion.is_strong else 1
    if not is_alone and not others.were_read_since(repeated.held_at, wanted):
        why = f"{suspicion.why}; too few other addresses of the host were read as articles since"
        return Verdict(True, why, number)
    wait = _REPEATED_LATE if suspicion.is_strong and not is_alone else REPEATED_AFTER
    if fetched_at - repeated.held_at < wait:
        return Verdict(True, suspicion.why, number)
    return Verdict(False, "a later visit showed the text again", number, repeated.held_at)


def keeps_most(stored: ComparedText, new: ComparedText) -> bool:
    """Tell whether a new text is so much like the stored one that it needs no other evidence."""
    return _share(stored.runs, new.runs) >= _MOST


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
    return _share_of(stored.title_words, (*new.title_words, *new.words))


def _share_of(wanted: frozenset[str], words: Sequence[str]) -> float:
    """Return the share of the wanted words that are among these."""
    return len(wanted.intersection(words)) / max(1, len(wanted))


def _is_cut_off(stored: ComparedText, new: ComparedText) -> bool:
    """Tell whether the new text is the beginning of the stored one, cut inside a sentence."""
    before, after = normalise(stored.text), normalise(new.text)
    return (
        len(after) < len(before)
        and before.startswith(after[:-20] if len(after) > 200 else after)
        and not ends_sentence(new.text.rstrip())
    )
