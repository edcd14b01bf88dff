"""Marts refreshed and checks run: what the publish stage asks of the store."""

from dataclasses import dataclass

from psycopg import Connection


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of ``sql/checks``: its name, what it found, and whether a finding fails the run."""

    check_name: str
    severity: str
    """``error`` or ``warning``, from the file's head."""
    findings: tuple[str, ...]
    """One line per finding; none where all is well."""

    @property
    def passed(self) -> bool:
        """Tell whether there is no finding."""
        return not self.findings


def refresh(conn: Connection) -> None:
    """Refresh the materialised views of ``mart``, readers undisturbed."""
    raise NotImplementedError


def run_checks(conn: Connection, run_id: int) -> list[CheckResult]:
    """Run every check for a run, store the results in ``ops.check_results``, return them."""
    raise NotImplementedError
