"""Train the tagger: `python -m training.train RUN --epochs 5 --minutes 80`.

The network has one encoder and two heads. A batch is of one corpus: the head of its task learns
from labels made by hand, the other head, in a second stage, from silver labels. The script writes
RUN/checkpoint.pt every ten minutes and at the end, and RUN/snapshot-52.pt at 52 % of the schedule,
or at the shares of `--snapshots`. It continues from an existing checkpoint. Dev files are not read.
"""

from __future__ import annotations

import argparse
import logging
import time
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import spacy
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from pipeline.annotate.tagging.windows import Encoder
from pipeline.annotate.tagging.word_pieces import WordPiece
from training import corpora
from training.batches import batches, padded, targets
from training.examples import bio, examples
from training.halved import halve
from training.network import Network, base_folder, read_averaged
from training.recipe import Recipe, check_recipe, due_snapshots
from training.schedule import Average, Progress
from training.silver import train_documents, with_silver
from training.variations import Names, varied

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.corpora import Document
    from training.examples import Example

log = logging.getLogger("training.train")

HEADS = {"entities": bio(corpora.ENTITIES), "attribution": bio(corpora.ROLES)}
"""Head → labels, in the order of the model's outputs."""
VERSION = 3
"""The version of these scripts in the model's config.json. Raise it by one when the same recipe
gives another model."""
MASK = 103
"""The id of [MASK] in BERT's vocabulary."""
LAST_SPECIAL = 998
"""Ids up to this one are [PAD], [UNK], [CLS], [SEP], [MASK] and unused ones."""
SAVE_EVERY = 600.0
"""Seconds between checkpoints."""


def loss_of(network: Network, batch: Sequence[Example], recipe: Recipe) -> Tensor:
    """Return the loss of a batch.

    It is the loss of the random field, plus a share of plain cross entropy, which keeps the scores
    of single units usable as probabilities, plus a share of cross entropy against the silver labels
    of the other heads.
    """
    wanted = targets(batch)
    inputs = padded(batch)
    inputs["pieces"] = masked(inputs["pieces"], recipe.masked)
    hidden = network.hidden(**inputs)[wanted.rows, wanted.columns]
    inside = wanted.inside()
    total = torch.zeros(())
    for head, labels in wanted.labels.items():
        scores = network.heads[head](hidden)
        plain = cross_entropy(scores[inside], labels[inside])
        if head == batch[0].task:
            field = network.fields[head].loss(scores, labels, wanted.lengths, wanted.opens)
            total = total + field + recipe.softmax_share * plain
        else:
            total = total + recipe.silver_share * plain
    return total


def masked(pieces: Tensor, share: float) -> Tensor:
    """Return pieces of which a share is [MASK], so that context decides too (word dropout)."""
    if not share:
        return pieces
    chosen = (torch.rand(pieces.shape) < share) & (pieces > LAST_SPECIAL)
    return pieces.masked_fill(chosen, MASK)


def optimizer_of(network: Network, recipe: Recipe) -> torch.optim.AdamW:
    """Return the optimiser, with a learning rate for each part of the network."""
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
    """One training run: the network, its optimiser, the averaged weights and the progress."""

    def __init__(self, documents: Sequence[Document], recipe: Recipe) -> None:
        """Load the initial weights and count the steps of an epoch."""
        torch.manual_seed(recipe.seed)
        self._documents = documents
        self._recipe = recipe
        self._names = Names(documents) if recipe.silver else None
        self._random = Random(recipe.seed)
        self._nlp = spacy.blank("en")
        self._encoder = Encoder(WordPiece.read(base_folder() / "vocab.txt"))
        self._network = initial_network(recipe).train()
        halve(self._network.encoder)
        self._optimizer = optimizer_of(self._network, recipe)
        self._average = Average(self._network, recipe.average)
        steps = int(recipe.epochs * sum(1 for _ in self._epoch()))
        self._progress = Progress(recipe, steps)
        self._losses: dict[str, float] = {}

    def train(self, folder: Path) -> None:
        """Train to the end of the schedule; write checkpoint.pt and the recipe's snapshots."""
        torch.set_num_threads(1)
        saved = time.monotonic()
        while self._progress.share() < 1:
            for batch in self._epoch():
                self._step(batch)
                for path in due_snapshots(self._recipe, folder, self._progress.share()):
                    self.save(path)
                if time.monotonic() - saved > SAVE_EVERY:
                    self.save(folder / "checkpoint.pt")
                    saved = time.monotonic()
                if self._progress.share() >= 1:
                    break
        self.save(folder / "checkpoint.pt")

    def save(self, path: Path) -> None:
        """Write a checkpoint; an old one is replaced only when the new one is complete."""
        path.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "averaged": self._average.state(self._network),
            "live": self._network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "recipe": asdict(self._recipe),
            "step": self._progress.step,
            "steps": self._progress.steps,
            "minutes": self._progress.minutes(),
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.rename(path)

    def resume(self, path: Path) -> None:
        """Continue an interrupted run from its checkpoint, at the start of an epoch.

        Raises:
            OtherRecipe: the checkpoint is of a run with other options.
        """
        state = torch.load(path, map_location="cpu")
        check_recipe(path, state["recipe"], self._recipe)
        self._network.load_state_dict(state["live"])
        self._average.restore(self._network, state["averaged"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._progress.step = state["step"]
        self._progress.earlier = state["minutes"]

    def _epoch(self) -> Iterator[list[Example]]:
        items = [
            example
            for document in self._documents
            for example in examples(
                varied(document, self._random, self._names), self._nlp, self._encoder, HEADS
            )
        ]
        return batches(items, self._recipe.batch_pieces, self._random)

    def _step(self, batch: Sequence[Example]) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = group["base"] * self._progress.rate()
        loss = loss_of(self._network, batch, self._recipe)
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
            shown = {name: round(value, 4) for name, value in self._losses.items()}
            step, steps = self._progress.step, self._progress.steps
            log.info("step %d of %d, %.1f min, %s", step, steps, self._progress.minutes(), shown)


def initial_network(recipe: Recipe) -> Network:
    """Return the network with pretrained weights, or with those of the recipe's checkpoint."""
    if recipe.begun_from:
        return read_averaged([Path(recipe.begun_from)], HEADS)
    return Network(HEADS)


def main() -> None:
    """Read the arguments and train; an interrupted run continues from its checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder for the checkpoint, such as training/runs/a")
    parser.add_argument("--data", type=Path, default=corpora.DATA)
    for name, default in asdict(Recipe()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    chosen = vars(parser.parse_args())
    folder, data = chosen.pop("run"), chosen.pop("data")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    recipe = Recipe(**chosen)
    documents = train_documents(data)
    if recipe.silver:
        documents = with_silver(documents, Path(recipe.silver))
    run = Run([document for document in documents if document.task or document.silver], recipe)
    if (folder / "checkpoint.pt").exists():
        run.resume(folder / "checkpoint.pt")
    run.train(folder)


if __name__ == "__main__":
    main()
