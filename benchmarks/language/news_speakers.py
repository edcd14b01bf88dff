"""Measure attributions outside PolNeAR: ``python -m benchmarks.language.news_speakers``.

The gold set (``news_attributions/README.md``) labels every attribution of articles on business,
sport, court, science and foreign affairs, in two halves by domain: ``read`` may be looked at when
rules are made, ``kept`` never. The gold texts go through ``Annotator.annotate``.

Found and gold attributions are matched one to one, the largest overlap first. A quotation found
over several paragraphs matches the labels of all of them, and the part of a quotation before or
behind its cue matches the whole. Each found one is

- *right*: its content overlaps a statement's by half (intersection over union of characters);
- *ragged*: it holds, or lies within, the content of a statement, but overlaps it by less;
- *open*: it overlaps what careful readers could differ on, and counts neither way;
- *wrong*: all else.

Precision is the share of right ones among right, ragged and wrong; recall the share of gold
statements for which a right one is found. *Speaker right* is the share of right names among the
right attributions that were given a name; *named* the share of right attributions with a name
among those whose speaker the article names; *shown* the share of right attributions that the
default view keeps (grade A or B). Intervals are 95 %, resampled over articles.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from benchmarks.accuracy_rows import AccuracyRow, with_intervals
from benchmarks.data import data_folder
from benchmarks.language.attribution_scores import Span, overlap
from benchmarks.language.news_articles import (
    ArticleLabels,
    AttributionLabel,
    checked_text,
    gold_texts,
    read_articles,
)
from benchmarks.language.resampling import Interval, added, interval
from benchmarks.language.speakers import same_names
from benchmarks.tables import Line, markdown, with_interval
from pipeline.annotate.annotator import Annotator
from pipeline.models import Quote

HALVES = ("read", "kept")
KINDS = ("direct", "mixed", "indirect")
Verdict = Literal["right", "ragged", "open", "wrong"]
Counts = Counter[tuple[str, str]]
DEFAULT_VIEW = ("A", "B")
"""The grades that ``mart.who_said_what`` shows."""
METHOD = "speaker by "
HALF = 0.5


@dataclass(frozen=True, slots=True)
class JudgedQuote:
    """A found quote, its verdict, and the label it was matched with."""

    quote: Quote
    verdict: Verdict
    label: AttributionLabel | None = None
    finds: tuple[AttributionLabel, ...] = ()
    """The labels that it finds: one, or those of several paragraphs."""

    @property
    def name_given(self) -> bool:
        """Tell whether a speaker was given."""
        return bool(_names(self.quote))

    @property
    def name_right(self) -> bool:
        """Tell whether the speakers are the label's; nobody is right where the label names none."""
        label = self.label
        if label is None:
            return False
        if not self.name_given:
            return not label.speakers or any("-" in forms for forms in label.also.values())
        return same_names(_names(self.quote), label.speakers, label.also)


@dataclass(frozen=True, slots=True)
class JudgedArticle:
    """An article with its text, the verdicts on what was found, and the labels not found."""

    labels: ArticleLabels
    text: str
    found: tuple[JudgedQuote, ...]
    missed: tuple[AttributionLabel, ...]

    def counts(self) -> Counts:
        """Count by (group, what); see ``_FIGURES`` for what they are used for."""
        counts: Counts = Counter()
        for judged in self.found:
            for group in _groups(judged.quote):
                counts[group, judged.verdict] += 1
                if judged.verdict == "right":
                    counts[group, "shown"] += judged.quote.grade in DEFAULT_VIEW
                    counts[group, "given"] += judged.name_given
                    counts[group, "given right"] += judged.name_given and judged.name_right
                    if judged.label and judged.label.speakers:
                        counts[group, "has name"] += 1
                        counts[group, "has name, given"] += judged.name_given
        seen = [
            label
            for judged in self.found
            if judged.quote.grade in DEFAULT_VIEW
            for label in judged.finds
        ]
        for label in self.labels.attributions:
            if label.statement:
                for group in ("all", label.kind):
                    counts[group, "gold"] += 1
                    counts[group, "gold found"] += label not in self.missed
                for group in ("default view", f"default view, {label.kind}"):
                    counts[group, "gold"] += 1
                    counts[group, "gold found"] += label in seen
        return counts


