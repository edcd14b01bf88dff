"""Logs and metrics, independent of whether the command line or Airflow runs the code.

Logs are written to stderr through structlog. Airflow configures structlog itself, so only the
command line calls ``configure_logging``. Metrics go to the ``Meter`` that is installed: by default
one that drops them; the DAGs install one that forwards to Airflow's stats.
"""

import logging
import sys
from typing import Protocol

import structlog

log = structlog.stdlib.get_logger("dateline")
"""The logger of all modules; fields are keywords: ``log.info("fetched", url=url)``."""


class Meter(Protocol):
    """Receives counts."""

    def count(self, name: str, value: int = 1, **tags: str) -> None:
        """Add ``value`` to the counter ``name``."""


class _NullMeter:
    def count(self, name: str, value: int = 1, **tags: str) -> None:
        """Drop the count."""


_meter: Meter = _NullMeter()


def meter() -> Meter:
    """Return the installed meter."""
    return _meter


def install_meter(new: Meter) -> None:
    """Send the counts of this process to ``new``."""
    global _meter
    _meter = new


def configure_logging(level: str = "INFO", style: str = "auto") -> None:
    """Configure structlog for a command: one line per event, on stderr.

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
