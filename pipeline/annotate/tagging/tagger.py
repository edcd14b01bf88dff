"""The learned tagger: entity mentions and the parts of attributions in spaCy Docs.

Runs the shipped encoder (int8 ONNX) over the windows of documents and decodes both label sets.
Spans are token spans that never cross a paragraph. Knows nothing of who said what (which source
goes with which content) and nothing of the names behind the mentions.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipeline.annotate.model_files import SHIPPED, ModelFiles, advice
from pipeline.annotate.tagging import viterbi
from pipeline.annotate.tagging.window_cache import Memory, Reading, WindowMemory, tag_once
from pipeline.annotate.tagging.windows import Encoded, Encoder, Window
from pipeline.annotate.tagging.word_pieces import WordPiece
from pipeline.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from spacy.tokens import Doc

    Floats = NDArray[np.float32]
    Numbers = NDArray[np.int64]

HEADS = ("entities", "attribution")
"""Outputs of the model and keys of `heads` in its config.json."""


class TokenSpan(NamedTuple):
    """Tokens `start` up to `end` (exclusive) of the Doc.

    `score` is the mean over the tokens of the label's softmax probability, before transitions
    weigh in: good for ranking, too low for long spans.
    """

    start: int
    end: int
    label: str
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class TaggedSpans:
    """What was found in one document, in reading order, without overlaps within each of the two.

    Entity labels: Person Organization NORP Date Money Facility Product Misc Location. Attribution
    labels: Source Cue Content.
    """

    entities: tuple[TokenSpan, ...] = ()
    attribution: tuple[TokenSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """One label set of the model and the transitions learned for it."""

    labels: tuple[str, ...]
    transitions: viterbi.Transitions


@dataclass
class Tagger:
    """A loaded model; can be handed to a forked or spawned process, which opens its own session."""

    files: ModelFiles
    threads: int
    heads: dict[str, Head]
    encoder: Encoder
    memory: Memory = field(default_factory=WindowMemory)
    counts: Counter[str] = field(default_factory=Counter)
    _sessions: dict[int, InferenceSession] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, folder: Path | None = None, threads: int = 1) -> Tagger:
        """Check a model folder and read all but the weights, which are read at the first `tag` of
        a process.

        Raises:
            ModelError: a file is missing, damaged or of another format.
        """
        return cls.of(ModelFiles.read(SHIPPED if folder is None else folder), threads)

    @classmethod
    def of(cls, files: ModelFiles, threads: int = 1) -> Tagger:
        """Make a tagger of a model's files.

        Raises:
            ModelError: the config or the vocabulary is of another format.
        """
        try:
            heads = {name: _head(files.config["heads"][name]) for name in HEADS}
            encoder = Encoder(WordPiece.of(files.vocabulary))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(advice(files.place, f"{type(error).__name__}: {error}")) from error
        return cls(files, threads, heads, encoder)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the files: a session cannot travel to another process."""
        return Tagger.of, (self.files, self.threads)

    def tag(self, docs: Sequence[Doc]) -> list[TaggedSpans]:
        """Tag documents in their order; what is found in one does not depend on the others.

        Odd input (an empty document, one huge token, only punctuation) gives no spans, never an
        error.

        Raises:
            ModelError: the weights cannot be loaded.
        """
        encoded = [self.encoder.encode(doc) for doc in docs]
        found = tag_once(encoded, self.memory, self._read, self.counts)
        return [
            TaggedSpans(*(tuple(map(TokenSpan._make, head)) for head in each)) for each in found
        ]

    def _read(self, encoded: list[Encoded]) -> list[Reading]:
        logits = self._logits(encoded)
        tagged = [self._spans(logits[name], encoded, self.heads[name]) for name in HEADS]
        return list(zip(*tagged, strict=True))

    def _session(self) -> InferenceSession:
        # A session does not survive fork (its threads stay behind in the parent), hence one for
        # each process.
        session = self._sessions.get(os.getpid())
        if session is None:
            session = _open_session(self.files, self.threads)
            self._sessions.clear()
            self._sessions[os.getpid()] = session
        return session

    def _logits(self, encoded: list[Encoded]) -> dict[str, Floats]:
        """Run the encoder: one row of scores for every unit of every document, in order, for each
        head."""
        offsets = _offsets(encoded)
        rows = {
            name: np.zeros((offsets[-1], len(head.labels)), np.float32)
            for name, head in self.heads.items()
        }
        for offset, document in zip(offsets, encoded, strict=False):
            for window in document.windows:
                first = offset + window.first_unit
                outputs = self._session().run(list(HEADS), feed(window))
                for name, output in zip(HEADS, outputs, strict=True):
                    rows[name][first : first + len(window.firsts)] = output[0, window.firsts]
        return rows

    def _spans(
        self, logits: Floats, encoded: list[Encoded], head: Head
    ) -> list[tuple[TokenSpan, ...]]:
        scores = log_softmax(logits)
        offsets = _offsets(encoded)
        bounds = [
            offset + bound
            for offset, document in zip(offsets, encoded, strict=False)
            for bound in document.bounds[:-1]
        ]
        labels = viterbi.best_labels(scores, [*bounds, offsets[-1]], head.transitions)
        chances = np.exp(scores[np.arange(len(labels)), labels])
        return [
            tuple(
                collect_spans(labels[start:end], chances[start:end], document.tokens, head.labels)
            )
            for start, end, document in zip(offsets, offsets[1:], encoded, strict=False)
        ]


