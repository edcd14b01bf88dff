"""Airflow imports this file when a component starts: loads heavy libraries once, in the parent.

Each task runs in a process forked from the scheduler (LocalExecutor) or from a Celery worker. What
the parent has imported the task inherits copy-on-write; without that, a task pays 2 CPU-seconds for
imports. Only code is loaded here: an ONNX session has threads, which do not survive a fork, so the
task makes its own.
"""

import sys


def _preload(**_: object) -> None:
    import onnxruntime  # noqa: F401
    import psycopg  # noqa: F401
    import spacy  # noqa: F401
    import trafilatura  # noqa: F401

    import pipeline.stages  # noqa: F401


if "scheduler" in sys.argv:
    _preload()
elif "celery" in sys.argv:
    from celery.signals import worker_init

    worker_init.connect(_preload, weak=False)
