"""Tells a text that its publisher changed from one that was only dressed or read differently.

A page read twice may give two texts though nobody edited the story: promos rotate, and our own
cleaning learns. Two texts are the publisher's same words if they are equal once each has lost what
the other one's cleaning took out, and what is furniture by its wording or its place. Pure.
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
"""``cleaner``: the publisher changed nothing, and the later reading holds less furniture."""
_LEAST_SENTENCES = 3
"""Of a shorter text the tail may be the text itself (a table, a list of winners)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as one cleaning left it."""

    title: str | None
    text: str
    taken_out: tuple[str, ...] = ()
    """Blocks that cleaning removed or keeps as data (credit line, update note)."""

    @classmethod
    def of(cls, article: Article) -> Self:
        """Take title, text and all that cleaning took out from an article."""
        facts = filter(None, (article.credit_line, article.update_note))
        removed = (block.text for block in article.removed)
        return cls(article.title, article.text or "", (*removed, *facts))


@dataclass(slots=True)
class _Lines:
    """The normalised blocks of one reading while they are compared."""

    lines: list[str]
    tail: frozenset[str]
    lost: int = field(default=0)

    @classmethod
    def of(cls, reading: Reading) -> Self:
        blocks = split(reading.text)
        return cls([normalise(block.text) for block in blocks], frozenset(_tail(blocks)))

    def drop(self, is_furniture: Callable[[str], bool], kept_by_other: Collection[str]) -> None:
        """Drop furniture; what the other reading holds as well is no loss."""
        gone = [line for line in self.lines if is_furniture(line)]
        self.lines = [line for line in self.lines if not is_furniture(line)]
        self.lost += sum(line not in kept_by_other for line in gone)

    def unglue(self, others: set[str], taken_out: Sequence[str]) -> None:
        """Cut what the other cleaning took out from the ends of blocks that it left in part."""
        for place, line in enumerate(self.lines):
            if line not in others:
                self.lines[place] = _unglued(line, taken_out)
                self.lost += self.lines[place] != line

    @property
    def text(self) -> str:
        return " ".join(self.lines)


def change(before: Reading, after: Reading) -> Change:
    """Return what became of a text between two readings of its page."""
    if before.title and after.title and normalise(before.title) != normalise(after.title):
        return "edit"
    left, right = _Lines.of(before), _Lines.of(after)
    _drop_taken_out(left, right, after.taken_out)
    _drop_taken_out(right, left, before.taken_out)
    if left.text != right.text:
        _drop_restless(left, right)
    if left.text != right.text:
        return "edit"
    return "cleaner" if left.lost and not right.lost else "none"


def _drop_taken_out(lines: _Lines, other: _Lines, taken_out: Sequence[str]) -> None:
    gone = {normalise(line) for block in taken_out for line in block.splitlines()} - {""}
    held = set(other.lines)
    lines.drop((gone - held).__contains__, held)
    lines.unglue(held, sorted(gone, key=len, reverse=True))


def _drop_restless(left: _Lines, right: _Lines) -> None:
    """Drop the lines below the text, and what one reading holds alone and its wording gives away.

    Lines below the text go from both, whatever both hold: their order changes too.
    """
    for lines, held in ((left, set(right.lines)), (right, set(left.lines))):
        lines.drop(lines.tail.__contains__, held)
    both = {*left.lines} & {*right.lines}
    for lines in (left, right):
        lines.drop(partial(_is_furniture, both), both)


def _is_furniture(both: Collection[str], line: str) -> bool:
    return line not in both and reason_for(line) is not None


def _tail(blocks: Sequence[Block]) -> list[str]:
    """Return the lines below the last sentence: links to other stories, for the most part."""
    sentences = [place for place, block in enumerate(blocks) if block.ends_sentence]
    if len(sentences) < _LEAST_SENTENCES:
        return []
    return [normalise(block.text) for block in blocks[sentences[-1] + 1 :]]


def _unglued(line: str, taken_out: Sequence[str]) -> str:
    """Cut a removed piece from either end: "by ida marlow 3 comments the council voted …"."""
    for piece in taken_out:
        if line.startswith(f"{piece} "):
            return line[len(piece) + 1 :]
        if line.endswith(f" {piece}"):
            return line[: -len(piece) - 1]
    return line
