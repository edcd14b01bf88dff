"""Writes the golden files anew: ``python -m tests.golden.regenerate``; then read the diff."""

import shutil

from tests.golden.pages import FOLDER, as_json, extracted, file_of


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    for page_id, row in extracted().items():
        file_of(page_id).parent.mkdir(parents=True, exist_ok=True)
        file_of(page_id).write_text(as_json(row), encoding="utf-8")


if __name__ == "__main__":
    main()
