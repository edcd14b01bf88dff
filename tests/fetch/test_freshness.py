"""How long a response is fresh: Cache-Control, Expires and Age."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.freshness import freshness_seconds, parse_http_date

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AN_HOUR_ON = "Fri, 20 Nov 2026 13:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Cache-Control": "max-age=600"}, 600.0),
        ({"cache-control": "public, MAX-AGE = 600"}, 600.0),
        ({"Cache-Control": 'max-age="600"'}, 600.0),
        ({"Cache-Control": "max-age=600", "Age": "100"}, 500.0),
        ({"Cache-Control": "max-age=600", "Age": "700"}, 0.0),
        ({"Cache-Control": "max-age=0"}, 0.0),
        ({"Cache-Control": "no-cache, max-age=600"}, 0.0),
        ({"Cache-Control": "no-store"}, 0.0),
        ({"Cache-Control": "private"}, None),
        ({"Cache-Control": "max-age=soon"}, None),
        ({"Cache-Control": "s-maxage=60"}, None),
        ({"Expires": AN_HOUR_ON}, 3600.0),
        ({"Expires": AN_HOUR_ON, "Date": "Fri, 20 Nov 2026 12:30:00 GMT"}, 1800.0),
        ({"Expires": AN_HOUR_ON, "Cache-Control": "max-age=60"}, 60.0),
        ({"Expires": "0"}, 0.0),
        ({"Expires": "Thu, 19 Nov 2026 13:00:00 GMT"}, 0.0),
        ({"Expires": AN_HOUR_ON, "Date": "yesterday"}, 3600.0),
    ],
)
def test_freshness(headers, seconds):
    assert freshness_seconds(tuple(headers.items()), NOW) == seconds


@given(st.dictionaries(st.sampled_from(["Cache-Control", "Expires", "Age", "Date"]), st.text()))
def test_any_headers_have_an_answer_that_is_not_negative(headers):
    found = freshness_seconds(tuple(headers.items()), NOW)
    assert found is None or found >= 0.0


@given(st.text(max_size=40))
def test_any_text_as_a_date(value):
    found = parse_http_date(value)
    assert found is None or found.tzinfo is UTC
