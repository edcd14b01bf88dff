"""Write the golden files again: ``python -m tests.golden.regenerate``; then review the diff."""

import shutil

from pipeline.extract.version import EXTRACTION_VERSION
from tests.golden.pages import FOLDER, VERSION_FILE, as_json, extracted, file_of


def main():
    rows = {file_of(page_id): as_json(row) for page_id, row in extracted().items()}
    if rows != current() and is_version_recorded():
        raise SystemExit(
            f"the results differ from those of extraction version {EXTRACTION_VERSION}: raise "
            "EXTRACTION_VERSION in pipeline/extract/version.py, or correct the change"
        )
    shutil.rmtree(FOLDER, ignore_errors=True)
    for path, row in rows.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(row, encoding="utf-8")
    VERSION_FILE.write_text(EXTRACTION_VERSION + "\n", encoding="utf-8")


def current():
    return {path: path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.json")}


def is_version_recorded():
    recorded = VERSION_FILE.read_text(encoding="utf-8") if VERSION_FILE.exists() else ""
    return recorded.strip() == EXTRACTION_VERSION


if __name__ == "__main__":
    main()
