"""``dateline reprocess`` runs a stage again on stored articles, with the installed version."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import print_progress, print_table
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.stages.reprocess import CountsBySource, ReadStage
    from pipeline.warehouse.reprocessing import Scope

_HELP = """Run a stage again on stored articles, with the installed version of Dateline.

`clean` extracts and cleans archived pages again if another version of Dateline extracted them, or \
if some of their lines were recognised as the site's boilerplate only later; where the archive no \
longer has the page, the stored text is cleaned. `extract` does so only if another version \
extracted them, and only from archived pages. `dedupe` looks for copies again (people's decisions \
are kept), `annotate` for names and quotes.

A better text is stored as a new version but does not count as an edit, since the publisher did \
not change it. Running the command again changes nothing, or completes a run that was killed.

Example: dateline reprocess --stage clean --source harbour --since 2026-11-01 --dry-run
"""
_BATCH = 200
"""Articles between two lines of progress."""
_ROUNDS = 3
"""Most passes over the store. Each teaches the site memory, which may show more articles that need
reprocessing; two passes usually do."""


class _Stage(StrEnum):
    EXTRACT = "extract"
    CLEAN = "clean"
    DEDUPE = "dedupe"
    ANNOTATE = "annotate"


_READING_STAGES = (_Stage.EXTRACT, _Stage.CLEAN)
"""Stages that this command runs page by page; for the others it queues articles."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=EVERY_DAY, help=_HELP)
    def reprocess(
        stage: Annotated[_Stage, typer.Option(help="The stage to run again.")],
        source: Annotated[str | None, typer.Option(help="Only articles of this source.")] = None,
        host: Annotated[str | None, typer.Option(help="Only articles of this host.")] = None,
        since: Annotated[
            datetime | None,
            typer.Option(
                formats=["%Y-%m-%d"], help="Only articles first seen on this day or later."
            ),
        ] = None,
        limit: Annotated[
            int | None,
            typer.Option(min=1, help="Process at most this many pages (clean and extract)."),
        ] = None,
        with_all: Annotated[
            bool, typer.Option("--all", help="Process all articles, not only those that need it.")
        ] = False,
        dry_run: Annotated[bool, typer.Option(help="Count only; store nothing.")] = False,
        later: Annotated[
            bool, typer.Option(help="Leave copies, names and quotes to the next run.")
        ] = False,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one JSON object per source.")
        ] = False,
    ) -> None:
        from pipeline.warehouse.reprocessing import Scope

        if limit and stage not in _READING_STAGES:
            raise UsageError(
                f"--limit is for the stages clean and extract, not for {stage}: leave it out, or"
                " give --source, --host or --since."
            )
        scope = Scope(source, host, since.date() if since else None)
        if dry_run:
            counts_by_source = _run(None, stage, scope, limit, with_all=with_all)
            waiting = _waiting()
            if any(waiting):
                print_progress(_shown(waiting))
        else:
            counts_by_source, waiting = _run_and_finish(
                stage, scope, limit, with_all=with_all, later=later
            )
        _print(stage, counts_by_source, waiting, as_json=as_json)


def _run_and_finish(
    stage: _Stage, scope: "Scope", limit: int | None, *, with_all: bool, later: bool
) -> tuple["CountsBySource", tuple[int, int]]:
    """Run the stage and, unless ``later``, the later stages.

    Returns:
        The stage's counts, and the texts that waited for the later stages before these ran.
    """
    from pipeline.stages.run_lifecycle import close_run, own_run

    with own_run("dateline-reprocess") as run_id:
        has_succeeded = False
        try:
            counts_by_source = _run(run_id, stage, scope, limit, with_all=with_all)
            waiting = _waiting()
            if not later:
                _finish(run_id, counts_by_source, waiting)
            elif any(waiting):
                print_progress(_shown(waiting))
            has_succeeded = True
        finally:
            close_run(run_id, has_succeeded)
    return counts_by_source, waiting


def _run(
    run_id: int | None, stage: _Stage, scope: "Scope", limit: int | None, *, with_all: bool
) -> "CountsBySource":
    """Run the stage on the articles of the scope; only count them if ``run_id`` is None."""
    from pipeline.stages.reprocess import queue_for_stage, summed

    if stage is _Stage.DEDUPE or stage is _Stage.ANNOTATE:
        which: Literal["dedupe", "annotate"] = "dedupe" if stage is _Stage.DEDUPE else "annotate"
        return queue_for_stage(which, scope, with_all=with_all, dry_run=run_id is None)
    rounds = []
    for number in range(1 if limit or run_id is None else _ROUNDS):
        rounds.append(_one_round(run_id, stage, scope, limit, with_all and not number))
        if not any(counts.get("read") for counts in rounds[-1].values()):
            break
    return summed(rounds)


def _one_round(
    run_id: int | None, stage: _Stage, scope: "Scope", limit: int | None, with_all: bool
) -> "CountsBySource":
    """Reprocess, in batches, all articles that need it at the start of the round."""
    from pipeline.stages.reprocess import plan, reprocess, summed

    reading: ReadStage = "extract" if stage is _Stage.EXTRACT else "clean"
    planned_at = datetime.now(UTC)
    waiting = [each for batch in plan(reading, scope, with_all=with_all) for each in batch][:limit]
    batches = [waiting[first : first + _BATCH] for first in range(0, len(waiting), _BATCH)]
    found = []
    for place, batch in enumerate(batches):
        print_progress(f"processing again: {place * _BATCH} of {len(waiting)} articles")
        found.append(reprocess(run_id, batch, reading, planned_at=planned_at))
    return summed(found)


def _waiting() -> tuple[int, int]:
    """Count the texts that wait for *dedupe*, and those for *annotate*."""
    from pipeline.stages.reprocess import waiting_for_later_stages

    return waiting_for_later_stages()


def _finish(run_id: int, counts_by_source: "CountsBySource", waiting: tuple[int, int]) -> None:
    """Run the later stages if anything has changed or waits for them.

    Texts that a killed command queued wait too, though this one has not queued them.
    """
    from pipeline.stages.reprocess import run_later_stages

    has_changed = any(
        counts.keys() & {"renewed", "corrected", "marked"} for counts in counts_by_source.values()
    )
    if has_changed or any(waiting):
        print_progress(_shown(waiting))
        run_later_stages(run_id)


def _shown(waiting: tuple[int, int]) -> str:
    for_dedupe, for_annotation = waiting
    return (
        f"texts that wait: {for_dedupe} for the search for copies, {for_annotation} for annotation"
    )


def _print(
    stage: _Stage, counts_by_source: "CountsBySource", waiting: tuple[int, int], *, as_json: bool
) -> None:
    from pipeline.stages.reprocess import COUNTS

    names = COUNTS if stage in _READING_STAGES else ("marked",)
    rows = [
        (source_key, *(counts.get(name, 0) for name in names))
        for source_key, counts in sorted(counts_by_source.items())
    ]
    if not rows and not any(waiting):
        print_progress("no article needs it; --all processes them all")
    print_table(rows, ("source_key", *names), "json" if as_json else "table")
