"""Train the peer on the same data as ours: ``python -m benchmarks.language.train_peers``.

It is spaCy's small network (``init config --optimize efficiency``) on the data beside the checkout,
so that methods are compared and not data. It stays in ``training/runs/peers/``, in a folder named
by data, recipe and seed, and is never shipped.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data import data_folder
from benchmarks.language import peer_data

RUNS = Path(__file__).parents[2] / "training" / "runs" / "peers"
SEED = 1


@dataclass(frozen=True, slots=True)
class Peer:
    """A pipeline to train, with its components, its data and its training time."""

    name: str
    components: tuple[str, ...]
    files: tuple[str, ...]
    docs: Callable[[Path], peer_data.Parts]
    steps: int
    minutes: int
    """CPU minutes that training took where it was measured; printed before training starts."""
    unit: str = ""
    """What one training document is, where it is not a whole document of the data."""

    def folder(self, data: Path) -> Path:
        """Return its folder, whose name changes with recipe, seed and data."""
        recipe = repr((self.components, self.steps, SEED)) + self.unit
        digest = hashlib.sha256(recipe.encode())
        for file in self.files:
            digest.update((data / file).read_bytes())
        return RUNS / f"{self.name}-{digest.hexdigest()[:12]}-seed{SEED}"


PEERS = {
    peer.name: peer
    for peer in (
        Peer(
            "names",
            ("ner",),
            ("worldwide-ner/train.jsonl.gz",),
            peer_data.named_docs,
            steps=6_000,
            minutes=9,
            unit="paragraph",
        ),
    )
}


def trained(name: str, data: Path) -> Path:
    """Return the folder of a peer; a missing peer is trained first, in another process."""
    peer = PEERS[name]
    folder = peer.folder(data)
    if not folder.exists():
        sys.stderr.write(
            f"the peer {name!r} is not trained yet: about {peer.minutes} CPU minutes, once\n"
        )
        subprocess.run([sys.executable, "-m", "benchmarks.language.train_peers", name], check=True)
    return folder


def train(peer: Peer, data: Path) -> Path:
    """Train a peer, keep its best step and return its folder."""
    from spacy.cli.init_config import init_config
    from spacy.cli.train import train as spacy_train
    from spacy.tokens import DocBin

    folder = peer.folder(data)
    started = time.process_time()
    with tempfile.TemporaryDirectory(dir=RUNS) as name:
        work = Path(name)
        for part, docs in zip(("train", "held"), peer.docs(data), strict=True):
            DocBin(docs=docs).to_disk(work / f"{part}.spacy")
        config = init_config(lang="en", pipeline=list(peer.components), optimize="efficiency")
        config["training"] |= {
            "max_steps": peer.steps,
            "eval_frequency": peer.steps // 6,
            "seed": SEED,
        }
        config.to_disk(work / "config.cfg")
        paths = {"paths.train": f"{work}/train.spacy", "paths.dev": f"{work}/held.spacy"}
        spacy_train(work / "config.cfg", work / "out", overrides=paths)
        recipe = {
            "data": peer.files,
            "steps": peer.steps,
            "seed": SEED,
            "cpu_seconds": round(time.process_time() - started),
        }
        (work / "out" / "model-best" / "recipe.json").write_text(json.dumps(recipe))
        (work / "out" / "model-best").rename(folder)
    return folder


def main() -> None:
    """Train the peers named on the command line, or all, unless they are trained already."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *PEERS])
    names = parser.parse_args().names or list(PEERS)
    os.nice(10)
    data = data_folder()
    for name in names:
        with _locked(name):
            folder = PEERS[name].folder(data)
            if not folder.exists():
                train(PEERS[name], data)
        sys.stdout.write(f"{name}: {folder}\n")


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """Hold a lock on this peer, so that only one process trains it at a time."""
    RUNS.mkdir(parents=True, exist_ok=True)
    with (RUNS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    main()
