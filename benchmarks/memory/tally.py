"""Clean planted pages with a site memory, in batch or one by one, and count what it removed."""

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
    """Counts of planted blocks left and of paragraphs lost."""

    planted: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    paragraphs: int = 0
    lost: list[str] = field(default_factory=list)

    def add(self, page: Planted, cleaned: Article) -> None:
        """Count one page; only paragraphs that the memory removed are counted as lost."""
        gone = {block.text for block in cleaned.removed}
        for kind, blocks in page.boilerplate.items():
            self.planted[kind] += len(blocks)
            self.left[kind] += sum(block not in gone for block in blocks)
        own = set(page.paragraphs).difference(*page.boilerplate.values())
        self.paragraphs += len(own)
        self.lost += [
            block.text
            for block in cleaned.removed
            if block.reason == "site_memory" and block.text in own
        ]

    def percent_left(self, kind: str) -> str:
        """Return the share of a kind's blocks that were left, in percent, or "–" without any."""
        planted = self.planted[kind]
        return percent(self.left[kind] / planted) if planted else "–"


def read_first(pages: Sequence[Planted]) -> Iterator[tuple[Planted, Article]]:
    """Yield each page with its cleaned article; all pages are remembered before the first."""
    memory = MemorySiteMemory()
    seen = [page_to_remember(page.article) for page in pages]
    memory.remember([page for page in seen if page is not None])
    for page in pages:
        yield page, clean_article(page.article, memory, remember=False)


def as_they_come(pages: Sequence[Planted]) -> Iterator[tuple[Planted, Article]]:
    """Yield each page with its cleaned article; a page is remembered when it is cleaned."""
    memory = MemorySiteMemory()
    for page in pages:
        yield page, clean_article(page.article, memory)
