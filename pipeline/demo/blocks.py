"""Reads one copy file: its front matter, its blocks, the quotations marked in it.

A copy file is TOML front matter between ``+++`` lines, then blocks parted by blank lines. A block
is a paragraph unless it begins otherwise: ``##`` subhead, ``>`` block quotation, ``@`` time stamp
of a live blog, ``-`` list, ``!photo`` caption | credit, ``!credit`` agency line, ``!note`` editor's
note, ``!also`` promo (title -> path), ``!wire`` slug first-last (blocks of an agency's story), and
``!newsletter`` ``!ad`` ``!share`` ``!embed`` ``!related`` for what the templates put there.
Within a paragraph ``{words|Speaker}`` marks a quotation for the gold, ``{words|}`` one by nobody
named, and ``{words|+}`` goes on with the quotation before it; ``[words](path)`` is a link. Edition
2 of a story is ``<slug>.v2.md``.
"""

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import SettingsError

HERE = Path(__file__).parent
BlockKind = Literal[
    "p", "h2", "quote", "time", "list", "photo", "credit", "note",
    "also", "newsletter", "ad", "share", "embed", "related",
]  # fmt: skip
PROSE: tuple[BlockKind, ...] = ("p", "h2", "quote", "list")
"""Blocks that are the story itself and must survive cleaning."""
ASIDES: tuple[BlockKind, ...] = ("photo", "credit", "note", "time")
"""Blocks beside the story, which a cleaner may keep or take out."""
_LEADS: dict[str, BlockKind] = {"## ": "h2", "> ": "quote", "@ ": "time", "- ": "list"}
_QUOTE = re.compile(r"\{([^{}|]+)\|([^{}|]*)\}")
LINK = re.compile(r"\[([^\]]+)\]\((/[^)]*)\)")


@dataclass(frozen=True, slots=True)
class MarkedQuote:
    """A quotation as the copy file marks it; ``parts`` keep their quotation marks."""

    parts: tuple[str, ...]
    speaker: str | None


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a story; ``text`` has no markup but ``[words](path)`` links."""

    kind: BlockKind
    text: str = ""

    @property
    def plain(self) -> str:
        """The words alone, links reduced to their words."""
        return LINK.sub(r"\1", self.text)


def parse_blocks(body: str) -> tuple[tuple[Block, ...], tuple[MarkedQuote, ...], tuple[str, ...]]:
    """Parse a body into blocks, the quotations marked in it, and the wire stories it carries."""
    blocks: list[Block] = []
    quotes: list[MarkedQuote] = []
    wires: list[str] = []
    for raw in re.split(r"\n\s*\n", body.strip()):
        if raw.startswith("!wire "):
            slug, _, span = raw.removeprefix("!wire ").strip().partition(" ")
            wired, told = _wire(slug, span)
            blocks += wired
            quotes += told
            wires.append(slug)
        elif raw:
            quotes = _with_quotes(quotes, raw)
            blocks.append(_block(_QUOTE.sub(r"\1", raw)))
    return tuple(blocks), tuple(quotes), tuple(wires)


def _block(raw: str) -> Block:
    if raw.startswith("!"):
        word, _, rest = raw[1:].partition(" ")
        return Block(word, rest.strip())  # type: ignore[arg-type]  # checked by a test over all copy
    for lead, kind in _LEADS.items():
        if raw.startswith(lead):
            return Block(kind, raw if kind == "list" else raw.removeprefix(lead))
    return Block("p", " ".join(raw.split()))


def _with_quotes(quotes: list[MarkedQuote], raw: str) -> list[MarkedQuote]:
    told = list(quotes)
    for words, speaker in _QUOTE.findall(raw):
        text = LINK.sub(r"\1", " ".join(words.split()))
        if speaker == "+":
            told[-1] = replace(told[-1], parts=(*told[-1].parts, text))
        else:
            told.append(MarkedQuote((text,), speaker or None))
    return told


def _wire(slug: str, span: str) -> tuple[tuple[Block, ...], tuple[MarkedQuote, ...]]:
    """Return blocks ``first-last`` (counted from 1, all without a span) of an agency's story."""
    _, body = read_copy(HERE / "copy" / "wire" / f"{slug}.md")
    paragraphs = re.split(r"\n\s*\n", body.strip())
    first, _, last = span.partition("-")
    chosen = paragraphs[int(first) - 1 : int(last)] if span else paragraphs
    blocks, quotes, _ = parse_blocks("\n\n".join(chosen))
    return blocks, quotes


def read_copy(path: Path) -> tuple[dict[str, Any], str]:
    """Split a copy file into front matter and body.

    Raises:
        SettingsError: the file does not follow the form, so this installation is damaged.
    """
    try:
        _, head, body = path.read_text(encoding="utf-8").split("+++\n", 2)
        return tomllib.loads(head), body
    except (OSError, ValueError) as error:
        raise SettingsError(f"demo copy {path} cannot be read: {error}; install again") from error
