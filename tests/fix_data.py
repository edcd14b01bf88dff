"""The measuring data beside the checkout: used when it is there, skipped by name when it is not."""

import os
from pathlib import Path

import pytest


def data_folder() -> Path:
    return Path(os.environ.get("DATELINE_DATA", Path(__file__).parents[2] / "shared" / "data"))


def needs_data(name: str) -> Path:
    """Return the folder ``name`` of the measuring data, or skip the test naming what is missing."""
    folder = data_folder() / name
    if not folder.exists():
        pytest.skip(
            f"measuring data {name!r} is not at {folder}: set DATELINE_DATA to run this test"
        )
    return folder


@pytest.fixture
def seed_articles() -> Path:
    return needs_data("seed-articles")


@pytest.fixture
def news_pages() -> Path:
    return needs_data("news-pages")


@pytest.fixture
def dedup_data() -> Path:
    return needs_data("dedup")
