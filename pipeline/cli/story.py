"""``dateline story`` lists and shows stories, and merges or splits them by hand."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.app import STORE, login_name
from pipeline.cli.output import Format, print_note, print_table

if TYPE_CHECKING:
    from pipeline.warehouse.stories import StoryChange

_HELP = (
    "Stories: articles on one event. List and show them, merge and split them.\n\n"
    "A story keeps its number, which is never given again. What a person merges or splits stays "
    "when articles are loaded, annotated or compared again, and can be undone."
)
_Story = Annotated[int, typer.Argument(help="A story_id of mart.stories.")]
_Reason = Annotated[str | None, typer.Option(help="The reason, stored for later readers.")]
_By = Annotated[str | None, typer.Option(help="Who decides; by default your login name.")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per row.")]
_LISTED = "story_id articles texts outlets first last headline".split()
_SHOWN = "told_at source_key article_id title canonical_url similarity is_lead is_decided".split()
_CHANGED = (
    "story_change_id kind story_id other_story_id article_ids decided_by changed_at reason"
    " is_undone"
).split()


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""
    commands = typer.Typer(no_args_is_help=True)
    commands.command("list")(list_stories)
    for command in (show, merge, split, undo, redo):
        commands.command()(command)
    app.add_typer(commands, name="story", help=_HELP, rich_help_panel=STORE)


def list_stories(
    days: Annotated[int, typer.Option(min=1, max=36_500, help="Days back from now.")] = 7,
    limit: Annotated[int, typer.Option(min=1, help="Stories shown at most.")] = 20,
    as_json: _Json = False,
) -> None:
    """List the stories with articles of the last days, those with most articles first.

    Example: dateline story list --days 2
    """
    from pipeline.stages.stories import latest

    rows = [
        [
            each.story_id,
            each.article_count,
            each.original_count,
            each.source_count,
            each.started_at,
            each.ended_at,
            each.headline,
        ]
        for each in latest(datetime.now(UTC) - timedelta(days=days), limit)
    ]
    print_table(rows, _LISTED, "json" if as_json else "table")
    if not rows:
        print_note(f"no story has an article of the last {days} days: --days looks further back")


def show(story: _Story, as_json: _Json = False) -> None:
    """Show the articles of a story in the order of their times, and its merges and splits.

    Example: dateline story show 12
    """
    from pipeline.stages.stories import show as shown

    found, articles, changes = shown(story)
    form: Format = "json" if as_json else "table"
    state = f"{found.article_count} articles of {found.source_count} outlets"
    if found.merged_into_story_id:
        state = f"merged into story {found.merged_into_story_id}"
    typer.secho(f"story {story}: {found.headline or '-'} ({state})", err=True)
    print_table([_row(each, _SHOWN) for each in articles], _SHOWN, form)
    if changes:
        typer.secho("merges and splits, newest first:", err=True)
        print_table([_row(each, _CHANGED) for each in changes], _CHANGED, form)


def merge(
    story: _Story,
    other: Annotated[int, typer.Argument(help="The story whose articles it takes.")],
    reason: _Reason = None,
    by: _By = None,
) -> None:
    """Declare that two stories are one: the first takes the articles of the other.

    Example: dateline story merge 12 15 --reason 'one explosion'
    """
    from pipeline.stages.stories import merge as merged

    _tell(merged(story, other, reason=reason, decided_by=by or login_name()))


def split(
    story: _Story,
    articles: Annotated[list[str], typer.Argument(help="Article ids or URLs of the story.")],
    reason: _Reason = None,
    by: _By = None,
) -> None:
    """Declare that articles of a story, and their copies, tell of another event.

    Example: dateline story split 12 1207 1311 --reason 'the second trial'
    """
    from pipeline.stages.stories import split as parted

    _tell(parted(story, articles, reason=reason, decided_by=by or login_name()))


def undo(
    change: Annotated[int, typer.Argument(help="A story_change_id of dateline story show.")],
    reason: _Reason = None,
    by: _By = None,
) -> None:
    """Take back a merge or split, a person's or the comparison's.

    Example: dateline story undo 3
    """
    from pipeline.stages.stories import undo as taken_back

    _tell(taken_back(change, reason=reason, decided_by=by or login_name()))


def redo() -> None:
    """Tell the stories of articles that an earlier release compared, or none.

    After an upgrade from a release without stories, the next run tells those of the last 30 days.
    Stories keep their numbers, and what people decided stays. It may be stopped and called again.

    Example: dateline story redo
    """
    from pipeline.stages.stories import redo as compared_again

    counts = compared_again()
    typer.secho(f"{counts['told']} articles compared, {counts['in_stories']} in stories", err=True)


def _tell(change: "StoryChange") -> None:
    into, out_of = change.story_id, change.other_story_id
    said = {
        "merge": f"story {into} took {len(change.article_ids)} articles of story {out_of}",
        "split": f"story {out_of} has {len(change.article_ids)} articles of story {into}",
        "undo": f"{len(change.article_ids)} articles of stories {into} and {out_of} are back",
    }
    typer.secho(f"{said[change.kind]} (change {change.story_change_id})", err=True)


def _row(each: Any, columns: list[str]) -> list[Any]:
    return [getattr(each, name) for name in columns]
