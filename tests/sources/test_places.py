"""Country and time zone of an outlet: from its address, its pages and its clocks."""

from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.places import (
    country_of,
    country_of_language,
    known_country,
    locales_of,
    time_zone_of,
)
from pipeline.tables import read_rows

ROWS = list(read_rows("pipeline.sources", "countries.tsv", 5))


def test_every_zone_of_the_table_exists_and_every_country_is_there_once():
    codes = [row[0] for row in ROWS]
    assert len(codes) == len(set(codes))
    for row in ROWS:
        assert row[3] in {"-", row[4].split()[0]}
        assert set(row[4].split()) <= available_timezones()


@pytest.mark.parametrize(
    ("urls", "locales", "country"),
    [
        (["https://www.zeitung.example.de/"], ["en-US"], "DE"),
        (["https://herald.co.uk/"], [], "GB"),
        (["https://herald.tv/"], [], None),
        (["https://herald.tv/"], ["fr_CA"], "CA"),
        (["https://herald.com.co/"], [], "CO"),
        (["https://herald.co/"], [], None),
        (["https://herald.example/"], ["en-US", "en_IE"], "IE"),
        (["https://herald.example/"], ["en-US"], "US"),
        (["https://herald.example/"], ["zh-Hant-TW"], "TW"),
        (["https://herald.example/"], ["en", "es-419", "xx-ZZ", ""], None),
        (["http://127.0.0.1:8000/"], [], None),
    ],
)
def test_the_country_is_read_from_the_address_and_then_from_the_pages(urls, locales, country):
    assert country_of(urls, locales).value == country


@pytest.mark.parametrize(
    ("country", "times", "zone"),
    [
        ("DE", [], "Europe/Berlin"),
        ("DE", ["2026-11-20T08:15:00Z", "2026-11-20T08:15:00+00:00"], "Europe/Berlin"),
        ("US", [], None),
        ("US", ["2026-11-20T08:15:00-08:00"], "America/Los_Angeles"),
        ("US", ["2026-07-20T08:15:00-04:00", "2026-11-20T08:15:00-05:00"], "America/New_York"),
        ("ES", ["2026-11-20T08:15:00+01:00"], "Europe/Madrid"),
        ("DE", ["2026-11-20T08:15:00+03:00"], None),
        (None, ["2026-11-20T08:15:00+03:00"], None),
        (
            "AU",
            ["2026-11-20T08:15:00+08:00"] * 9 + ["2026-11-20T08:15:00+09:30"],
            "Australia/Perth",
        ),
    ],
)
def test_the_zone_is_the_one_of_the_country_that_has_the_stated_offsets(country, times, zone):
    assert time_zone_of(country, times).value == zone


@pytest.mark.parametrize(
    ("language", "times", "country", "zone"),
    [
        ("vi", [], "VN", "Asia/Ho_Chi_Minh"),
        ("de", ["2026-11-20T08:15:00Z"], None, "Europe/Berlin"),
        ("sv", [], None, None),
        ("ru", [], None, None),
        ("de", ["2026-11-20T08:15:00+01:00"], None, "Europe/Berlin"),
        ("de", ["2026-11-20T08:15:00-05:00"], None, None),
        ("es", ["2026-11-20T08:15:00-05:00"], None, None),
        ("pt", ["2026-11-20T08:15:00-03:00"], "BR", "America/Sao_Paulo"),
        ("en", ["2026-11-20T08:15:00-05:00"], None, None),
    ],
)
def test_a_language_proposes_what_all_its_countries_with_such_clocks_have(
    language, times, country, zone
):
    assert country_of_language(language, times).value == country
    assert time_zone_of(None, times, language).value == zone


def test_every_country_of_a_language_is_known():
    for _, countries in read_rows("pipeline.sources", "language_countries.tsv", 2):
        assert all(map(known_country, countries.split()))


@given(st.sampled_from([row[0] for row in ROWS]), st.lists(st.text(max_size=40), max_size=5))
def test_a_proposed_zone_is_always_one_of_the_country(country, times):
    found = time_zone_of(country, times).value
    assert found is None or found in known_country(country).zones


def test_locales_are_read_from_any_page():
    page = b'<html lang="en-GB"><meta property="og:locale" content="en_IE"><body>x</body>'
    assert locales_of(page) == ("en-GB", "en_IE")
    assert locales_of(b"") == locales_of(b"<html><body>x") == ()
