"""Read the demo site's outlets (``outlets.toml``) and stories (``stories/<outlet>/<slug>.md``).

A story file has TOML front matter between ``+++`` lines, then blocks separated by blank lines. The
beginning of a block says what it is; any other block is a paragraph:

- ``##`` subhead, ``>`` block quotation, ``@`` time stamp of a live blog, ``-`` list
- ``!photo caption | credit``, ``!credit`` agency line, ``!note`` editor's note
- ``!also title -> path`` link to another story
- ``!wire slug first-last`` paragraphs of an agency's story in ``stories/wire``
- ``!newsletter``, ``!ad``, ``!share``, ``!embed``, ``!related``: the template fills these in

In a paragraph ``{words|Speaker}`` marks a quotation that must be found, ``{words|}`` one without a
named speaker, and ``{words|+}`` continues the quotation before it; ``[words](path)`` is a link.
Edition 2 of a story is ``<slug>.v2.md``.
"""

import re
import tomllib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import SettingsError
from pipeline.models import ArticleKind
from pipeline.outcomes import Outcome

DEMO_FOLDER = Path(__file__).parent
EDITIONS = (1, 2)
"""Edition 2 differs from edition 1 in one article, which was changed after publication."""
AGENCY = "Linden Press"
"""The invented agency whose stories all three outlets carry."""
BlockKind = Literal[
    "p", "h2", "quote", "time", "list", "photo", "credit", "note",
    "also", "newsletter", "ad", "share", "embed", "related",
]  # fmt: skip
PROSE: tuple[BlockKind, ...] = ("p", "h2", "quote", "list")
"""Blocks that are the story itself and must survive cleaning."""
ASIDES: tuple[BlockKind, ...] = ("photo", "credit", "note", "time")
"""Blocks beside the story, which cleaning may keep or remove."""
_PREFIXES: dict[str, BlockKind] = {"## ": "h2", "> ": "quote", "@ ": "time", "- ": "list"}
_QUOTE = re.compile(r"\{([^{}|]+)\|([^{}|]*)\}")
"""A marked quotation, ``{words|Speaker}``."""
LINK = re.compile(r"\[([^\]]+)\]\((/[^)]*)\)")
"""A link, ``[words](/path)``."""


@dataclass(frozen=True, slots=True)
class MarkedQuote:
    """A quotation as the story file marks it; ``parts`` keep their quotation marks."""

    parts: tuple[str, ...]
    speaker: str | None


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a story; ``[words](path)`` links are the only markup in ``text``."""

    kind: BlockKind
    text: str = ""

    @property
    def plain(self) -> str:
        """The text with each link ``[words](path)`` reduced to its words."""
        return LINK.sub(r"\1", self.text)


def parse_blocks(body: str) -> tuple[tuple[Block, ...], tuple[MarkedQuote, ...], tuple[str, ...]]:
    """Return a story's blocks, its marked quotations, and the slugs of its agency stories."""
    blocks: list[Block] = []
    quotes: list[MarkedQuote] = []
    agency_slugs: list[str] = []
    for raw in re.split(r"\n\s*\n", body.strip()):
        if raw.startswith("!wire "):
            slug, _, span = raw.removeprefix("!wire ").strip().partition(" ")
            agency_blocks, agency_quotes = _agency_story(slug, span)
            blocks += agency_blocks
            quotes += agency_quotes
            agency_slugs.append(slug)
        elif raw:
            quotes = _with_quotes(quotes, raw)
            blocks.append(_block(_QUOTE.sub(r"\1", raw)))
    return tuple(blocks), tuple(quotes), tuple(agency_slugs)


def _block(raw: str) -> Block:
    if raw.startswith("!"):
        word, _, rest = raw[1:].partition(" ")
        return Block(word, rest.strip())  # type: ignore[arg-type]  # checked by a test over all stories
    for prefix, kind in _PREFIXES.items():
        if raw.startswith(prefix):
            return Block(kind, raw if kind == "list" else raw.removeprefix(prefix))
    return Block("p", " ".join(raw.split()))


def _with_quotes(quotes: list[MarkedQuote], raw: str) -> list[MarkedQuote]:
    """Return the quotations with those that a block marks, the last one continued by a ``+``."""
    found = list(quotes)
    for words, speaker in _QUOTE.findall(raw):
        text = LINK.sub(r"\1", " ".join(words.split()))
        if speaker == "+":
            found[-1] = replace(found[-1], parts=(*found[-1].parts, text))
        else:
            found.append(MarkedQuote((text,), speaker or None))
    return found


