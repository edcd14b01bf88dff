"""Report how much of the default view is right, read by eye.

``python -m benchmarks.language.view_sample`` reports. The rows are those of
``view_sample_rows.py``. ``show --reader NAME`` prints the rows that a reader has not read, in an
order of the reader's own, with the text around them and without the verdicts of others.
``add SHEET --reader NAME`` adds the verdicts of a sheet, a line ``KEY CONTENT NAME`` each:

- CONTENT: ``r`` right, a statement whose borders can be printed; ``g`` ragged, a statement that is
  cut or holds words that are not part of it; ``w`` wrong, no statement or nobody's.
- NAME: ``r`` right; ``w`` wrong; ``n`` none given, and the article names nobody; ``m`` missing,
  none given though the article names the speaker.

``--pages unseen`` does each with the pages of ``view_sample/unseen.jsonl`` in place of the
sample's, and ``--pages looked-at`` with those of ``view_sample/looked_at.jsonl``.

Rows are matched with verdicts by page, kind and words, the verdict on
the name by the name too; what has no verdict is counted as unread. Verdicts are in
``view_sample/verdicts.jsonl``: ids, hashes and names, no text.
"""

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accuracy_rows import AccuracyRow, with_intervals
from benchmarks.data import data_folder
from benchmarks.language.resampling import Interval, interval
from benchmarks.language.view_sample_rows import Row, sample_rows, shuffled
from benchmarks.tables import Line, markdown, with_interval
from training import corpora

FILE = Path(__file__).parent / "view_sample" / "verdicts.jsonl"
FILES = {
    "sample": FILE,
    "looked-at": FILE.with_name("looked_at.jsonl"),
    "unseen": FILE.with_name("unseen.jsonl"),
}
"""Verdicts on the sample, on pages that were unseen when they were read and whose mistakes were
looked at since, and on pages that no rule was made with when they were read. The sample of the
last two are the rows of their pages."""
READERS = ("first", "second", "other")
"""The first reading, the same reader's second one, and that of another reader, who knew neither
the verdicts nor the rules that made the rows."""
CONTENTS = {"r": "right", "g": "ragged", "w": "wrong"}
NAMES = {"r": "right", "w": "wrong", "n": "none", "m": "missing"}
KINDS = ("direct", "mixed", "indirect")
NEWS = ("nae-", "scr-", "fun-", "pos-")
"""How the ids of pages begin that are of a collection of news."""
CONTEXT = 260
"""Characters printed before and behind a row for its reader."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader says of a row."""

    page: str
    content_sha256: str
    kind: str
    speaker: str
    reader: str
    content: str
    name: str


def read_verdicts(path: Path = FILE) -> list[Verdict]:
    """Read the verdicts; none where the file does not exist yet."""
    return [Verdict(**row) for row in corpora.read_rows(path)] if path.exists() else []


def write_verdicts(verdicts: Iterable[Verdict], path: Path = FILE) -> None:
    """Write verdicts, one a line, ordered by page, words and reader."""
    ordered = sorted(verdicts, key=lambda one: (one.page, one.content_sha256, one.reader))
    lines = (
        json.dumps({name: getattr(one, name) for name in Verdict.__slots__}, ensure_ascii=False)
        for one in ordered
    )
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row with what a reader says of it, None where it was not read as it is now."""

    row: Row
    content: str | None = None
    name: str | None = None


def matched(rows: Iterable[Row], verdicts: Iterable[Verdict], reader: str) -> list[ReadRow]:
    """Return every row with a reader's verdict on it."""
    known = {
        (one.page, one.content_sha256, one.kind): one for one in verdicts if one.reader == reader
    }
    result = []
    for row in rows:
        verdict = known.get((row.page, row.content_sha256, row.kind))
        same_name = verdict is not None and verdict.speaker == row.speaker
        content = verdict.content if verdict else None
        result.append(ReadRow(row, content, verdict.name if verdict and same_name else None))
    return result


def key_of(row: Row) -> str:
    """Return the short key of a row in a sheet."""
    return hashlib.sha256(f"{row.page}:{row.content_sha256}:{row.kind}".encode()).hexdigest()[:6]


