"""Read, write and pack the three files of a model: config, vocabulary and weights.

The config has the SHA-256 of the weights, and no model is used whose weights have another one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError

SHIPPED = Path(__file__).parent / "model"
"""The folder of the model that ships with the package."""
CONFIG, VOCABULARY, WEIGHTS = "config.json", "vocab.txt", "model.onnx"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The contents of a model's files, except that weights read from a folder stay on disk."""

    place: str
    """The folder or other origin, for messages."""
    config: dict[str, Any]
    vocabulary: str
    """The text of ``vocab.txt``."""
    weights: Path | bytes
    """The path of the weights, or the weights themselves for a model that was unpacked."""

    @classmethod
    def read(cls, folder: Path) -> ModelFiles:
        """Read the config and vocabulary of a model folder, and check the weights' digest.

        Raises:
            ModelError: a file is missing or damaged.
        """
        try:
            config = (folder / CONFIG).read_bytes()
            vocabulary = (folder / VOCABULARY).read_bytes()
            return cls._checked(str(folder), config, vocabulary, folder / WEIGHTS)
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise ModelError(advice(str(folder), f"{type(error).__name__}: {error}")) from error

    @classmethod
    def unpack(cls, packed: dict[str, bytes]) -> ModelFiles:
        """Return the model that `pack` gave as bytes.

        Raises:
            ModelError: a file is missing or damaged.
        """
        place = "the bytes given"
        try:
            return cls._checked(place, packed[CONFIG], packed[VOCABULARY], packed[WEIGHTS])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(advice(place, f"{type(error).__name__}: {error}")) from error

    @classmethod
    def _checked(
        cls, place: str, config: bytes, vocabulary: bytes, weights: Path | bytes
    ) -> ModelFiles:
        read = json.loads(config)
        expected, found = read["model_sha256"], _digest(weights)
        if found != expected:
            raise ModelError(advice(place, f"{WEIGHTS} has sha256 {found}, expected {expected}"))
        return cls(place, read, vocabulary.decode("utf-8"), weights)

    def pack(self) -> dict[str, bytes]:
        """Return the contents of all files by name, including the weights (23 MB)."""
        weights = self.weights if isinstance(self.weights, bytes) else self.weights.read_bytes()
        config = json.dumps(self.config, indent=1) + "\n"
        return {
            CONFIG: config.encode("utf-8"),
            VOCABULARY: self.vocabulary.encode("utf-8"),
            WEIGHTS: weights,
        }

    def write(self, folder: Path) -> None:
        """Write a model folder; create it if it does not exist."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.pack().items():
            (folder / name).write_bytes(content)


def _digest(weights: Path | bytes) -> str:
    if isinstance(weights, bytes):
        return hashlib.sha256(weights).hexdigest()
    with weights.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def advice(place: str, reason: str) -> str:
    """Return a message that says which model cannot be used, why, and what to do."""
    return (
        f"the language model in {place} cannot be used: {reason}; "
        "install the package again, or run `make train`"
    )
