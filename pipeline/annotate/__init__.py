"""Annotate one text: find its names, and its quotes with their speakers."""