def shown(row: Row) -> str:
    """Return a row for its reader: key, name, cue, source, and its words in the text around."""
    quote, text = row.quote, row.text
    start, end = quote.content[0][0], quote.content[-1][1]
    before = text[max(0, start - CONTEXT) : start].replace("\n\n", " ¶ ")
    around = "".join(
        f"⟦{text[low:high]}⟧{text[high:following]}"
        for (low, high), following in zip(
            quote.content, [span[0] for span in quote.content[1:]] + [end], strict=True
        )
    )
    behind = text[end : end + CONTEXT].replace("\n\n", " ¶ ")
    words = " ".join(f"{before}{around}{behind}".split())
    return f"{key_of(row)} {row.kind[0]} [{row.speaker or '-'}] {words}"


def added_from(lines: Iterable[str], rows: Iterable[Row], reader: str) -> Iterator[Verdict]:
    """Yield the verdicts of a sheet.

    Raises:
        ValueError: a line is not "KEY CONTENT NAME", or no row of the sample has its key.
    """
    by_key = {key_of(row): row for row in rows}
    for line in lines:
        if not line.strip():
            continue
        parts = line.split()
        row = by_key.get(parts[0])
        if row is None or len(parts) != 3 or parts[1] not in CONTENTS or parts[2] not in NAMES:
            raise ValueError(f"no row has this key, or no verdict is {line!r}: see --help")
        yield Verdict(
            row.page,
            row.content_sha256,
            row.kind,
            row.speaker,
            reader,
            CONTENTS[parts[1]],
            NAMES[parts[2]],
        )


def counts_by_page(read: Iterable[ReadRow]) -> list[Counter[tuple[str, str]]]:
    """Count (kind or "speaker", verdict) of each page; unread ones as "unread".

    There is no sum over kinds: mixed quotes are sampled more often than they come.
    """
    pages: dict[str, Counter[tuple[str, str]]] = {}
    for one in read:
        counts = pages.setdefault(one.row.page, Counter())
        counts[one.row.kind, one.content or "unread"] += 1
        if one.row.speaker:
            counts["speaker", one.name or "unread"] += 1
        elif one.name:
            counts["speaker", one.name] += 1
    return list(pages.values())


def precision(kind: str, counts: Mapping[tuple[str, str], int]) -> float:
    """Return the share of right rows of a kind among those read; of names among those given."""
    judged = ("right", "wrong") if kind == "speaker" else tuple(CONTENTS.values())
    whole = sum(counts.get((kind, verdict), 0) for verdict in judged)
    return counts.get((kind, "right"), 0) / whole if whole else 0.0


def _around(pages: Iterable[Counter[tuple[str, str]]], kind: str) -> Interval:
    of_kind = [Counter({key: n for key, n in page.items() if key[0] == kind}) for page in pages]
    return interval(of_kind, lambda counts: precision(kind, counts))


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Return Cohen's kappa of two readings (Cohen 1960): agreement beyond what chance gives."""
    if not pairs:
        return 0.0
    agreed = sum(one == other for one, other in pairs) / len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    by_chance = sum(first[label] * second[label] for label in first) / len(pairs) ** 2
    return (agreed - by_chance) / (1 - by_chance) if by_chance < 1 else 1.0


def report(rows: Sequence[Row], verdicts: Sequence[Verdict]) -> str:
    """Return the precision of each reading with intervals over pages, and how far they agree."""
    readings = {reader: matched(rows, verdicts, reader) for reader in READERS}
    table: list[list[str]] = []
    for reader, read in readings.items():
        table += _lines(reader, "all", counts_by_page(read))
        news = [one for one in read if is_news(one.row.page)]
        table += _lines(reader, "news", counts_by_page(news))
    head = ["reading", "pages", "rows", "right", "ragged", "wrong", "missing", "unread", "right, %"]
    pages = {row.page for row in rows}
    number = sum(map(is_news, pages))
    about = f"{len(rows)} rows of {len(pages)} pages, {number} of them news."
    return f"{about}\n\n{markdown(head, table)}\n\n{agreement(readings)}"


def is_news(page: str) -> bool:
    """Tell whether a page is of a collection of news; the others hold guides, blogs, products."""
    return page.startswith(NEWS)


