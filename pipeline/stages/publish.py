"""Stage *publish*: join names, refresh the marts, run the checks, judge sources, send alerts.

Refreshing numbers the articles that changed and counts again what they name, and nothing else: a
publish costs as much in a large store as in a small one. The stage also creates the partitions of
the coming months.
"""

from datetime import UTC, datetime

from pipeline.errors import ChecksFailed
from pipeline.stages.alerts import heartbeat, send_alerts
from pipeline.stages.source_states import update_source_states
from pipeline.telemetry import log
from pipeline.warehouse.entities import resolve_names
from pipeline.warehouse.marts import refresh
from pipeline.warehouse.publishes import begin_publish, end_publish, run_checks
from pipeline.warehouse.schema import ensure_partitions
from pipeline.warehouse.store import store


def publish(run_id: int) -> dict[str, int]:
    """Refresh the marts, run the checks over everything since the last publish, send alerts.

    Args:
        run_id: the run that publishes; what it looks at may be the work of other runs.

    Returns:
        The number of ``checks``, of ``warnings`` (checks with findings), of ``state_changes`` of
        sources, and what ``send_alerts`` counted.

    Raises:
        ChecksFailed: checks of severity ``error`` have findings; names each with its first finding.
    """
    with store() as connection:
        begun = begin_publish(connection, run_id)
        succeeded = False
        try:
            ensure_partitions(connection, datetime.now(UTC).date())
            resolve_names(connection)
            refresh(connection)
            results = run_checks(connection, begun)
            broken = [result for result in results if not result.passed]
            failed = [result for result in broken if result.severity == "error"]
            succeeded = not failed
        finally:
            end_publish(connection, begun, succeeded)
    try:
        states = update_source_states(datetime.now(UTC))
    finally:
        counts = send_alerts(datetime.now(UTC))
        heartbeat()
    for result in broken:
        log.warning(
            "check",
            name=result.check_name,
            severity=result.severity,
            found=[finding.text for finding in result.findings],
        )
    if failed:
        named = "; ".join(f"{result.check_name}: {result.findings[0].text}" for result in failed)
        raise ChecksFailed(f"{len(failed)} of {len(results)} checks failed: {named}")
    changes = {"state_changes": states["changes"]}
    return {"checks": len(results), "warnings": len(broken), **changes, **counts}
