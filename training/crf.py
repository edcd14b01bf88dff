"""A linear-chain conditional random field over the labels of a paragraph (Lafferty et al. 2001).

It trains the transition scores with which `pipeline.annotate.tagging.viterbi` decodes, under the
same BIO rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from pipeline.annotate.tagging.viterbi import FORBIDDEN, Transitions

if TYPE_CHECKING:
    from collections.abc import Sequence


class Crf(nn.Module):
    """Start scores (labels,) and step scores (labels, labels); forbidden ones are masked."""

    def __init__(self, labels: Sequence[str]) -> None:
        """Begin with all scores 0, which is a plain softmax under the BIO rules."""
        super().__init__()
        rules = Transitions.of(labels)
        self.start = nn.Parameter(torch.zeros(len(labels)))
        self.step = nn.Parameter(torch.zeros(len(labels), len(labels)))
        self.register_buffer("start_rule", torch.from_numpy(rules.start == FORBIDDEN))
        self.register_buffer("step_rule", torch.from_numpy(rules.step == FORBIDDEN))

    def loss(self, scores: Tensor, gold: Tensor, lengths: Tensor, opens: Tensor) -> Tensor:
        """Return the mean negative log-likelihood of a unit.

        Args:
            scores: (runs, longest, labels), of paragraphs or parts of them.
            gold: (runs, longest), label numbers; those past the length of a run are ignored.
            lengths: (runs,), falling from the first run to the last.
            opens: (runs,), 1.0 if a run begins its paragraph and start scores apply, else 0.0.
        """
        start = self.start.masked_fill(self.start_rule, FORBIDDEN) * opens[:, None]
        step = self.step.masked_fill(self.step_rule, FORBIDDEN)
        alphas = self._log_sums(scores, lengths, start, step)
        inside = torch.arange(gold.shape[1])[None] < lengths[:, None]
        chosen = scores.gather(2, gold[..., None])[..., 0]
        steps = step[gold[:, :-1], gold[:, 1:]]
        path = (chosen * inside).sum(1) + (steps * inside[:, 1:]).sum(1)
        path = path + start.gather(1, gold[:, :1])[:, 0]
        return (alphas - path).sum() / lengths.sum()

    def _log_sums(self, scores: Tensor, lengths: Tensor, start: Tensor, step: Tensor) -> Tensor:
        """Return the log of the sum over all label sequences, by the forward algorithm."""
        running = scores[:, 0] + start
        ended = []
        alive = len(scores)
        for position in range(1, scores.shape[1]):
            still = int((lengths > position).sum())
            if still < alive:
                ended.append(running[still:alive])
                running, alive = running[:still], still
            paths = running[:, :, None] + step
            running = torch.logsumexp(paths, dim=1) + scores[:alive, position]
        ended.append(running)
        return torch.logsumexp(torch.cat(ended[::-1]), dim=1)
