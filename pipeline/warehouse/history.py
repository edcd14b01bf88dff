"""Where a page that was captured earlier belongs in the history of an article.

Backfills load captures in any order. Each is put where it would be had all of them been fetched in
the order of their times: the edits before and after it are those between texts that follow one
another. This module only reckons; ``late_pages`` reads and writes the rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

IsEdit = Callable[[int, int], bool]
"""Tells whether the publisher changed the text from one version (by id) to another."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of an article's text, as in ``news.article_edits``."""

    from_id: int
    to_id: int
    seen_at: datetime
    """Time of the first page that showed the change."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a page between the edits of an article."""

    before: tuple[Edit, ...]
    after: tuple[Edit, ...]
    """The edits that were seen before it (or at its time), and after it."""
    version_id: int
    """The version whose text the article had then, as far as known; for a page before all others,
    the version that these begin with."""
    is_first: bool
    """Whether it is before all others."""


def place_of(
    edits: Sequence[Edit], current_id: int, first_seen_at: datetime, at: datetime
) -> Place:
    """Return the place of a page in an article's history.

    Args:
        edits: those of the article.
        current_id: its current version.
        first_seen_at: when the article was first seen.
        at: when the page was captured.
    """
    ordered = sorted(edits, key=lambda edit: edit.seen_at)
    before = tuple(edit for edit in ordered if edit.seen_at <= at)
    after = tuple(edit for edit in ordered if edit.seen_at > at)
    # The version that the next edit starts from is the last reading of the text in force.
    version_id = after[0].from_id if after else current_id
    return Place(before, after, version_id, at < first_seen_at)


def edits_with_page(
    place: Place, page_id: int, at: datetime, seen_again_at: datetime | None, is_edit: IsEdit
) -> list[Edit]:
    """Return the edits of the article once a page with another text is put in its place.

    Args:
        place: the place; its version has another text than the page.
        page_id: the version that has the page's text.
        at: when the page was captured.
        seen_again_at: when the text of the place's version was seen next, before the next edit;
            None where it was not.
        is_edit: compares two versions.
    """
    edits = list(place.before)
    after = list(place.after)
    if not place.is_first:
        edits.append(Edit(place.version_id, page_id, at))
    if seen_again_at is not None:
        edits.append(Edit(page_id, place.version_id, seen_again_at))
    elif after and is_edit(page_id, after[0].to_id):
        after[0] = replace(after[0], from_id=page_id)
    elif after:
        # The page has the text to which the next edit leads: the change was there already.
        after = after[1:]
    return edits + after


def version_order(
    versions: Sequence[tuple[int, datetime]], moved_id: int, at: datetime
) -> list[int]:
    """Return the ids of an article's versions in order, with one moved to its place by time.

    Args:
        versions: ids and times of first sight, in their present order.
        moved_id: the version to move; the others keep their order.
        at: when it was first seen.
    """
    others = [each for each in versions if each[0] != moved_id]
    earlier = [number for number, (_, seen) in enumerate(others) if seen <= at]
    place = earlier[-1] + 1 if earlier else 0
    ids = [version_id for version_id, _ in others]
    return [*ids[:place], moved_id, *ids[place:]]