def _lines(
    reader: str, which: str, pages: Sequence[Counter[tuple[str, str]]]
) -> Iterator[list[str]]:
    total: Counter[tuple[str, str]] = sum(pages, Counter())
    for kind in (*KINDS, "speaker"):
        numbers = [total[kind, verdict] for verdict in ("right", "ragged", "wrong")]
        if sum(numbers):
            missing = str(total[kind, "missing"]) if kind == "speaker" else ""
            share = with_interval(precision(kind, total), _around(pages, kind))
            yield [
                reader,
                which,
                kind,
                *map(str, numbers),
                missing,
                str(total[kind, "unread"]),
                share,
            ]


def accuracy_rows(rows: Sequence[Row], verdicts: Sequence[Verdict]) -> list[AccuracyRow]:
    """Return the rows of ``mart.accuracy`` from the first reading."""
    read = matched(rows, verdicts, READERS[0])
    result = []
    for test_set, chosen in (
        ("pages of all kinds, read by eye", read),
        ("news pages, read by eye", [one for one in read if is_news(one.row.page)]),
    ):
        pages = counts_by_page(chosen)
        total: Counter[tuple[str, str]] = sum(pages, Counter())
        for kind in (*KINDS, "speaker"):
            judged = ("right", "wrong") if kind == "speaker" else tuple(CONTENTS.values())
            row = AccuracyRow(
                part="",
                mart="who_said_what",
                column="speaker_name" if kind == "speaker" else "quote_text",
                grade="A, B",
                kind=kind if kind in KINDS else "",
                test_set=test_set,
                tuned_on="yes",
                n=sum(total[kind, verdict] for verdict in judged),
                precision=precision(kind, total),
            )
            result.append(with_intervals(row, _around(pages, kind)))
    return result


def readme_lines(rows: Sequence[Row], verdicts: Sequence[Verdict]) -> list[Line]:
    """Return the rows of the short table from the first reading."""
    total: Counter[tuple[str, str]] = sum(
        counts_by_page(matched(rows, verdicts, READERS[0])), Counter()
    )
    lines = []
    for kind in (*KINDS, "speaker"):
        what = "speaker's name right where given" if kind == "speaker" else f"{kind} quotes right"
        n = sum(total[kind, verdict] for verdict in ("right", "ragged", "wrong"))
        data = f"pages of all kinds, guides and blogs too ({n:,})"
        lines.append(Line(f"{what}, by eye", data, precision(kind, total)))
    return lines


def agreement(readings: Mapping[str, Sequence[ReadRow]]) -> str:
    """Return how far each later reading agrees with the first, a sentence for rows and names."""
    sentences = []
    for reader in READERS[1:]:
        both = list(zip(readings[READERS[0]], readings[reader], strict=True))
        contents = [(a.content, b.content) for a, b in both if a.content and b.content]
        names = [(a.name, b.name) for a, b in both if a.name and b.name]
        sentences += [
            f"Of {len(pairs):,} {what} the first and the {reader} reading say the same of "
            f"{sum(a == b for a, b in pairs):,}; Cohen's kappa is {kappa(pairs):.2f}."
            for what, pairs in (("rows", contents), ("names", names))
            if pairs
        ]
    return " ".join(sentences) or "Nobody has read the rows a second time."


def main() -> None:
    """Report, show unread rows, or add a sheet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", nargs="?", choices=["report", "show", "add"], default="report")
    parser.add_argument("sheet", nargs="?", type=Path)
    parser.add_argument("--reader", choices=READERS, default="first")
    parser.add_argument("--pages", choices=list(FILES), default="sample", help="which verdicts")
    options = parser.parse_args()
    file = FILES[options.pages]
    verdicts = read_verdicts(file)
    ids = None if options.pages == "sample" else {one.page for one in verdicts}
    rows = sample_rows(data_folder(), ids=ids)
    if options.action == "show":
        for one in matched(shuffled(rows, options.reader), verdicts, options.reader):
            if one.content is None or one.name is None:
                sys.stdout.write(shown(one.row) + "\n")
        return
    if options.action == "add":
        lines = options.sheet.read_text(encoding="utf-8").splitlines()
        new = list(added_from(lines, rows, options.reader))
        replaced = {(one.page, one.content_sha256, one.reader) for one in new}
        kept = [
            one for one in verdicts if (one.page, one.content_sha256, one.reader) not in replaced
        ]
        verdicts = [*kept, *new]
        write_verdicts(verdicts, file)
    sys.stdout.write(report(rows, verdicts) + "\n")


if __name__ == "__main__":
    main()
