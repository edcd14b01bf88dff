"""Trains the tagger: `python -m training.train RUN --epochs 5 --minutes 80`.

One encoder, two heads, one corpus each; a batch is of one corpus. Writes RUN/checkpoint.pt every
ten minutes and at the end, and RUN/half.pt in mid-schedule, with the raw and the averaged weights.
Never reads the dev files.
"""

from __future__ import annotations

import argparse
import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import spacy
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from pipeline.annotate.windows import Encoder
from pipeline.annotate.wordpiece import WordPiece
from training import corpora
from training.batches import batches, padded, targets
from training.examples import bio, examples, varied
from training.halved import halve
from training.network import Network, base_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.corpora import Document
    from training.examples import Example

log = logging.getLogger("training.train")

HEADS = {"entities": bio(corpora.ENTITIES), "attribution": bio(corpora.ROLES)}
"""Head → labels, in the order of the model's outputs."""
VERSION = 1
"""Of these scripts, in the model's config.json; raised when the same recipe gives another model."""
SAVE_EVERY = 600.0
"""Seconds between checkpoints."""
HALF = 0.52
"""Share of the schedule at which half.pt is written, to be averaged with the last weights."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run is made of; stored in the checkpoint and in the model's config.json."""

    seed: int = 1
    epochs: float = 5.0
    minutes: float = 80.0
    batch_pieces: int = 2048
    body_rate: float = 3e-4
    embedding_rate: float = 1e-4
    head_rate: float = 2e-3
    field_rate: float = 1e-2
    warm_up: float = 0.05
    clip: float = 1.0
    weight_decay: float = 0.01
    softmax_share: float = 0.2
    average: float = 0.99


@dataclass(slots=True)
class Progress:
    """How far a run is, by steps or by the clock, whichever is further."""

    recipe: Recipe
    steps: int
    started: float
    step: int = 0

    def share(self) -> float:
        """Give 0 at the start, 1 at the end: what the learning rates hang on."""
        minutes = (time.monotonic() - self.started) / 60
        return max(self.step / self.steps, minutes / self.recipe.minutes)

    def rate(self) -> float:
        """Give the factor of the learning rates: linear warm-up, then linear decay to nought."""
        share = self.share()
        return max(0.0, min(share / self.recipe.warm_up, 1 - share))


