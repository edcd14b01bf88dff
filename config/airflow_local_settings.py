"""Airflow imports this file when a component starts: loads heavy libraries once, in the parent.

Each task runs in a process forked from the scheduler (LocalExecutor) or from a Celery worker. What
the parent has imported the task inherits copy-on-write; without that, a task pays 2 CPU-seconds for
imports. Only code is loaded here: an ONNX session has threads, which do not survive a fork, so the
task makes its own.
"""

import sys
from importlib import import_module

_HEAVY = (
    "pipeline psycopg trafilatura spacy onnxruntime "
    "airflow.sdk.execution_time.task_runner airflow.sdk.execution_time.supervisor "
    "airflow.sdk.api.client airflow.providers.standard.decorators.python "
    "airflow.providers.standard.operators.empty airflow.dag_processing.dagbag "
    "pipeline.stages.discover pipeline.stages.fetch pipeline.stages.load pipeline.stages.dedupe "
    "pipeline.stages.annotate pipeline.stages.publish pipeline.stages.reprocess"
)


def preload(**_: object) -> None:
    """Import what tasks need; takes and ignores what a signal sends."""
    for name in _HEAVY.split():
        import_module(name)


if "celery" in sys.argv:
    from celery.signals import worker_init

    worker_init.connect(preload, weak=False)
elif "scheduler" in sys.argv:
    # Airflow's own modules are only half imported now: theirs must wait for the first task.
    for heavy in _HEAVY.split()[:5]:
        import_module(heavy)
