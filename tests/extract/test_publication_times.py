"""Which of the stated times is chosen, and which are refused, read from whole pages."""

from datetime import UTC, datetime

import pytest

from pipeline.extract.page import extract_page
from tests.extract.pages import linked_data, page

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOST = "https://lakeshore.example"


def published(*stated, url=f"{HOST}/ferry", data_day=None):
    head = "".join(f"<meta name='date' content='{text}'>" for text in stated)
    if data_day:
        head = linked_data(headline="x", datePublished=data_day) + head
    found = extract_page(page(head=head), url=url, now=NOW)
    return found.published_at, found.published_origin


def test_a_day_is_replaced_by_a_time_of_the_same_day_only():
    assert published("2024-03-02T08:15:00Z", data_day="2024-03-02") == (
        "2024-03-02T08:15:00+00:00",
        "meta",
    )
    assert published("2024-03-04T08:15:00Z", data_day="2024-03-02") == ("2024-03-02", "json_ld")


def test_times_before_1990_and_after_tomorrow_are_refused():
    assert published("2026-11-25", "1989-12-31") == (None, None)
    assert published("1990-01-01") == ("1990-01-01", "meta")
    assert published("2026-11-23") == ("2026-11-23", "meta")


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2024/03/02/ferry", "2024-03-02"),
        ("/news/2024-03-02-ferry", "2024-03-02"),
        ("/2024/mar/02/ferry", "2024-03-02"),
        ("/2024/13/02/ferry", None),
        ("/id/20241", None),
    ],
)
def test_the_day_in_a_url(path, day):
    assert published(url=HOST + path) == (day, "url" if day else None)
