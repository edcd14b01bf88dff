"""Dateline: turns news sites into tables that an analyst can trust.

The rooms of the house are the sub-packages; ``pipeline.stages`` composes them and is what both the
Airflow DAGs and the ``dateline`` command call. Nothing in here imports Airflow.
"""

import os

__version__ = "0.1.0"

# onnxruntime's wheels for Linux and macOS report to their maker and keep a device id in the user's
# cache folder (1.31, microsoft/onnxruntime#27379); the switch counts only before its first import.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
