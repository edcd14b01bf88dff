"""Every row of the tables of months, weekdays and time zones, read as a page prints it."""

import re

import pytest

from pipeline.line_rules.calendar_words import WEEKDAY, month_number, time_label, utc_offset
from pipeline.line_rules.dates import iso_time
from pipeline.line_rules.header_lines import read_header_line
from pipeline.tables import read_rows

PACKAGE = "pipeline.line_rules"
MONTHS = list(read_rows(PACKAGE, "months.tsv", columns=4))
WEEKDAYS = list(read_rows(PACKAGE, "weekdays.tsv", columns=4))
ZONES = list(read_rows(PACKAGE, "time_zones.tsv", columns=3))


@pytest.mark.parametrize(("language", "month", "stem", "name"), MONTHS)
def test_a_date_with_the_month_is_read(language, month, stem, name):
    assert name.lower().startswith(stem)
    assert month_number(name.lower()) == int(month)
    assert iso_time(f"3 {name} 2026") == f"2026-{int(month):02d}-03"


def test_every_language_has_twelve_months():
    for language in {row[0] for row in MONTHS}:
        assert {int(row[1]) for row in MONTHS if row[0] == language} == set(range(1, 13)), language


@pytest.mark.parametrize(("language", "day", "name", "abbreviations"), WEEKDAYS)
def test_a_date_with_the_weekday_is_read(language, day, name, abbreviations):
    assert name in WEEKDAY
    for word in (name, *abbreviations.split()):
        assert iso_time(f"{word}, 3 May 2026") == "2026-05-03"
        if language == "en":
            assert read_header_line(f"{word}, May 3, 2026").published == "2026-05-03"


@pytest.mark.parametrize(("abbreviation", "zone", "name"), ZONES)
def test_a_time_with_the_zone_gets_its_offset(abbreviation, zone, name):
    offset = utc_offset(abbreviation, "2026-07-01T10:15:00")
    assert offset
    if "/" not in zone:
        assert offset == zone
    assert iso_time(f"July 1, 2026 10:15 {abbreviation}") == f"2026-07-01T10:15:00{offset}"


def test_a_zone_with_summer_time_has_two_offsets():
    assert utc_offset("ET", "2026-07-01T10:15:00") == "-04:00"
    assert utc_offset("ET", "2026-01-01T10:15:00") == "-05:00"
    assert utc_offset("IST", "2026-01-01T10:15:00") is None


def test_no_abbreviation_stands_twice():
    assert len({row[0] for row in ZONES}) == len(ZONES)


TIME_LABELS = list(read_rows(PACKAGE, "time_labels.tsv", columns=5))


@pytest.mark.parametrize(("kind", "language", "words", "yes", "no"), TIME_LABELS)
def test_every_word_before_a_time_is_known(kind, language, words, yes, no):
    label = re.compile(rf"(?<!\w){time_label(kind)}", re.IGNORECASE)
    assert label.search(yes)
    assert not label.search(no)
