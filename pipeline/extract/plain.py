"""Plain text in, article out: ``extract_text`` is the room's door for text others scraped."""

from pipeline.records import Article


def extract_text(text: str, *, url: str | None = None) -> Article:
    """Return the article of a plain text: title found, paragraphs joined by a blank line."""
    return Article(url=url, canonical_url=url, title=None, text=text)
