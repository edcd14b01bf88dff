"""Write a page of real mistakes and count their kinds: ``python -m benchmarks.language.mistakes``.

The page, ``.dateline/errors/index.html``, shows 30 mistakes of every class, drawn with a fixed
seed, with the words around them. The words belong to the corpora, so the page stays out of the
repository; the counts are printed for the docs.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.data import data_folder
from benchmarks.language import speakers
from benchmarks.language.mistake_kinds import (
    CONTENT_KINDS,
    SOURCE_KINDS,
    SPAN_KINDS,
    Mistake,
    content_mistakes,
    source_mistakes,
    span_mistakes,
)
from benchmarks.language.mistake_page import SAMPLE, Case, page
from benchmarks.language.readings import Readings, as_parts, as_roles, gold_parts, mentions_as_nine
from benchmarks.language.speakers import SpeakerAnswer
from benchmarks.tables import markdown
from pipeline.annotate.annotator import Annotator
from training import corpora

FOLDER = Path(__file__).parents[2] / ".dateline" / "errors"
SPEAKER_KINDS = {
    "wrong": "another name is given",
    "unknown": "the quote is found, nobody is named",
    "missed": "the quote is not found",
}


def cases(readings: Readings) -> list[Case]:
    """Return all mistakes in names, quotes and speakers of both corpora."""
    names: list[Mistake] = []
    quotes: list[Mistake] = []
    for number, document in enumerate(readings.named):
        found = mentions_as_nine(readings.names[number])
        names += span_mistakes(number, document.spans, found)
    for number, row in enumerate(readings.rows):
        parts, gold = as_parts(readings.quoted[number]), gold_parts(row)
        cues = {(a, b, "Cue") for quote in readings.quoted[number].quotes for a, b in quote.cue}
        roles = readings.attributed[number].spans
        quotes += span_mistakes(number, roles, as_roles(parts) | cues)
        quotes += content_mistakes(number, gold, parts)
        quotes += source_mistakes(number, gold, parts)
    ids = [(document.id, document.text) for document in readings.named]
    articles = [(row["id"], row["text"]) for row in readings.rows]
    return [
        *(_case(mistake, *ids[mistake.article]) for mistake in names),
        *(_case(mistake, *articles[mistake.article]) for mistake in quotes),
        *speaker_cases(readings),
    ]


def _case(mistake: Mistake, article: str, text: str) -> Case:
    return Case(mistake.group, mistake.kind, article, text, mistake.gold, mistake.found)


def speaker_cases(readings: Readings) -> list[Case]:
    """Return the gold quotes whose speaker is wrong, unknown or missed."""
    rows = zip(readings.rows, readings.quoted, strict=True)
    by_id = {row["id"]: (row["text"], annotation) for row, annotation in rows}
    annotations = {article: annotation for article, (_, annotation) in by_id.items()}
    answers = speakers.match_gold(speakers.read_gold(), annotations)
    return [_speaker_case(a, by_id[a.gold.id][0]) for a in answers if a.verdict != "right"]


def _speaker_case(answer: SpeakerAnswer, text: str) -> Case:
    """Return a wrong answer as a case, with the gold and the given names in its note."""
    gold, found = answer.gold, answer.found
    wanted = " and ".join(gold.speakers) or f"(unnamed: {gold.unnamed})"
    spans = tuple((start, end, "Content") for start, end in gold.content)
    got = tuple((start, end, "Content") for start, end in found.content) if found else ()
    note = (
        f"written as {gold.form}; gold: {wanted}; given: {found.speaker if found else 'no quote'}"
    )
    return Case("Speaker", str(answer.verdict), gold.id, text, spans, got, note)


def groups(all_cases: Iterable[Case]) -> dict[str, list[Case]]:
    """Return the mistakes by class: the nine of names, roles, attributions, speakers."""
    order = [*corpora.ENTITIES, *corpora.ROLES, "Attribution", "Attribution's source", "Speaker"]
    result: dict[str, list[Case]] = {name: [] for name in order}
    for case in all_cases:
        result[case.group].append(case)
    return result


def counts_page(by_group: dict[str, list[Case]]) -> str:
    """Return tables with the number of mistakes by kind and class."""
    spans = [*corpora.ENTITIES, *corpora.ROLES]
    parts = (
        ("Names, and the parts of attributions", spans, SPAN_KINDS),
        ("Attributions", ["Attribution"], CONTENT_KINDS),
        ("Sources of attributions whose content is found", ["Attribution's source"], SOURCE_KINDS),
        ("Speakers of the labelled direct quotes", ["Speaker"], SPEAKER_KINDS),
    )
    return "\n\n".join(
        f"### {title}\n\n{_counts_table(by_group, names, kinds)}" for title, names, kinds in parts
    )


def _counts_table(
    by_group: dict[str, list[Case]], names: Sequence[str], kinds: dict[str, str]
) -> str:
    counts = {name: Counter(case.kind for case in by_group[name]) for name in names}
    rows = [
        [kind, meaning, *(str(counts[name][kind]) for name in names)]
        for kind, meaning in kinds.items()
    ]
    rows.append(["**together**", "", *(str(len(by_group[name])) for name in names)])
    heads = names if len(names) > 1 else ["mistakes"]
    return markdown(["kind", "what it is", *heads], rows)


def confusions(by_group: dict[str, list[Case]]) -> str:
    """Return a table of confused classes: names with the right borders and another class."""
    counts = {
        name: Counter(case.found[0][2] for case in by_group[name] if case.kind == "wrong class")
        for name in corpora.ENTITIES
    }
    rows = [
        [name, *(str(counts[name][other] or "") for other in corpora.ENTITIES)]
        for name in corpora.ENTITIES
    ]
    return markdown(["gold ↓, found →", *corpora.ENTITIES], rows)


def write(readings: Readings) -> str:
    """Write the page of samples and return the tables of counts for the docs."""
    by_group = groups(cases(readings))
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "index.html").write_text(page(by_group), encoding="utf-8")
    taken = f"### What names of a class were taken for\n\n{confusions(by_group)}"
    return f"{counts_page(by_group)}\n\n{taken}"


def main() -> None:
    """Annotate the dev parts, write the page of mistakes and print their counts."""
    sys.stdout.write(write(Readings.of(data_folder(), "dev", Annotator.load())) + "\n")
    sys.stderr.write(f"{SAMPLE} of each class to read: {FOLDER / 'index.html'}\n")


if __name__ == "__main__":
    main()
