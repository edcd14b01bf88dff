"""What a training run is made of, how far it is, and the average of its weights."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor, nn


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


@dataclass(slots=True)
class Progress:
    """How far a run is, by steps or by the clock, whichever is further."""

    recipe: Recipe
    steps: int
    step: int = 0
    earlier: float = 0.0
    """Minutes of the same run before it was interrupted."""
    started: float = field(default_factory=time.monotonic)

    def minutes(self) -> float:
        """Give the minutes of work so far."""
        return self.earlier + (time.monotonic() - self.started) / 60

    def share(self) -> float:
        """Give 0 at the start, 1 at the end: what the learning rates hang on."""
        return max(self.step / self.steps, self.minutes() / self.recipe.minutes)

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

    def restore(self, network: nn.Module, state: dict[str, Tensor]) -> None:
        """Take the averaged weights from a state dict that `state` gave."""
        names = (name for name, _ in network.named_parameters())
        self.weights = [state[name].clone() for name in names]
