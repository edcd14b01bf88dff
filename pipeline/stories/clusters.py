"""To which story an article belongs, and which stories are one.

One article at a time is placed among those that are stored. It joins the story whose articles are
most like it, if they are like enough; or an article that stands alone, and both form a story; else
it stands alone and has no story. An article may show that two stories are one: they are merged if
their articles are alike on the whole. Copies of one text are always in one story. What a person
decided stays.

``Book`` is what the placing asks and tells; ``pipeline.warehouse.stories`` implements it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.stories.comparing import Compared, likeness

LIKE_ENOUGH = 0.09
"""Least likeness of an article and a story that it joins."""
_STAYS = 0.8
"""Share of LIKE_ENOUGH at which an article that was edited stays in its story."""
_MERGED = 0.06
"""Least mean likeness of the articles of two stories that are merged."""
_CLOSEST = 2
_CLOSEST_SHARE = 0.8
"""How much the closest articles of a story count; the rest is the mean over all its articles."""
_MEMBERS_COMPARED = 12
"""Articles of a story that are compared with those of another one before they are merged."""


@dataclass(frozen=True, slots=True)
class Near:
    """An article near another one."""

    article_id: int
    story_id: int | None
    likeness: float


class Book(Protocol):
    """Articles, and the stories that they are in."""

    def near(self, article_id: int) -> Sequence[Near]:
        """Return articles that share telling words or names with an article, without itself."""
        ...

    def copies(self, article_id: int) -> Sequence[Near]:
        """Return the other articles of an article's group of copies; their likeness is 1."""
        ...

    def story_of(self, article_id: int) -> int | None:
        """Return the story of an article."""
        ...

    def is_decided(self, article_id: int) -> bool:
        """Tell whether a person put an article where it is."""
        ...

    def sizes(self, story_ids: Collection[int]) -> Mapping[int, int]:
        """Return how many articles stories have."""
        ...

    def members(self, story_id: int, most: int) -> Sequence[Compared]:
        """Return articles of a story, the latest first."""
        ...

    def compared(self, article_id: int) -> Compared:
        """Return an article as it is compared."""
        ...

    def may_merge(self, one: int, other: int) -> bool:
        """Tell whether no person holds two stories apart."""
        ...

    def form(self, placed: Mapping[int, float | None]) -> int:
        """Form a story of articles, with how like the others each is; return its number."""
        ...

    def join(self, story_id: int, placed: Mapping[int, float | None]) -> None:
        """Put articles that have no story into one."""
        ...

    def leave(self, article_id: int) -> None:
        """Take an article out of its story."""
        ...

    def merge(self, story_id: int, other_story_id: int, reason: str) -> None:
        """Move all articles of the other story into the first, for good."""
        ...


@dataclass(slots=True)
class _Cluster:
    """A story, or an article without one, with the likeness of its articles to the one placed."""

    story_id: int | None
    article_id: int
    """One of its articles; the only one where it has no story."""
    found: list[float] = field(default_factory=list)

    def score(self, size: int) -> float:
        """Return how like the placed article it is; ``size`` is the number of its articles."""
        closest = sorted(self.found, reverse=True)[:_CLOSEST]
        size = max(size, len(self.found))
        of_closest = sum(closest) / min(_CLOSEST, size)
        return _CLOSEST_SHARE * of_closest + (1 - _CLOSEST_SHARE) * sum(self.found) / size


def place(book: Book, article_id: int) -> int | None:
    """Place an article among the stored ones, or place it again; return its story, if any."""
    if book.is_decided(article_id):
        return book.story_of(article_id)
    if copies := book.copies(article_id):
        return _place_with_copies(book, article_id, copies)
    return _place_alone(book, article_id)


def _place_alone(book: Book, article_id: int) -> int | None:
    current = book.story_of(article_id)
    ranked = _ranked(book, book.near(article_id), current)
    if current is not None:
        stays = next((score for score, each in ranked if each.story_id == current), None)
        if stays is None and book.sizes([current]).get(current, 0) <= 1:
            stays = 1.0  # The last article of a story keeps it.
        if stays is not None and stays >= _STAYS * LIKE_ENOUGH:
            return current
        book.leave(article_id)
    enough = [(score, each) for score, each in ranked if score >= LIKE_ENOUGH]
    if not enough:
        return None
    score, best = enough[0]
    if best.story_id is None:
        story_id = book.form({best.article_id: score, article_id: score})
    else:
        story_id = best.story_id
        book.join(story_id, {article_id: score})
    return _merged(book, story_id, [each for _, each in enough[1:]], article_id)


def _place_with_copies(book: Book, article_id: int, copies: Sequence[Near]) -> int | None:
    """Place an article into the story of its copies, and all of them into one."""
    current = book.story_of(article_id)
    stories = sorted({each.story_id for each in copies if each.story_id is not None})
    if current is None and not stories:
        current = _place_alone(book, article_id)
        # Its copies are the articles most like it: by now they may be in that story too.
        copies = book.copies(article_id)
    if current is not None:
        stories = sorted({current, *stories})
    alone = {each.article_id: None for each in copies if each.story_id is None}
    if not stories:
        return book.form({article_id: None, **alone})
    story_id = stories[0]
    if current is None:
        alone[article_id] = None
    if alone:
        book.join(story_id, alone)
    for other in stories[1:]:
        if book.may_merge(story_id, other):
            book.merge(story_id, other, f"copies of article {article_id} were in both")
    return book.story_of(article_id)


def _ranked(book: Book, near: Iterable[Near], current: int | None) -> list[tuple[float, _Cluster]]:
    """Return stories and single articles, the most like first.

    The placed article, which ``current`` counts, is not one of its own story's others.
    """
    clusters: dict[tuple[bool, int], _Cluster] = {}
    for each in near:
        key = (each.story_id is None, each.story_id or each.article_id)
        cluster = clusters.setdefault(key, _Cluster(each.story_id, each.article_id))
        cluster.found.append(each.likeness)
    sizes = dict(
        book.sizes([each.story_id for each in clusters.values() if each.story_id is not None])
    )
    if current in sizes:
        sizes[current] -= 1
    scored = [
        (each.score(sizes.get(each.story_id, 1) if each.story_id is not None else 1), each)
        for each in clusters.values()
    ]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].story_id or 0, pair[1].article_id))


def _merged(book: Book, story_id: int, others: Sequence[_Cluster], article_id: int) -> int:
    """Merge a story with others that the article is like too, if they are alike on the whole.

    The story with the smaller number goes on.
    """
    for other in others:
        own = book.members(story_id, _MEMBERS_COMPARED)
        if other.story_id is None:
            alike = _mean_likeness(own, [book.compared(other.article_id)])
            if alike >= _MERGED:
                book.join(story_id, {other.article_id: alike})
            continue
        if not book.may_merge(story_id, other.story_id):
            continue
        if _mean_likeness(own, book.members(other.story_id, _MEMBERS_COMPARED)) >= _MERGED:
            kept, gone = sorted((story_id, other.story_id))
            book.merge(kept, gone, f"article {article_id} is like both, and they are alike")
            story_id = kept
    return story_id


def _mean_likeness(some: Sequence[Compared], others: Sequence[Compared]) -> float:
    pairs = [likeness(one, other) for one in some for other in others]
    return sum(pairs) / len(pairs) if pairs else 0.0
