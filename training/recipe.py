"""What a training run is made of: the options, and what of them a run's folder must agree with."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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
    silver_share: float = 0.3
    masked: float = 0.0
    average: float = 0.99
    silver: str = ""
    begun_from: str = ""
    snapshots: str = "0.52"
    """Shares of the schedule at which weights are kept, to be averaged with the last ones."""


class OtherRecipe(Exception):
    """What lies in a run's folder was made in another way than it would be made now."""


def check_recipe(path: Path, stored: Mapping[str, Any], recipe: Recipe) -> None:
    """Refuse to go on from a checkpoint of a run with other options.

    Raises:
        OtherRecipe: names each option with both values.
    """
    # An option that is younger than the checkpoint stood at its default.
    earlier = asdict(Recipe()) | dict(stored)
    others = [
        f"{name} was {earlier[name]!r} and is {value!r}"
        for name, value in asdict(recipe).items()
        if earlier[name] != value
    ]
    if others:
        raise OtherRecipe(
            f"{path} was trained with other options: {', '.join(others)}; pass the same ones to "
            f"go on, or delete the folder {path.parent} to begin anew"
        )


def due_snapshots(recipe: Recipe, folder: Path, share: float) -> list[Path]:
    """Name the snapshots that a run this far should have and lacks: 0.62 is snapshot-62.pt."""
    shares = [float(each) for each in recipe.snapshots.split(",") if each.strip()]
    paths = [folder / f"snapshot-{100 * each:.0f}.pt" for each in shares if each <= share]
    return [path for path in paths if not path.exists()]
