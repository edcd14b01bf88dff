"""Articles from which ``made_copies`` generates copies: none that the data set ``dedup`` holds.

They come from polnear, worldwide-ner, news-pages and gum-news. An article that shares a run of
words with a row of ``dedup`` or with another article taken is left out.
"""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.dedupe.fingerprints import fingerprints

MIN_WORDS, MAX_WORDS = 120, 1_600
ADDRESS = re.compile(r"^\s*(?:https?://|www\.)\S+$", re.MULTILINE)


def read_rows(data: Path) -> list[dict[str, Any]]:
    """Return the rows of ``dedup/dev.jsonl.gz``."""
    return list(_json_lines(data / "dedup" / "dev.jsonl.gz"))


def bases(data: Path) -> list[str]:
    """Return articles of 120 to 1,600 words, no two of which share a long run of words."""
    taken: set[int] = {key for row in read_rows(data) for key in fingerprints(row["text"])}
    chosen: list[str] = []
    for given in _articles(data):
        text = ADDRESS.sub("", given).strip()
        if not MIN_WORDS <= len(text.split()) <= MAX_WORDS:
            continue
        keys = set(fingerprints(text))
        if not keys & taken:
            chosen.append(text)
        taken |= keys
    return chosen


def boilerplate_lines(data: Path) -> list[str]:
    """Return the distinct boilerplate lines of real pages that have 2 to 60 words, sorted."""
    lines = _json_lines(data / "news-pages" / "boilerplate_lines.jsonl")
    return sorted({row["line"] for row in lines if 2 <= len(row["line"].split()) <= 60})


def _articles(data: Path) -> Iterator[str]:
    for name in ("polnear/train.jsonl.gz", "polnear/dev.jsonl", "news-pages/gold.jsonl.gz"):
        for row in _json_lines(data / name):
            if row.get("text") and row.get("lang", "en") == "en":
                yield row["text"]
    for part in ("train", "dev"):
        yield from _worldwide_texts(data / "worldwide-ner" / f"{part}.jsonl.gz")
    for part in ("train", "dev"):
        for row in _json_lines(data / "gum-news" / f"news.{part}.jsonl"):
            yield row["text"]
        for row in _json_lines(data / "gum-news" / f"other.{part}.jsonl.gz"):
            yield row["text"]


def _worldwide_texts(path: Path) -> Iterator[str]:
    """Yield the texts of worldwide-ner, its sentences joined to paragraphs of two."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in _json_lines(path):
        blanks = [" " if blank else "" for blank in row["spaces"] or [1] * len(row["tokens"])]
        pairs = zip(row["tokens"], blanks, strict=True)
        found[row["id"].split("#")[0]].append("".join(word + blank for word, blank in pairs))
    for lines in found.values():
        yield "\n\n".join(" ".join(lines[at : at + 2]) for at in range(0, len(lines), 2))


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
