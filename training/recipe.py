"""The options of a training run, and the check that a run's folder was made with the same ones."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Recipe:
    """The options of a run; the checkpoint and the model's config.json store them."""

    seed: int = 1
    epochs: float = 5.0
    minutes: float = 80.0
    """Minutes after which the run ends, even before all epochs are done."""
    batch_pieces: int = 2048
    """Word pieces in a batch, including padding."""
    body_rate: float = 3e-4
    """Learning rate of the encoder's layers."""
    embedding_rate: float = 1e-4
    """Learning rate of the embeddings."""
    head_rate: float = 2e-3
    """Learning rate of the heads and of the case embedding."""
    field_rate: float = 1e-2
    """Learning rate of the transition scores."""
    warm_up: float = 0.05
    """Share of the schedule in which the learning rates rise."""
    clip: float = 1.0
    """Largest norm of the gradients."""
    weight_decay: float = 0.01
    """Weight decay of the encoder's layers."""
    softmax_share: float = 0.2
    """Weight of the plain cross entropy beside the loss of the random field."""
    silver_share: float = 0.3
    """Weight of the cross entropy against silver labels."""
    masked: float = 0.0
    """Share of pieces that are replaced by [MASK]."""
    average: float = 0.99
    """Decay of the moving average of the weights."""
    silver: str = ""
    """File of silver labels; "" for training without any."""
    begun_from: str = ""
    """Checkpoint whose averaged weights the run begins from; "" for the pretrained encoder."""
    snapshots: str = "0.52"
    """Shares of the schedule at which weights are stored, to be averaged with the last ones."""


class OtherRecipe(Exception):
    """A file in a run's folder was made with other options or another model than the present."""


def check_recipe(path: Path, stored: Mapping[str, Any], recipe: Recipe) -> None:
    """Check that a checkpoint is of a run with the same options.

    Raises:
        OtherRecipe: options differ; names each with both values.
    """
    # An option that did not exist when the checkpoint was written had its default value.
    earlier = asdict(Recipe()) | dict(stored)
    others = [
        f"{name} was {earlier[name]!r} and is {value!r}"
        for name, value in asdict(recipe).items()
        if earlier[name] != value
    ]
    if others:
        raise OtherRecipe(
            f"{path} was trained with other options: {', '.join(others)}; pass the same ones to "
            f"continue, or delete the folder {path.parent} to start again"
        )


def due_snapshots(recipe: Recipe, folder: Path, share: float) -> list[Path]:
    """Return the paths of snapshots that are due at this share of the schedule and do not exist.

    The snapshot at 0.62 is snapshot-62.pt.
    """
    shares = [float(each) for each in recipe.snapshots.split(",") if each.strip()]
    paths = [folder / f"snapshot-{100 * each:.0f}.pt" for each in shares if each <= share]
    return [path for path in paths if not path.exists()]
