"""``dateline retry URL…`` tries links again, whatever became of them."""

import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.errors import UsageError
from pipeline.outcomes import Outcome

if TYPE_CHECKING:
    from pipeline.stages.quarantine import Retried

_HELP = (
    "Try pages, feeds and sitemaps again: pages of the quarantine at once, from the archive; all "
    "others are asked for by the next run, whatever their plan says, after robots.txt was read "
    "again.\n\n"
    "With --outcome all pages that were refused for one reason are read again from the archive, "
    "such as those of a language that is wanted by now.\n\n"
    "With --as-article pages that were refused as no article are read again from the archive and "
    "their texts are stored, whatever kind of page they are; so it is at later visits.\n\n"
    "The exit code is 1 if a page of the quarantine fails again.\n\n"
    "Example: dateline retry https://news.example/2026/11/storm"
)


class _Refusal(StrEnum):
    """What pages are refused for when they are read: today another outcome may come of them."""

    LANGUAGE_NOT_WANTED = Outcome.LANGUAGE_NOT_WANTED.value
    NOT_AN_ARTICLE = Outcome.NOT_AN_ARTICLE.value
    PAYWALLED = Outcome.PAYWALLED.value
    BAD_CONTENT = Outcome.BAD_CONTENT.value


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(help=_HELP, rich_help_panel=EVERY_DAY)
    def retry(
        urls: Annotated[
            list[str] | None,
            typer.Argument(metavar="URL...", help="URLs of pages or documents."),
        ] = None,
        outcome: Annotated[
            _Refusal | None, typer.Option(help="Read all archived pages with this outcome again.")
        ] = None,
        source: Annotated[
            str | None, typer.Option(help="With --outcome: only pages of this source.")
        ] = None,
        as_article: Annotated[
            bool,
            typer.Option("--as-article", help="Store what was refused as no article there."),
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    ) -> None:
        from pipeline.stages.quarantine import admit, retry_refused
        from pipeline.stages.quarantine import retry as try_again

        if bool(urls) == bool(outcome) or (source and not outcome) or (as_article and not urls):
            raise UsageError("give URLs, or --outcome and perhaps --source")
        if outcome:
            done = retry_refused(Outcome(outcome), source)
        else:
            done = (admit if as_article else try_again)(urls or ())
        sys.exit(print_retried(done, as_json=as_json))


def print_retried(done: "Retried", *, as_json: bool) -> int:
    """Print what trying again came to, and return the exit code."""
    for page in done.failed:
        typer.secho(f"dateline: {page}", err=True, fg="yellow")
    if as_json:
        record = {
            "outcomes": done.outcomes,
            "annotated": done.annotated,
            "failed": [page.url for page in done.failed],
            "due": list(done.due),
        }
        typer.echo(json.dumps(record))
    else:
        for outcome, count in done.outcomes.items():
            typer.echo(f"{outcome}: {count}")
        if done.annotated:
            typer.echo(f"annotated: {done.annotated}")
        for url in done.due:
            typer.echo(f"{url}: the next run asks for it")
    return 1 if done.failed else 0
