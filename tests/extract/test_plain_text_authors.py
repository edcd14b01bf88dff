"""Authors and headlines of plain texts that no "By" and no markup identifies."""

import pytest

from pipeline.extract.plain_text import extract_text

TITLE = "Bakery on Mill Lane burns down"
BODY = [
    "The bakery on Mill Lane burned down on Tuesday night after a fault in one of its ovens.",
    "Nobody was hurt, but the baker, Lena Dahl, said she had lost the work of thirty years.",
    "The fire brigade will look at the two other ovens of the bakery on Friday, its chief said.",
]


def read(head, foot=()):
    return extract_text("\n\n".join([*head, *BODY, *foot]))


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        ([TITLE, "Ines Moor", "Environment correspondent"], ("Ines Moor",)),
        ([TITLE, "6 October 2025", "Share", "Ines Moor", "Reporter"], ("Ines Moor",)),
        ([TITLE, "Ines Moor / TNP / Oct 7, 2025, 21:14 IST"], ("Ines Moor",)),
        ([TITLE, "Submitted by Ines Moor on Mon, 09/01/2025 - 08:00"], ("Ines Moor",)),
        ([TITLE, "New York"], ()),
        ([TITLE, "Middle East", "World"], ()),
    ],
)
def test_authors_without_a_by_are_found(head, authors):
    found = read(head)
    assert (found.title, found.authors) == (TITLE, authors)
    assert not any(name in (found.text or "").split("\n\n") for name in authors)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Submitted by Ines Moor on Mon, 09/01/2025 - 08:00", "2025-09-01"),
        ("Submitted by Ines Moor on Thu, 09/01/2025 - 08:00", "2025-01-09"),
        ("Submitted by Ines Moor on 09/01/2025 - 08:00", None),
        ("Tarnpost.example / 11:20 AM November 10, 2025", "2025-11-10"),
    ],
)
def test_a_weekday_decides_which_number_is_the_day(line, day):
    assert read([TITLE, line]).published_at == day


@pytest.mark.parametrize("path", ["Home  Headlines", "News City News Tarn News", "Home News Local"])
def test_breadcrumbs_before_the_headline_are_not_part_of_it(path):
    found = read([f"{path} {TITLE}", "HeadlinesTop Stories", TITLE, "By Ines Moor"])
    assert (found.title, found.text) == (TITLE, "\n\n".join(BODY))


def test_a_headline_with_a_colon_is_kept_whole():
    title = f"After the storm: {TITLE}"
    assert read([title, "By Ines Moor"]).title == title


def test_a_clock_time_is_removed_below_the_date_and_kept_in_a_live_report():
    found = read([TITLE, "Ines Moor", "March 6, 2025", "6:00 pm"], ["7:15 pm", "The oven is out."])
    assert found.text == "\n\n".join([*BODY, "7:15 pm", "The oven is out."])
