"""The results that runs over the demo site must give, for tests and benchmarks.

They are made from the same story files as the pages, so that the two cannot disagree. Paths are as
feeds, sitemaps and section pages name them, relative to the outlet's home page.
"""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from pipeline.demo.content import AGENCY, MarkedQuote, Outlet, Story, outlets
from pipeline.models import ArticleKind, QuoteKind
from pipeline.outcomes import Outcome

Key = tuple[str, str]
"""Outlet key and path."""
# The apostrophe comes last: ``kind_of`` leaves it out, because it is no sure quotation mark.
_OPENING, _CLOSING = "“\"‘«'", "”\"’»'"


@dataclass(frozen=True, slots=True)
class ExpectedQuote:
    """A quotation that must be found; ``content`` is its parts without quotation marks."""

    content: tuple[str, ...]
    speaker: str | None
    """The speaker's full name, also where the text says "she" or "the deputy minister".

    A source that the text does not name is in lower case ("harbour master"). It is None where the
    text says nothing about the source ("somebody who asked not to be named").
    """
    kind: QuoteKind


@dataclass(frozen=True, slots=True)
class ExpectedPage:
    """A link of an outlet's feeds, sitemaps or section pages, and what must become of it."""

    outlet: str
    path: str
    """As the link has it; an absolute URL where it leads off the site."""
    outcome: Outcome
    second_outcome: Outcome
    """The outcome in a run over edition 2 after one over edition 1."""
    final_path: str
    """After redirects and without tracking parameters."""
    title: str | None = None
    day: date | None = None
    authors: tuple[str, ...] = ()
    """The people or organisations who wrote it, without the agency."""
    agency: str | None = None
    kind: ArticleKind = "article"
    paragraphs: tuple[str, ...] = ()
    """Lines that the cleaned text must contain verbatim, with standfirst, subheads, list items."""
    asides: tuple[str, ...] = ()
    """Lines that it may contain: captions, credits, editor's notes, time stamps of a live blog."""
    quotes: tuple[ExpectedQuote, ...] = ()

    @property
    def key(self) -> Key:
        """Outlet key and path."""
        return self.outlet, self.path


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected results of the whole site."""

    pages: tuple[ExpectedPage, ...]
    """Every link that must be discovered, once."""
    duplicate_groups: tuple[frozenset[Key], ...]
    """Articles that carry one agency's story; each set is one duplicate group."""
    updated: ExpectedPage
    """The one article of edition 2 that differs, as edition 2 has it."""
    updated_from: ExpectedPage
    """The same article in edition 1."""
    boilerplate: dict[str, tuple[str, ...]]
    """Lines of an outlet's templates that no cleaned article may contain, by outlet key."""
    optional: frozenset[Key]
    """Pages that may be discovered besides: no articles, or denied by robots.txt."""

    def page(self, outlet: str, path: str) -> ExpectedPage:
        """Return one page; raise KeyError where the site has no such link."""
        return {page.key: page for page in self.pages}[outlet, path]

    @property
    def articles(self) -> tuple[ExpectedPage, ...]:
        """The links that end as stored articles in a first run."""
        return tuple(page for page in self.pages if page.outcome is Outcome.LOADED)


def bare(part: str) -> str:
    """Return a part of a quotation without its outer quotation marks."""
    if part[:1] in _OPENING:
        part = part[1:]
    return part[:-1] if part[-1:] in _CLOSING else part


def kind_of(parts: tuple[str, ...]) -> QuoteKind:
    """Return the kind of a quotation by its marks: around it is direct, inside it is mixed.

    A part need not end with a closing mark, since a quotation that runs over paragraphs is closed
    once.
    """
    if all(part[0] in _OPENING[:4] for part in parts):
        inner = parts[0][1:-1]
        is_whole = "”" not in inner and '"' not in inner and "»" not in inner
        return "direct" if is_whole else "mixed"
    return "mixed" if any(mark in "".join(parts) for mark in '“"«') else "indirect"


def _quote(marked: MarkedQuote) -> ExpectedQuote:
    kind = kind_of(marked.parts)
    parts = tuple(map(bare, marked.parts)) if kind == "direct" else marked.parts
    return ExpectedQuote(parts, marked.speaker, kind)


def _second_outcome(outcome: Outcome, *, is_updated: bool) -> Outcome:
    return Outcome.UNCHANGED if outcome is Outcome.LOADED and not is_updated else outcome


def _page(story: Story, path: str | None = None) -> ExpectedPage:
    return ExpectedPage(
        outlet=story.outlet,
        path=path or story.path,
        outcome=story.outcome,
        second_outcome=_second_outcome(story.outcome, is_updated=story.is_updated_in_edition_2),
        final_path=story.path,
        title=story.title,
        day=story.day,
        authors=tuple(author for author in story.authors if author != AGENCY),
        agency=AGENCY if AGENCY in story.authors else None,
        kind=story.kind,
        paragraphs=story.prose,
        asides=story.asides,
        quotes=tuple(map(_quote, story.quotes)),
    )


def _links_of(outlet: Outlet) -> list[ExpectedPage]:
    """Return a page for each link that an outlet publishes, a moved story under its old path."""
    by_slug = {story.slug: story for story in outlet.stories}
    moved = {e.target: e for e in outlet.extras if e.status == HTTPStatus.MOVED_PERMANENTLY}
    pages = [_page(s, moved[s.slug].path if s.slug in moved else None) for s in outlet.stories]
    for extra in outlet.extras:
        if extra not in moved.values():
            final = by_slug[extra.target].path if extra.target else extra.path
            page = ExpectedPage(outlet.key, extra.path, extra.outcome, extra.outcome, final)
            pages.append(page)
    return pages


def _duplicate_groups(
    pages: list[ExpectedPage], stories: list[Story]
) -> tuple[frozenset[Key], ...]:
    """Group the pages that carry the same agency story; a round-up of several is in no group."""
    key_of = {(page.outlet, page.final_path): page.key for page in pages if page.title}
    groups: dict[str, set[Key]] = {}
    for story in stories:
        if len(set(story.agency_slugs)) == 1 and story.outcome is Outcome.LOADED:
            groups.setdefault(story.agency_slugs[0], set()).add(key_of[story.outlet, story.path])
    return tuple(frozenset(group) for _, group in sorted(groups.items()) if len(group) > 1)


def _optional(outlet: Outlet) -> set[Key]:
    """Return the pages that discovery may find besides the stories: listings, notices, the trap."""
    listings = {outlet.section_path(section) for section in outlet.sections}
    trap = "/calendar/2026/11/" if not outlet.section_pages else "/diary/2026/11/"
    plain = {f"/{title.lower().replace(' ', '-')}/" for title in outlet.pages}
    taken = {extra.path for extra in outlet.extras}
    return {(outlet.key, path) for path in (listings | plain | {"/", trap}) - taken}


def expected() -> Expected:
    """Return the expected results of both editions."""
    pages = [page for outlet in outlets() for page in _links_of(outlet)]
    stories = [story for outlet in outlets() for story in outlet.stories]
    changed = next(s for o in outlets(2) for s in o.stories if s.is_updated_in_edition_2)
    updated = _page(changed)
    before = next(page for page in pages if page.key == updated.key)
    return Expected(
        pages=tuple(pages),
        duplicate_groups=_duplicate_groups(pages, stories),
        updated=updated,
        updated_from=before,
        boilerplate={outlet.key: outlet.boilerplate for outlet in outlets()},
        optional=frozenset().union(*map(_optional, outlets())),
    )
