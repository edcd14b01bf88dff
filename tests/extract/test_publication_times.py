from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.publication_times import choose, iso_time, url_day

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "iso"),
    [
        ("2024-03-02T08:15:00.123+0100", "2024-03-02T08:15:00+01:00"),
        ("2024-03-02T08:15:00Z", "2024-03-02T08:15:00+00:00"),
        ("2024-03-02 08:15", "2024-03-02T08:15:00"),
        ("2024-03-02", "2024-03-02"),
        ("20240302", "2024-03-02"),
        ("2024/3/2", "2024-03-02"),
        ("Sat, 02 Mar 2024 08:15:00 -0500", "2024-03-02T08:15:00-05:00"),
        ("March 2, 2024", "2024-03-02"),
        ("1709367300", "2024-03-02T08:15:00+00:00"),
        ("2024-02-31", None),
        ("2024-03-02T99:99", "2024-03-02"),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_stated_times_become_iso_with_their_own_offset(stated, iso):
    assert iso_time(stated) == iso


def test_a_bare_day_gives_way_to_a_time_of_the_same_day_only():
    same = choose([("json_ld", "2024-03-02"), ("meta", "2024-03-02T08:15:00Z")], NOW)
    assert same == ("2024-03-02T08:15:00+00:00", "meta")
    other = choose([("json_ld", "2024-03-02"), ("meta", "2024-03-04T08:15:00Z")], NOW)
    assert other == ("2024-03-02", "json_ld")


def test_the_future_and_the_time_before_the_web_are_not_believed():
    assert choose([("meta", "2026-11-25"), ("feed", "1989-12-31")], NOW) == (None, None)
    assert choose([("meta", "2026-11-23")], NOW) == ("2026-11-23", "meta")


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2024/03/02/ferry", "2024-03-02"),
        ("https://a.example/news/2024-03-02-ferry", "2024-03-02"),
        ("https://a.example/2024/mar/02/ferry", "2024-03-02"),
        ("https://a.example/2024/13/02/ferry", None),
        ("https://a.example/id/20241", None),
        (None, None),
    ],
)
def test_days_in_urls(url, day):
    assert url_day(url) == day


@given(st.text(max_size=90))
def test_no_text_breaks_it(stated):
    found = iso_time(stated)
    assert found is None or len(found) >= 10
