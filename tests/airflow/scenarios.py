"""Run DAGs with ``dag.test()`` on SQLite and print the states of their tasks as JSON.

The arguments are the DAG folder and a JSON list of ``[dag id, conf]``.
"""

import json
import sys
from importlib import import_module

from airflow.dag_processing.dagbag import DagBag
from airflow.models.asset import AssetEvent
from airflow.utils.session import create_session


def states(run):
    found = {}
    for instance in run.get_task_instances():
        found.setdefault(instance.task_id, []).append(str(instance.state))
    return {name: sorted(values) for name, values in found.items()}


def updated_assets(run_id):
    """Return the names of the assets that a run updated, sorted."""
    with create_session() as session:
        events = session.query(AssetEvent).filter_by(source_run_id=run_id)
        return sorted({event.asset.name for event in events})


def test_run(dag_id, conf):
    run = bag.dags[dag_id].test(run_conf=conf)
    names = [i.rendered_map_index for i in run.get_task_instances() if i.rendered_map_index]
    return {
        "state": str(run.state),
        "tasks": states(run),
        "names": sorted(names),
        "assets": updated_assets(run.run_id),
    }


import_module("airflow.utils.db").initdb()
bag = DagBag(dag_folder=sys.argv[1])
print(json.dumps([test_run(*scenario) for scenario in json.loads(sys.argv[2])]))
