"""Find what an operator must know of, store it, and send what the channels were not told of yet.

It is the last step of *publish* and the first of each tick of *ingest*, so that a publish that
hangs is noticed too, and a channel that was away is told again. It is called as well when a
component of a local Airflow was started again. Nothing here fails its caller: what goes wrong is
logged, named by ``dateline alerts list``, and tried again at the next tick.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from pipeline.alerts.channels import Channel, channels
from pipeline.alerts.delivery import DELIVERY_SECONDS, beat, deliver
from pipeline.alerts.digest import Alert, Digest, Links
from pipeline.alerts.quiet_hours import quiet_hours
from pipeline.alerts.redaction import without_secrets
from pipeline.alerts.restarts import dead_components
from pipeline.errors import ChecksFailed, DatelineError, QuarantinedPages, SettingsError
from pipeline.settings import settings
from pipeline.telemetry import log
from pipeline.text import cut_in_the_middle, one_line
from pipeline.warehouse.alerts import (
    Pending,
    add_channels,
    close_alert,
    conditions,
    failing_channels,
    one_sender,
    open_alerts,
    pending,
    record_delivery,
    run_path,
    stored_alerts,
    update_alerts,
)
from pipeline.warehouse.store import store


@dataclass(frozen=True, slots=True)
class Tried:
    """What happened to a message that ``dateline alerts test`` sent to one channel."""

    channel: str
    error: str | None


def send_alerts(now: datetime) -> dict[str, int]:
    """Bring the stored alerts up to date, and send each channel one digest of what is new.

    Returns:
        ``alerts_open``, ``digests_sent`` and ``digests_failed``; empty where it could not be done.
    """
    try:
        with store() as connection, one_sender(connection) as is_ours:
            if not is_ours:
                log.warning("alerts: another process is sending, the next tick goes on")
                return {}
            found, states = conditions(connection, now, settings().slow_run_hours)
            found += dead_components(settings().home_folder / "airflow" / "restarts.jsonl", now)
            count = update_alerts(connection, [_cleaned(each) for each in found], states, now)
            return {"alerts_open": count, **_send(connection, now)}
    except Exception as error:
        # A task's edge: a fault here must not fail the stage that calls it, whose work is done.
        log.error("alerts", error=without_secrets(one_line(str(error)), settings()))
        return {}


def heartbeat() -> bool:
    """Ask the address of the dead man's switch, and return whether it answered."""
    return beat(settings())


def open_alert(alert: Alert, now: datetime | None = None) -> None:
    """Open an alert about an event, such as a task that failed, and send it at once.

    Whoever opens it closes it with ``end_alert``; that of a task is closed by the next run of its
    DAG that succeeds.
    """
    moment = now or datetime.now(UTC)
    try:
        with store() as connection:
            open_alerts(connection, [_cleaned(alert)], moment)
    except DatelineError as error:
        log.error("alerts", error=without_secrets(str(error), settings()), alert=alert.title)
        return
    send_alerts(moment)


def end_alert(kind: str, key: str, now: datetime | None = None) -> None:
    """Close the open alert of this kind and key, if there is one; the next digest says so."""
    try:
        with store() as connection:
            close_alert(connection, kind, key, now or datetime.now(UTC))
    except DatelineError as error:
        log.error("alerts", error=without_secrets(str(error), settings()))


def task_failed(dag_id: str, run_id: str, task_id: str, error: BaseException | str | None) -> None:
    """Open an alert about a task of Airflow that failed and is not tried again.

    A task that fails because checks failed, or pages were quarantined, opens none: these have
    alerts of their own.
    """
    if isinstance(error, ChecksFailed | QuarantinedPages):
        return
    said = cut_in_the_middle(str(error), 300) if error is not None else "it said nothing"
    kind = f"{type(error).__name__}: " if isinstance(error, BaseException) else ""
    open_alert(
        Alert(
            "task",
            f"{dag_id}.{task_id}",
            "severe",
            f"task {task_id} of {dag_id} failed",
            f"run {run_id}: {kind}{said}",
            ui_path=run_path(dag_id, run_id),
        )
    )


