"""Logs and a metrics port: how every room speaks to the operator without knowing who listens.

Logs go to stderr through structlog; under Airflow its own structlog set-up stays in force, so call
``configure_logging`` only from the command line. Metrics go to a ``Meter``: none by default, and
the DAGs install one that forwards to Airflow's stats.
"""

import logging
import sys
from typing import Protocol

import structlog

log = structlog.stdlib.get_logger("dateline")
"""Use keyword fields: ``log.info("fetched", url=url, outcome=outcome)``."""


class Meter(Protocol):
    """Where counts and durations go."""

    def count(self, name: str, value: int = 1, **tags: str) -> None:
        """Add ``value`` to the counter ``name``."""

    def timing(self, name: str, seconds: float, **tags: str) -> None:
        """Record one duration in seconds."""


class _Silent:
    def count(self, name: str, value: int = 1, **tags: str) -> None:
        """Drop the count."""

    def timing(self, name: str, seconds: float, **tags: str) -> None:
        """Drop the duration."""


_meter: Meter = _Silent()


def meter() -> Meter:
    """Return the meter in force."""
    return _meter


def install_meter(new: Meter) -> None:
    """Send counts and durations of this process to ``new``."""
    global _meter
    _meter = new


def configure_logging(level: str = "INFO", style: str = "auto") -> None:
    """Set structlog up for a command: one line an event, on stderr.

    Args:
        level: the least severity shown, as in ``logging``.
        style: ``console``, ``json``, or ``auto`` (console where stderr is a terminal).
    """
    use_json = style == "json" or (style == "auto" and not sys.stderr.isatty())
    renderer = structlog.processors.JSONRenderer() if use_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