def _groups(quote: Quote) -> Iterator[str]:
    """Yield the groups of a found quote: all, its kind, both in the default view, grade, method."""
    yield "all"
    yield quote.kind
    if quote.grade in DEFAULT_VIEW:
        yield "default view"
        yield f"default view, {quote.kind}"
    yield f"grade {quote.grade}"
    yield f"{METHOD}{quote.speaker_method}"


def _names(quote: Quote) -> tuple[str, ...]:
    """Return the speakers' names; of a document that speaks for itself whoever issued it."""
    is_document = any(each.role == "speaker" and each.label is None for each in quote.speakers)
    role = "on_behalf_of" if is_document else "speaker"
    return tuple(speaker.name for speaker in quote.speakers if speaker.role == role)


def judge(
    labels: Sequence[AttributionLabel], quotes: Sequence[Quote]
) -> tuple[tuple[JudgedQuote, ...], tuple[AttributionLabel, ...]]:
    """Return the verdicts on the quotes in their order, and the statements that were not found."""
    matched = _matched(labels, quotes)
    found = set(matched.values())
    judged = []
    for number, quote in enumerate(quotes):
        label = labels[matched[number]] if number in matched else None
        run = _run_of_paragraphs(labels, quote)
        finds: tuple[AttributionLabel, ...] = () if label is None else (label,)
        if len(run) > 1:
            label = labels[run[0]]
            found.update(run)
            finds = tuple(labels[each] for each in run)
        label = label or _sentence_of(labels, quote)
        if label is not None:
            verdict: Verdict = "right" if label.statement else "open"
            judged.append(JudgedQuote(quote, verdict, label, finds))
        else:
            judged.append(JudgedQuote(quote, _without_match(labels, quote)))
    missed = tuple(
        label for number, label in enumerate(labels) if label.statement and number not in found
    )
    return tuple(judged), missed


def _matched(labels: Sequence[AttributionLabel], quotes: Sequence[Quote]) -> dict[int, int]:
    """Return the number of the label of each quote that has one."""
    alike = sorted(
        (-shared, -overlap(quote.source, label.source), left, right)
        for left, quote in enumerate(quotes)
        for right, label in enumerate(labels)
        if (shared := overlap(quote.content, label.content)) >= HALF
    )
    pairs: dict[int, int] = {}
    for *_, left, right in alike:
        if left not in pairs and right not in pairs.values():
            pairs[left] = right
    return pairs


def _run_of_paragraphs(labels: Sequence[AttributionLabel], quote: Quote) -> list[int]:
    """Return the labels that make up a quote over several paragraphs, none if they are not alike.

    Labels end with their paragraph; a quote may go on, which is as good an answer.
    """
    run = [
        number
        for number, label in enumerate(labels)
        if label.kind == "direct"
        and _shared(quote.content, label.content) >= 0.8 * _length(label.content)
    ]
    whole = tuple(sorted({span for number in run for span in labels[number].content}))
    alike = len({labels[number].speakers for number in run}) == 1
    return run if alike and overlap(quote.content, whole) >= HALF else []


def _sentence_of(labels: Iterable[AttributionLabel], quote: Quote) -> AttributionLabel | None:
    """Return the direct quote of which the found one is the part before or after the cue."""
    return next(
        (
            label
            for label in labels
            if label.kind == "direct"
            and any(overlap(quote.content, (span,)) >= 0.9 for span in label.content)
        ),
        None,
    )


def _without_match(labels: Iterable[AttributionLabel], quote: Quote) -> Verdict:
    verdict: Verdict = "wrong"
    for label in labels:
        shared = _shared(quote.content, label.content)
        shorter = min(_length(quote.content), _length(label.content))
        if shared >= 0.8 * shorter:
            if label.statement:
                return "ragged"
            verdict = "open"
    return verdict


def _shared(one: Iterable[Span], other: Sequence[Span]) -> int:
    return sum(max(0, min(b, d) - max(a, c)) for a, b in one for c, d in other)


def _length(spans: Iterable[Span]) -> int:
    return sum(end - start for start, end in spans)


