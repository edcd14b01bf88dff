"""Write a model folder: `python -m training.export FOLDER SNAPSHOT.pt CHECKPOINT.pt`.

The averaged weights of the checkpoints are averaged once more, exported to ONNX and quantised to
int8 (dynamically, per channel). The heads, a thousandth of the weights, stay float32. `config.json`
records how the model was made.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from pipeline.annotate.tagging.tagger import HEADS as OUTPUTS
from training import corpora
from training.network import BASE, Network, base_folder, read_averaged
from training.train import HEADS, VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INPUTS = ("pieces", "shapes")
OPSET = 17
SOURCES = (
    "worldwide-ner/train.jsonl.gz",
    "polnear/train.jsonl.gz",
    "news-pages/gold.jsonl.gz",
    "gum-news/news.train.jsonl",
    "gum-news/other.train.jsonl.gz",
)


def to_onnx(network: Network, path: Path) -> None:
    """Write the network as ONNX in float32; windows and pieces are dynamic dimensions."""
    # The legacy exporter cannot trace the fused attention.
    network.encoder.config._attn_implementation = "eager"
    pieces = torch.randint(1000, 2000, (2, 16))
    example = (pieces, torch.zeros_like(pieces))
    torch.onnx.export(
        network,
        example,
        str(path),
        input_names=list(INPUTS),
        output_names=list(OUTPUTS),
        dynamic_axes={name: {0: "windows", 1: "pieces"} for name in (*INPUTS, *OUTPUTS)},
        opset_version=OPSET,
        dynamo=False,
    )


def quantise(source: Path, target: Path) -> None:
    """Quantise weights and embeddings to int8, except those of the heads."""
    quantize_dynamic(
        source,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        nodes_to_exclude=[f"/{name}/MatMul" for name in OUTPUTS],
        extra_options={"MatMulConstBOnly": True},
    )


def head_config(network: Network, name: str) -> dict[str, Any]:
    """Return the labels and transition scores of a head, without the BIO rules.

    The tagger adds the rules when it loads the model.
    """
    field = network.fields[name]
    return {
        "labels": list(HEADS[name]),
        "start": [round(score, 4) for score in field.start.tolist()],
        "step": [[round(score, 4) for score in row] for row in field.step.tolist()],
    }


def config_of(
    network: Network, parts: Sequence[Mapping[str, Any]], model: Path, data: Path
) -> dict[str, Any]:
    """Return the model's `config.json`, from which the model can be reproduced."""
    return {
        "format": 1,
        "version": VERSION,
        "base": BASE,
        "base_sha256": digest(base_folder() / "model.safetensors"),
        "data_sha256": {name: digest(data / name) for name in SOURCES},
        "averaged": [{"step": part["step"], "stages": stages(part)} for part in parts],
        "model_sha256": digest(model),
        "heads": {name: head_config(network, name) for name in OUTPUTS},
    }


def stages(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the recipes of a run and of the runs from which it began, the first run first."""
    recipe: dict[str, Any] = state["recipe"]
    begun_from = recipe.get("begun_from")
    if not begun_from:
        return [recipe]
    return [*stages(torch.load(begun_from, map_location="cpu")), recipe]


def digest(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def main() -> None:
    """Read the arguments and write the model folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "checkpoints",
        type=Path,
        nargs="+",
        help="of a run and of the runs from which it began; the last one last",
    )
    parser.add_argument("--data", type=Path, default=corpora.DATA)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    network = read_averaged(chosen.checkpoints, HEADS)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    model = chosen.folder / "model.onnx"
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "float32.onnx"
        to_onnx(network, whole)
        quantise(whole, model)
    shutil.copyfile(base_folder() / "vocab.txt", chosen.folder / "vocab.txt")
    parts = [torch.load(path, map_location="cpu") for path in chosen.checkpoints]
    config = config_of(network, parts, model, chosen.data)
    text = json.dumps(config, indent=1)
    (chosen.folder / "config.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