def feed(window: Window) -> dict[str, Numbers]:
    """Make the model's inputs, each (1, pieces).

    One window a run: int8 activations are scaled by the largest of a batch, so in a batch a text's
    spans would hang on its neighbours. Nor is a batch faster on one core (8,700 words/s alone,
    8,600 at 512 pieces, 7,400 at 1,024).
    """
    return {
        "pieces": np.array([window.pieces], dtype=np.int64),
        "shapes": np.array([window.shapes], dtype=np.int64),
    }


def log_softmax(logits: Floats) -> Floats:
    """Turn rows of scores into rows of log-probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True, initial=viterbi.FORBIDDEN)
    normalised: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normalised


def collect_spans(
    labels: Numbers, chances: Floats, tokens: Sequence[int], names: Sequence[str]
) -> Iterator[TokenSpan]:
    """Read spans off one document's labels; valid BIO is assumed, so every span begins with its
    B-."""
    inside = np.flatnonzero(labels).tolist()
    begins = [unit for unit in inside if names[labels[unit]][0] == "B"]
    probabilities = chances.tolist()
    for begin, following in zip(begins, [*begins[1:], len(labels)], strict=False):
        end = begin + 1
        while end < following and labels[end]:
            end += 1
        score = sum(probabilities[begin:end]) / (end - begin)
        yield TokenSpan(tokens[begin], tokens[end - 1] + 1, names[labels[begin]][2:], score)


def _offsets(encoded: list[Encoded]) -> list[int]:
    return list(accumulate((len(document.tokens) for document in encoded), initial=0))


def _head(config: dict[str, Any]) -> Head:
    labels = tuple(config["labels"])
    transitions = viterbi.Transitions.of(labels, config.get("start"), config.get("step"))
    return Head(labels, transitions)


def _open_session(files: ModelFiles, threads: int) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Spinning threads steal the core from other workers of the machine and win nothing at one
    # thread.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(
            files.weights,
            options,
            providers=["CPUExecutionProvider"],
            # Onnxruntime 1.31 computes a sum and its norm four times slower in one kernel than in
            # two: 401 against 60 microseconds a layer half, 14 % of a window.
            disabled_optimizers=["SkipLayerNormFusion"],
        )
    # onnxruntime raises its own C++ exception types, which share no base but Exception.
    except Exception as error:
        raise ModelError(advice(files.place, str(error))) from error
