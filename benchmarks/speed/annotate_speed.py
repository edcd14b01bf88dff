"""Measure the annotator's speed, memory and start: ``python -m benchmarks.speed.annotate_speed``.

Speed is in words for each CPU second of one process on one core, from whole texts to annotations.
The rounds of the annotator and of the other tools alternate, so that load on the machine slows all
equally; median and range are given. Caches are cleared before each round. Start-up time and memory
are those of fresh processes.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.data import data_folder

RECORDED = Path(__file__).parents[2] / "docs" / "recorded" / "speed.md"
ROUNDS = 5
STARTS = 5
"""Fresh processes timed; the smallest time counts, when the files are in the disk cache."""
SPEED_TEXTS, MEMORY_TEXTS = 80, 300
Rounds = list[float]


def texts(data: Path, number: int) -> list[str]:
    """Return ``number`` articles: half from PolNeAR (800 words), half from Worldwide (600)."""
    from training import corpora

    half = number // 2
    political = corpora.polnear(data / "polnear", "train")[:half]
    worldwide = corpora.worldwide(data / "worldwide-ner", "train")[:half]
    return [document.text for document in (*political, *worldwide)]


def measure_speed(data: Path, rounds: int = ROUNDS) -> dict[str, Rounds]:
    """Return the words for each CPU second in each round, by system."""
    sample = texts(data, SPEED_TEXTS)
    words = sum(len(text.split()) for text in sample)
    systems = _systems(data)
    for run in systems.values():
        run(sample[:2])
    figures: dict[str, Rounds] = {name: [] for name in systems}
    for _ in range(rounds):
        for name, run in systems.items():
            started = time.process_time()
            run(sample)
            figures[name].append(words / (time.process_time() - started))
    return figures


def _systems(data: Path) -> dict[str, Callable[[Sequence[str]], object]]:
    import spacy

    from benchmarks.language.train_peers import PEERS
    from pipeline.annotate.annotator import Annotator
    from pipeline.annotate.tagging.window_cache import WindowCache

    annotator = Annotator.load()
    nlp = spacy.load("en_dateline_news")
    component: Any = nlp.get_pipe("dateline_annotator")

    def annotate(sample: Sequence[str]) -> None:
        assert annotator.tagger is not None
        annotator.tagger.cache = WindowCache()
        list(annotator.annotate(sample))

    def pipe(sample: Sequence[str]) -> None:
        component.clear_cache()
        list(nlp.pipe(sample))

    systems: dict[str, Callable[[Sequence[str]], object]] = {
        "Dateline, annotate": annotate,
        "Dateline, as a spaCy pipeline": pipe,
    }
    peer = PEERS["names"].folder(data)
    if peer.exists():
        cnn = spacy.load(peer)
        systems["spaCy CNN, names only"] = lambda sample: list(cnn.pipe(sample))
    return systems


def measure_start(program: str) -> dict[str, float]:
    """Return the smallest times of a program that prints a JSON object of seconds."""
    runs = [
        json.loads(subprocess.check_output([sys.executable, "-c", program])) for _ in range(STARTS)
    ]
    return {name: min(run[name] for run in runs) for name in runs[0]}


_CLOCK = "import json, time; from time import process_time as clock; a = clock(); {}"
START_SPACY = _CLOCK.format(
    "import spacy; b = clock(); spacy.load('en_dateline_news'); c = clock(); "
    "print(json.dumps({'import spacy': b - a, 'spacy.load': c - b}))"
)
START_OWN = _CLOCK.format(
    "from pipeline.annotate.annotator import Annotator; Annotator.load(); b = clock(); "
    "print(json.dumps({'Annotator.load': b - a}))"
)


def measure_memory() -> float:
    """Return the peak resident set of a process that annotates 300 articles, in MB."""
    command = [sys.executable, "-m", "benchmarks.speed.annotate_speed", "--memory"]
    return float(subprocess.check_output(command))


def print_peak(data: Path) -> None:
    """Annotate 300 articles and print the peak memory of this process in MB (Linux)."""
    from pipeline.annotate.annotator import Annotator

    for _ in Annotator.load().annotate(texts(data, MEMORY_TEXTS)):
        pass
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    sys.stdout.write(f"{int(found[1]) / 1024 if found else float('nan'):.0f}\n")


def table(data: Path) -> str:
    """Measure everything and return the figures as a Markdown table."""
    from benchmarks.tables import markdown, measured_today

    rows = [
        (
            f"{name}, words a core-second",
            f"{statistics.median(r):,.0f}",
            f"{min(r):,.0f}–{max(r):,.0f}",
        )
        for name, r in measure_speed(data).items()
    ]
    rows += [
        (f"{name}, CPU seconds in a fresh process", f"{seconds:.2f}", "")
        for name, seconds in (measure_start(START_OWN) | measure_start(START_SPACY)).items()
    ]
    rows.append(("peak memory of a process, 300 articles, MB", f"{measure_memory():.0f}", ""))
    about = f"{SPEED_TEXTS} articles, {ROUNDS} rounds in turns, one core of {_processor()}."
    head = ("what", "median", "range")
    return f"{markdown(head, rows)}\n\n{about} {measured_today('make bench')}"


def _processor() -> str:
    """Return the processor's name (Linux), or else the machine type."""
    information = Path("/proc/cpuinfo")
    named = information.exists() and re.search(r"model name\s*:\s*(.+)", information.read_text())
    return named[1] if named else platform.machine()


def main() -> None:
    """Print the figures and write them to ``docs/recorded/speed.md``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", action="store_true", help="print this process's peak alone")
    if parser.parse_args().memory:
        print_peak(data_folder())
        return
    page = table(data_folder())
    RECORDED.write_text(page + "\n", encoding="utf-8")
    sys.stdout.write(page + "\n")


if __name__ == "__main__":
    main()