def measure(
    data: Path,
    annotator: Annotator | None = None,
    articles: Sequence[ArticleLabels] | None = None,
) -> list[JudgedArticle]:
    """Annotate the labelled articles, all unless told otherwise, and judge what is found.

    Raises:
        ValueError: an article's text in the data is not the labelled one.
    """
    articles = read_articles() if articles is None else articles
    texts = gold_texts(data)
    given = [checked_text(article, texts) for article in articles]
    annotations = (annotator or Annotator.load()).annotate(given)
    return [
        JudgedArticle(article, text, *judge(article.attributions, annotation.quotes))
        for article, text, annotation in zip(articles, given, annotations, strict=True)
    ]


def _share(group: str, part: str, *whole: str) -> Callable[[Counts], float]:
    def figure(counts: Counts) -> float:
        total = sum(counts[group, name] for name in whole)
        return counts[group, part] / total if total else 0.0

    return figure


def precision(group: str) -> Callable[[Counts], float]:
    """Return the function that computes the precision of a group."""
    return _share(group, "right", "right", "ragged", "wrong")


def recall(group: str) -> Callable[[Counts], float]:
    """Return the function that computes the recall of a group."""
    return _share(group, "gold found", "gold")


def speaker_right(group: str) -> Callable[[Counts], float]:
    """Return the function that computes the share of right names where one is given."""
    return _share(group, "given right", "given")


def named(group: str) -> Callable[[Counts], float]:
    """Return the function that computes how often a name is given where the article has one."""
    return _share(group, "has name, given", "has name")


def shown(group: str) -> Callable[[Counts], float]:
    """Return the function that computes how much of what is right the default view keeps."""
    return _share(group, "shown", "right")


_FIGURES: dict[str, Callable[[str], Callable[[Counts], float]]] = {
    "precision": precision,
    "recall": recall,
    "speaker right": speaker_right,
    "named": named,
    "shown": shown,
}


def figure_with_interval(
    articles: Sequence[Counts], group: str, figure: Callable[[Counts], float]
) -> tuple[float, Interval]:
    """Return a figure of a group with its 95 % interval."""
    of_group = [
        Counter({key: number for key, number in counts.items() if key[0] == group})
        for counts in articles
    ]
    return figure(added(of_group)), interval(of_group, figure)


def groups_of(articles: Iterable[Counts]) -> list[str]:
    """Return the groups that occur: all, the kinds, the default view, grades, methods."""
    there = {group for counts in articles for group, _ in counts}
    first = [group for group in ("all", *KINDS) if group in there]
    return first + sorted(there - set(first))


def table(judged: Sequence[JudgedArticle]) -> str:
    """Return the figures of both halves as a table in Markdown, in percent."""
    rows = []
    for half, articles in _by_half(judged):
        total = added(articles)
        for group in groups_of(articles):
            if group.startswith(METHOD):
                continue
            verdicts = [total[group, verdict] for verdict in ("right", "ragged", "wrong")]
            cells = [half, group, str(total[group, "gold"] or ""), str(sum(verdicts))]
            cells += [str(total[group, "open"]), str(total[group, "wrong"])]
            for name, of_group in _FIGURES.items():
                empty = (name == "recall" and not total[group, "gold"]) or (
                    name == "shown" and group not in ("all", *KINDS)
                )
                value, between = figure_with_interval(articles, group, of_group(group))
                cells.append("" if empty else with_interval(value, between))
            rows.append(cells)
    return markdown(["half", "group", "gold", "found", "open", "wrong", *_FIGURES], rows)


def methods_table(judged: Sequence[JudgedArticle]) -> str:
    """Return how often names are right by the way they were found, a row per method."""
    halves = dict(_by_half(judged))
    methods = groups_of(counts for articles in halves.values() for counts in articles)
    rows = []
    for group in methods:
        if group.startswith(METHOD):
            cells = [group.removeprefix(METHOD)]
            for articles in halves.values():
                given = added(articles)[group, "given"]
                right = figure_with_interval(articles, group, speaker_right(group))
                cells += [str(given), with_interval(*right) if given else ""]
            if any(cells[2::2]):
                rows.append(cells)
    head = ["speaker's method"]
    for half in halves:
        head += [f"{half}: names given", f"{half}: right"]
    return markdown(head, rows)


def _by_half(judged: Sequence[JudgedArticle]) -> Iterator[tuple[str, list[Counts]]]:
    for half in HALVES:
        articles = [article.counts() for article in judged if article.labels.half == half]
        if articles:
            yield half, articles


