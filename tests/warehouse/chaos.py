"""Concurrent and killed loaders, shared by the tests and ``make chaos``."""

import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.warehouse.runs import outcome_counts, undecided
from pipeline.warehouse.store import connect
from tests.warehouse.loader import MENTIONS, QUOTES, text_of
from tests.warehouse.stories import begin, count, fetched

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Chaos:
    """How many articles, loaders and kills."""

    articles: int
    batch_size: int
    overlapping: int
    loaders: int
    kills: int = 0
    seed: int = 1


def prepare(dsn, chaos):
    with closing(connect(dsn)) as conn:
        run_id = begin(conn, "chaos")
        fetched(conn, run_id, range(chaos.articles))
    return run_id


def start_loader(dsn, run_id, chaos, seed):
    numbers = [run_id, seed, chaos.batch_size, chaos.overlapping]
    command = [sys.executable, "-m", "tests.warehouse.loader", dsn, *map(str, numbers)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)


def run_loaders(dsn, run_id, chaos):
    """Let the loaders finish and return their exit codes."""
    running = [start_loader(dsn, run_id, chaos, seed) for seed in range(chaos.loaders)]
    return [loader.wait(600) for loader in running]


def kill_loaders(dsn, run_id, chaos):
    """Kill loaders in the middle of their work until ``chaos.kills`` are dead; return how many.

    A kill counts only where the loader had begun to load and had not finished.
    """
    chance = random.Random(chaos.seed)
    killed, seed = 0, 1000
    with closing(connect(dsn)) as conn:
        while killed < chaos.kills and undecided(conn, run_id):
            loaders = [start_loader(dsn, run_id, chaos, seed + k) for k in range(chaos.loaders)]
            seed += chaos.loaders
            wait_for_progress(conn, run_id, loaders)
            for loader in loaders:
                time.sleep(chance.uniform(0, 0.05))
                if killed < chaos.kills and loader.poll() is None:
                    loader.send_signal(signal.SIGKILL)
                    killed += 1
                else:
                    loader.terminate()
                loader.wait()
    return killed


def wait_for_progress(conn, run_id, loaders):
    """Return once another batch is loaded, or no loader runs."""
    before = count(conn, "ops.load_batches")
    while any(loader.poll() is None for loader in loaders):
        if count(conn, "ops.load_batches") > before:
            return
        time.sleep(0.005)


def expected(chaos):
    names = {line.split(" spoke")[0] for n in range(chaos.articles) for line in _lines(n)}
    return {
        "news.articles": chaos.articles,
        "news.article_versions": chaos.articles,
        "news.article_versions where is_current": chaos.articles,
        "news.removed_blocks": chaos.articles,
        "news.entities": len(names),
        "news.entity_mentions": chaos.articles * MENTIONS,
        "news.quotes": chaos.articles * QUOTES,
        "news.quote_speakers where entity_id is not null": chaos.articles * QUOTES,
        "ops.link_attempts where outcome = 'loaded'": chaos.articles,
        "ops.rejects": 0,
    }


def _lines(number):
    return text_of(number).split("\n\n")


def found(dsn, run_id, chaos):
    with closing(connect(dsn)) as conn:
        assert outcome_counts(conn, run_id) == {"loaded": chaos.articles}
        return {table: count(conn, table) for table in expected(chaos)}
