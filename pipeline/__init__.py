"""Dateline: turns news sites into tables that an analyst can trust.

Each sub-package does one step (``fetch``, ``extract``, …). ``pipeline.stages`` composes them; the
Airflow DAGs and the ``dateline`` command both call the stages. No module here imports Airflow.
"""

import os

__version__ = "0.1.0"

# onnxruntime's wheels for Linux and macOS send telemetry to their vendor and keep a device id in
# the user's cache folder (1.31, microsoft/onnxruntime#27379). The first import reads the variable.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