class Average:
    """An exponential moving average of the weights (Polyak & Juditsky 1992)."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        """Start from the network as it is."""
        self._live = list(network.parameters())
        self._decay = decay
        self.weights = [weight.detach().clone() for weight in self._live]

    def update(self, step: int) -> None:
        """Take in the weights of a step; early ones count for less, so that the start is
        forgotten."""
        decay = min(self._decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.weights, [w.detach() for w in self._live], 1 - decay)

    def state(self, network: nn.Module) -> dict[str, Tensor]:
        """Give a state dict of the network with the averaged weights in place of its own."""
        names = (name for name, _ in network.named_parameters())
        return network.state_dict() | dict(zip(names, self.weights, strict=True))


def loss_of(network: Network, batch: Sequence[Example], softmax_share: float) -> Tensor:
    """Give the loss of a batch: the random field's, and a share of plain cross entropy.

    The cross entropy keeps each unit's scores readable as probabilities.
    """
    wanted = targets(batch)
    hidden = network.hidden(**padded(batch))
    task = batch[0].task
    scores = network.heads[task](hidden[wanted.rows, wanted.columns])
    field = network.fields[task].loss(scores, wanted.gold, wanted.lengths, wanted.opens)
    inside = wanted.inside()
    return field + softmax_share * cross_entropy(scores[inside], wanted.gold[inside])


def optimizer_of(network: Network, recipe: Recipe) -> torch.optim.AdamW:
    """Give every part of the network its own learning rate."""
    embeddings = list(network.encoder.embeddings.parameters())
    heads = [*network.heads.parameters(), *network.shapes.parameters()]
    groups = [
        (list(network.encoder.encoder.parameters()), recipe.body_rate, recipe.weight_decay),
        (embeddings, recipe.embedding_rate, 0.0),
        (heads, recipe.head_rate, 0.0),
        (list(network.fields.parameters()), recipe.field_rate, 0.0),
    ]
    return torch.optim.AdamW(
        [
            {"params": weights, "lr": rate, "base": rate, "weight_decay": decay}
            for weights, rate, decay in groups
        ],
        betas=(0.9, 0.98),
        fused=True,
    )


class Run:
    """One training run: the network, what moves it, and how far it is."""

    def __init__(self, documents: Sequence[Document], recipe: Recipe) -> None:
        """Load the pretrained weights and count the steps of an epoch."""
        torch.manual_seed(recipe.seed)
        self._documents = documents
        self._recipe = recipe
        self._random = Random(recipe.seed)
        self._nlp = spacy.blank("en")
        self._encoder = Encoder(WordPiece.read(base_folder() / "vocab.txt"))
        self._network = Network(HEADS).train()
        halve(self._network.encoder)
        self._optimizer = optimizer_of(self._network, recipe)
        self._average = Average(self._network, recipe.average)
        steps = int(recipe.epochs * sum(1 for _ in self._epoch()))
        self._progress = Progress(recipe, steps, time.monotonic())
        self._losses: dict[str, float] = {}

    def train(self, folder: Path) -> None:
        """Train to the end of the schedule; leave checkpoint.pt and, of its middle, half.pt."""
        torch.set_num_threads(1)
        saved = time.monotonic()
        half = folder / "half.pt"
        half.unlink(missing_ok=True)
        while self._progress.share() < 1:
            for batch in self._epoch():
                self._step(batch)
                if self._progress.share() >= HALF and not half.exists():
                    self.save(half)
                if time.monotonic() - saved > SAVE_EVERY:
                    self.save(folder / "checkpoint.pt")
                    saved = time.monotonic()
                if self._progress.share() >= 1:
                    break
        self.save(folder / "checkpoint.pt")

    def save(self, path: Path) -> None:
        """Write the checkpoint beside the old one, then put it in its place."""
        path.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "averaged": self._average.state(self._network),
            "live": self._network.state_dict(),
            "recipe": asdict(self._recipe),
            "step": self._progress.step,
            "steps": self._progress.steps,
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.rename(path)

    def _epoch(self) -> Iterator[list[Example]]:
        items = [
            example
            for document in self._documents
            for example in examples(
                varied(document, self._random), self._nlp, self._encoder, HEADS[document.task]
            )
        ]
        return batches(items, self._recipe.batch_pieces, self._random)

    def _step(self, batch: Sequence[Example]) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = group["base"] * self._progress.rate()
        loss = loss_of(self._network, batch, self._recipe.softmax_share)
        loss.backward()
        nn.utils.clip_grad_norm_(self._network.parameters(), self._recipe.clip)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self._progress.step += 1
        self._average.update(self._progress.step)
        self._report(batch[0].task, float(loss.detach()))

    def _report(self, task: str, loss: float) -> None:
        smooth = self._losses.setdefault(task, loss)
        self._losses[task] = 0.98 * smooth + 0.02 * loss
        if self._progress.step % 20 == 0:
            minutes = (time.monotonic() - self._progress.started) / 60
            shown = {name: round(value, 4) for name, value in self._losses.items()}
            step, steps = self._progress.step, self._progress.steps
            log.info("step %d of %d, %.1f min, %s", step, steps, minutes, shown)


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder for the checkpoint, such as training/runs/a")
    parser.add_argument("--data", type=Path, default=corpora.DATA)
    parser.add_argument("--epochs", type=float, default=Recipe().epochs)
    parser.add_argument("--minutes", type=float, default=Recipe().minutes)
    parser.add_argument("--seed", type=int, default=Recipe().seed)
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    recipe = Recipe(seed=chosen.seed, epochs=chosen.epochs, minutes=chosen.minutes)
    documents = [
        *corpora.worldwide(chosen.data / "worldwide-ner", "train"),
        *corpora.polnear(chosen.data / "polnear", "train"),
    ]
    Run(documents, recipe).train(chosen.run)


if __name__ == "__main__":
    main()
