"""Stage *stories*: place new articles among the stored ones, and merge or split stories by hand.

It also finds the quotes of these articles that other articles have, in the same words or nearly.

The stage empties ``ops.articles_to_tell``, to which articles come when they are annotated, edited,
or get other copies. A batch is one transaction under an advisory lock: two processes at once
alternate, and a killed process loses one batch.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from psycopg import Connection

from pipeline.errors import UsageError
from pipeline.stories.clusters import place
from pipeline.telemetry import log, meter
from pipeline.warehouse import stories
from pipeline.warehouse.duplicates import find_article, group_members
from pipeline.warehouse.quote_families import save_quote_families
from pipeline.warehouse.store import store
from pipeline.warehouse.stories import (
    PostgresBook,
    Story,
    StoryArticle,
    StoryChange,
    articles_of,
    compare_again,
    find_change,
    find_story,
    story_lock,
    sum_up,
    take_queued,
)
from pipeline.warehouse.transactions import transact

_BATCH = 100
"""Articles per transaction: half a second."""


def tell(run_id: int | None) -> dict[str, int]:
    """Find the stories of all articles that wait; a second call does nothing.

    Args:
        run_id: the run that asks for it, for the log; None for a command without one.

    Returns:
        Counts by name: articles ``told``, and of these those ``in_stories``.
    """
    counts: Counter[str] = Counter(told=0, in_stories=0)
    with store() as connection:
        while (done := transact(connection, _tell_batch)) is not None:
            counts.update(done)
    for name, count in counts.items():
        meter().count(f"stories_{name}", count)
    log.info("told stories", run_id=run_id, **counts)
    return dict(counts)


def _tell_batch(connection: Connection) -> dict[str, int] | None:
    """Place the next batch; return its counts, None where no article waits."""
    with story_lock(connection):
        article_ids = take_queued(connection, _BATCH)
        if article_ids is None:
            return None
        comparable = compare_again(connection, article_ids)
        book = PostgresBook(connection)
        in_stories = 0
        told: set[int] = set()
        for article_id in article_ids:
            if article_id in comparable:
                place(book, article_id)
            elif book.story_of(article_id) is not None and not book.is_decided(article_id):
                # An edit left too few words: the article tells no event any more.
                book.leave(article_id)
            story_id = book.story_of(article_id)
            if story_id is not None:
                in_stories += 1
                told.add(story_id)
        sum_up(connection, told)
        save_quote_families(connection, article_ids)
    return {"told": len(article_ids), "in_stories": in_stories}


def redo() -> dict[str, int]:
    """Compare all articles that earlier rules compared, or none, and place them; see ``tell``.

    None compared those that are older than 30 days when the store gets its stories.

    Stories keep their numbers, and what people decided stays.
    """
    with store() as connection:
        queued = stories.queue_outdated(connection)
    log.info("articles are compared again", articles=queued)
    return tell(None)


def merge(story_id: int, other: int, *, reason: str | None = None, decided_by: str) -> StoryChange:
    """Move all articles of another story into this one.

    Raises:
        UsageError: a story is unknown, has no article, or is to be merged with itself.
    """
    if story_id == other:
        raise UsageError(f"story {story_id} cannot be merged with itself: name two stories")
    with store() as connection, story_lock(connection):
        for each in (story_id, other):
            _live(connection, each)
        change = stories.merge(connection, story_id, other, reason, decided_by)
        return find_change(connection, change)


def split(
    story_id: int, articles: Sequence[str], *, reason: str | None = None, decided_by: str
) -> StoryChange:
    """Form a story of articles of another one, with all their copies.

    Args:
        story_id: the story that they are in.
        articles: ids or URLs.
        reason: why, for later readers of the decision.
        decided_by: the person who decides.

    Raises:
        UsageError: an article is unknown or not in the story, or no article would be left in it.
    """
    with store() as connection, story_lock(connection):
        _live(connection, story_id)
        there = articles_of(connection, story_id)
        wanted = [find_article(connection, each) for each in articles]
        elsewhere = [each for each in wanted if each not in there]
        if elsewhere or not wanted:
            raise UsageError(
                f"article {', '.join(map(str, elsewhere)) or '(none)'} is not in story {story_id}:"
                f" dateline story show {story_id} lists its {len(there)} articles"
            )
        moved = {*wanted, *(copy for each in wanted for copy in group_members(connection, each))}
        moved &= set(there)
        if len(moved) == len(there):
            raise UsageError(
                f"all {len(there)} articles of story {story_id} would leave it (copies go"
                " together): leave one of another text in it"
            )
        change, _ = stories.split(connection, story_id, sorted(moved), reason, decided_by)
        return find_change(connection, change)


def undo(change_id: int, *, reason: str | None = None, decided_by: str) -> StoryChange:
    """Take back a merge or split, of a person or of the comparison.

    Raises:
        UsageError: there is no such change, it was undone, or a later merge took the story.
    """
    with store() as connection, story_lock(connection):
        change = find_change(connection, change_id)
        if change.kind == "undo" or change.is_undone:
            raise UsageError(
                f"change {change_id} is undone or an undoing: there is nothing to undo"
            )
        story = find_story(connection, change.story_id)
        if story.merged_into_story_id is not None:
            raise UsageError(
                f"story {story.story_id} was merged into {story.merged_into_story_id} after change"
                f" {change_id}: undo that merge first"
            )
        return find_change(connection, stories.undo(connection, change, reason, decided_by))


def latest(since: datetime, limit: int) -> list[Story]:
    """Return the stories with articles since a time, those with most articles first."""
    with store() as connection:
        return stories.latest_stories(connection, since, limit)


def show(story_id: int) -> tuple[Story, list[StoryArticle], list[StoryChange]]:
    """Return a story, its articles in the order of their times, and its merges and splits.

    Raises:
        UsageError: there is no such story.
    """
    with store() as connection:
        story = find_story(connection, story_id)
        return (
            story,
            stories.timeline(connection, story_id),
            stories.changes_of(connection, story_id),
        )


def _live(connection: Connection, story_id: int) -> None:
    story = find_story(connection, story_id)
    if story.article_count == 0:
        into = story.merged_into_story_id
        raise UsageError(
            f"story {story_id} has no article"
            + (f": it was merged into {into}; name that one" if into else "")
        )
