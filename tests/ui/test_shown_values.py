"""How values of strangers are shown."""

import unicodedata
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.ui import shown_values
from pipeline.ui.shown_values import ago, due, shown, span, web_address

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@given(st.text(st.characters()), st.integers(2, 50))
def test_shown_text_is_one_short_line_without_controls_or_directions(text, limit):
    found = shown(text, limit)
    assert len(found) <= limit
    joiners = "\u200c\u200d"
    for each in found:
        assert each in joiners or unicodedata.bidirectional(each) not in (
            "LRO",
            "RLO",
            "RLE",
            "PDF",
        )
        assert unicodedata.category(each) not in ("Cc", "Cs")


@given(st.text())
def test_a_link_leads_to_the_web_or_nowhere(text):
    found = web_address(text)
    assert found is None or found.strip().lower().startswith(("http://", "https://"))


def test_other_schemes_and_broken_urls_are_no_links():
    for url in (
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "JavaScript:alert(1)//https://news.example",
        "data:text/html,<script>",
        "//news.example/a",
        "https:///a",
        "http://[::1",
        "",
        None,
    ):
        assert web_address(url) is None, url


def test_times_are_told_in_their_largest_unit():
    assert span(timedelta(seconds=119)) == "119 s"
    assert span(timedelta(minutes=119)) == "119 min"
    assert span(timedelta(hours=47)) == "47 h"
    assert span(timedelta(days=2)) == "2 d"
    assert span(timedelta(seconds=-5)) == "0 s"
    assert ago(NOW - timedelta(hours=3), NOW) == "3 h ago"
    assert ago(NOW + timedelta(minutes=20), NOW) == "in 20 min"
    assert due(NOW - timedelta(hours=3), NOW) == "now"
    assert (ago(None, NOW), due(None, NOW), shown_values.moment(None)) == ("–", "–", "–")


def test_numbers_have_commas_and_few_decimals():
    assert [shown_values.number(each) for each in (None, 0, 3.14159, 11.5, 1234567)] == [
        "–",
        "0",
        "3.1",
        "12",
        "1,234,567",
    ]
