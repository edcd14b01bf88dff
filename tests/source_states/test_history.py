"""What is learnt of a source, and when a fault shows: rates, gaps, drops, shares, holidays."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.source_states.history import (
    SHARES,
    add_hour,
    as_json,
    expected_links,
    from_json,
    gap_evidence,
    hour_factors,
    level,
    new_history,
    relearnt,
    usual_shares,
    weekday_factors,
)
from pipeline.source_states.observations import (
    COUNTS,
    PLACE,
    Circumstances,
    Documents,
    HourSums,
)
from pipeline.source_states.verdict import divergence, judge

MONDAY = 96 + 168 * 2900
"""Midnight of a Monday in 2025, in hours since 1970."""


def around(count, country=0, zone=0.0):
    return Circumstances(
        np.full(count, zone),
        np.full(count, country),
        np.full(count, np.nan),
        np.zeros(count, dtype=bool),
    )


def documents(count, **values):
    names = "refused failing empty asleep failures failing_hours empty_hours".split()
    return Documents(*(np.full(count, float(values.get(name, 0))) for name in names))


def lived(hours, links_at, count=1, history=None, *, learns=True, **counts):
    """Return the history after some hours; ``links_at`` gives the links of an hour."""
    history = history or new_history(count)
    first = MONDAY if np.isnan(history.asked_until).all() else int(history.asked_until.max()) + 1
    for hour in range(first, first + hours):
        found = np.zeros((count, len(COUNTS)))
        links = links_at(hour)
        found[:, PLACE["links"]] = links
        found[:, PLACE["good_pages"]] = found[:, PLACE["articles"]] = links
        for name, share in counts.items():
            found[:, PLACE[name]] = share * links
        sums = HourSums(hour, found, np.full(count, hour + 0.99))
        usual = np.ones(count, dtype=bool) if learns else None
        history = add_hour(history, sums, around(count), is_usual=usual)
    return history


def by_day(hour):
    """Twelve links from 8 to 20 o'clock, half of them at the weekend."""
    is_day = 8 <= hour % 24 < 20
    is_weekend = (hour // 24 + 3) % 7 >= 5
    return is_day * (1.0 if is_weekend else 2.0)


def state(history, now=None, stand=None, before=("ok", "none")):
    count = len(history)
    now = now if now is not None else float(history.asked_until.max())
    return judge(history, stand or documents(count), around(count), [before] * count, now)[0]


def test_hours_and_weekdays_are_learnt():
    history = lived(24 * 15, by_day)
    assert level(history)[0] == pytest.approx(24 * 6 / 7, rel=0.2)
    hours, days = hour_factors(history)[0], weekday_factors(history)[0]
    assert hours[3] < 0.25 < 1.5 < hours[12]
    assert days[6] < 0.75 * days[1]
    night = expected_links(history, around(1), *(np.array([MONDAY + at]) for at in (1.0, 5.0)))
    noon = expected_links(history, around(1), *(np.array([MONDAY + at]) for at in (10.0, 14.0)))
    assert night[0] < 1 < 5 < noon[0]


def test_the_first_night_is_no_fault():
    history = lived(44, lambda hour: 3.0 * (7 <= hour % 24 < 22))
    assert state(history).state == "ok"


def test_a_source_that_stops_is_late_then_silent():
    history = lived(24 * 14 + 8, by_day)
    seen = []
    for hours in range(1, 36):
        later = lived(hours, lambda _: 0.0, history=history, learns=False)
        seen.append(state(later).state)
    assert seen[0] == "ok"
    assert seen.index("late") < seen.index("silent") <= 26
    assert seen[-1] == "silent"


def test_a_source_that_was_not_asked_is_not_silent():
    history = lived(24 * 14, by_day)
    nothing = np.zeros((1, len(COUNTS)))
    hour = int(history.asked_until[0]) + 1
    for later in range(hour, hour + 48):
        history = add_hour(history, HourSums(later, nothing, np.array([np.nan])), around(1))
    assert state(history, now=hour + 48.0).state == "ok"
    sums = HourSums(hour + 48, nothing, np.array([hour + 48.5]))
    assert state(add_hour(history, sums, around(1)), now=hour + 48.6).state == "ok"


def test_half_of_the_links_is_thinner():
    history = lived(24 * 15, by_day)
    later = lived(24 * 9, lambda hour: by_day(hour) * 0.4, history=history, learns=False)
    found = state(later)
    assert (found.state, found.severity) == ("thinner", "alert")
    assert "were expected" in found.reason


def test_a_source_that_has_changed_for_good_begins_anew():
    history = lived(24 * 15, by_day)
    later = lived(24 * 9, lambda hour: by_day(hour) * 0.4, history=history, learns=False)
    fresh = relearnt(later, np.array([True]))
    assert level(fresh)[0] == pytest.approx(0.4 * level(history)[0], rel=0.2)
    assert state(fresh, before=("thinner", "alert")).state == "ok"
    assert state(relearnt(later, np.array([False]))).state == "thinner"


def test_a_holiday_of_a_country_is_nobodys_fault():
    history = lived(24 * 8 + 6, by_day, count=20)
    alone = lived(24 * 8 + 6, by_day)
    evidence = [
        gap_evidence(lived(9, lambda _: 0.0, count, given, learns=False), MONDAY)[0]
        for count, given in ((20, history), (1, alone))
    ]
    assert evidence[0] < evidence[1]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("refused_pages", "blocked"),
        ("paywalled_pages", "blocked"),
        ("failed_pages", "failing"),
        ("unreadable_pages", "redesigned"),
        ("redesigned_pages", "redesigned"),
        ("foreign_pages", "redesigned"),
        ("undated_articles", "thinner"),
        ("unsigned_articles", "thinner"),
        ("short_articles", "thinner"),
        ("stub_articles", "thinner"),
        ("damaged_articles", "thinner"),
    ],
)
def test_each_share_has_its_state(name, expected):
    history = lived(24 * 7 + 8, by_day)
    values = {name: 1.0}
    if name.endswith("pages"):
        values |= {"good_pages": 0.0, "articles": 0.0}
    later = lived(8, lambda _: 2.0, history=history, learns=False, **values)
    found = state(later)
    assert (found.state, found.severity) == (expected, "alert")
    assert "since 2025-" in found.reason
    well = lived(4, lambda _: 2.0, history=later, learns=False)
    assert state(well, before=(found.state, found.severity)).state == "ok"


