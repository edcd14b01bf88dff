"""Tag spaCy Docs with the learned model: mentions of names and the parts of attributions.

The shipped encoder (int8 ONNX, run by onnxruntime) scores every token under two label sets, one for
names and one for sources, cues and contents of quotes; Viterbi decoding makes spans of the scores.
Spans are token spans that never cross a paragraph. Which source belongs to which content, and which
entity a mention means, is decided later by rules (packages ``quotes`` and ``names``).
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
from pipeline.annotate.tagging.window_cache import (
    FoundSpans,
    SpanCache,
    WindowCache,
    tag_with_cache,
)
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
"""Outputs of the model, which are the keys of `heads` in its config.json."""


class TokenSpan(NamedTuple):
    """The tokens of a Doc from `start` to `end` (exclusive) under one label.

    `score` is the mean over the tokens of the label's softmax probability, without the transition
    scores: good for ranking, too low for long spans.
    """

    start: int
    end: int
    label: str
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class TaggedSpans:
    """The spans of one document under both label sets, in reading order.

    Spans of one label set do not overlap. Entity labels: Person Organization NORP Date Money
    Facility Product Misc Location. Attribution labels: Source Cue Content.
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
    """A loaded model.

    It can be given to a forked or spawned process, which then opens a session of its own.
    """

    files: ModelFiles
    threads: int
    heads: dict[str, Head]
    encoder: Encoder
    cache: SpanCache = field(default_factory=WindowCache)
    counts: Counter[str] = field(default_factory=Counter)
    """``windows_read`` and ``windows_reused`` so far."""
    _sessions: dict[int, InferenceSession] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, folder: Path | None = None, threads: int = 1) -> Tagger:
        """Check a model folder and read everything but the weights.

        Each process reads the weights at its first call of `tag`.

        Args:
            folder: the model's folder; None for the model that ships with the package.
            threads: threads that onnxruntime uses for one window.

        Raises:
            ModelError: a file is missing, damaged or of another format.
        """
        return cls.of(ModelFiles.read(SHIPPED if folder is None else folder), threads)

    @classmethod
    def of(cls, files: ModelFiles, threads: int = 1) -> Tagger:
        """Make a tagger from a model's files.

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
        """Pickle the files only: a session cannot be sent to another process."""
        return Tagger.of, (self.files, self.threads)

    def tag(self, docs: Sequence[Doc]) -> list[TaggedSpans]:
        """Tag documents and return their spans in the same order.

        The spans of a document do not depend on the other documents. Odd input (an empty document,
        one huge token, only punctuation) gives no spans and no error.

        Raises:
            ModelError: the weights cannot be loaded.
        """
        encoded = [self.encoder.encode(doc) for doc in docs]
        found = tag_with_cache(encoded, self.cache, self._tag_encoded, self.counts)
        return [
            TaggedSpans(*(tuple(map(TokenSpan._make, head)) for head in each)) for each in found
        ]

    def _tag_encoded(self, encoded: list[Encoded]) -> list[FoundSpans]:
        logits = self._logits(encoded)
        tagged = [self._spans(logits[name], encoded, self.heads[name]) for name in HEADS]
        return list(zip(*tagged, strict=True))

    def _session(self) -> InferenceSession:
        # A session does not survive a fork, because its threads stay in the parent; so each process
        # has its own.
        session = self._sessions.get(os.getpid())
        if session is None:
            session = _open_session(self.files, self.threads)
            self._sessions.clear()
            self._sessions[os.getpid()] = session
        return session

    def _logits(self, encoded: list[Encoded]) -> dict[str, Floats]:
        """Return the scores of each head, shape (units of all documents in order, labels)."""
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
    """Return the model's inputs for one window, each of shape (1, pieces).

    The encoder runs on one window at a time. In a batch, int8 activations are scaled by the largest
    of all windows, so the spans of a text would depend on its neighbours. A batch is not faster on
    one core either (8,700 words/s for single windows, 8,600 at 512 pieces, 7,400 at 1,024).
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
    """Yield the spans of one document from its labels.

    The labels must be valid BIO, in which every span begins with its B- label; `viterbi` gives no
    others.

    Args:
        labels: label numbers of the units, shape (units,).
        chances: probability of each unit's label, shape (units,).
        tokens: the token number of each unit.
        names: label number → name such as "B-Person".
    """
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


_CPU_INFO = Path("/proc/cpuinfo")


def has_vnni(cpu_info: Path) -> bool:
    """Tell whether the processor multiplies and adds 8-bit numbers in one instruction (x86 VNNI).

    Args:
        cpu_info: Linux's list of processors; where there is none, as on macOS, the answer is no.
    """
    try:
        lines = cpu_info.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return not {"avx512_vnni", "avx_vnni"}.isdisjoint(flags.split())


def _open_session(files: ModelFiles, threads: int) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Spinning threads take the core from other workers of the machine and gain nothing at one
    # thread.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if not has_vnni(_CPU_INFO):
        # Such a processor (AVX2 alone) would add pairs of products of 8-bit numbers in 16 bits and
        # cut what does not fit: 17 of 40 texts of the demo had other names or quotes there than
        # on one with VNNI. With this, 1 of 40 has, and it takes no longer. With VNNI it changes
        # no result (60 of 60 texts), and takes the kernels without VNNI, at half the speed.
        options.add_session_config_entry("session.x64quantprecision", "1")
    try:
        return onnxruntime.InferenceSession(
            files.weights,
            options,
            providers=["CPUExecutionProvider"],
            # onnxruntime 1.31 takes 401 microseconds for a sum and its norm in one fused kernel, 60
            # in two kernels; that is 14 % of the time of a window.
            disabled_optimizers=["SkipLayerNormFusion"],
        )
    # onnxruntime raises its own C++ exception types, which share no base but Exception.
    except Exception as error:
        raise ModelError(advice(files.place, str(error))) from error
