"""Revisits: when a link is tried again after an attempt, or that it is not tried any more.

- A stored article is visited at the ages of a plan (1 h, 6 h, 1 d, 3 d, 7 d, 14 d by default), at
  half of them where the source often edits: most edits come in the first hours. An article that
  several links lead to has one plan: it is not visited more often than the plan has ages.
- An outcome that says nothing about the page (a server error, a time-out, a wall) is tried again
  with growing waits for three days, also when its feed has moved on.
- A page that holds no article is looked at again while it is young: stubs are filled later.
- What the page or the rules decide for good (gone, off-site, taken down) is not tried again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.outcomes import RETRYABLE, Outcome

GIVE_UP_AFTER = timedelta(days=3)
"""Time of failures only after which a link is left alone."""
_FIRST_WAIT = timedelta(minutes=15)
_LONGEST_WAIT = timedelta(hours=12)
_HELD = (timedelta(minutes=65), timedelta(hours=5), timedelta(days=1), timedelta(days=3))
"""Waits after visits that found a suspect page of a stored article. A held version may become the
current one when a visit an hour later or more repeats it, one against which much speaks six hours
later: the second wait ends just past these."""
_LATER = {
    Outcome.NOT_AN_ARTICLE: (timedelta(hours=6), timedelta(days=1), timedelta(days=3)),
    Outcome.PAYWALLED: (timedelta(days=1), timedelta(days=3)),
    Outcome.BAD_CONTENT: (timedelta(hours=6), timedelta(days=1)),
    Outcome.NOT_FOUND: (timedelta(hours=1), timedelta(days=1)),
    Outcome.FORBIDDEN: (timedelta(days=1),),
}
"""Ages of a link at which a page without a stored article is looked at again, by outcome."""
_DUPLICATE_LATER = (timedelta(days=1),)
"""A link whose page was another link's article is looked at once more: both may have shown one and
the same notice ("back soon"), which nothing told from a story."""
_CLOCK_ERROR = timedelta(days=1)
"""A time that is further ahead of now than it can be by this much was stored by a wrong clock."""
_OFTEN_EDITED = 0.1
"""Share of visits that found an edit from which a source's articles are visited sooner."""
_VISITS_TO_KNOW = 20
_FINAL = frozenset(
    {
        Outcome.TAKEDOWN,
        Outcome.GONE,
        Outcome.OFFSITE_REFUSED,
        Outcome.ADDRESS_REFUSED,
        Outcome.RESERVED,
        Outcome.QUARANTINED,
    }
)
"""Outcomes after which not even a stored article is asked for again."""


@dataclass(frozen=True, slots=True)
class LinkHistory:
    """What is known of a link before the attempt that was just decided."""

    listed_at: datetime
    """When a document named it first."""
    article_seen_at: datetime | None = None
    """When its article was stored first; None where there is none."""
    failures: int = 0
    """Attempts in a row that said nothing about the page, or found a suspect one."""
    failing_since: datetime | None = None
    revisits: int = 0
    """Visits of known articles of the source."""
    edits: int = 0
    """Of these, visits that found an edit."""
    visits: int = 0
    """Requests for the article that were answered, by this link or another, the last included."""
    is_visited_elsewhere: bool = False
    """Its article is that of another link too, which is visited; one of the two is enough."""
    has_moved: bool = False
    """It is a former address of its article: nothing is to be learnt there that the new one lacks.
    """


@dataclass(frozen=True, slots=True)
class NextTry:
    """What to store after an attempt."""

    at: datetime | None
    """None where the link is not tried again."""
    failures: int = 0
    failing_since: datetime | None = None


def longest_wait(plan: Sequence[timedelta]) -> timedelta:
    """Return the time within which every link that is waiting is tried again.

    A link whose next try is further away got it while the clock was wrong, and is due.
    """
    return max((GIVE_UP_AFTER, *plan)) + _CLOCK_ERROR


def next_try(
    history: LinkHistory, outcome: Outcome, now: datetime, plan: Sequence[timedelta]
) -> NextTry:
    """Return when a link is tried again after an attempt that ended at ``now``.

    Args:
        history: of the link, before this attempt.
        outcome: of this attempt.
        now: when it was decided.
        plan: ages of an article at which it is visited, ascending (``settings().revisit_plan``).
    """
    if outcome in _FINAL:
        return NextTry(None)
    is_elsewhere = history.is_visited_elsewhere and outcome in (Outcome.LOADED, Outcome.UNCHANGED)
    if history.has_moved and history.is_visited_elsewhere and outcome not in RETRYABLE:
        return NextTry(None)
    if outcome is Outcome.DUPLICATE_URL or is_elsewhere:
        return NextTry(_first_later(history.listed_at, _DUPLICATE_LATER, now))
    if outcome in (Outcome.SUSPECTED_WALL, Outcome.REDESIGNED):
        failures, since = history.failures + 1, history.failing_since or now
        wait = _HELD[failures - 1] if failures <= len(_HELD) else None
        return NextTry(now + wait if wait else None, failures, since)
    if history.article_seen_at is not None:
        visit = _next_visit(history, now, plan)
        if outcome not in RETRYABLE:
            return NextTry(visit)
        return NextTry(visit, history.failures + 1, history.failing_since or now)
    if outcome is Outcome.LOADED:  # just now: a first text that was held may come late
        return NextTry(_next_visit(replace(history, article_seen_at=now), now, plan))
    if outcome is Outcome.UNCHANGED:
        return NextTry(_next_visit(history, now, plan))
    if outcome in RETRYABLE:
        return _after_failure(history, now)
    ages = _LATER.get(outcome, ())
    return NextTry(_first_later(history.listed_at, ages, now))


def _after_failure(history: LinkHistory, now: datetime) -> NextTry:
    failures, since = history.failures + 1, history.failing_since or now
    wait = min(_FIRST_WAIT * 2 ** min(failures - 1, 10), _LONGEST_WAIT)
    is_over = now + wait - since > GIVE_UP_AFTER
    return NextTry(None if is_over else now + wait, failures, since)


def _next_visit(history: LinkHistory, now: datetime, plan: Sequence[timedelta]) -> datetime | None:
    if history.visits > len(plan):
        return None
    is_known = history.revisits >= _VISITS_TO_KNOW
    is_often_edited = is_known and history.edits / history.revisits >= _OFTEN_EDITED
    ages = [age / 2 for age in plan] if is_often_edited else plan
    return _first_later(history.article_seen_at or history.listed_at, ages, now)


def _first_later(begin: datetime, ages: Sequence[timedelta], now: datetime) -> datetime | None:
    """Return the first time of a plan that is still to come, half its gap away at least.

    A visit that comes late, after an outage, must not be followed by the next one at once.
    """
    if begin - now > _CLOCK_ERROR:  # it was stored while the clock was wrong: its age is unknown
        return now + max(ages) if ages else None
    before = timedelta()
    for age in ages:
        if begin + age - now >= (age - before) / 2:
            return begin + age
        before = age
    return None
