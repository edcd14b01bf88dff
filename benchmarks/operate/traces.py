"""Write the traces of all seeds: ``python -m benchmarks.operate.traces``.

``traces.tsv`` has the faults of each seed with the tick from which each is visible, and a digest of
everything that a collector would see. The code that makes the worlds was committed before the
detector and not changed since; this file was written from it later, while the held seeds were
watched.
"""

import hashlib
import sys
from pathlib import Path

from benchmarks.operate.world import World, make_world

DEVELOPED_ON = (1, 2, 3)
HELD_BACK = (6, 7, 8)
"""Seeds that are run once, at the end."""
TRACES = Path(__file__).with_name("traces.tsv")


def digest(world: World) -> str:
    """Return a digest of the items and requests of a world."""
    parts = hashlib.sha256()
    for each in (*world.items, *world.polls):
        parts.update(repr(each).encode())
    return parts.hexdigest()[:16]


def rows(seed: int, world: World) -> list[str]:
    """Return the lines of a seed: its digest, then its faults."""
    lines = [f"{seed}\tdigest\t{digest(world)}\t{len(world.items)}\t{len(world.polls)}\t\t"]
    lines += [
        f"{seed}\t{each.kind}\t{each.outlet}\t{world.outlets[each.outlet].rate:.1f}"
        f"\t{each.onset}\t{each.visible}\t{each.end}"
        for each in world.faults
    ]
    return lines


def main() -> None:
    """Make the worlds of all seeds and write their traces."""
    lines = ["seed\tkind\toutlet\tarticles_a_day\tonset_tick\tvisible_tick\tend_tick"]
    for seed in (*DEVELOPED_ON, *HELD_BACK):
        lines += rows(seed, make_world(seed))
        sys.stderr.write(f"seed {seed}\n")
    TRACES.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
