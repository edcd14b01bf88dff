"""Stages of these tests fork their page workers from a process that has read a page."""

import pytest


@pytest.fixture(autouse=True)
def _preloaded(preloaded):
    """Load it for each test of this folder."""
