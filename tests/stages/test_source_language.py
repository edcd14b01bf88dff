"""The language that a source declares, through the real load stage."""

from dataclasses import replace

import pytest

from pipeline.settings import settings
from tests.stages import archived
from tests.stages.archived import html, loaded, paragraphs
from tests.warehouse.stories import HARBOUR, begin

SHORT = [
    "Anna Holm, Per Aasen, Ida Marlow, Joan Achieng, Rui Tavares.",
    "Nora Dahl, Otto Lind, Mary Reyes, Ines Moor, Jan Kok.",
    "Pia Berg, Tom Hale, Eva Sand, Leo Park, Kim Voss.",
]
"""Thirty words of names: too few words to show a language."""


@pytest.fixture
def archive(store, store_dsn, monkeypatch):
    """A store with an archive beside it, as the settings name them."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    return store


@pytest.mark.parametrize(
    ("declared", "stated", "body", "language"),
    [
        ("fr", "en", SHORT, "fr"),  # templates often state a wrong language
        ("fr", "en", None, "en"),  # the text itself decides where it is long enough
        ("en", "fr", SHORT, "fr"),  # a source whose file names no language has "en"
        ("en", "", SHORT, "en"),
    ],
)
def test_a_text_without_a_clear_language_gets_its_sources_language(
    archive, monkeypatch, declared, stated, body, language
):
    outlet = replace(HARBOUR, language=declared)
    monkeypatch.setattr(archived, "begin", lambda conn, name: begin(conn, name, [outlet]))
    page = html(1, body=body or paragraphs(1)).replace("lang=en", f"lang='{stated}'")
    assert loaded(archive, {1: page}) == {"loaded": 1}
    found = archive.execute("select language_code, language_confidence > 0.5 from mart.articles")
    assert found.fetchall() == [(language, body is None)]
