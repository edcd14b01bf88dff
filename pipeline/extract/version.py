"""The version of the rules that make an article of a page: extraction and cleaning together.

It is stored with every article version (``extractor_version``). By it a publisher's edit is
distinguished from a change of our rules, and ``dateline reprocess`` finds the pages to extract
again.
"""

EXTRACTION_VERSION = "9"
"""Raise it by one when a change of the code or of its word lists gives other texts or metadata.

``tests/golden/test_pages.py`` compares pages of the demo site with recorded results and fails until
the version is raised or the change is corrected. Comments, renames and moves do not raise it. Rows
stored before this number existed have "0.1.0" there, the version of the package."""
