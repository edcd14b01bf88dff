"""Write a checkpoint from a model folder: `python -m training.from_model FOLDER CHECKPOINT.pt`.

A run can begin from a model that ships (`--begun-from CHECKPOINT.pt`) though its checkpoints are
gone. The weights are those of the int8 model multiplied by their scales, so each is off by at most
half a step of its column.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import onnx
import torch
from onnx import numpy_helper

from training.export import digest
from training.network import Network
from training.train import HEADS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from torch import Tensor

PRODUCTS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
"""The linear layers of a layer of the encoder, in the order of their products in the graph."""


def read_weights(model: Path) -> dict[str, Tensor]:
    """Return the weights of a model.onnx by their names in the network, in float32."""
    graph = onnx.load(str(model)).graph
    stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    # The exporter gives the products no names of the network: they are "onnx::MatMul_685" and so
    # on, numbered in the order of the graph.
    products = sorted({name.removesuffix("_quantized") for name in stored if _is_product(name)})
    names = [f"encoder.encoder.layer.{layer}.{each}" for layer in range(6) for each in PRODUCTS]
    names += [f"heads.{head}" for head in HEADS]
    weights = {
        f"{name}.weight": _in_float(stored, product).T
        for name, product in zip(names, products, strict=True)
    }
    weights |= {name: _in_float(stored, name) for name in _named(stored)}
    return {name: torch.from_numpy(values.copy()) for name, values in weights.items()}


def _is_product(name: str) -> bool:
    return name.startswith("onnx::MatMul_") and not name.endswith(("_scale", "_zero_point"))


def _named(stored: dict[str, np.ndarray]) -> Iterator[str]:
    for name in stored:
        ours = name.endswith(("_quantized", ".bias", ".weight"))
        if ours and not name.startswith("onnx::"):
            yield name.removesuffix("_quantized")


def _in_float(stored: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Return a tensor; one of whole numbers less its zero point and times its scale."""
    if name in stored:
        return stored[name]
    whole = stored[f"{name}_quantized"].astype("float32")
    return (whole - stored[f"{name}_zero_point"]) * stored[f"{name}_scale"]


def network_of(folder: Path) -> Network:
    """Return the network of a model folder."""
    network = Network(HEADS, pretrained=False)
    weights = read_weights(folder / "model.onnx")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    for head in HEADS:
        for part in ("start", "step"):
            weights[f"fields.{head}.{part}"] = torch.tensor(config["heads"][head][part])
    network.load_state_dict(network.state_dict() | weights)  # beside them are the BIO rules
    return network


def main() -> None:
    """Read the arguments and write the checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("checkpoint", type=Path)
    chosen = parser.parse_args()
    config = json.loads((chosen.folder / "config.json").read_text(encoding="utf-8"))
    state = {
        "averaged": network_of(chosen.folder).state_dict(),
        "recipe": {
            "model_sha256": digest(chosen.folder / "model.onnx"),
            "parts": config["averaged"],
        },
        "step": 0,
    }
    chosen.checkpoint.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, chosen.checkpoint)


if __name__ == "__main__":
    main()
