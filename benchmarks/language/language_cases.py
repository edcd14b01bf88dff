"""Check the small texts of ``../shared/cases``: ``python -m benchmarks.language.language_cases``.

Each case is a text whose quotes were once wrong. Where the case lists the quotes that are right,
each must be found with that speaker, in the default view (grade A or B). Where it says in a
sentence what is right, ``WANTED`` has the same as speakers that may and may not stand there. What a
case says of names is not checked here.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.data import data_folder
from pipeline.annotate.annotator import Annotator
from pipeline.models import Quote


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the default view of a text may show: the speakers of its quotes and its words."""

    speakers: frozenset[str | None] = frozenset()
    """The only speakers that quotes may have; empty: no quote at all."""
    fewest: int = 0
    """Quotes that must be there."""
    only_marked: bool = False
    """Whether every content must begin with a quotation mark."""


def _speakers(*names: str | None) -> frozenset[str | None]:
    return frozenset(names)


WANTED = {
    "she-before-name-standfirst": Wanted(_speakers("Donna Kellan"), 2),
    "family-first-person": Wanted(_speakers(None)),
    "agency-by-description": Wanted(_speakers("Norrland space agency", "Roskemos"), 2),
    "report-suggested": Wanted(_speakers("report"), 1),
    "letter-argued": Wanted(_speakers(None, "letter")),
    "title-of-product": Wanted(),
    "like-quotation": Wanted(_speakers(None)),
    "acts-not-statements": Wanted(),
    "research-verbs": Wanted(),
    "recipe-instructions": Wanted(),
    "worth-noting": Wanted(_speakers(None)),
    "joked-overreach": Wanted(_speakers(None, "Field"), 1, only_marked=True),
    "places-as-people": Wanted(),
}


def wrong_in(case: dict[str, Any], name: str, annotator: Annotator) -> list[str]:
    """Return what is wrong with the quotes of a case, one line each; none where all is right."""
    text = case["text"]
    [annotation] = annotator.annotate([text], [case.get("title")])
    kept = [quote for quote in annotation.quotes if quote.grade != "C"]
    listed = case["expected"]["quotes"] if isinstance(case["expected"], dict) else None
    faults = [
        f"not found: {speaker}: {words}"
        for words, speaker in listed or ()
        if not any(words in _words(text, q) and speaker in (q.speaker or "") for q in kept)
    ]
    if wanted := WANTED.get(name):
        faults += [
            f"wrong: {quote.speaker}: {_words(text, quote)}"
            for quote in kept
            if quote.speaker not in wanted.speakers
            or (wanted.only_marked and _words(text, quote)[:1] not in '“"')
        ]
        if len(kept) < wanted.fewest:
            faults.append(f"{len(kept)} quotes, wanted {wanted.fewest}")
    return faults


def _words(text: str, quote: Quote) -> str:
    return " ".join(text[start:end] for start, end in quote.content)


def check(path: Path) -> dict[str, list[str]]:
    """Return the faults of every case of a file."""
    annotator = Annotator.load()
    cases = json.loads(path.read_text(encoding="utf-8"))
    return {name: wrong_in(case, name, annotator) for name, case in cases.items()}


def main() -> None:
    """Check all cases, write what is wrong, and exit with 1 if anything is."""
    found = check(data_folder().parent / "cases" / "language.json")
    for name, faults in found.items():
        sys.stdout.write(f"{'wrong' if faults else 'right':6}{name}\n")
        sys.stdout.writelines(f"      {fault}\n" for fault in faults)
    wrong = sum(map(bool, found.values()))
    sys.stdout.write(f"{len(found) - wrong} of {len(found)} cases right\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
