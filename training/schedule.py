"""How far a training run is, and the average of its weights."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor, nn

    from training.recipe import Recipe


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
