"""Trains the tagger: `python -m training.train RUN --epochs 5 --minutes 80`.

One encoder, two heads, one corpus each; a batch is of one corpus. Writes RUN/checkpoint.pt every
ten minutes and at the end, with the raw and the averaged weights. Never reads the dev files.
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

from pipeline.annotate import features
from pipeline.annotate.windows import Encoder
from pipeline.annotate.wordpiece import WordPiece
from training import corpora
from training.examples import Example, bio, examples, varied
from training.halved import halve
from training.network import Network, base_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.corpora import Document

log = logging.getLogger("training.train")

HEADS = {"entities": bio(corpora.ENTITIES), "attribution": bio(corpora.ROLES)}
"""Head → labels, in the order of the model's outputs."""
VERSION = 1
"""Of these scripts, in the model's config.json; raised when the same recipe gives another model."""
SAVE_EVERY = 600.0
"""Seconds between checkpoints."""


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


def batches(items: Sequence[Example], pieces: int, random: Random) -> Iterator[list[Example]]:
    """Yield batches of one task and of windows of like length, in random order."""
    grouped: list[list[Example]] = []
    for task in HEADS:
        mine = [item for item in items if item.task == task]
        mine.sort(key=lambda item: len(item.window.pieces) + 16 * random.random())
        grouped += _filled(mine, pieces)
    random.shuffle(grouped)
    yield from grouped


def _filled(items: Sequence[Example], pieces: int) -> list[list[Example]]:
    filled: list[list[Example]] = []
    batch: list[Example] = []
    for item in items:
        if batch and (len(batch) + 1) * len(item.window.pieces) > pieces:
            filled.append(batch)
            batch = []
        batch.append(item)
    return [*filled, batch] if batch else filled


def padded(batch: Sequence[Example]) -> dict[str, Tensor]:
    """Make the network's inputs, each (windows, pieces of the longest), and the mask of what is
    there."""
    shape = (len(batch), max(len(item.window.pieces) for item in batch))
    pieces = torch.zeros(shape, dtype=torch.long)
    shapes = torch.full(shape, features.SYMBOL)
    mask = torch.zeros(shape, dtype=torch.long)
    for row, item in enumerate(batch):
        length = len(item.window.pieces)
        pieces[row, :length] = torch.tensor(item.window.pieces)
        shapes[row, :length] = torch.tensor(item.window.shapes)
        mask[row, :length] = 1
    return {"pieces": pieces, "shapes": shapes, "mask": mask}


def loss_of(network: Network, batch: Sequence[Example], softmax_share: float) -> Tensor:
    """Give the loss of a batch: the random field's, and a share of plain cross entropy.

    The cross entropy keeps each unit's scores readable as probabilities.
    """
    hidden = network.hidden(**padded(batch))
    runs = sorted(
        (
            (end - start, row, start, opens)
            for row, item in enumerate(batch)
            for start, end, opens in item.runs
        ),
        key=lambda run: -run[0],
    )
    rows = torch.zeros(len(runs), runs[0][0], dtype=torch.long)
    columns, gold = rows.clone(), rows.clone()
    for number, (length, row, start, _) in enumerate(runs):
        firsts = batch[row].window.firsts[start : start + length]
        rows[number] = row
        columns[number, :length] = torch.tensor(firsts)
        gold[number, :length] = torch.tensor(batch[row].labels[start : start + length])
    task = batch[0].task
    lengths = torch.tensor([run[0] for run in runs])
    scores = network.heads[task](hidden[rows, columns])
    field = network.fields[task].loss(
        scores, gold, lengths, torch.tensor([float(run[3]) for run in runs])
    )
    inside = torch.arange(gold.shape[1])[None] < lengths[:, None]
    return field + softmax_share * cross_entropy(scores[inside], gold[inside])


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


def train(documents: Sequence[Document], recipe: Recipe, folder: Path) -> None:
    """Run the recipe and leave the checkpoint in the folder."""
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    random = Random(recipe.seed)
    nlp = spacy.blank("en")
    encoder = Encoder(WordPiece.read(base_folder() / "vocab.txt"))
    network = Network(HEADS).train()
    halve(network.encoder)
    optimizer = optimizer_of(network, recipe)
    average = Average(network, recipe.average)
    first = _prepared(documents, nlp, encoder, random)
    progress = Progress(recipe, int(recipe.epochs * _count(first, recipe)), time.monotonic())
    log.info("windows %d, steps %d", len(first), progress.steps)
    saved = time.monotonic()
    losses: dict[str, float] = {}
    while progress.share() < 1:
        for batch in batches(
            _prepared(documents, nlp, encoder, random), recipe.batch_pieces, random
        ):
            loss = _step(network, optimizer, batch, recipe, progress.rate())
            progress.step += 1
            average.update(progress.step)
            before = losses.setdefault(batch[0].task, loss)
            losses[batch[0].task] = 0.98 * before + 0.02 * loss
            if progress.step % 20 == 0:
                _report(progress, losses)
            if time.monotonic() - saved > SAVE_EVERY:
                save(network, average, recipe, progress, folder)
                saved = time.monotonic()
            if progress.share() >= 1:
                break
    save(network, average, recipe, progress, folder)


def _prepared(
    documents: Sequence[Document], nlp: spacy.language.Language, encoder: Encoder, random: Random
) -> list[Example]:
    return [
        example
        for document in documents
        for example in examples(varied(document, random), nlp, encoder, HEADS[document.task])
    ]


def _count(items: Sequence[Example], recipe: Recipe) -> int:
    return sum(1 for _ in batches(items, recipe.batch_pieces, Random(recipe.seed)))


def _step(
    network: Network,
    optimizer: torch.optim.AdamW,
    batch: Sequence[Example],
    recipe: Recipe,
    rate: float,
) -> float:
    for group in optimizer.param_groups:
        group["lr"] = group["base"] * rate
    loss = loss_of(network, batch, recipe.softmax_share)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), recipe.clip)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return float(loss.detach())


def _report(progress: Progress, losses: dict[str, float]) -> None:
    minutes = (time.monotonic() - progress.started) / 60
    shown = {task: round(loss, 4) for task, loss in losses.items()}
    log.info("step %d of %d, %.1f min, %s", progress.step, progress.steps, minutes, shown)


def save(
    network: Network, average: Average, recipe: Recipe, progress: Progress, folder: Path
) -> None:
    """Write the checkpoint beside the old one, then put it in its place."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / "checkpoint.partial"
    torch.save(
        {
            "averaged": average.state(network),
            "live": network.state_dict(),
            "recipe": asdict(recipe),
            "step": progress.step,
            "steps": progress.steps,
        },
        partial,
    )
    partial.rename(folder / "checkpoint.pt")


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
    train(documents, recipe, chosen.run)


if __name__ == "__main__":
    main()