def test_a_source_that_never_had_dates_is_well():
    history = lived(24 * 4, by_day, undated_articles=1.0, unsigned_articles=1.0)
    assert state(history).state == "ok"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"refused": 1.0, "failures": 2}, ("blocked", "notice")),
        ({"refused": 1.0, "failures": 5, "failing_hours": 3.0}, ("blocked", "alert")),
        ({"failing": 1.0, "failures": 5, "failing_hours": 3.0}, ("failing", "alert")),
        ({"failing": 1.0, "failures": 1}, ("ok", "none")),
        ({"failing": 0.3, "failures": 5, "failing_hours": 3.0}, ("ok", "none")),
        ({"empty": 1.0, "empty_hours": 2.0}, ("silent", "alert")),
        ({"asleep": 1.0}, ("sleeping", "alert")),
    ],
)
def test_documents_that_fail_name_the_state(values, expected):
    found = state(lived(24 * 2, by_day), stand=documents(1, **values))
    assert (found.state, found.severity) == expected


def test_paused_is_paused_whatever_is_wrong():
    history = lived(24, by_day)
    paused = replace(around(1), is_paused=np.array([True]))
    stand = documents(1, refused=1.0, failures=9, failing_hours=9.0)
    (found,) = judge(history, stand, paused, [("ok", "none")], MONDAY + 24.0)
    assert found.state == "paused"


_HOURS = st.lists(
    st.lists(st.integers(0, 400), min_size=len(COUNTS), max_size=len(COUNTS)), max_size=12
)


@settings(max_examples=30, deadline=None)
@given(_HOURS, st.booleans())
def test_no_numbers_break_it(hours, learns):
    history = new_history(1)
    for number, counts in enumerate(hours):
        asked = np.array([np.nan if counts[0] % 7 == 3 else MONDAY + number + 0.5])
        sums = HourSums(MONDAY + number, np.array([counts], dtype=float), asked)
        usual = np.array([True]) if learns else None
        history = add_hour(history, sums, around(1), is_usual=usual)
    assert level(history)[0] > 0
    assert np.isfinite(usual_shares(history)).all()
    assert hour_factors(history).mean() == pytest.approx(1)
    assert (history.share_scores >= 0).all()
    found = state(history, now=MONDAY + 31.0)
    assert found.reason
    stored = from_json([as_json(history, 0)])
    assert state(stored, now=MONDAY + 31.0).state == found.state


def test_what_is_stored_of_another_version_is_read_as_far_as_it_fits():
    history = lived(48, by_day)
    stored = as_json(history, 0)
    assert from_json([stored, None]).seen.tolist() == [pytest.approx(history.seen[0], abs=1e-4), 0]
    stored["share_bad"] = [1.0]
    del stored["gap"]
    assert from_json([stored]).share_bad.shape == (1, len(SHARES))


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0.001, 0.99))
def test_divergence_is_never_negative(bad, more, share):
    assert divergence(bad, bad + more, share) >= 0