def _agency_story(slug: str, span: str) -> tuple[tuple[Block, ...], tuple[MarkedQuote, ...]]:
    """Return blocks and quotations of an agency's story.

    Args:
        slug: the name of its file.
        span: the paragraphs to take, such as "2-5" (counted from 1), or "" for all.
    """
    _, body = read_story_file(DEMO_FOLDER / "stories" / "wire" / f"{slug}.md")
    paragraphs = re.split(r"\n\s*\n", body.strip())
    first, _, last = span.partition("-")
    chosen = paragraphs[int(first) - 1 : int(last)] if span else paragraphs
    blocks, quotes, _ = parse_blocks("\n\n".join(chosen))
    return blocks, quotes


def read_story_file(path: Path) -> tuple[dict[str, Any], str]:
    """Split a story file into front matter and body.

    Raises:
        SettingsError: the file is missing or malformed, so this installation is damaged.
    """
    try:
        _, head, body = path.read_text(encoding="utf-8").split("+++\n", 2)
        return tomllib.loads(head), body
    except (OSError, ValueError) as error:
        raise SettingsError(f"demo story {path} cannot be read: {error}; install again") from error


@dataclass(frozen=True, slots=True)
class Story:
    """One article of one outlet, as the templates receive it."""

    outlet: str
    slug: str
    path: str
    title: str
    section: str
    published: datetime
    blocks: tuple[Block, ...]
    quotes: tuple[MarkedQuote, ...]
    agency_slugs: tuple[str, ...] = ()
    """The agency stories that it contains; more than one in a round-up."""
    modified: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    standfirst: str = ""
    kind: ArticleKind = "article"
    outcome: Outcome = Outcome.LOADED
    language: str = "en"
    charset: str = "utf-8"
    markup: Literal["jsonld", "meta", "visible"] = "jsonld"
    """How the page gives its metadata: JSON-LD, meta tags, or only the visible text."""
    layout: Literal["plain", "breaks", "broken"] = "plain"
    """``breaks`` separates paragraphs by ``<br><br>``; ``broken`` is invalid HTML."""
    comments: tuple[tuple[str, str], ...] = ()
    """Readers' comments as (name, text)."""
    pingback: str = ""
    """Title of another site's page that links here, shown among the comments."""
    in_feed: bool = True
    is_updated_in_edition_2: bool = False
    number: int = 0
    """A number made from the slug, for outlets that have one in their URLs."""

    @property
    def day(self) -> date:
        """Day of publication in the outlet's own time zone."""
        return self.published.date()

    @property
    def summary(self) -> str:
        """The standfirst, or the first paragraph where there is none."""
        return self.prose[0]

    @property
    def prose(self) -> tuple[str, ...]:
        """The lines of the story in order: standfirst, subheads, paragraphs, list items."""
        lines = [
            line.removeprefix("- ")
            for block in self.blocks
            if block.kind in PROSE
            for line in (block.plain.split("\n") if block.kind == "list" else [block.plain])
        ]
        return (self.standfirst, *lines) if self.standfirst else tuple(lines)

    @property
    def asides(self) -> tuple[str, ...]:
        """Lines beside the story: captions, notes, credits, time stamps of a live blog."""
        texts = [block.plain for block in self.blocks if block.kind in ASIDES]
        return tuple(part for text in texts for part in text.split(" | "))


