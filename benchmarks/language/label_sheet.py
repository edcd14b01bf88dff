"""Turn a sheet of labels, written while reading, into positions: the labelling aid of a gold set.

``python -m benchmarks.language.label_sheet show ID …`` prints articles with numbered paragraphs.
``python -m benchmarks.language.label_sheet add SHEET`` resolves a sheet against the texts and adds
its articles to ``news_attributions/articles.jsonl``. A sheet quotes words of the articles, so it is
kept outside the repository; the file that it is turned into has positions and names only.

A sheet has a line ``@ id, half, kind of page`` for each article, then a line for each attribution::

    5m | Kamandag .. region.” | said | Commandant Rojas | Arturo Rojas = Rojas
    7d | q | told | the director | Vicente Blanco
    9i? | cut .. jobs | plans to | the firm^8 | Example Ltd

These are paragraph and kind (d, m, i; ``?`` where it is open whether it is a statement),
content, cue, source and name. Content is ``first words .. last words``; either may be left out
and is then the paragraph's edge. Several spans are joined by `` + ``. ``q`` is everything between
quotation marks in the paragraph, ``q2`` its second quotation. ``#2`` behind words takes their
second occurrence, ``^8`` those of paragraph 8. Cue and source stand nearest the content unless
told otherwise. ``-`` is nothing. Several speakers are joined by `` && ``; forms that are as good
follow `` = ``.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.data import data_folder
from benchmarks.language.attribution_scores import Span
from benchmarks.language.news_articles import (
    KINDS,
    ArticleLabels,
    AttributionLabel,
    gold_texts,
    read_articles,
    text_hash,
    write_articles,
)

_QUOTED = re.compile(r"“[^”]*(?:”|$)|\"[^\"]*(?:\"|$)")
_PARAGRAPH = re.compile(r"\S(?:(?!\n\n).)*", re.DOTALL)


class SheetError(ValueError):
    """A line of a sheet whose words do not stand in the text."""


def paragraphs(text: str) -> list[Span]:
    """Return where the paragraphs of a text stand; a blank line parts them."""
    return [match.span() for match in _PARAGRAPH.finditer(text)]


def resolve(text: str, line: str) -> AttributionLabel:
    """Turn one line of a sheet into a label.

    Raises:
        SheetError: the line has not five fields, or its words are not in the text.
    """
    fields = [field.strip() for field in line.split("|")]
    head = re.fullmatch(r"(\d+)([dmi])(\??)", fields[0])
    if head is None or len(fields) != 5:
        raise SheetError(f"no five fields, or no paragraph and kind: {line!r}")
    number = int(head[1])
    places = paragraphs(text)
    content = tuple(_contents(text, places, number, fields[1]))
    cue = tuple(
        _nearest(text, places, number, words, content) for words in _several(fields[2], " + ")
    )
    source = tuple(
        _nearest(text, places, number, words, cue or content)
        for words in _several(fields[3], " + ")
    )
    names = [name.split(" = ") for name in _several(fields[4], " && ")]
    return AttributionLabel(
        kind=KINDS[head[2]],
        content=content,
        cue=cue,
        source=source,
        speakers=tuple(forms[0].strip() for forms in names),
        also={forms[0].strip(): [f.strip() for f in forms[1:]] for forms in names if forms[1:]},
        statement=not head[3],
    )


def _several(field: str, joint: str) -> list[str]:
    return [] if field in ("-", "") else [part.strip() for part in field.split(joint)]


def _contents(text: str, places: list[Span], number: int, field: str) -> Iterator[Span]:
    start, end = places[number]
    quoted = [
        (start + match.start(), start + match.end()) for match in _QUOTED.finditer(text[start:end])
    ]
    for part in _several(field, " + "):
        if part == "q":
            yield from quoted
        elif re.fullmatch(r"q\d", part):
            yield quoted[int(part[1]) - 1]
        else:
            first, dots, last = part.partition("..")
            begin = _find(text, (start, end), first)[0] if first.strip() else start
            if not dots:
                yield _find(text, (start, end), part)
            elif last.strip():
                yield begin, _find(text, (begin, end), last)[1]
            else:
                yield begin, end


def _find(text: str, place: Span, words: str) -> Span:
    """Return where words stand, the n-th time where they end in ``#n``."""
    words, _, number = words.strip().partition("#")
    found = [
        match.span() for match in re.finditer(re.escape(words.strip()), text[place[0] : place[1]])
    ]
    nth = int(number or 1)
    if len(found) < nth:
        raise SheetError(f"{words!r} stands {len(found)} times in {text[slice(*place)]!r}")
    low, high = found[nth - 1]
    return place[0] + low, place[0] + high


