"""``dateline quote`` records what people decide about quotes."""

from typing import Annotated

import typer

from pipeline.cli.app import STORE, login_name
from pipeline.cli.output import print_table

_HELP = (
    "Reject quotes, correct their speakers.\n\n"
    "A decision belongs to the article and the words of the quote. It is stronger than the "
    "annotator and holds when the article is loaded or annotated again."
)
_Article = Annotated[str, typer.Argument(help="An article_id of mart.articles, or a URL.")]
_Quote = Annotated[
    str, typer.Argument(help="A quote_no of mart.all_attributions, or the quote's first words.")
]
_Reason = Annotated[str | None, typer.Option(help="The reason, stored for later readers.")]
_By = Annotated[str | None, typer.Option(help="Who decides; by default your login name.")]
_COLUMNS = "decided_at decided_by article_id url decision speaker_name quote_text reason".split()


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""
    commands = typer.Typer(no_args_is_help=True)
    commands.command("reject")(reject)
    commands.command("correct")(correct)
    commands.command("undo")(undo)
    commands.command("decisions")(decisions)
    app.add_typer(commands, name="quote", help=_HELP, rich_help_panel=STORE)


def reject(article: _Article, quote: _Quote, reason: _Reason = None, by: _By = None) -> None:
    """Declare that something is no quote, or is not to be used: it gets grade C.

    Example: dateline quote reject 1207 3 --reason 'title of a song'
    """
    from pipeline.stages.quotes import decide

    words = decide(article, quote, reason=reason, decided_by=by or login_name())
    typer.secho(f"rejected: {words}", err=True)


def correct(
    article: _Article,
    quote: _Quote,
    speaker: Annotated[str, typer.Argument(help="Who says it, in full.")],
    label: Annotated[str, typer.Option("--type", help="PERSON, ORG, GPE and so on.")] = "PERSON",
    reason: _Reason = None,
    by: _By = None,
) -> None:
    """Say who speaks a quote: it gets grade A and this speaker.

    Example: dateline quote correct 1207 3 'Ida Holm' --reason 'she is the mayor here'
    """
    from pipeline.stages.quotes import decide

    words = decide(article, quote, (speaker, label), reason=reason, decided_by=by or login_name())
    typer.secho(f"said by {speaker}: {words}", err=True)


def undo(article: _Article, quote: _Quote) -> None:
    """Withdraw a decision; what the annotator found counts again.

    Example: dateline quote undo 1207 3
    """
    from pipeline.stages.quotes import undo as withdraw

    for words in withdraw(article, quote):
        typer.secho(f"as it was found: {words}", err=True)


def decisions(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per row.")] = False,
) -> None:
    """List the quotes that were rejected or corrected, newest first.

    Example: dateline quote decisions --json
    """
    from pipeline.stages.quotes import decisions as decided

    rows = [[getattr(each, name) for name in _COLUMNS] for each in decided()]
    print_table(rows, _COLUMNS, "json" if as_json else "table")
