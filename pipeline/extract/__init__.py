"""Extract articles (text, title, authors, times, language, kind) from pages and plain texts.

The entry points are ``page.extract_page`` for HTML, and ``plain_text.extract_text`` and
``plain_text.extract_text_bytes`` for plain text. Each works on one page alone, without network and
database.
"""
