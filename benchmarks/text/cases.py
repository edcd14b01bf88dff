"""Print which of the small made-up pages in ``shared/cases/pages`` come out as they should.

``python -m benchmarks.text.cases`` prints a line for each page that does not, with what is wrong,
and the count of those that do.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.data import data_folder
from pipeline.clean.cleaner import clean_article
from pipeline.extract.page import extract_page
from pipeline.models import Article
from pipeline.text import normalise


def faults(page: bytes, url: str | None, expected: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the article of a page; nothing where all is as expected."""
    article = clean_article(extract_page(page, url=url), None)
    yield from _wrong_facts(article, expected)
    text = normalise(article.text or "")
    for piece in expected.get("holds", ()):
        if normalise(piece) not in text:
            yield f"lacks {piece[:70]!r}"
    for piece in expected.get("must_not_hold", ()):
        if normalise(piece) in text:
            yield f"holds {piece[:70]!r}"
    if expected.get("once"):
        counts = Counter(filter(None, map(normalise, re.split(r"\n+", article.text or ""))))
        yield from (f"twice {line[:70]!r}" for line, count in counts.items() if count > 1)


def _wrong_facts(article: Article, expected: Mapping[str, Any]) -> Iterator[str]:
    found = {
        "authors": list(article.authors),
        "authors_ci": [name.casefold() for name in article.authors],
        "published": (article.published_at or "")[:10],
        "modified": (article.modified_at or "")[:10],
    }
    for key, value in found.items():
        wanted = expected.get(key, value)
        wanted = [each.casefold() for each in wanted] if key == "authors_ci" else wanted
        if value != wanted:
            yield f"{key} {value!r} for {wanted!r}"


def main() -> None:
    """Print the faults of each page and how many pages are right."""
    folder = Path(data_folder()).parent / "cases" / "pages"
    right = 0
    files = sorted(folder.glob("*.json"))
    for file in files:
        case = json.loads(file.read_text(encoding="utf-8"))
        page = file.with_suffix(".html").read_bytes()
        wrong = list(faults(page, case.get("url"), case["expected"]))
        right += not wrong
        sys.stdout.writelines(f"{file.stem}: {fault}\n" for fault in wrong)
    sys.stdout.write(f"{right} of {len(files)} pages are right\n")


if __name__ == "__main__":
    main()
