"""Discover: from a source to its links, by feeds, sitemaps, section pages, lists and files."""
