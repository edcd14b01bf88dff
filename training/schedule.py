"""The progress of a training run, and the moving average of its weights."""

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
    """The progress of a run, by steps or by time, whichever is further."""

    recipe: Recipe
    steps: int
    step: int = 0
    earlier: float = 0.0
    """Minutes that the run had taken before it was interrupted."""
    started: float = field(default_factory=time.monotonic)

    def minutes(self) -> float:
        """Return the minutes of training so far."""
        return self.earlier + (time.monotonic() - self.started) / 60

    def share(self) -> float:
        """Return the share of the schedule that is done, 0 to 1; learning rates depend on it."""
        return max(self.step / self.steps, self.minutes() / self.recipe.minutes)

    def rate(self) -> float:
        """Return the factor of the learning rates: linear warm-up, then linear decay to 0."""
        share = self.share()
        return max(0.0, min(share / self.recipe.warm_up, 1 - share))


class Average:
    """An exponential moving average of the weights (Polyak & Juditsky 1992)."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        """Begin with the present weights of a network."""
        self._live = list(network.parameters())
        self._decay = decay
        self.weights = [weight.detach().clone() for weight in self._live]

    def update(self, step: int) -> None:
        """Add the weights after a step; in early steps the average follows them faster."""
        decay = min(self._decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.weights, [w.detach() for w in self._live], 1 - decay)

    def state(self, network: nn.Module) -> dict[str, Tensor]:
        """Return a state dict of the network with the averaged weights."""
        names = (name for name, _ in network.named_parameters())
        return network.state_dict() | dict(zip(names, self.weights, strict=True))

    def restore(self, network: nn.Module, state: dict[str, Tensor]) -> None:
        """Set the averaged weights to those of a state dict that `state` returned."""
        names = (name for name, _ in network.named_parameters())
        self.weights = [state[name].clone() for name in names]
