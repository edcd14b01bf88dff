"""Sampling the CPU time of processes, and the chart that is drawn of it."""

import subprocess
import sys
from xml.etree import ElementTree

import pytest

from benchmarks.speed.process_times import Watch, below
from benchmarks.speed.stage_chart import draw

_BURN = """
import time
while time.process_time() < 0.6: pass
print("done", flush=True)
input()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are read from /proc")
def test_cpu_time_of_a_child_is_counted_and_that_before_the_watch_is_not():
    with subprocess.Popen(
        [sys.executable, "-c", _BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:

        def groups(found):
            return dict.fromkeys(below(child.pid, found) & found.keys(), "child")

        with Watch(groups) as watch:
            assert child.stdout.readline() == "done\n"
        with Watch(groups) as later:
            pass
        child.communicate("\n")
    assert 0.4 <= watch.samples[-1][1]["child"] <= 0.7
    assert later.samples[-1][1]["child"] == 0.0
    assert watch.peaks["child"] > 1


def test_the_chart_shows_each_stage_and_escapes_its_name():
    samples = [
        (0.0, {"Dateline": 0.0, "Postgres": 0.0}),
        (1.0, {"Dateline": 2.0, "Postgres": 0.1}),
    ]
    chart = draw([("read & load", 0.0, 0.5), ("marts", 0.5, 1.0)], samples)
    texts = [each.text for each in ElementTree.fromstring(chart).iter() if each.text]
    assert "read & load 0.5 s" in texts
    assert "marts 0.5 s" in texts
