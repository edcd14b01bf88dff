"""Decide whether an exception is the fault of one page or would hit any page.

A page that breaks our code gets an outcome of its own, and the batch goes on. That is wrong where
the cause is not the page: with a library missing, every page of the night would be decided, and no
later run would read them again. So a stage reports each exception to a ``PageFaults``, which raises
``StageFault`` instead

- at once for ``ANY_PAGE_ERRORS``, which no page can cause;
- where the same exception at the same place in the code has hit ``PAGES_TO_STOP`` pages of at least
  ``HOSTS_TO_STOP`` hosts. One host may well serve hundreds of pages that trip one bug.

The stage then decides none of its pages, and the next run takes them up.
"""

import pickle
from collections import defaultdict
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol

from pipeline.errors import ModelError, SettingsError, StageFault
from pipeline.text import one_line
from pipeline.urls import authority

ANY_PAGE_ERRORS = (ImportError, SettingsError, ModelError)
"""Errors of the installation: a library, a setting or the language model."""
PAGES_TO_STOP = 5
HOSTS_TO_STOP = 2


@dataclass(frozen=True, slots=True)
class PageFaults:
    """The exceptions that pages of one stage met.

    Args:
        stage: the name of the stage, for the message.
        expected: exceptions that are a page's own, however many pages meet them.
    """

    stage: str
    expected: tuple[type[Exception], ...] = ()
    _pages: defaultdict[tuple[str, str], set[str]] = field(
        default_factory=lambda: defaultdict(set), init=False
    )

    def add(self, error: Exception, url: str | None, place: str | None = None) -> None:
        """Count an exception that a page met; return if it may be the page's own fault.

        Args:
            error: the exception, as it was caught.
            url: the page.
            place: where it happened, such as the constraint that a row breaks; by default the line
                of code that raised it.

        Raises:
            StageFault: the exception would hit any page.
        """
        if isinstance(error, self.expected):
            return
        place = place or raised_at(error.__traceback__)
        pages = self._pages[type(error).__name__, place]
        pages.add(url or "")
        hosts = {authority(page) for page in pages}
        is_everywhere = len(pages) >= PAGES_TO_STOP and len(hosts) >= HOSTS_TO_STOP
        if is_everywhere or isinstance(error, ANY_PAGE_ERRORS):
            count = f"{len(pages)} page{'s' * (len(pages) > 1)}"
            known = f"{count} of {len(hosts)} host{'s' * (len(hosts) > 1)}"
            said = one_line(f"{type(error).__name__}: {error}", 200)
            raise StageFault(
                f"{self.stage} stopped, because this is no fault of a page: {said} (at {place};"
                f" {known}, such as {url or 'one without a URL'}). Pages without an outcome"
                " stay undecided. Repair the installation, or report the error if it is a bug of"
                " Dateline; then run the same command again."
            ) from error

    def has(self, url: str | None) -> bool:
        """Tell whether a page has met an exception that may be its own fault."""
        return any((url or "") in pages for pages in self._pages.values())


class FaultCounter(Protocol):
    """What counts the exceptions of pages: ``PageFaults``, or ``CollectedFaults`` in a worker."""

    def add(self, error: Exception, url: str | None, place: str | None = None) -> None:
        """Count an exception that a page met."""


@dataclass(frozen=True, slots=True)
class CollectedFaults:
    """Exceptions of one page in a worker, to be counted with those of other pages later."""

    found: list[tuple[Exception, str]] = field(default_factory=list)
    """Exceptions with the lines of code that raised them."""

    def add(self, error: Exception, url: str | None, place: str | None = None) -> None:
        """Keep an exception in a form that can be sent to another process."""
        self.found.append((portable(error), place or raised_at(error.__traceback__)))

    def pass_on(self, faults: PageFaults, url: str | None) -> None:
        """Count the exceptions.

        Raises:
            StageFault: one of them would hit any page.
        """
        for error, place in self.found:
            faults.add(error, url, place)


def portable(error: Exception) -> Exception:
    """Return an exception that can be sent to another process: the same one, or one like it."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - its own bytes
    # Anything may be raised by the code of an exception of somebody else's library.
    except Exception:
        return RuntimeError(one_line(f"{type(error).__name__}: {error}"))
    return error


def raised_at(trace: TracebackType | None) -> str:
    """Return the innermost line of a traceback, such as ``.../extract/body.py:40 in find_body``."""
    if trace is None:
        return "an unknown place"
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return f"{code.co_filename}:{trace.tb_lineno} in {code.co_name}"
