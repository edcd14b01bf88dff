"""Run Airflow's components as forks of one process that has imported Airflow once.

``airflow standalone`` starts four interpreters instead. Measured on 2 cores until all components
are healthy, three forks take 15 CPU-seconds and 510 MB where four interpreters take 35 and 750. The
triggerer has nothing to do, as none of Dateline's tasks defers; without it, Home would be red.
``pipeline.local_airflow`` runs this script as a subprocess, since ``pipeline`` must not import
Airflow.
"""

import gc
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from airflow import __main__ as airflow_command

from pipeline.local_airflow.supervisor import CANNOT_START, fork, supervise

_SHARED_MODULES = (
    "airflow.cli.commands.scheduler_command airflow.cli.commands.dag_processor_command "
    "airflow.cli.commands.api_server_command airflow.executors.local_executor "
    "airflow.cli.commands.triggerer_command airflow.jobs.triggerer_job_runner "
    "airflow.api_fastapi.core_api.app airflow.api_fastapi.core_api.routes.public "
    "airflow.api_fastapi.core_api.routes.ui airflow.api_fastapi.execution_api.app"
)
"""Modules that the components need, imported once before they are forked."""


def command(*words: str) -> Callable[[], None]:
    """Return a function that runs ``airflow <words>`` in the process that calls it."""

    def run() -> None:
        name_process(f"airflow {words[0]}")
        sys.argv = ["airflow", *words]
        airflow_command.main()

    return run


def name_process(title: str) -> None:
    """Give this process the title that ``ps`` shows: forks would all be called like the first."""
    from setproctitle import setproctitle

    setproctitle(title)


def scheduler() -> None:
    """Run the scheduler, which forks every task, with the pipeline's modules loaded before."""
    from airflow.executors import local_executor
    from airflow_local_settings import preload

    from pipeline.local_airflow.task_queue import task_queue

    preload()
    # LocalExecutor makes its two queues by this name and takes no others.
    local_executor.SimpleQueue = task_queue
    # Task logs are read from disk; a log server is not needed and would listen on all addresses.
    command("scheduler", "--skip-serve-logs")()


def api_server() -> None:
    """Run the API server, and exit with ``CANNOT_START`` where its port was taken meanwhile.

    The port was free when ``dateline up`` chose it, some seconds ago.
    """
    from pipeline.local_airflow.environment import is_free

    try:
        command("api-server")()
    except SystemExit as end:
        if end.code and not is_free(int(os.environ["AIRFLOW__API__PORT"])):
            raise SystemExit(CANNOT_START) from end
        raise


def keeper() -> None:
    """Look after Postgres, logs and Airflow's database; tell of components that died."""
    from pipeline.local_airflow.keeper import keep
    from pipeline.settings import settings
    from pipeline.stages.alerts import send_alerts
    from pipeline.warehouse.embedded_server import embedded_server

    name_process("dateline keeper")
    dsn = os.environ["DATELINE_DSN"]
    server = embedded_server()
    keep(
        settings(),
        server if dsn == server.dsn() else None,
        lambda: send_alerts(datetime.now(UTC)),
    )


def forget_runs_ahead() -> None:
    """Remove the runs that Airflow made while the clock was ahead, and say how many there were."""
    import psycopg

    from pipeline.errors import DatelineError
    from pipeline.local_airflow.metadata_database import metadata_dsn, remove_runs_ahead

    try:
        removed = remove_runs_ahead(metadata_dsn(os.environ["DATELINE_DSN"]))
    except (DatelineError, psycopg.Error) as error:
        sys.stderr.write(f"runs that lie ahead could not be removed: {error}\n")
    else:
        sys.stderr.write(f"{removed} runs that lay ahead of the clock are removed\n")


def main(arguments: list[str]) -> int:
    """Migrate the metadata database if asked, then run the components until they must stop.

    Args:
        arguments: ``migrate`` runs ``airflow db migrate`` first; ``detached`` keeps running when
            standard input closes; ``restart`` starts again what dies.

    Returns:
        The exit code, 1 where the migration failed, or a component ended and is not started again;
        ``CANNOT_START`` where another program took the port.
    """
    migration = fork(command("db", "migrate")) if "migrate" in arguments else None
    for name in _SHARED_MODULES.split():
        import_module(name)
    if migration is not None and os.waitstatus_to_exitcode(os.waitpid(migration, 0)[1]) != 0:
        return 1
    gc.freeze()
    components = {
        "scheduler": scheduler,
        "dag-processor": command("dag-processor"),
        "api-server": api_server,
        "triggerer": command("triggerer", "--skip-serve-logs"),
    }
    is_watched = "detached" not in arguments
    if "restart" not in arguments:
        return supervise(components, watch_stdin=is_watched, after_set_back=forget_runs_ahead)
    file = Path(os.environ["AIRFLOW_HOME"]) / "restarts.jsonl"
    return supervise(
        components | {"keeper": keeper},
        watch_stdin=is_watched,
        restarts=file,
        after_set_back=forget_runs_ahead,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
