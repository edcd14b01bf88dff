"""Measure speakers on a gold set made by hand: ``python -m benchmarks.language.speakers``.

The gold set (``benchmarks/language/speakers_gold/README.md``) names the speakers of direct quotes
in PolNeAR's dev part. Articles go through ``Annotator.annotate`` with their text as given. Each
gold quote is compared with the found quote whose content overlaps most (intersection over union of
characters, at least ½).

Definitions, over the gold quotes whose speaker the article names ("named"):

- *unknown*, all: the share without any speaker given; a quote that was not found is unknown too.
- *unknown*, of those found: the same over the quotes found only.
- *precision*: the share of right answers. Right is the gold name or one of its other forms
  (``also``), whatever the case, outer white space and Unicode composition; of two speakers both
  must be given, and nobody else. A name given to a source that the article leaves unnamed is a
  wrong answer.
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
    """One labelled quote.

    Where the article names no speaker, ``speakers`` is empty and ``unnamed`` has its words.
    """

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
        """Make a gold quote of a row of the file; its speaker is a name, several or null."""
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
class SpeakerAnswer:
    """A gold quote with the quote found for it, or None where no quote overlaps enough."""

    gold: GoldQuote
    found: Quote | None

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the speakers found, without the words of an unnamed source.

        Of a document that speaks for itself it is whoever issued it, as in the gold set.
        """
        speakers = self.found.speakers if self.found else ()
        is_document = any(each.role == "speaker" and each.label is None for each in speakers)
        names = _names(self.found, "on_behalf_of" if is_document else "speaker")
        return tuple(name for name in names if _clean(name) != _clean(self.gold.unnamed))

    @property
    def verdict(self) -> Verdict:
        """Right, wrong, unknown (found without a speaker) or missed (no such quote found).

        For a source that the article leaves unnamed, no speaker is the right answer.
        """
        if self.found is None:
            return "missed"
        if self.gold.speakers and not self.given:
            return "unknown"
        return "right" if same_names(self.given, self.gold.speakers, self.gold.also) else "wrong"

    @property
    def behalf_is_right(self) -> bool:
        """Tell whether the principal of the speaker was given and is right."""
        wanted = (self.gold.on_behalf_of,)
        return same_names(_names(self.found, "on_behalf_of"), wanted, self.gold.also)


def _names(quote: Quote | None, role: str) -> tuple[str, ...]:
    speakers = quote.speakers if quote else ()
    return tuple(speaker.name for speaker in speakers if speaker.role == role)


def same_names(given: Iterable[str], wanted: Sequence[str], also: dict[str, list[str]]) -> bool:
    """Tell whether the names are the wanted ones, each in any of its forms (``also``)."""
    called = {_clean(form): name for name in wanted for form in (name, *also.get(name, ()))}
    return {called.get(_clean(name)) for name in given} == set(wanted)


def _clean(name: str) -> str:
    # Some of PolNeAR's texts write an accented letter as two characters, labels as one.
    return unicodedata.normalize("NFC", name).strip().casefold()


def read_gold(path: Path = GOLD) -> list[GoldQuote]:
    """Read the gold set, ordered by article and offset."""
    return [GoldQuote.of(row) for row in corpora.read_rows(path)]


def match_gold(
    gold: Iterable[GoldQuote], annotations: dict[str, Annotation]
) -> list[SpeakerAnswer]:
    """Match every gold quote with the quote of its article that overlaps most.

    ``annotations`` has the annotation of every article of the gold set by its id.
    """
    return [SpeakerAnswer(quote, _nearest(quote, annotations[quote.id].quotes)) for quote in gold]


def _nearest(gold: GoldQuote, quotes: Iterable[Quote]) -> Quote | None:
    best = max(quotes, key=lambda quote: overlap(quote.content, gold.content), default=None)
    if best is None or overlap(best.content, gold.content) < MINIMUM_OVERLAP:
        return None
    return best


def answers(data: Path) -> tuple[list[SpeakerAnswer], dict[str, str]]:
    """Annotate the articles of the gold set.

    Returns:
        Every gold quote with its answer, and the texts of the articles by id.
    """
    gold = read_gold()
    wanted = {quote.id for quote in gold}
    rows = corpora.read_rows(data / "polnear" / "dev.jsonl")
    texts = {row["id"]: row["text"] for row in rows if row["id"] in wanted}
    annotations = Annotator.load().annotate(texts.values())
    return match_gold(gold, dict(zip(texts, annotations, strict=True))), texts


def measure(data: Path) -> dict[str, float]:
    """Measure the shipped annotator; see ``score`` for the figures."""
    return score(answers(data)[0])


def score(results: Sequence[SpeakerAnswer]) -> dict[str, float]:
    """Return counts and shares of the answers.

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


def _shares(prefix: str, results: Iterable[SpeakerAnswer]) -> dict[str, float]:
    """Return the figures of some answers, each key with the prefix in front."""
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
    """Return the figures as a plain-text table in percent; * marks shares of the quotes found."""
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


def errors(results: Iterable[SpeakerAnswer], texts: dict[str, str] | None = None) -> Iterator[str]:
    """Yield the wrong answers as JSON: verdict, article, offsets, form, gold and given.

    With ``texts`` the words around the quote follow each of them.
    """
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
    """Measure the annotator and write the table, or the errors, to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="list the errors instead")
    parser.add_argument("--text", action="store_true", help="with the articles' words around")
    options = parser.parse_args()
    results, texts = answers(data_folder())
    if options.errors:
        sys.stdout.writelines(
            f"{line}\n" for line in errors(results, texts if options.text else None)
        )
    else:
        sys.stdout.write(report(score(results)))


if __name__ == "__main__":
    main()
