"""Stage *publish*: marts are refreshed and the checks run; a failed check fails the run."""

from datetime import UTC, datetime

from pipeline.errors import StoreError
from pipeline.settings import settings
from pipeline.telemetry import log
from pipeline.warehouse.marts import refresh, run_checks
from pipeline.warehouse.schema import ensure_partitions
from pipeline.warehouse.site_memory import forget_old_pages
from pipeline.warehouse.store import store
from pipeline.warehouse.window_cache import forget_old_windows


def publish(run_id: int) -> dict[str, int]:
    """Refresh the marts and return how many checks ran, warned and failed.

    Raises:
        StoreError: a check of severity ``error`` has findings; names each and the first finding.
    """
    with store() as connection:
        ensure_partitions(connection, datetime.now(UTC).date())
        forget_old_pages(connection)
        # Later than that no page is asked for again, so no edit of it is seen.
        forget_old_windows(connection, days=settings().revisit_days + 1)
        refresh(connection)
        results = run_checks(connection, run_id)
    broken = [result for result in results if not result.passed]
    for result in broken:
        log.warning(
            "check", name=result.check_name, severity=result.severity, found=result.findings
        )
    failed = [result for result in broken if result.severity == "error"]
    if failed:
        named = "; ".join(f"{result.check_name}: {result.findings[0]}" for result in failed)
        raise StoreError(f"{len(failed)} of {len(results)} checks failed: {named}")
    return {"checks": len(results), "warnings": len(broken)}
