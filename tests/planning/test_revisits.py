"""When links are tried again: the plan of revisits, retries with back-off, and their end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.outcomes import RETRYABLE, Outcome
from pipeline.planning.revisits import GIVE_UP_AFTER, LinkHistory, next_try
from pipeline.settings import Settings

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PLAN = Settings().revisit_plan


def visits(outcome_of, **known):
    """Try a link until it is not tried any more; return the times since it was listed."""
    history = LinkHistory(NOON, **known)
    now: datetime | None = NOON
    times = []
    while now is not None:
        times.append(now - NOON)
        outcome = outcome_of(len(times))
        found = next_try(history, outcome, now, PLAN)
        seen = history.article_seen_at or (now if outcome is Outcome.LOADED else None)
        history = replace(
            history,
            article_seen_at=seen,
            failures=found.failures,
            failing_since=found.failing_since,
        )
        now = found.at
        assert len(times) < 50
    return times


def test_an_article_is_requested_seven_times_at_the_ages_of_the_plan():
    times = visits(lambda n: Outcome.LOADED if n == 1 else Outcome.UNCHANGED)
    assert times == [timedelta(0), HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY]


def test_of_two_links_to_an_article_one_is_visited_and_the_other_looked_at_once_more():
    times = visits(
        lambda n: Outcome.LOADED if n == 1 else Outcome.UNCHANGED, is_visited_elsewhere=True
    )
    assert times == [timedelta(0), DAY]


def test_articles_of_a_source_that_edits_often_are_visited_sooner():
    times = visits(lambda n: Outcome.LOADED, revisits=100, edits=20)
    assert times[:4] == [timedelta(0), HOUR / 2, 3 * HOUR, DAY / 2]
    assert len(times) == 7


def test_a_visit_after_an_outage_is_not_followed_by_the_next_at_once():
    history = LinkHistory(NOON, article_seen_at=NOON)
    found = next_try(history, Outcome.UNCHANGED, NOON + 5 * HOUR, PLAN)
    assert found.at == NOON + DAY


@pytest.mark.parametrize("outcome", sorted(RETRYABLE))
def test_a_failure_is_tried_again_with_growing_waits_for_three_days(outcome):
    times = visits(lambda n: outcome)
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert waits[:4] == [15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR]
    assert 2 * DAY < times[-1] <= GIVE_UP_AFTER


def test_a_failure_between_visits_of_an_article_adds_no_visit():
    times = visits(lambda n: {1: Outcome.LOADED, 3: Outcome.TIMEOUT}.get(n, Outcome.UNCHANGED))
    assert len(times) == 7


def test_a_suspect_page_is_seen_again_after_an_hour():
    times = visits(lambda n: Outcome.SUSPECTED_WALL, article_seen_at=NOON - 30 * DAY)
    assert HOUR < times[1] <= 2 * HOUR
    assert len(times) == 5


@pytest.mark.parametrize(
    "outcome",
    [Outcome.GONE, Outcome.TAKEDOWN, Outcome.OFFSITE_REFUSED],
)
def test_what_is_decided_for_good_is_not_tried_again(outcome):
    assert visits(lambda n: outcome) == [timedelta(0)]
    assert visits(lambda n: outcome, article_seen_at=NOON) == [timedelta(0)]


def test_a_link_to_an_article_of_another_link_is_looked_at_once_more():
    assert visits(lambda n: Outcome.DUPLICATE_URL) == [timedelta(0), DAY]


def test_a_page_without_an_article_is_looked_at_while_it_is_young():
    assert visits(lambda n: Outcome.NOT_AN_ARTICLE) == [timedelta(0), 6 * HOUR, DAY, 3 * DAY]
    assert visits(lambda n: Outcome.NOT_FOUND) == [timedelta(0), HOUR, DAY]


@given(st.lists(st.sampled_from(list(Outcome)), min_size=1, max_size=60), st.booleans())
def test_every_link_comes_to_an_end(outcomes, has_article):
    known = {"article_seen_at": NOON - HOUR} if has_article else {}
    times = visits(lambda n: outcomes[min(n, len(outcomes)) - 1], **known)
    assert times[-1] <= 20 * DAY


def test_of_every_outcome_somebody_has_decided_whether_it_is_tried_again():
    """Whoever adds an outcome finds it here, and decides in ``pipeline/planning/revisits.py``."""
    without_article = {outcome: len(visits(lambda n, found=outcome: found)) for outcome in Outcome}
    once = {outcome for outcome, times in without_article.items() if times == 1}
    assert once == {
        Outcome.ROBOTS_DENIED,
        Outcome.ADDRESS_REFUSED,
        Outcome.OFFSITE_REFUSED,
        Outcome.RESERVED,
        Outcome.GONE,
        Outcome.TOO_LARGE,
        Outcome.REDIRECT_LOOP,
        Outcome.LANGUAGE_NOT_WANTED,
        Outcome.TAKEDOWN,
        Outcome.QUARANTINED,
    }


def test_the_plan_of_an_article_counts_from_its_first_text_however_late_that_came():
    history = LinkHistory(NOON - 5 * HOUR)
    assert next_try(history, Outcome.LOADED, NOON, PLAN).at == NOON + HOUR
