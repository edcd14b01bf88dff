"""Articles and their stories in memory, for measuring: what the store does in Postgres."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from pipeline.stories.clusters import Near
from pipeline.stories.comparing import Compared, keys, likeness
from pipeline.stories.terms import Counted, weighted

_MOST_NEAR = 60


class MemoryBook:
    """A ``Book`` without a store."""

    def __init__(self) -> None:
        """Begin with no article."""
        self.articles: dict[int, Compared] = {}
        self.by_key: dict[int, list[int]] = {}
        self.counts: Counter[int] = Counter()
        self.story: dict[int, int] = {}
        self.last = 0

    def add(self, article_id: int, told_at: object, terms: Counted) -> None:
        """Store an article as it is compared."""
        counts = self.counts + Counter([*terms.words, *terms.names])
        weights = weighted(terms, counts, len(self.articles) + 1)
        self.articles[article_id] = Compared(article_id, told_at, weights)  # type: ignore[arg-type]
        self.counts.update([*weights.words, *weights.names])
        for key in keys(weights):
            self.by_key.setdefault(key, []).append(article_id)

    def near(self, article_id: int) -> Sequence[Near]:
        """Return articles that share telling words or names with an article."""
        own = self.articles[article_id]
        shared = Counter(other for key in keys(own.terms) for other in self.by_key[key])
        del shared[article_id]
        found = [
            Near(other, self.story.get(other), likeness(own, self.articles[other]))
            for other in shared
        ]
        near = [each for each in found if each.likeness > 0]
        return sorted(near, key=lambda each: -each.likeness)[:_MOST_NEAR]

    def copies(self, article_id: int) -> Sequence[Near]:
        """Return nothing: copies are not looked for here."""
        return []

    def story_of(self, article_id: int) -> int | None:
        """Return the story of an article."""
        return self.story.get(article_id)

    def is_decided(self, article_id: int) -> bool:
        """Tell that nobody decides here."""
        return False

    def sizes(self, story_ids: Collection[int]) -> Mapping[int, int]:
        """Return how many articles stories have."""
        return Counter(each for each in self.story.values() if each in story_ids)

    def members(self, story_id: int, most: int) -> Sequence[Compared]:
        """Return articles of a story, the latest first."""
        found = [self.articles[each] for each, story in self.story.items() if story == story_id]
        return sorted(found, key=lambda each: (each.told_at, each.article_id), reverse=True)[:most]

    def compared(self, article_id: int) -> Compared:
        """Return an article as it is compared."""
        return self.articles[article_id]

    def may_merge(self, one: int, other: int) -> bool:
        """Tell that nobody holds stories apart here."""
        return one != other

    def form(self, placed: Mapping[int, float | None]) -> int:
        """Form a story of articles."""
        self.last += 1
        self.join(self.last, placed)
        return self.last

    def join(self, story_id: int, placed: Mapping[int, float | None]) -> None:
        """Put articles into a story."""
        self.story.update(dict.fromkeys(placed, story_id))

    def leave(self, article_id: int) -> None:
        """Take an article out of its story."""
        del self.story[article_id]

    def merge(self, story_id: int, other_story_id: int, reason: str) -> None:
        """Move all articles of the other story into the first."""
        for article_id, story in self.story.items():
            if story == other_story_id:
                self.story[article_id] = story_id
