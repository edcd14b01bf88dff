"""``dateline status`` and ``dateline doctor``: whether a person is needed, and what is wrong."""

import sys
from datetime import timedelta
from typing import Annotated, Any

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import print_note, print_table
from pipeline.errors import UsageError
from pipeline.spans import parse_span

_STATUS_HELP = (
    "Show the state of this installation; the exit code is 1 if a person is needed.\n\n"
    "It asks Postgres, the disks and the recorded processes, not Airflow. With --max-age it fails "
    "when nothing was published for so long, so a cron line of another machine can tell you that "
    "Dateline itself is dead.\n\n"
    "Example: dateline status --max-age 30m --json"
)
_DOCTOR_HELP = (
    "Examine this installation, and say for each fault how to mend it.\n\n"
    "It looks at Postgres, Airflow, disks, permissions, the clock, name resolution, processes that "
    "a kill left behind, and runs that are stuck. The exit code is 1 if anything is wrong.\n\n"
    "Example: dateline doctor"
)
_GIGABYTE = 1_000_000_000


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=EVERY_DAY, help=_STATUS_HELP)
    def status(
        max_age: Annotated[
            str | None,
            typer.Option(help="Fail if the last publish is older, such as 30m, 6h or 1d."),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    ) -> None:
        from pipeline.installation.status import status as facts_of
        from pipeline.settings import settings

        facts = facts_of(settings(), _age(max_age))
        problems = [fact for fact in facts if fact.problem]
        if as_json:
            values = {fact.name: fact.value for fact in facts}
            values["problems"] = [f"{fact.name}: {fact.problem}" for fact in problems]
            print_table([list(values.values())], list(values), "json")
        else:
            rows = [(*_shown(fact.name, fact.value), fact.problem) for fact in facts]
            print_table(rows, ["what", "is", "needs a person"])
        sys.exit(1 if problems else 0)

    @app.command(rich_help_panel=EVERY_DAY, help=_DOCTOR_HELP)
    def doctor(
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one JSON object a line.")
        ] = False,
    ) -> None:
        from pipeline.installation.doctor import examine
        from pipeline.settings import settings

        findings = list(examine(settings()))
        rows = [
            (each.subject, each.is_well, each.said, "" if each.is_well else each.remedy)
            for each in findings
        ]
        if as_json:
            print_table(rows, ["subject", "is_well", "said", "remedy"], "json")
        else:
            shown = [(what, "well" if ok else "WRONG", said, do) for what, ok, said, do in rows]
            print_table(shown, ["what", "is", "said", "how to mend it"])
        wrong = sum(not each.is_well for each in findings)
        if wrong:
            print_note(f"{wrong} of {len(findings)} examinations found a fault.")
        sys.exit(1 if wrong else 0)


def _shown(name: str, value: Any) -> tuple[str, Any]:
    """Return a fact's name and value for people: ``free_bytes_home`` in giga- or megabytes."""
    words = name.split("_")
    if "bytes" in words:
        words.remove("bytes")
        value = f"{value / 1e9:.1f} GB" if value >= _GIGABYTE else f"{value / 1e6:.0f} MB"
    return " ".join(words), value


def _age(text: str | None) -> timedelta | None:
    if text is None:
        return None
    age = parse_span(text.strip())
    if age is None:
        raise UsageError(f"--max-age {text}: write an age such as 30m, 6h or 1d")
    return age
