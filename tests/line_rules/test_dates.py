"""Times as pages, feeds and sitemaps state them, as ISO 8601 and as instants."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.line_rules.dates import (
    Instant,
    age_key,
    day_first,
    is_ambiguous,
    iso_time,
    parse_instant,
    stated_time,
)

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
        ("3 नवंबर 2026, 14:05", "2026-11-03T14:05:00"),
        ("३ नवंबर २०२६", "2026-11-03"),
        ("٣ مايو ٢٠٢٦", "2026-05-03"),
        ("3 พฤศจิกายน 2569 14:05 น.", "2026-11-03T14:05:00"),
        ("3 พ.ย. 2569", "2026-11-03"),
        ("3 พ.ย. 2026", "2026-11-03"),
        ("3 November 2569", None),
        ("ngày 3 tháng 11 năm 2026", "2026-11-03"),
        ("2026-05-03T10:05:7Z", "2026-05-03T10:05:07+00:00"),
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


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        # RFC 822 with the offset of ISO 8601, or with a zone and an offset
        ("Tue, 03 Mar 2026 21:05:09 +05:30", "2026-03-03T21:05:09+05:30"),
        ("Tue, 03 Mar 2026 21:05:09 -03:00", "2026-03-03T21:05:09-03:00"),
        ("Tue, 03 Mar 2026 21:05 +1:00", "2026-03-03T21:05:00+01:00"),
        ("Tue, 03 Mar 2026 21:05:09 GMT+0100", "2026-03-03T21:05:09+01:00"),
        ("Tue, 03 Mar 2026 21:05:09 GMT-03:30", "2026-03-03T21:05:09-03:30"),
        ("Tue, 03 Mar 2026 21:05:09 UTC+9", "2026-03-03T21:05:09+09:00"),
        ("Tue, 03 Mar 2026 21:05:09 UTC +05:45", "2026-03-03T21:05:09+05:45"),
        ("Tue, 03 Mar 2026 21:05:09 +0100 (CET)", "2026-03-03T21:05:09+01:00"),
        ("Tue, 03-Mar-2026 21:05:09 GMT", "2026-03-03T21:05:09+00:00"),
        ("Tuesday, 03-Mar-26 21:05:09 GMT", "2026-03-03T21:05:09+00:00"),
        ("03 Mar 87 21:05 GMT", "1987-03-03T21:05:00+00:00"),
        ("Tue Mar 03 21:05:09 +0000 2026", "2026-03-03T21:05:09+00:00"),
        ("Tue Mar  3 21:05:09 2026", "2026-03-03T21:05:09"),
        # both clocks at once, and the 12-hour clock
        ("Tue, 03 Mar 2026 21:05:09 PM +0100", "2026-03-03T21:05:09+01:00"),
        ("Tue, 03 Mar 2026 09:05:09 PM", "2026-03-03T21:05:09"),
        ("03 Mar 2026 12:05 AM GMT", "2026-03-03T00:05:00+00:00"),
        ("2026-03-03 09:05:09 PM", "2026-03-03T21:05:09"),
        ("3/31/2026 9:05:09 PM", "2026-03-31T21:05:09"),
        ("31/3/2026 12:05:09 a.m.", "2026-03-31T00:05:09"),
        # in figures
        ("2026/03/03 21:05", "2026-03-03T21:05:00"),
        ("2026/3/3 21:05:09 +0100", "2026-03-03T21:05:09+01:00"),
        ("2026.03.03 21:05:09", "2026-03-03T21:05:09"),
        ("03.03.2026 21:05", "2026-03-03T21:05:00"),
        ("3.3.2026, 21.05 Uhr", "2026-03-03T21:05:00"),
        ("03.03.26 21:05:09 +0100", "2026-03-03T21:05:09+01:00"),
        # ISO 8601 beyond its usual form
        ("20260303T210509Z", "2026-03-03T21:05:09+00:00"),
        ("20260303T2105+0100", "2026-03-03T21:05:00+01:00"),
        ("20260303210509", "2026-03-03T21:05:09"),
        ("2026-03-03T21:05:09.123456789Z", "2026-03-03T21:05:09+00:00"),
        ("2026-03-03T21:05:09 +0100 CET", "2026-03-03T21:05:09+01:00"),
        ("2026-03-03 21:05 GMT+1", "2026-03-03T21:05:00+01:00"),
        ("2026-062", "2026-03-03"),
        ("2026-062T21:05:09Z", "2026-03-03T21:05:09+00:00"),
        ("2026-W10-2", "2026-03-03"),
        # seconds, milliseconds and microseconds since 1970
        ("1772571909", "2026-03-03T21:05:09+00:00"),
        ("1772571909.75", "2026-03-03T21:05:09+00:00"),
        ("1772571909123", "2026-03-03T21:05:09+00:00"),
        ("1772571909123456", "2026-03-03T21:05:09+00:00"),
        # other languages
        ("Mar, 03 Mar 2026 21:05:09 +0100", "2026-03-03T21:05:09+01:00"),
        ("Di, 03 Mär 2026 21:05:09 +0100", "2026-03-03T21:05:09+01:00"),
        ("mer., 05 août 2026 21:05:09 +0200", "2026-08-05T21:05:09+02:00"),
        ("Пн, 02 мар 2026 21:05:09 +0300", "2026-03-02T21:05:09+03:00"),
        ("Qui, 05 Fev 2026 21:05:09 -0300", "2026-02-05T21:05:09-03:00"),
        # the end of a day, and a leap second
        ("2026-02-28T24:00:00Z", "2026-03-01T00:00:00+00:00"),
        ("Thu, 31 Dec 2026 24:00:00 GMT", "2027-01-01T00:00:00+00:00"),
        ("Thu, 31 Dec 2026 23:59:60 GMT", "2026-12-31T23:59:59+00:00"),
        ("2026-03-03T24:01:00Z", "2026-03-03"),
        ("2026-03-03T25:00:00Z", "2026-03-03"),
    ],
)
def test_times_as_broken_programs_write_them(stated, expected):
    assert iso_time(stated) == expected


@pytest.mark.parametrize(
    "stated",
    [
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Wed, 31 Dec 1969 16:00:00 -0800",
        "1970-01-01",
        "0001-01-01T00:00:00",
        "01 Jan 0001 00:00:00 +0000",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "0000-00-00 00:00:00",
        "1/1/0001 12:00:00 AM",
        "1900-01-01T00:00:00Z",
        "-62135596800",
        "0",
        "Mon, 31 Jun 2026 21:05:09 GMT",
        "2026-02-29T08:00:00Z",
        "29.02.2026 08:00",
        "2026-W60-1",
        "2026-400",
    ],
)
def test_days_that_no_calendar_has_and_days_for_no_date_are_none(stated):
    assert iso_time(stated) is None


def test_who_judges_a_time_itself_gets_the_zero_of_a_calendar():
    assert stated_time("Thu, 01 Jan 1970 00:00:00 GMT") == "1970-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("stated", "is_read"),
    [
        ("2026-11-22T12:00:00Z", True),
        ("2026-11-22T12:00:01Z", False),
        ("2026-11-22T23:00:00+14:00", True),
        ("2026-11-23", False),
        ("1 Jan 2099", False),
        ("4070908800", False),
        ("9999-12-31T23:59:59-12:00", False),
    ],
)
def test_a_time_more_than_two_days_ahead_is_refused_where_the_present_is_known(stated, is_read):
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert (iso_time(stated, now=now) is not None) == is_read
    assert iso_time(stated) is not None


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03/05/2026", "25/05/2026"], True),
        (["03/05/2026", "05/25/2026"], False),
        (["03/05/2026 3:05 PM"], False),
        (["03/05/2026 3:05 PM", "25/05/2026 3:05 PM"], True),
        (["03/05/2026 15:05", None, "", "3.5.2026", "2026/11/20"], None),
        (["31/31/2026"], None),
    ],
)
def test_the_order_of_day_and_month_is_learnt_from_a_document(texts, order):
    assert day_first(texts) is order


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2080, 1, 1)),  # noqa: DTZ001
    st.integers(-12 * 4, 14 * 4),
    st.sampled_from(["{}", "{0[0]}:{0[1]}", "GMT{}", "UTC{0[0]}:{0[1]}"]),
)
def test_a_mail_date_keeps_its_moment_in_every_spelling_of_the_offset(local, quarters, spelling):
    zone = timezone(timedelta(minutes=15 * quarters))
    at = local.replace(microsecond=0, tzinfo=zone)
    start, _, offset = format_datetime(at).rpartition(" ")
    parts = spelling.replace("{}", "{0[0]}{0[1]}").format((offset[:3], offset[3:]))
    found = parse_instant(iso_time(f"{start} {parts}"))
    assert found is not None
    assert found.at == at


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
