"""Every error that Dateline raises, in one tree; the type tells: retry? whose fault?

DatelineError                     base; ``str(error)`` is one line and names the next action
├── UsageError                    the caller's fault: arguments, TOML, JSON; never retry
│   └── SourceError               a source file that cannot be used as it stands
├── SettingsError                 the installation's fault: Python, binaries, disk, model
├── StoreError                    Postgres
│   ├── ChecksFailed              data in the store failed a check of severity error
│   ├── StoreUnavailable          not reachable or gone; retry the whole batch
│   └── MigrationError            the schema and the files disagree; a person must look
├── ArchiveError                  a WARC record that cannot be written or read back
│   └── ArchiveNotWritable        our archive: disk full, no rights; mend it and go on
├── ModelError                    the language model is missing or broken
├── StageFault                    code, library or setting, met by page after page; undecided
├── AlertError                    an alert was not taken; it is sent again, no stage fails for it
├── QuarantinedPages              pages that broke a stage three times; a person must look
├── PortInUse                     an address we want to listen on is taken
└── PageError                     one page's fault; carries its outcome, the batch goes on
    ├── Transient                 worth another attempt now (connection reset, 503)
    └── Refused                   will never succeed as asked (robots, address, size, 404)
        └── NotConfigured         not asked: a setting of this machine is missing
"""

from pipeline.outcomes import Outcome


class DatelineError(Exception):
    """Base of all errors that are raised on purpose; the CLI prints them without a traceback."""

    exit_code = 1


class UsageError(DatelineError):
    """What the caller asked for cannot be done; the message says what to write instead."""

    exit_code = 2


class SourceError(UsageError):
    """A source's TOML is unreadable, or a field of it is wrong."""


class SettingsError(DatelineError):
    """The installation does not allow this: a missing binary, a full disk, a bad setting."""

    exit_code = 3


class StoreError(DatelineError):
    """Postgres refused something it should have taken, or its data failed a check."""

    exit_code = 4


class StoreUnavailable(StoreError):
    """Postgres is not reachable or the connection broke; the whole batch may be retried."""


class ChecksFailed(StoreError):
    """Checks of severity ``error`` have findings; the marts are refreshed all the same."""


class MigrationError(StoreError):
    """A migration file was changed after it ran, is missing, or failed."""


class ArchiveError(DatelineError):
    """A WARC record could not be written or read back."""


class ArchiveNotWritable(ArchiveError):
    """Our own archive takes no records: its disk is full, or it must not be written to."""


class ModelError(DatelineError):
    """The language model is missing, broken or of another format."""

    exit_code = 3


class StageFault(DatelineError):
    """A fault that would hit any page; the stage stopped and left its pages undecided."""

    exit_code = 3


class AlertError(DatelineError):
    """A channel did not take an alert, or an address no heartbeat; the message has no secret."""


class QuarantinedPages(DatelineError):
    """A run quarantined pages; all others are processed, and another try cannot help."""


class PortInUse(DatelineError):
    """A port that Dateline must listen on is taken."""

    exit_code = 5


class PageError(DatelineError):
    """One page cannot be fetched or used; the batch goes on.

    Args:
        outcome: the outcome of the link.
        reason: one line for the operator, with both values where two disagree.
        http_status: the status of the response, if there was one.
    """

    def __init__(self, outcome: Outcome, reason: str, http_status: int | None = None) -> None:
        super().__init__(f"{outcome}: {reason}")
        self.outcome = outcome
        self.reason = reason
        self.http_status = http_status


class Transient(PageError):
    """Another attempt within this fetch may help."""


class Refused(PageError):
    """Another attempt of the same request cannot help."""


class NotConfigured(Refused):
    """Nothing was asked, since a setting of this machine is missing; the page is not at fault.

    Its outcome is ``unreachable``, so that the link is tried again once the setting is there.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(Outcome.UNREACHABLE, reason)
