"""Who speaks: names against a hand-made gold set, ``python -m benchmarks.language.speakers``.

The gold (``benchmarks/language/speakers_gold/README.md``) names the speaker of direct quotes of
PolNeAR's dev part. Articles go through the public door, ``Annotator.annotate``, with their text as
given; each gold quote is held against the found quote whose content overlaps most (intersection
over union of characters, at least ½).

Definitions, over the gold quotes whose speaker the article names ("named"):

- *unknown*, all: share without any speaker given; a quote that was not found is unknown too.
- *unknown*, of those found: the same, but only over the quotes found.
- *precision*: right among those answered. Right is the gold name or one of its equals (``also``),
  letter case, outer blanks and Unicode composition apart; two speakers must both be there and
  nobody else. A name given to a source that the article leaves unnamed is an answer too, and a
  wrong one.

Knows nothing of how speakers are found, and changes nothing.
"""

import argparse
import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from benchmarks.data import data_folder
from benchmarks.language.attribution_scores import Span, overlap
from pipeline.annotate.annotator import Annotator
from pipeline.models import Annotation, Quote
from training import corpora

GOLD = Path(__file__).parent / "speakers_gold" / "polnear_dev.jsonl"
FORMS = ("full_name", "surname", "pronoun", "role", "organisation", "none", "unnamed")
MINIMUM_OVERLAP = 0.5
Verdict = Literal["right", "wrong", "unknown", "missed"]


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """One labelled quote; without ``speakers`` the article names nobody, only ``unnamed``."""

    id: str
    content: tuple[Span, ...]
    form: str
    speakers: tuple[str, ...] = ()
    also: dict[str, list[str]] = field(default_factory=dict)
    unnamed: str = ""
    on_behalf_of: str = ""
    doubtful: bool = False

    @classmethod
    def of(cls, row: dict[str, Any]) -> "GoldQuote":
        """Read a row of the gold file; a speaker is a name, a list of names or null."""
        given = row["speaker"] or []
        return cls(
            id=row["id"],
            content=tuple((start, end) for start, end in row["content"]),
            form=row["form"],
            speakers=(given,) if isinstance(given, str) else tuple(given),
            also=row.get("also", {}),
            unnamed=row.get("unnamed", ""),
            on_behalf_of=row.get("on_behalf_of", ""),
            doubtful=row.get("doubtful", False),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """A gold quote and what was answered; ``found`` is None where no quote overlaps enough."""

    gold: GoldQuote
    found: Quote | None

    @property
    def given(self) -> tuple[str, ...]:
        """The speakers' names as answered; the role of an unnamed source is no name."""
        names = _names(self.found, "speaker")
        return tuple(name for name in names if _clean(name) != _clean(self.gold.unnamed))

    @property
    def verdict(self) -> Verdict:
        """Right, wrong, unknown (found, but nobody given) or missed (no such quote found).

        For a source that the article leaves unnamed, giving nobody is right, where the quote was
        found.
        """
        if self.found is None:
            return "missed"
        if self.gold.speakers and not self.given:
            return "unknown"
        return "right" if _same(self.given, self.gold.speakers, self.gold.also) else "wrong"

    @property
    def behalf_is_right(self) -> bool:
        """Tell whether whom the speaker speaks for was given, and rightly."""
        wanted = (self.gold.on_behalf_of,)
        return _same(_names(self.found, "on_behalf_of"), wanted, self.gold.also)


def _names(quote: Quote | None, role: str) -> tuple[str, ...]:
    speakers = quote.speakers if quote else ()
    return tuple(speaker.name for speaker in speakers if speaker.role == role)


def _same(given: Iterable[str], wanted: Sequence[str], also: dict[str, list[str]]) -> bool:
    """Compare two sets of names, every one of them known under its equals too."""
    called = {_clean(form): name for name in wanted for form in (name, *also.get(name, ()))}
    return {called.get(_clean(name)) for name in given} == set(wanted)


def _clean(name: str) -> str:
    # Some of PolNeAR's texts write an accented letter as two characters, labels as one.
    return unicodedata.normalize("NFC", name).strip().casefold()


def read_gold(path: Path = GOLD) -> list[GoldQuote]:
    """Read the gold set, in its order: by article, then by place."""
    return [GoldQuote.of(row) for row in corpora.read_rows(path)]


def judge(gold: Iterable[GoldQuote], annotations: dict[str, Annotation]) -> list[Outcome]:
    """Hold every gold quote against the quote of its article that overlaps most with it."""
    return [Outcome(quote, _nearest(quote, annotations[quote.id].quotes)) for quote in gold]


def _nearest(gold: GoldQuote, quotes: Iterable[Quote]) -> Quote | None:
    best = max(quotes, key=lambda quote: overlap(quote.content, gold.content), default=None)
    if best is None or overlap(best.content, gold.content) < MINIMUM_OVERLAP:
        return None
    return best


def outcomes(data: Path) -> tuple[list[Outcome], dict[str, str]]:
    """Annotate the articles of the gold set.

    Returns:
        Every gold quote with its answer, and the articles' texts by their ids.
    """
    gold = read_gold()
    wanted = {quote.id for quote in gold}
    rows = corpora.read_rows(data / "polnear" / "dev.jsonl")
    texts = {row["id"]: row["text"] for row in rows if row["id"] in wanted}
    annotations = Annotator.load().annotate(texts.values())
    return judge(gold, dict(zip(texts, annotations, strict=True))), texts


def measure(data: Path) -> dict[str, float]:
    """Score the shipped annotator; see ``score`` for the figures."""
    return score(outcomes(data)[0])


def score(results: Sequence[Outcome]) -> dict[str, float]:
    """Return counts and shares.

    Returns:
        For all named quotes (no prefix), for those not doubtful (``sure.``) and for each form
        (``pronoun.`` …): ``n``, ``found``, ``answered.all``, ``answered.found``, ``unknown.all``,
        ``unknown.found``, ``precision``, ``right``. Precision without prefix and with ``sure.``
        counts names given to unnamed sources as wrong. Beside them ``unnamed.n``,
        ``unnamed.right``, ``behalf.n``, ``behalf.right``.
    """
    sure = [result for result in results if not result.gold.doubtful]
    figures = _shares("", results) | _shares("sure.", sure)
    for form in FORMS[:-1]:
        figures |= _shares(f"{form}.", [r for r in results if r.gold.form == form])
    unnamed = [result for result in results if not result.gold.speakers]
    spoken_for = [result for result in results if result.gold.on_behalf_of]
    return figures | {
        "unnamed.n": float(len(unnamed)),
        "unnamed.right": _share(sum(r.verdict == "right" for r in unnamed), len(unnamed)),
        "behalf.n": float(len(spoken_for)),
        "behalf.right": _share(sum(r.behalf_is_right for r in spoken_for), len(spoken_for)),
    }


def _shares(prefix: str, results: Iterable[Outcome]) -> dict[str, float]:
    named: Counter[Verdict] = Counter()
    wrongly_named = 0
    for result in results:
        if result.gold.speakers:
            named[result.verdict] += 1
        else:
            wrongly_named += result.verdict == "wrong"
    n, answered = named.total(), named["right"] + named["wrong"]
    found = n - named["missed"]
    figures = {
        "found": _share(found, n),
        "answered.all": _share(answered, n),
        "answered.found": _share(answered, found),
        "unknown.all": _share(n - answered, n),
        "unknown.found": _share(named["unknown"], found),
        "precision": _share(named["right"], answered + wrongly_named),
        "right": _share(named["right"], n),
    }
    return {f"{prefix}n": float(n)} | {f"{prefix}{key}": figures[key] for key in figures}


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


_COLUMNS = {
    "found": "found",
    "answered.all": "answered",
    "unknown.all": "unknown",
    "unknown.found": "unknown*",
    "precision": "precision",
    "right": "right",
}
_ROWS = {"all": "", "not doubtful": "sure."} | {form: f"{form}." for form in FORMS[:-1]}


def report(figures: dict[str, float]) -> str:
    """Lay the figures out as a table, in percent; the starred column is of those found."""
    lines = [_line("who speaks, PolNeAR dev", "n", _COLUMNS.values())]
    for name, prefix in _ROWS.items():
        cells = [f"{100 * figures[prefix + key]:.1f}" for key in _COLUMNS]
        lines.append(_line(name, f"{figures[f'{prefix}n']:.0f}", cells))
    for key, what in (("unnamed", "unnamed, nobody named"), ("behalf", "on behalf of, right")):
        share = f"{100 * figures[f'{key}.right']:.1f}"
        lines.append(_line(what, f"{figures[f'{key}.n']:.0f}", [share]))
    return "\n".join([*lines, "unknown*: of those found; all else of all named quotes", ""])


def _line(name: str, n: str, cells: Iterable[str]) -> str:
    return f"{name:24}{n:>5}" + "".join(f"{cell:>11}" for cell in cells)


def errors(results: Iterable[Outcome], texts: dict[str, str] | None = None) -> Iterator[str]:
    """List what went wrong: verdict, article, offsets, form, gold and given; then the text."""
    for result in results:
        gold = result.gold
        behalf = bool(gold.on_behalf_of) and not result.behalf_is_right
        if result.verdict == "right" and not behalf:
            continue
        yield json.dumps(
            {
                "verdict": result.verdict,
                "id": gold.id,
                "content": gold.content,
                "form": gold.form,
                "gold": gold.speakers or gold.unnamed,
                "given": _names(result.found, "speaker"),
            }
            | ({"doubtful": True} if gold.doubtful else {})
            | ({"on_behalf_of": gold.on_behalf_of} if behalf else {})
            | ({"for_given": _names(result.found, "on_behalf_of")} if behalf else {}),
            ensure_ascii=False,
        )
        if texts:
            start, end = gold.content[0][0], gold.content[-1][1]
            yield f"    {' '.join(texts[gold.id][max(0, start - 300) : end + 150].split())}"


def main() -> None:
    """Measure, and write the table or the list of errors to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="list the errors instead")
    parser.add_argument("--text", action="store_true", help="with the articles' words around")
    options = parser.parse_args()
    results, texts = outcomes(data_folder())
    if options.errors:
        sys.stdout.writelines(
            f"{line}\n" for line in errors(results, texts if options.text else None)
        )
    else:
        sys.stdout.write(report(score(results)))


if __name__ == "__main__":
    main()
