"""Pages of the demo site give what their golden files say, to the letter."""

from tests.golden.pages import FOLDER, as_json, extracted, file_of

AGAIN = "if this is what you want: python -m tests.golden.regenerate"


def test_pages_give_their_golden_files():
    found = extracted()
    assert {file_of(page_id) for page_id in found} == set(FOLDER.rglob("*.json")), AGAIN
    for page_id, row in found.items():
        assert as_json(row) == file_of(page_id).read_text(encoding="utf-8"), AGAIN
