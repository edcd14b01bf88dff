"""Discover: from a source to the links it offers: feeds, sitemaps, sections, lists, files."""
