"""Change detection: did the publisher edit a text, or does it only read differently?

Two readings of one page may give two texts although nobody edited the story: promos rotate, and our
own cleaning learns. Two texts count as the same if they are equal after each has lost what the
cleaning of the other removed, and what its wording or position below the text shows to be
boilerplate.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, Self

from pipeline.clean.blocks import Block, split
from pipeline.line_rules.boilerplate import reason_for
from pipeline.models import Article
from pipeline.text import normalise

Change = Literal["none", "cleaner", "edit"]
"""``cleaner``: the publisher changed nothing, and the later text holds less boilerplate."""
_MIN_SENTENCES = 3
"""In a shorter text the lines below the last sentence may be the text itself (a table, a list of
winners)."""


@dataclass(frozen=True, slots=True)
class CleanedText:
    """The title and text after one run of the cleaner, with the blocks it removed."""

    title: str | None
    text: str
    removed: tuple[str, ...] = ()
    """Blocks that cleaning removed, and those it keeps as metadata (credit line, update note)."""

    @classmethod
    def of(cls, article: Article) -> Self:
        """Return the title and text of an article with all that cleaning removed from it."""
        metadata = filter(None, (article.credit_line, article.update_note))
        removed = (block.text for block in article.removed)
        return cls(article.title, article.text or "", (*removed, *metadata))


@dataclass(slots=True)
class _Lines:
    """The normalised blocks of one text while it is compared with another."""

    lines: list[str]
    tail: frozenset[str]
    """Lines below the last sentence."""
    lost: int = field(default=0)
    """Lines dropped, or cut, that the other text does not hold."""

    @classmethod
    def of(cls, cleaned: CleanedText) -> Self:
        blocks = split(cleaned.text)
        return cls([normalise(block.text) for block in blocks], frozenset(_tail(blocks)))

    def drop(self, is_boilerplate: Callable[[str], bool], held_by_other: Collection[str]) -> None:
        """Drop boilerplate lines; a line that the other text holds as well is not a loss."""
        gone = [line for line in self.lines if is_boilerplate(line)]
        self.lines = [line for line in self.lines if not is_boilerplate(line)]
        self.lost += sum(line not in held_by_other for line in gone)

    def cut_ends(self, held_by_other: set[str], removed: Sequence[str]) -> None:
        """Cut what the other cleaning removed from the ends of lines that only this text holds."""
        for place, line in enumerate(self.lines):
            if line not in held_by_other:
                self.lines[place] = _without_end(line, removed)
                self.lost += self.lines[place] != line

    @property
    def text(self) -> str:
        return " ".join(self.lines)


def detect_change(before: CleanedText, after: CleanedText) -> Change:
    """Return what happened to a text between two readings of its page."""
    if before.title and after.title and normalise(before.title) != normalise(after.title):
        return "edit"
    left, right = _Lines.of(before), _Lines.of(after)
    _drop_removed(left, right, after.removed)
    _drop_removed(right, left, before.removed)
    if left.text != right.text:
        _drop_boilerplate(left, right)
    if left.text != right.text:
        return "edit"
    return "cleaner" if left.lost and not right.lost else "none"


def _drop_removed(lines: _Lines, other: _Lines, removed: Sequence[str]) -> None:
    """Drop from a text what the cleaning of the other one removed and the other does not hold."""
    gone = {normalise(line) for block in removed for line in block.splitlines()} - {""}
    held = set(other.lines)
    lines.drop((gone - held).__contains__, held)
    lines.cut_ends(held, sorted(gone, key=len, reverse=True))


def _drop_boilerplate(left: _Lines, right: _Lines) -> None:
    """Drop the lines below each text, and boilerplate that only one of the texts holds.

    Lines below the text are dropped even if both hold them, because their order changes too.
    """
    for lines, held in ((left, set(right.lines)), (right, set(left.lines))):
        lines.drop(lines.tail.__contains__, held)
    both = {*left.lines} & {*right.lines}
    for lines in (left, right):
        lines.drop(partial(_is_boilerplate, both), both)


def _is_boilerplate(both: Collection[str], line: str) -> bool:
    return line not in both and reason_for(line) is not None


def _tail(blocks: Sequence[Block]) -> list[str]:
    """Return the lines below the last sentence, which are mostly links to other stories."""
    sentences = [place for place, block in enumerate(blocks) if block.ends_sentence]
    if len(sentences) < _MIN_SENTENCES:
        return []
    return [normalise(block.text) for block in blocks[sentences[-1] + 1 :]]


def _without_end(line: str, removed: Sequence[str]) -> str:
    """Cut a removed piece from either end: "by ida marlow 3 comments the council voted …"."""
    for piece in removed:
        if line.startswith(f"{piece} "):
            return line[len(piece) + 1 :]
        if line.endswith(f" {piece}"):
            return line[: -len(piece) - 1]
    return line