def page(judged: Sequence[JudgedArticle]) -> str:
    """Return both tables with what a reader must know of them."""
    numbers = Counter(article.labels.half for article in judged)
    return (
        f"{len(judged)} articles ({numbers['read']} read, {numbers['kept']} kept), "
        f"{sum(len(article.labels.attributions) for article in judged)} attributions labelled; "
        "`read` may have been looked at when rules were made, `kept` was not. *found* leaves out "
        "the open ones; *wrong* are those of them that overlap no statement.\n\n"
        f"{table(judged)}\n\n{methods_table(judged)}"
    )


def accuracy_rows(judged: Sequence[JudgedArticle]) -> list[AccuracyRow]:
    """Return the rows of ``mart.accuracy``: texts and speakers of the default view, and grades."""
    rows = []
    for half, articles in _by_half(judged):
        total = added(articles)
        groups = {("A, B", kind): f"default view, {kind}" for kind in KINDS}
        groups |= {("A, B", ""): "default view"} | {
            (grade, ""): f"grade {grade}" for grade in "ABC"
        }
        for (grade, kind), group in groups.items():
            mart = "who_said_what" if grade == "A, B" else "all_attributions"
            for column, of_group, whole in (
                ("quote_text", precision, ("right", "ragged", "wrong")),
                ("speaker_name", speaker_right, ("given",)),
            ):
                right, around = figure_with_interval(articles, group, of_group(group))
                row = AccuracyRow(
                    part="",
                    mart=mart,
                    column=column,
                    grade=grade,
                    kind=kind,
                    test_set=f"other news, half {half}",
                    tuned_on="no" if half == "kept" else "yes",
                    n=sum(total[group, name] for name in whole),
                    precision=right,
                )
                row = with_intervals(row, around)
                if column == "quote_text" and total[group, "gold"]:
                    found, between = figure_with_interval(articles, group, recall(group))
                    row = with_intervals(replace(row, recall=found), recall=between)
                rows.append(row)
    return rows


def readme_lines(judged: Sequence[JudgedArticle]) -> list[Line]:
    """Return the rows of the short table: the default view on the half that was kept."""
    total = added(dict(_by_half(judged))["kept"])
    group = "default view"
    shown = sum(total[group, verdict] for verdict in ("right", "ragged", "wrong"))
    given, gold = total[group, "given"], total[group, "gold"]
    return [
        Line(what, f"other news, half kept apart ({n:,})", figure(group)(total))
        for what, n, figure in (
            ("quotes shown by default that are right", shown, precision),
            ("statements that are shown by default", gold, recall),
            ("speaker's name right where given, shown by default", given, speaker_right),
        )
    ]


def errors(judged: Iterable[JudgedArticle], half: str) -> Iterator[str]:
    """Yield what was wrong, ragged, missed or given another speaker in a half, with the words."""
    for article in judged:
        if article.labels.half != half:
            continue
        for found in article.found:
            name_wrong = found.verdict == "right" and not found.name_right
            if found.verdict in ("wrong", "ragged") or name_wrong:
                verdict = "speaker" if name_wrong else found.verdict
                wanted = " & ".join(found.label.speakers) if found.label else ""
                yield _line(article, verdict, found.quote, found.quote.speaker, wanted)
        for label in article.missed:
            yield _line(article, "missed", label, None, " & ".join(label.speakers))


def _line(
    article: JudgedArticle,
    verdict: str,
    one: Quote | AttributionLabel,
    given: str | None,
    wanted: str,
) -> str:
    def words(spans: Iterable[Span]) -> str:
        return " … ".join(article.text[start:end] for start, end in spans).replace("\n", " ")

    place = (verdict, article.labels.id, str(one.content[0][0]), one.kind)
    parts = (words(one.content), words(one.cue), words(one.source))
    return " | ".join((*place, *parts, f"given {given}", f"gold {wanted or '-'}"))


def main() -> None:
    """Measure the annotator and write the table, or the errors of a half, to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--errors", choices=HALVES, help="list the errors of a half instead; kept is not for tuning"
    )
    options = parser.parse_args()
    judged = measure(data_folder())
    if options.errors:
        sys.stdout.writelines(f"{line}\n" for line in errors(judged, options.errors))
    else:
        sys.stdout.write(page(judged) + "\n")


if __name__ == "__main__":
    main()