def task_succeeded(dag_id: str, task_id: str) -> None:
    """Close the alert about a task of a DAG that opens no run of its own."""
    end_alert("task", f"{dag_id}.{task_id}")


def try_channels(now: datetime) -> tuple[list[Tried], list[SettingsError]]:
    """Send a test message to each channel; return what happened, and addresses of no use.

    Raises:
        SettingsError: the quiet hours cannot be read.
    """
    quiet_hours(settings().quiet_hours)
    found, problems = channels(settings())
    alert = Alert(
        "test",
        "test",
        "warning",
        "this is a test",
        "Alerts of this installation reach you here.",
        opened_at=now,
    )
    digest = Digest((alert,), (), now, _links())
    results = deliver(dict.fromkeys(found, digest), settings())
    return [Tried(name, error) for name, error in results.items()], problems


@dataclass(frozen=True, slots=True)
class Listed:
    """What ``dateline alerts list`` shows."""

    alerts: list[dict[str, Any]]
    """Rows of ``mart.alerts``, the newest first."""
    problems: list[str]
    """Channels of the settings that take no messages, and addresses that cannot be used."""
    has_channels: bool


def listed_alerts(*, only_open: bool = False, limit: int = 100) -> Listed:
    """Return alerts, and the channels that could not be told of them."""
    found, problems = channels(settings())
    with store() as connection:
        failing = failing_channels(connection, [each.name for each in found])
        rows = stored_alerts(connection, only_open=only_open, limit=limit)
    lines = [str(each) for each in problems] + [
        f"{each.channel} takes no messages since {each.since:%Y-%m-%d %H:%M} UTC: {each.error}"
        for each in failing
    ]
    return Listed(rows, lines, bool(found))


def _send(connection: Connection, now: datetime) -> dict[str, int]:
    found, problems = channels(settings())
    for problem in problems:
        log.error("alerts", error=str(problem))
    is_quiet = _is_quiet(now)
    add_channels(connection, [each.name for each in found], now)
    waiting: dict[Channel, Pending] = {}
    for each in found:
        told = pending(connection, each.name, now, only_severe=is_quiet and each.wakes)
        if told.opened or told.closed:
            waiting[each] = told
    digests = {each: _digest(told, now) for each, told in waiting.items()}
    results = deliver(digests, settings(), DELIVERY_SECONDS)
    for each, told in waiting.items():
        error = results[each.name]
        record_delivery(connection, each.name, told, error, now)
        if error is not None:
            log.warning("alerts: a channel did not take them", channel=each.name, error=error)
    failed = sum(error is not None for error in results.values())
    return {"digests_sent": len(results) - failed, "digests_failed": failed}


def _digest(told: Pending, now: datetime) -> Digest:
    # A source that went from one bad state to another is told as new only, not as over as well.
    renewed = {each.source_key for each in told.opened if each.kind == "source_state"}
    closed = tuple(
        each
        for each in told.closed
        if each.kind != "source_state" or each.source_key not in renewed
    )
    return Digest(told.opened, closed, now, _links(), told.still_open)


def _links() -> Links:
    return Links(settings().ui_url, settings().runbook_url)


def _is_quiet(now: datetime) -> bool:
    try:
        hours = quiet_hours(settings().quiet_hours)
    except SettingsError as error:
        log.error("alerts", error=str(error))
        return False
    return hours is not None and hours.include(now)


def _cleaned(alert: Alert) -> Alert:
    """Return an alert without secrets: reasons repeat what servers and libraries say."""
    given = settings()
    return replace(
        alert,
        title=without_secrets(alert.title, given),
        text=without_secrets(alert.text, given),
        page_url=without_secrets(alert.page_url, given) if alert.page_url else None,
    )
