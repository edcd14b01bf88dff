"""Print, as JSON, the DAGs that Airflow reads from a folder; run by tests, without a database."""

import json
import sys
from importlib import import_module
from pathlib import Path

from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization

HEAVY = ("spacy", "trafilatura", "psycopg", "onnxruntime", "lxml", "numpy", "httpx2", "feedparser")


def task_report(task):
    return {
        "downstream": sorted(task.downstream_task_ids),
        "rule": task.trigger_rule.value,
        "pool": task.pool,
        "retries": task.retries,
        "backoff": task.retry_exponential_backoff,
        "timeout": task.execution_timeout.total_seconds() if task.execution_timeout else None,
        "owner": task.owner,
        "doc": task.doc_md,
        "policy": task.has_retry_policy,
        "alerts": task.has_on_failure_callback,
        "begins": task.has_on_execute_callback,
        "outlets": [asset.name for asset in task.outlets],
        "kind": task.task_type,
    }


def form_field(param):
    shown = ("title", "section", "description")
    return {name: param.schema.get(name) for name in shown} | (
        {"description": param.description} if param.description else {}
    )


def dag_report(dag):
    return {
        "file": Path(dag.fileloc).name,
        "tasks": {task.task_id: task_report(task) for task in dag.tasks},
        "doc": dag.doc_md,
        "tags": sorted(dag.tags),
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "deadlines": len(dag.deadline or []),
        "run_types": sorted(dag.allowed_run_types or []),
        "params": dict(dag.params.dump()),
        "form": {name: form_field(dag.params.get_param(name)) for name in dag.params},
        "timetable": type(dag.timetable).__name__,
    }


MAPPED = (
    (None, None),
    ([], None),
    ([[1]], {"loaded": 1}),
    ([[1], [2]], [{"loaded": 1}, {}]),
    ([[1], [2]], {"loaded": 1}),
    ([[1]], None),
)
"""What a planning task returned, and what its mapped task did, as Airflow passes it."""

already = set(sys.modules)
bag = DagBag(dag_folder=sys.argv[1])
for dag in bag.dags.values():
    DagSerialization.serialize_dag(dag)
print(
    json.dumps(
        {
            "whole": [import_module("policy").all_succeeded(*each) for each in MAPPED],
            "dags": {dag_id: dag_report(dag) for dag_id, dag in bag.dags.items()},
            "import_errors": {str(file): text for file, text in bag.import_errors.items()},
            "heavy": [name for name in HEAVY if name in set(sys.modules) - already],
        }
    )
)
