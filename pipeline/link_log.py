"""The log of links: a line of JSON for each link that was decided, in ``logs/links.jsonl``.

It is for reading along and for programs that collect logs; the store holds the same for good
(``mart.url_fate``). Lines are written after the commit, so what was rolled back has none.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from pipeline.log_files import append_lines
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.telemetry import log
from pipeline.text import one_line

DecidingStage = Literal["discover", "fetch", "load"]
"""The stage that decides a link: when a document names it, when it is asked for, when its page is
read."""
_EXPECTED = frozenset({Outcome.LOADED, Outcome.UNCHANGED, Outcome.DUPLICATE_URL})
"""Outcomes of most links, which the log of a task does not repeat."""
_URL_LENGTH = 4000
"""Longest URL in a line; a page may name a data: URL of megabytes, which is refused."""


@dataclass(frozen=True, slots=True)
class DecidedLink:
    """An attempt that was decided."""

    run: int
    """The run to which the attempt belongs; a later run may have decided it."""
    source: str
    url: str
    """As discovered."""
    stage: DecidingStage
    outcome: str
    reason: str | None
    time: datetime
    ms: int
    """Milliseconds from the planning of the attempt to its decision, waiting included."""


def write_decided(links: Sequence[DecidedLink]) -> None:
    """Write a line for each link, and log those whose outcome is not the usual one.

    What cannot be written is only reported: the links are decided, and a log stops no stage.
    """
    for link in links:
        if link.outcome not in _EXPECTED:
            log.info("link decided", **_fields(link))
    if not settings().link_log:
        return
    file = settings().home_folder / "logs" / "links.jsonl"
    try:
        lines = [json.dumps(_line(link)) for link in links]
        append_lines(file, lines, settings().log_file_bytes, settings().log_files)
    except OSError as error:
        log.warning(
            "the log of links cannot be written: mend it, or set DATELINE_LINK_LOG=false",
            file=str(file),
            reason=str(error),
            lines=len(links),
        )


def _line(link: DecidedLink) -> dict[str, object]:
    at = link.time.astimezone(UTC).isoformat(timespec="milliseconds")
    return {"time": at, **_fields(link)}


def _fields(link: DecidedLink) -> dict[str, object]:
    """Return the fields without the time, for which a logger has its own."""
    fields = asdict(link) | {"url": one_line(link.url, _URL_LENGTH)}
    del fields["time"]
    return fields