@dataclass(frozen=True, slots=True)
class Extra:
    """A link that a feed contains besides the outlet's stories, and the outcome it must have."""

    path: str
    """Path on the outlet's own host, or an absolute URL of another host."""
    title: str
    outcome: Outcome
    published: datetime
    status: int = 200
    location: str | None = None
    target: str | None = None
    """Slug of the story that a redirect or a tracking link leads to."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """One invented outlet: names, sections, page boilerplate, feeds and stories."""

    key: str
    name: str
    slogan: str
    time_zone: str
    link_pattern: str
    """Path of an article, a format string of date, section, slug and number."""
    markup: Literal["jsonld", "meta", "visible"]
    """``Story.markup`` of the stories that set none."""
    sections: tuple[str, ...]
    fiction: str
    """The notice on every page that all of it is invented."""
    boilerplate: tuple[str, ...]
    """Lines of the templates that no cleaned article may contain."""
    colophon: str
    """A line below every story; only its repetition shows that it is boilerplate."""
    feeds: tuple[str, ...]
    """Paths of the feeds."""
    sitemaps: tuple[str, ...]
    """Paths of the sitemaps that a source file names."""
    section_pages: bool
    """Whether the source file names the sections' listing pages."""
    pages: dict[str, str]
    """Pages that are not articles ("Contact"): title → text."""
    wanted_languages: tuple[str, ...] = ()
    """Languages that the source file asks for."""
    extras: tuple[Extra, ...] = ()
    stories: tuple[Story, ...] = field(default=())

    def section_path(self, section: str) -> str:
        """Return the path of a section's listing page."""
        return f"/section/{slug_of(section)}/"


def slug_of(words: str) -> str:
    """Return words as a URL segment: ``"Courts & Crime"`` → ``"courts-crime"``."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _edited(
    blocks: tuple[Block, ...], quotes: tuple[MarkedQuote, ...], edits: list[list[str]]
) -> tuple[tuple[Block, ...], tuple[MarkedQuote, ...]]:
    """Apply an outlet's small edits of an agency's text to its blocks and quotations."""

    def edit(text: str) -> str:
        for old, new in edits:
            text = text.replace(old, new)
        return text

    return (
        tuple(replace(block, text=edit(block.text)) for block in blocks),
        tuple(replace(q, parts=tuple(edit(part) for part in q.parts)) for q in quotes),
    )


def _story(outlet: Outlet, path: Path) -> Story:
    head, body = read_story_file(path)
    slug = path.name.split(".")[0]
    blocks, quotes, agency_slugs = parse_blocks(body)
    blocks, quotes = _edited(blocks, quotes, head.pop("edits", []))
    number = 10_000 + zlib.crc32(slug.encode()) % 80_000
    published = head.pop("published")
    section = head.pop("section")
    names = {
        "slug": slug,
        "number": number,
        "section": slug_of(section),
        "date": f"{published:%Y/%m/%d}",
    }
    head = {
        key: tuple(map(_frozen, value)) if isinstance(value, list) else value
        for key, value in head.items()
    }
    return Story(
        outlet=outlet.key,
        slug=slug,
        path=head.pop("path", outlet.link_pattern.format(**names)),
        published=published,
        section=section,
        blocks=blocks,
        quotes=quotes,
        agency_slugs=agency_slugs,
        number=number,
        markup=head.pop("markup", outlet.markup),
        outcome=Outcome(head.pop("outcome", "loaded")),
        is_updated_in_edition_2=path.with_name(f"{slug}.v2.md").exists(),
        **head,
    )


def _frozen(value: object) -> object:
    """Return a list from the front matter as a tuple, and any other value as it is."""
    return tuple(value) if isinstance(value, list) else value


def _story_files(folder: Path, edition: int) -> Iterator[Path]:
    """Yield an outlet's story files, in edition 2 with ``<slug>.v2.md`` in place of the first."""
    for path in sorted(folder.glob("*.md")):
        if path.name.endswith(".v2.md"):
            continue
        second = path.with_name(f"{path.stem}.v2.md")
        yield second if edition > 1 and second.exists() else path


@cache
def outlets(edition: int = 1) -> tuple[Outlet, ...]:
    """Return the three outlets with the stories of an edition, newest first.

    Raises:
        SettingsError: a story file is damaged.
    """
    data = tomllib.loads((DEMO_FOLDER / "outlets.toml").read_text(encoding="utf-8"))
    return tuple(_outlet(entry, edition) for entry in data["outlet"])


def _outlet(entry: dict[str, Any], edition: int) -> Outlet:
    extras = tuple(
        Extra(**{**extra, "outcome": Outcome(extra["outcome"])}) for extra in entry.pop("extra", [])
    )
    entry = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    outlet = Outlet(**entry, extras=extras)
    files = _story_files(DEMO_FOLDER / "stories" / outlet.key, edition)
    stories = [_story(outlet, path) for path in files]
    stories.sort(key=lambda story: (story.published, story.slug), reverse=True)
    return replace(outlet, stories=tuple(stories))
