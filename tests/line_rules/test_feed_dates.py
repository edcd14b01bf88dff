"""Times as feeds and sitemaps state them, read as ISO 8601, and their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.line_rules.dates import age_key, iso_time


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("Fri, 20 Nov 2026 08:15:00 +0200", "2026-11-20T08:15:00+02:00"),
        ("Fri, 20 Nov 2026 08:15:00 GMT", "2026-11-20T08:15:00+00:00"),
        ("20 Nov 2026 08:15 EST", "2026-11-20T08:15:00-05:00"),
        ("20 Nov 2026 08:15 UT", "2026-11-20T08:15:00+00:00"),
        ("20 Nov 26 08:15 GMT", "2026-11-20T08:15:00+00:00"),
        ("Friday, 20 November 26 8:15 EST", "2026-11-20T08:15:00-05:00"),
        ("Friday, 20 Nov 2026 08:15:00 CET", "2026-11-20T08:15:00+01:00"),
        ("2026-11-20T08:15:00Z", "2026-11-20T08:15:00+00:00"),
        ("2026-11-20T08:15:00.123+05:30", "2026-11-20T08:15:00+05:30"),
        ("2026-11-20 08:15", "2026-11-20T08:15:00"),
        ("2026-11-20T08:15+0100", "2026-11-20T08:15:00+01:00"),
        (" 2026-11-20 ", "2026-11-20"),
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
