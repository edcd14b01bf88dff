"""Times as pages, feeds and sitemaps state them, as ISO 8601 and as instants."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.line_rules.dates import Instant, age_key, is_ambiguous, iso_time, parse_instant

_OLDEST = datetime(1900, 1, 1)  # noqa: DTZ001  # hypothesis adds the time zone


@pytest.mark.parametrize(
    ("stated", "iso"),
    [
        ("Published 14:05 BST, 3 May 2026", "2026-05-03T14:05:00+01:00"),
        ("May 5, 2026 at 10:15 am EDT", "2026-05-05T10:15:00-04:00"),
        ("Dec. 1, 2025 10:30 p.m. PT", "2025-12-01T22:30:00-08:00"),
        ("July 1, 2025 10:30 a.m. PT", "2025-07-01T10:30:00-07:00"),
        ("Tue May 05 10:15:00 EDT 2026", "2026-05-05T10:15:00-04:00"),
        ("02-Mar-2024 10:15 IST", "2024-03-02T10:15:00"),
        ("3rd of May 2026", "2026-05-03"),
        ("3. Mai 2026 um 14:05 Uhr", "2026-05-03T14:05:00"),
        ("le 3 mai 2026 à 10h05", "2026-05-03T10:05:00"),
        ("3 de mayo de 2026, 10:05", "2026-05-03T10:05:00"),
        ("5 março 2024 às 14h30", "2024-03-05T14:30:00"),
        ("2 marzo 2024 | 10.15", "2024-03-02T10:15:00"),
        ("5 augustus 2024", "2024-08-05"),
        ("16 października 2024", "2024-10-16"),
        ("3 мая 2026 10:05", "2026-05-03T10:05:00"),
        ("2 Mart 2024", "2024-03-02"),
        ("2026年5月3日 10:05", "2026-05-03T10:05:00"),
        ("12 يناير 2024", "2024-01-12"),
        ("3.5.2026, 14:05", "2026-05-03T14:05:00"),
        ("25/05/2026 10:05", "2026-05-25T10:05:00"),
        ("05/25/2026 3:05 PM", "2026-05-25T15:05:00"),
        ("03/05/2026", None),
        ("May 2024", None),
        ("Jan 5 - 7, 2024", None),
    ],
)
def test_times_as_pages_state_them(stated, iso):
    assert iso_time(stated) == iso


def test_figures_are_read_in_the_order_of_the_page():
    assert iso_time("03/05/2026", day_first=True) == "2026-05-03"
    assert iso_time("03/05/2026", day_first=False) == "2026-03-05"
    assert is_ambiguous("03/05/2026")
    assert not is_ambiguous("05/05/2026")
    assert not is_ambiguous("03.05.2026")


@given(st.text(max_size=130), st.sampled_from([None, True, False]))
def test_any_text_can_be_read_as_a_time(stated, day_first):
    found = iso_time(stated, day_first=day_first)
    assert found is None or len(found) >= 10


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("Fri, 20 Nov 2026 08:15:00 +0200", "2026-11-20T08:15:00+02:00"),
        ("Fri, 20 Nov 2026 08:15:00 GMT", "2026-11-20T08:15:00+00:00"),
        ("Fri, 20 Nov 2026 08:15:00 -0000", "2026-11-20T08:15:00+00:00"),
        ("Fri, 20 Nov 2026 08:15:00 -0000 (UTC)", "2026-11-20T08:15:00+00:00"),
        ("Fri, 20 Nov 2026 08:15:00 CET", "2026-11-20T08:15:00+01:00"),
        ("Fri, 20 Nov 2026 08:15:00 IST", "2026-11-20T08:15:00"),
        ("Fri, 20 Nov 2026 08:15:00 \N{MINUS SIGN}0500", "2026-11-20T08:15:00-05:00"),
        ("20 Nov 26 08:15 CET", "2026-11-20T08:15:00+01:00"),
        ("20 Nov 2026 08:15 EST", "2026-11-20T08:15:00-05:00"),
        ("20 Nov 2026 08:15 UT", "2026-11-20T08:15:00+00:00"),
        ("20 Nov 26 08:15 GMT", "2026-11-20T08:15:00+00:00"),
        ("Friday, 20 November 26 8:15 EST", "2026-11-20T08:15:00-05:00"),
        ("Friday, 20 Nov 2026 08:15:00 CET", "2026-11-20T08:15:00+01:00"),
        ("2026-11-20T08:15:00Z", "2026-11-20T08:15:00+00:00"),
        ("2026-11-20T08:15:00.123+05:30", "2026-11-20T08:15:00+05:30"),
        ("2026-11-20 08:15", "2026-11-20T08:15:00"),
        ("2026-11-20T08:15+0100", "2026-11-20T08:15:00+01:00"),
        ("2026-11-20 10:15:00 EST", "2026-11-20T10:15:00-05:00"),
        ("2026-07-20 10:15 ET", "2026-07-20T10:15:00-04:00"),
        ("2026-11-20 10:15:00 UTC", "2026-11-20T10:15:00+00:00"),
        ("2026-11-20 10:15:00 IST", "2026-11-20T10:15:00"),
        ("2026-11-20T10:15:00\N{MINUS SIGN}05:00", "2026-11-20T10:15:00-05:00"),
        (" 2026-11-20 ", "2026-11-20"),
        ("20261120", "2026-11-20"),
        ("2026/11/2", "2026-11-02"),
        ("1795162500", "2026-11-20T08:15:00+00:00"),
        ("2026-11-20T99:99", "2026-11-20"),
        ("2026-02-30", None),
        ("yesterday", None),
        ("last Tuesday", None),
        ("20 Nov 26", None),
        ("", None),
        (None, None),
    ],
)
def test_times_of_feeds_and_sitemaps(stated, expected):
    assert iso_time(stated) == expected


@given(st.text(max_size=40))
def test_any_text_gives_a_time_that_can_be_sorted_or_none(text):
    found = iso_time(text)
    assert found is None or age_key(found) is not None


def test_age_key_orders_across_offsets():
    assert age_key("2026-11-20T08:00:00+02:00") < age_key("2026-11-20T07:00:00Z")
    assert age_key("2026-11-20") == age_key("2026-11-20T00:00:00Z")
    assert age_key("nonsense") is None


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def naive(*parts):
    return datetime(*parts)  # noqa: DTZ001  # what a page states without a zone


@pytest.mark.parametrize(
    ("text", "zone", "wanted"),
    [
        ("2026-11-20", None, Instant(utc(2026, 11, 20), naive(2026, 11, 20), "day", None)),
        (
            "2026-11-20T08:15",
            None,
            Instant(None, naive(2026, 11, 20, 8, 15), "minute", "unknown"),
        ),
        (
            "2026-07-20T08:15:30",
            "Europe/London",
            Instant(utc(2026, 7, 20, 7, 15, 30), naive(2026, 7, 20, 8, 15, 30), "second", "source"),
        ),
        # The clock shows 01:30 twice when summer time ends: the first is meant.
        (
            "2026-10-25T01:30",
            "Europe/London",
            Instant(utc(2026, 10, 25, 0, 30), naive(2026, 10, 25, 1, 30), "minute", "source"),
        ),
        (
            "2026-11-20T08:15+02:00",
            "Europe/London",
            Instant(utc(2026, 11, 20, 6, 15), naive(2026, 11, 20, 8, 15), "minute", "page"),
        ),
        (
            "2026-11-20T00:15:07+0530",
            None,
            Instant(utc(2026, 11, 19, 18, 45, 7), naive(2026, 11, 20, 0, 15, 7), "second", "page"),
        ),
        (
            " 2026-11-20T08:15:00Z ",
            None,
            Instant(utc(2026, 11, 20, 8, 15), naive(2026, 11, 20, 8, 15), "second", "page"),
        ),
        ("0001-01-01T00:00:00+05:00", None, None),
        ("0001-01-01T00:00:00", "Asia/Tokyo", None),
        ("last Tuesday", "Europe/London", None),
        ("", None, None),
        (None, "Europe/London", None),
    ],
)
def test_parse_instant(text, zone, wanted):
    assert parse_instant(text, zone) == wanted


@given(st.text())
def test_any_text_is_a_time_or_none(text):
    found = parse_instant(text)
    assert found is None or (found.at or found.local.replace(tzinfo=UTC)).tzinfo is UTC


@given(st.datetimes(min_value=_OLDEST, timezones=st.timezones()))
def test_the_instant_is_the_one_that_was_written(at):
    written = at.isoformat()
    found = parse_instant(written)
    assert found is not None
    assert found.at == datetime.fromisoformat(written)
