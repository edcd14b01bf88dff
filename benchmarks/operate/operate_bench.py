"""Are broken sources found? ``python -m benchmarks.operate.operate_bench [--seeds 1 2 3]``.

Prints the share of faults that had the right state two ticks after they became visible, and the
false alerts of all sources in a week; the exit code is 1 where a figure is missed.
"""

import argparse
import sys
import time
from collections import Counter

from benchmarks.operate.outlets import BINS_A_DAY
from benchmarks.operate.simulation import Watched, watch
from benchmarks.operate.traces import DEVELOPED_ON
from benchmarks.operate.world import make_world

LEAST_NAMED = 0.95
MOST_FALSE_ALERTS = 1.0


def report(results: list[Watched], *, verbose: bool) -> bool:
    """Print what was found, and return whether the figures are reached."""
    found = [each for one in results for each in one.found]
    weeks = sum(one.weeks for one in results)
    named = sum(each.is_right for each in found) / len(found)
    false_alerts = [each for one in results for each in one.false_alerts]
    notices: Counter[str] = Counter()
    for one in results:
        notices.update(one.false_notices)
    alerted = sorted(
        (each.alert - each.fault.visible) / BINS_A_DAY * 24
        for each in found
        if each.alert is not None
    )
    right = sum(each.ticks_right for each in found)
    visible = sum(each.fault.end - each.fault.visible for each in found)
    print(f"faults: {len(found)}, named rightly two ticks after visible: {named:.1%}")
    print(f"false alerts a week over all sources: {len(false_alerts) / weeks:.2f}")
    print(
        "false notices a week, by state: "
        + ", ".join(f"{name} {count / weeks:.1f}" for name, count in notices.most_common())
    )
    print(f"share of visible ticks with the right state: {right / visible:.1%}")
    print(f"faults with an alert of the right state: {len(alerted) / len(found):.1%}")
    if alerted:
        places = [alerted[int(share * (len(alerted) - 1))] for share in (0.1, 0.5, 0.9)]
        print(
            "hours from visible to that alert, 10 / 50 / 90 %: "
            + " / ".join(f"{each:.1f}" for each in places)
        )
    print(f"alerts with a wrong state during a fault: {sum(each.wrong_alerts for each in found)}")
    if verbose:
        for each in found:
            if not each.is_right:
                first = (each.first_right or 0) - each.fault.visible
                print(f"missed: {each.fault} named {each.named} ({each.reason}); right {first:+d}")
        for text in false_alerts:
            print(f"false: {text}")
    return named >= LEAST_NAMED and len(false_alerts) / weeks <= MOST_FALSE_ALERTS


def main() -> None:
    """Watch the worlds of some seeds and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(DEVELOPED_ON))
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args(None if __name__ == "__main__" else [])
    results = []
    for seed in arguments.seeds:
        began = time.perf_counter()
        results.append(watch(make_world(seed)))
        sys.stderr.write(f"seed {seed}: {time.perf_counter() - began:.0f} s\n")
    if not report(results, verbose=arguments.verbose):
        sys.exit(1)


if __name__ == "__main__":
    main()
