"""Read a few articles of a proposed source as the pipeline would, to show what it will give."""

from collections.abc import Iterable, Sequence

from pipeline.clean.cleaner import clean_article, page_to_remember
from pipeline.clean.site_memory import MemorySiteMemory
from pipeline.discover.results import Entry
from pipeline.extract.page import extract_page
from pipeline.fetch.fetcher import Fetcher
from pipeline.fetch.source_access import is_onsite
from pipeline.line_rules.dates import age_key
from pipeline.models import Article, Source

SAMPLES = 5
"""Articles that are shown."""


def read_samples(
    documents: Iterable[Sequence[Entry]], source: Source, fetcher: Fetcher
) -> list[Article]:
    """Fetch, extract and clean the newest articles of a source's documents.

    A page that cannot be fetched becomes an article without text, with its outcome and reason.
    """
    chosen = newest_entries(documents, source)
    extracted = [_extracted(entry, source, fetcher) for entry in chosen]
    memory = MemorySiteMemory()
    memory.remember([page for page in map(page_to_remember, extracted) if page is not None])
    return [clean_article(article, memory, remember=False) for article in extracted]


def newest_entries(documents: Iterable[Sequence[Entry]], source: Source) -> list[Entry]:
    """Return the newest on-site entries, each address once; undated ones in their order, last."""
    found: dict[str, Entry] = {}
    for entry in (entry for entries in documents for entry in entries):
        if is_onsite(entry.url, source) and not entry.is_advert:
            found.setdefault(entry.url, entry)
    ranked = sorted(found.values(), key=lambda entry: -_time(entry, source))
    return ranked[:SAMPLES]


def _time(entry: Entry, source: Source) -> float:
    return age_key(entry.published_at or entry.changed_at, source.time_zone) or 0.0


def _extracted(entry: Entry, source: Source, fetcher: Fetcher) -> Article:
    response = fetcher.fetch(entry.url, source=source)
    if response.outcome is not None:
        return Article(
            url=entry.url,
            canonical_url=None,
            title=entry.title,
            text=None,
            outcome=response.outcome,
            reason=response.reason,
        )
    return extract_page(
        response.body,
        url=response.final_url,
        content_type=response.header("content-type"),
        feed_title=entry.title,
        feed_published=entry.published_at,
        admitted_kinds=source.admit_kinds,
        now=response.fetched_at,
    )