def _nearest(
    text: str, places: list[Span], number: int, words: str, near: tuple[Span, ...]
) -> Span:
    """Return the words' place that is nearest other spans and outside them if it can be."""
    words, _, elsewhere = words.partition("^")
    place = places[int(elsewhere)] if elsewhere else places[number]
    if "#" in words or elsewhere:
        return _find(text, place, words)
    pattern = rf"(?<!\w){re.escape(words.strip())}(?!\w)"
    found = [
        (place[0] + match.start(), place[0] + match.end())
        for match in re.finditer(pattern, text[place[0] : place[1]])
    ]
    if not found:
        raise SheetError(f"{words!r} does not stand in {text[slice(*place)]!r}")

    def distance(span: Span) -> tuple[bool, int]:
        within = any(low < span[1] and span[0] < high for low, high in near)
        gaps = [max(low - span[1], span[0] - high, 0) for low, high in near]
        return within, min(gaps, default=0)

    return min(found, key=distance)


def read_sheet(lines: Iterable[str], texts: dict[str, Any]) -> Iterator[ArticleLabels]:
    """Yield the labelled articles of a sheet.

    Raises:
        SheetError: with the article and the line, all faulty lines of a sheet together.
    """
    faults: list[str] = []
    head: tuple[str, ...] = ()
    labels: list[AttributionLabel] = []
    done: list[ArticleLabels] = []
    for line in [*lines, "@ , , "]:
        if line.startswith("@"):
            if head:
                done.append(_article(head, labels, texts))
            head, labels = tuple(part.strip() for part in line[1:].split(",")), []
        elif line.strip() and not line.startswith("#"):
            try:
                labels.append(resolve(texts[head[0]]["text"], line))
            except (SheetError, IndexError) as error:
                faults.append(f"{head[0]}: {line.strip()}: {error}")
    if faults:
        raise SheetError("\n".join(faults))
    yield from done


def _article(
    head: tuple[str, ...], labels: list[AttributionLabel], texts: dict[str, Any]
) -> ArticleLabels:
    row = texts[head[0]]
    ordered = sorted(labels, key=lambda label: label.content)
    return ArticleLabels(
        id=head[0],
        domain=row["host_group"],
        half=head[1],
        kind=head[2],
        text_sha256=text_hash(row["text"]),
        attributions=tuple(ordered),
    )


def main() -> None:
    """Show articles, or add a sheet to the gold set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["show", "add"])
    parser.add_argument("what", nargs="+", help="ids of articles, or sheets")
    options = parser.parse_args()
    texts = gold_texts(data_folder())
    if options.action == "show":
        for page in options.what:
            sys.stdout.write(f"===== {page} {texts[page]['host_group']} {texts[page]['title']}\n")
            places = paragraphs(texts[page]["text"])
            for number, (start, end) in enumerate(places):
                sys.stdout.write(f"[{number}] {texts[page]['text'][start:end]}\n")
        return
    articles = {article.id: article for article in read_articles()}
    for sheet in options.what:
        try:
            lines = Path(sheet).read_text(encoding="utf-8").splitlines()
            articles |= {article.id: article for article in read_sheet(lines, texts)}
        except SheetError as error:
            sys.exit(f"{sheet}:\n{error}")
    write_articles(articles.values())
    number = sum(len(article.attributions) for article in articles.values())
    sys.stdout.write(f"{len(articles)} articles, {number} attributions\n")


if __name__ == "__main__":
    main()
