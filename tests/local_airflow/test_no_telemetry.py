"""No library that Dateline uses may report to its maker or leave an identifier on the disk."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pipeline.annotate.tagging import tagger
import onnxruntime
onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
"""


def test_onnxruntime_leaves_nothing_in_the_users_folders(tmp_path):
    model = next((Path(__file__).parents[2] / "pipeline" / "annotate").rglob("*.onnx"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")}
    # A variable such as CI=true would turn telemetry off by itself and hide a fault.
    kept = {name: value for name, value in kept.items() if not name.endswith("CI")}
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(model)],
        env=kept | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        check=True,
    )
    assert [path.name for path in tmp_path.rglob("*")] == []
