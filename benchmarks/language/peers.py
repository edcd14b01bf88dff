"""The peers that are measured beside Dateline: a spaCy pipeline for names, textacy for quotes.

Both use spaCy networks trained here (``train_peers``), because the package index offers no English
pipeline. ``uv sync --group peers`` installs textacy; without it the tables say in a sentence that
its rows are missing.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import spacy

from benchmarks.language import train_peers
from benchmarks.language.attribution_scores import Parts, Span
from benchmarks.language.span_scores import LabelledSpan

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

STRAIGHT = str.maketrans("“”„‟‘’‚‛", "\"\"\"\"''''")


@dataclass(slots=True)
class Quoting:
    """The attributions of each text, and the number of texts on which textacy raised an error."""

    attributions: list[list[Parts]] = field(default_factory=list)
    texts_refused: int = 0


def named_by_cnn(texts: Iterable[str], data: Path) -> list[set[LabelledSpan]]:
    """Return the names that the spaCy pipeline trained on Worldwide finds, in its classes.

    It gets paragraph by paragraph, as in training; with whole articles its F1 on dev is 67.8.
    """
    nlp = spacy.load(train_peers.trained("names", data))
    found = []
    for text in texts:
        paragraphs = list(re.finditer(r"[^\n]+", text))
        docs = nlp.pipe(paragraph.group() for paragraph in paragraphs)
        found.append(
            {
                (paragraph.start() + entity.start_char, paragraph.start() + entity.end_char, label)
                for paragraph, doc in zip(paragraphs, docs, strict=True)
                for entity in doc.ents
                if (label := entity.label_)
            }
        )
    return found


def parsing_scores(data: Path) -> dict[str, float]:
    """Return the parser's labelled attachment scores on the dev parts of EWT and free GUM.

    Punctuation does not count. The keys are ``ewt.las``, ``ewt.words``, ``gum.las``, ``gum.words``.
    """
    from spacy.training import Example

    from benchmarks.language.peer_data import tree_docs

    nlp = spacy.load(train_peers.trained("trees", data))
    figures: dict[str, float] = {}
    for name in ("ewt", "gum"):
        golds = tree_docs(data / "ud-english" / f"{name}-dev.conllu.gz")
        found = nlp.pipe(gold.text for gold in golds)
        examples = [Example(doc, gold) for doc, gold in zip(found, golds, strict=True)]
        parser: Any = nlp.get_pipe("parser")
        figures[f"{name}.las"] = parser.score(examples)["dep_las"]
        figures[f"{name}.words"] = float(sum(len(gold) for gold in golds))
    return figures


def textacy_version() -> str | None:
    """Return textacy's version, or None where it is not installed."""
    if importlib.util.find_spec("textacy") is None:
        sys.stderr.write("textacy is not installed, its rows are left out: uv sync --group peers\n")
        return None
    return importlib.metadata.version("textacy")


def quoted_by_textacy(texts: Sequence[str], data: Path) -> dict[str, Quoting]:
    """Return textacy's direct quotations in two settings.

    Returns:
        ``as it comes``: articles as they are. ``at its best``: with straight marks, paragraph by
        paragraph (an unbalanced mark then costs one paragraph), and with the whole noun phrase of
        the speaker's head as source.
    """
    nlp = spacy.load(train_peers.trained("trees", data))
    plain, best = Quoting(), Quoting()
    for text in texts:
        found = _quotations(nlp, text)
        plain.texts_refused += found is None
        plain.attributions.append([_parts(doc, triple) for doc, triple in found or []])
        parts: list[Parts] = []
        is_whole = True
        for start, paragraph in _paragraphs(text.translate(STRAIGHT)):
            quotations = _quotations(nlp, paragraph)
            is_whole = is_whole and quotations is not None
            parts += [_parts(doc, t, start, whole=True) for doc, t in quotations or []]
        best.texts_refused += not is_whole
        best.attributions.append(parts)
    return {"as it comes": plain, "at its best": best}


def _quotations(nlp: Language, text: str) -> list[tuple[Doc, Any]] | None:
    """Return textacy's triples (speaker, cue, content), or None where it raises ValueError.

    It does so at an odd number of marks of any shape. The apostrophe of a possessive counts as a
    mark where it is a token of its own ("the workers’ union").
    """
    textacy: Any = importlib.import_module("textacy.extract.triples")
    doc = nlp(text)
    try:
        return [(doc, triple) for triple in textacy.direct_quotations(doc)]
    except ValueError:
        return None


def _parts(doc: Doc, triple: Any, shift: int = 0, whole: bool = False) -> Parts:
    """Return a triple as spans.

    Args:
        doc: the parsed text.
        triple: one quotation of textacy.
        shift: offset of the parsed text in its article.
        whole: take the noun phrase of the speaker's head as source, not the speaker's tokens.
    """
    speaker: list[Token] = triple.speaker
    if whole:
        head = min(speaker, key=lambda token: len(list(token.ancestors)))
        words = [token for token in head.subtree if not (token.is_punct or token.is_quote)]
        words = words or speaker
        spans = [(words[0].idx, words[-1].idx + len(words[-1]))]
    else:
        spans = list(_runs(doc, speaker))
    content = triple.content
    return Parts(
        ((content.start_char + shift, content.end_char + shift),),
        tuple((start + shift, end + shift) for start, end in spans),
    )


def _runs(doc: Doc, tokens: Iterable[Token]) -> Iterator[Span]:
    """Yield the spans of runs of adjacent tokens."""
    places = sorted({token.i for token in tokens})
    first = places[0]
    for here, following in zip(places, [*places[1:], -1], strict=True):
        if following != here + 1:
            yield doc[first].idx, doc[here].idx + len(doc[here])
            first = following


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, each with its offset."""
    place = 0
    for line in text.split("\n"):
        if line.strip():
            yield place, line
        place += len(line) + 1
