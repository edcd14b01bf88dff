"""Remove from an article's body what is not the article, each block with its reason.

``cleaner.clean_article`` is the entry point. General patterns work from the first page of a host;
site memory, which knows what the host repeats, works from its third.
"""
