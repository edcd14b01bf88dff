"""Alerts, and the one message that tells of all that began and all that is over.

Titles and reasons hold what pages and servers say, so every text is made one line of printable
characters, and long lists are cut: a digest of 10,000 alerts names the first and counts the rest.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import quote

from pipeline.text import one_line, visible

Severity = Literal["warning", "severe"]
_MOST_LISTED = 20
"""Alerts of a section that are named; more are counted by kind."""
_LONGEST_TITLE = 200
_LONGEST_TEXT = 400
_LONGEST_SUBJECT = 150
RUNBOOK_HEADINGS = {
    "check": "a-check-fails",
    "quarantine": "a-page-is-quarantined",
    "task": "a-task-fails",
    "slow_run": "a-run-goes-on-for-too-long",
    "component": "a-component-is-dead",
    "test": "alerts",
}
"""Heading of docs/operations.md by kind of alert; each state of a source has one of its own."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that an operator should know of."""

    kind: str
    """``source_state``, ``check``, ``quarantine``, ``task``, ``slow_run`` or ``component``."""
    key: str
    """What it is about, within its kind; of one kind and key one alert is open at a time."""
    severity: Severity
    title: str
    """One line, such as "valley_herald is blocked"."""
    text: str = ""
    """What is known."""
    source_key: str | None = None
    page_url: str | None = None
    ui_path: str | None = None
    """Its page in the Airflow UI, below the address of the UI."""
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    """When it was found to be over; None while it is open."""
    closing_note: str | None = None
    """What is the case instead, such as a source's new state."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where the links of a message lead."""

    ui_url: str | None
    """Address of the Airflow UI; None for no links to it."""
    runbook_url: str

    def to_page(self, alert: Alert) -> str | None:
        """Return the address of the alert's page in the UI."""
        if self.ui_url is None:
            return None
        path = ui_path(alert.source_key) if alert.ui_path is None else alert.ui_path
        return f"{self.ui_url.rstrip('/')}/{path}"

    def to_runbook(self, alert: Alert) -> str:
        """Return the address of what to do about the alert."""
        return f"{self.runbook_url}#{runbook_heading(alert)}"


def ui_path(source_key: str | None = None) -> str:
    """Return the path of Dateline's page in the Airflow UI, or of one source's page there."""
    # Behind the plugin's route, Airflow takes the path of a page within its frame.
    return "plugin/dateline" + (
        f"/dateline/source?key={quote(source_key, safe='')}" if source_key else ""
    )


def runbook_heading(alert: Alert) -> str:
    """Return the anchor of the heading in docs/operations.md that says what to do.

    The key of a ``source_state`` alert is the source's key and its state.
    """
    if alert.kind == "source_state":
        return f"a-source-is-{alert.key.rpartition(' ')[2]}"
    return RUNBOOK_HEADINGS.get(alert.kind, "alerts")


@dataclass(frozen=True, slots=True)
class Digest:
    """What one channel is told at one tick."""

    opened: tuple[Alert, ...]
    closed: tuple[Alert, ...]
    sent_at: datetime
    links: Links
    still_open: int = 0
    """Open alerts of which the channel was told before."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.opened and not self.closed

    @property
    def subject(self) -> str:
        """One line: the alert itself if there is only one, else how many there are."""
        severe = "severe: " if any(each.severity == "severe" for each in self.opened) else ""
        if len(self.opened) == 1 and not self.closed:
            said = _title(self.opened[0])
        elif not self.opened and len(self.closed) == 1:
            said = _over(self.closed[0])
        else:
            counts = ((len(self.opened), "new"), (len(self.closed), "over"))
            said = ", ".join(f"{count} {word}" for count, word in counts if count)
            first = (*self.opened, *self.closed)[0]
            said += f" ({_title(first)}, …)"
        return plain(f"Dateline: {severe}{said}", _LONGEST_SUBJECT)

    @property
    def text(self) -> str:
        """The message as plain text."""
        parts = []
        if self.opened:
            parts.append(_section("New", self.opened, self._opened_lines))
        if self.closed:
            parts.append(_section("Over", self.closed, self._closed_lines))
        if self.still_open:
            parts.append(f"{self.still_open} more are open since earlier.")
        parts.append("All open alerts: dateline alerts list --open")
        return "\n\n".join(parts) + "\n"

    def records(self) -> list[dict[str, str | None]]:
        """Return each alert as a record for programs."""
        return [
            *(self._record("opened", each) for each in self.opened),
            *(self._record("closed", each) for each in self.closed),
        ]

    def _opened_lines(self, alert: Alert) -> list[str]:
        mark = "severe: " if alert.severity == "severe" else ""
        lines = [f"- {mark}{_title(alert)}"]
        if alert.text:
            lines.append(f"  {plain(alert.text, _LONGEST_TEXT)}")
        if alert.page_url:
            lines.append(f"  page: {plain(alert.page_url, _LONGEST_TEXT)}")
        where = self.links.to_page(alert)
        since = f"since {alert.opened_at:%Y-%m-%d %H:%M} UTC" if alert.opened_at else ""
        lines.append(f"  {' · '.join(filter(None, (since, where)))}".rstrip())
        lines.append(f"  what to do: {self.links.to_runbook(alert)}")
        return [line for line in lines if line.strip()]

    def _closed_lines(self, alert: Alert) -> list[str]:
        return [f"- {_over(alert)}"]

    def _record(self, event: str, alert: Alert) -> dict[str, str | None]:
        return {
            "sent_at": _iso(self.sent_at),
            "event": event,
            "kind": alert.kind,
            "key": plain(alert.key, 2000),
            "severity": alert.severity,
            "title": _title(alert),
            "text": plain(alert.text, _LONGEST_TEXT),
            "source": alert.source_key,
            "page": plain(alert.page_url, 2000) if alert.page_url else None,
            "opened_at": _iso(alert.opened_at),
            "closed_at": _iso(alert.closed_at),
            "note": plain(alert.closing_note, _LONGEST_TEXT) if alert.closing_note else None,
            "link": self.links.to_page(alert),
            "runbook": self.links.to_runbook(alert),
        }


def plain(text: str, limit: int) -> str:
    """Return a text as one line without invisible characters, cut at the limit."""
    return one_line(visible(text), limit)


def lasted(length: timedelta) -> str:
    """Return how long something lasted, in its two largest units.

    >>> lasted(timedelta(hours=3, minutes=12, seconds=4))
    '3 h 12 min'
    """
    minutes = max(0, int(length.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min" if rest else "less than a minute"


def _title(alert: Alert) -> str:
    return plain(alert.title, _LONGEST_TITLE)


def _over(alert: Alert) -> str:
    after = ""
    if alert.opened_at and alert.closed_at:
        after = f" after {lasted(alert.closed_at - alert.opened_at)}"
    now = alert.closing_note
    said = "ok again" if now in (None, "ok") else f"now {plain(str(now), 60)}"
    return f"{_title(alert)}: {said}{after}"


def _section(name: str, alerts: Sequence[Alert], lines_of: Callable[[Alert], list[str]]) -> str:
    lines = [f"{name} ({len(alerts)}):"]
    for alert in alerts[:_MOST_LISTED]:
        lines += lines_of(alert)
    if rest := Counter(each.kind for each in alerts[_MOST_LISTED:]):
        counted = ", ".join(f"{count} of kind {kind}" for kind, count in rest.most_common())
        lines.append(f"- and {rest.total()} more: {counted}")
    return "\n".join(lines)


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None
