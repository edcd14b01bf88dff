"""Check that annotation time is linear in the text: ``python -m benchmarks.speed.growth``.

The rules run without the tagger, on generated texts each of which is hard for one rule.
"""

import re
import sys
import time
from collections.abc import Callable

from pipeline.annotate.annotator import TaggedText, annotate_spans
from pipeline.annotate.spans import CharSpan

BOUND = 3.0
"""Allowed ratio of times for a text of double length: 2 is linear, 4 is quadratic."""
SLACK = 0.02
"""Seconds by which a time may be wrong."""


def _name(number: int) -> str:
    letters = ""
    while number or not letters:
        letters, number = letters + chr(97 + number % 26), number // 26
    return f"B{letters}o"


def _lines(pattern: str) -> Callable[[int], str]:
    return lambda n: "\n".join(pattern.format(_name(number)) for number in range(n))


SHAPES: dict[str, tuple[Callable[[int], str], dict[str, str], int]] = {
    "no sentence ends": (
        lambda n: "holm said rain came so " * n,
        {"Source": "holm", "Cue": "said", "Content": "rain came"},
        400,
    ),
    "quotations without sentence ends": (
        lambda n: "“we all go home,” she said, " * n,
        {"Source": "she", "Cue": "said", "Content": "“[^”]*”"},
        400,
    ),
    "one surname": (_lines("{} Holm said so."), {"PERSON": r"B\w+ Holm", "Cue": "said"}, 600),
    "one given name": (_lines("Ida {} said so."), {"PERSON": r"Ida B\w+", "Cue": "said"}, 600),
    "one kind of body": (
        _lines("{} Council met the Council."),
        {"ORG": r"(?:B\w+ )?Council"},
        1500,
    ),
    "one abbreviation": (_lines("Bo {} Ba (BBB) met BBB."), {"ORG": r"Bo B\w+ Ba|BBB"}, 600),
    "a cue without source a line": (_lines("{} said"), {"PERSON": r"B\w+", "Cue": "said"}, 2500),
    "labels": (_lines("{}: “We go home and stay.”"), {"PERSON": r"B\w+o"}, 600),
    "marks": (lambda n: '"a ' * n, {}, 4_000),
    "capitals": (
        lambda n: _lines("{}")(n).upper().replace("\n", " "),
        {"PERSON": r"B\w+ B\w+"},
        1200,
    ),
}


def _seconds(text: str, patterns: dict[str, str]) -> float:
    spans = sorted(
        CharSpan(*match.span(), label)
        for label, pattern in patterns.items()
        for match in re.finditer(rf"\b{pattern}\b" if pattern[0] != "“" else pattern, text)
    )
    roles = {"Source", "Cue", "Content"}
    read = TaggedText(
        tuple(span for span in spans if span.label not in roles),
        tuple(span for span in spans if span.label in roles),
    )
    start = time.process_time()
    annotate_spans(text, read)
    return time.process_time() - start


def main() -> None:
    """Print for each shape the seconds for a text, and the ratio for a text of double length."""
    for shape, (make, patterns, n) in SHAPES.items():
        _seconds(make(50), patterns)
        once, twice = (min(_seconds(make(k * n), patterns) for _ in range(3)) for k in (1, 2))
        verdict = "" if twice <= BOUND * once + SLACK else "  more than linear"
        sys.stdout.write(f"{shape:40}{once:8.2f} s{twice / once:8.1f} times{verdict}\n")


if __name__ == "__main__":
    main()
