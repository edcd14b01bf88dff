"""What site memory did to planted pages: the two ways of reading a host, and the counts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.memory.made_hosts import Planted
from benchmarks.tables import percent
from pipeline.clean.cleaner import clean_article, page_to_remember
from pipeline.clean.site_memory import MemorySiteMemory
from pipeline.models import Article


@dataclass
class Tally:
    """What became of planted blocks and of paragraphs."""

    planted: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    paragraphs: int = 0
    lost: list[str] = field(default_factory=list)

    def add(self, page: Planted, cleaned: Article) -> None:
        """Count one page; a paragraph is lost to the memory alone, patterns are no matter here."""
        gone = {block.text for block in cleaned.removed}
        for kind, blocks in page.furniture.items():
            self.planted[kind] += len(blocks)
            self.left[kind] += sum(block not in gone for block in blocks)
        own = set(page.paragraphs).difference(*page.furniture.values())
        self.paragraphs += len(own)
        self.lost += [
            block.text
            for block in cleaned.removed
            if block.reason == "site_memory" and block.text in own
        ]

    def percent_left(self, kind: str) -> str:
        """Write the share of a kind's blocks that stayed."""
        planted = self.planted[kind]
        return percent(self.left[kind] / planted) if planted else "–"


def read_first(pages: Sequence[Planted]) -> Iterator[tuple[Planted, Article]]:
    """Clean as the filter does: all pages are remembered first."""
    memory = MemorySiteMemory()
    seen = [page_to_remember(page.article) for page in pages]
    memory.remember([page for page in seen if page is not None])
    for page in pages:
        yield page, clean_article(page.article, memory, remember=False)


def as_they_come(pages: Sequence[Planted]) -> Iterator[tuple[Planted, Article]]:
    """Clean page by page."""
    memory = MemorySiteMemory()
    for page in pages:
        yield page, clean_article(page.article, memory)
