import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.line_rules.dates import is_ambiguous, iso_time


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
def test_times_as_outlets_write_them(stated, iso):
    assert iso_time(stated) == iso


def test_figures_are_read_the_way_the_page_writes_them():
    assert iso_time("03/05/2026", day_first=True) == "2026-05-03"
    assert iso_time("03/05/2026", day_first=False) == "2026-03-05"
    assert is_ambiguous("03/05/2026")
    assert not is_ambiguous("05/05/2026")
    assert not is_ambiguous("03.05.2026")


@given(st.text(max_size=130), st.sampled_from([None, True, False]))
def test_no_text_breaks_it(stated, day_first):
    found = iso_time(stated, day_first=day_first)
    assert found is None or len(found) >= 10
