"""HTML bytes in, article out: ``extract_page`` is the room's door for pages."""

from pipeline.records import Article


def extract_page(
    body: bytes,
    *,
    url: str | None,
    content_type: str | None = None,
    feed_title: str | None = None,
    feed_published: str | None = None,
) -> Article:
    """Return the article of a page, whatever the bytes; never raises.

    Args:
        body: the page in its own charset, decompressed.
        url: where it was found, or None.
        content_type: the HTTP header, for its charset.
        feed_title: the title a feed gave for it, used where the page has none.
        feed_published: the publication time a feed gave, ISO 8601.
    """
    import trafilatura

    text = trafilatura.extract(body, url=url, include_comments=False)
    return Article(
        url=url, canonical_url=url, title=feed_title, text=text, published_at=feed_published
    )
