"""Pages of the demo site give exactly the content of their golden files."""

import pytest

from pipeline.extract.version import EXTRACTION_VERSION
from tests.golden.pages import FOLDER, VERSION_FILE, as_json, extracted, file_of

pytestmark = pytest.mark.slow

ADVICE = (
    "the extraction's results changed: raise EXTRACTION_VERSION in pipeline/extract/version.py and "
    "run `python -m tests.golden.regenerate`, or correct the change"
)


def test_pages_give_their_golden_files():
    found = extracted()
    assert {file_of(page_id) for page_id in found} == set(FOLDER.rglob("*.json")), ADVICE
    for page_id, row in found.items():
        assert as_json(row) == file_of(page_id).read_text(encoding="utf-8"), ADVICE
    assert VERSION_FILE.read_text(encoding="utf-8").strip() == EXTRACTION_VERSION, ADVICE
