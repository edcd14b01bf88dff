"""Authors and times around a plain text's headline, as outlets write them."""

import pytest

from pipeline.clean.cleaner import clean_article
from pipeline.extract.plain_text import extract_text
from pipeline.extract.plain_text_metadata import text_besides_time

TITLE = "Council sells the old customs house in Brevik"
BODY = (
    "BREVIK — The council of Brevik voted on Monday to sell the old customs house.",
    "“It has been pigeons and puddles for nine years,” Mayor Ane Solberg told reporters.",
    "The buyer plans a hotel with 64 rooms, and the work is to start in the autumn of next year.",
    "Two members of the council voted against the sale because the price was too low, they said.",
)


def read(*lines, above=()):
    return clean_article(extract_text("\n".join([*above, TITLE, *lines, *BODY])), None)


@pytest.mark.parametrize(
    ("line", "published", "modified"),
    [
        ("Feb 11, 2023 8:30 PM PHT", "2023-02-11T20:30:00+08:00", None),
        ("September 14, 2024 — 5.00am", "2024-09-14", None),
        (
            "Published 6:14 p.m. ET March 3, 2025 | Updated 7:02 p.m. ET March 4, 2025",
            "2025-03-03T18:14:00-05:00",
            "2025-03-04T19:02:00-05:00",
        ),
        ("Posted: Jan 17, 2024 / 06:11 AM CST", "2024-01-17T06:11:00-06:00", None),
        ("Published Apr 02, 2025 • Last updated 3 hours ago", "2025-04-02", None),
        ("Stand: 03.03.2024, 17:45 Uhr", "2024-03-03", None),
        ("Last updated: October 3, 2024 | 18:20", "2024-10-03", "2024-10-03"),
        (
            "Our Correspondent Published June 9, 2025 Updated June 10, 2025 09:12am",
            "2025-06-09",
            "2025-06-10",
        ),
        ("Updated: 4 May 2024, Published: 3 May 2024", "2024-05-03", "2024-05-04"),
    ],
)
def test_the_publication_time_is_read_and_its_line_removed(line, published, modified):
    found = read(line)
    assert (found.published_at, found.modified_at) == (published, modified)
    assert found.published_origin == "visible"
    assert found.title == TITLE
    assert found.text == "\n\n".join(BODY)


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (["Jane Pelletier", "The Brevik Ledger", "March 3, 2025"], ("Jane Pelletier",)),
        (["By Ana Moor and Li Wen", "March 3, 2025"], ("Ana Moor", "Li Wen")),
        (["Author of the article: Ana Moor", "March 3, 2025"], ("Ana Moor",)),
        (["by: Ana Moor", "Posted: March 3, 2025"], ("Ana Moor",)),
        (["Von Petra Lindner", "Stand: 03.03.2024, 17:45 Uhr"], ("Petra Lindner",)),
        (["By Ana Moor", "Rural affairs correspondent", "March 3, 2025"], ("Ana Moor",)),
        (["By Ana Moor published 19 May 2026"], ("Ana Moor",)),
    ],
)
def test_authors_are_read_and_their_lines_removed(lines, authors):
    found = read(*lines)
    assert found.authors == authors
    assert found.text == "\n\n".join(BODY)


@pytest.mark.parametrize("line", ["PTI / Updated: Aug 12, 2023, 14:22 IST", "PTI | Aug 12, 2023"])
def test_an_agency_beside_a_time_is_the_agency(line):
    found = read(line)
    assert (found.agency, found.authors) == ("Press Trust of India", ("PTI",))
    assert found.published_at == "2023-08-12"


@pytest.mark.parametrize("masthead", ["Today’s Paper | November 22, 2025", "Monday, May 6, 2024"])
def test_the_date_below_the_headline_takes_precedence_over_the_masthead(masthead):
    found = read("By Ana Moor", "March 3, 2023", above=["Sign in", masthead])
    assert found.published_at == "2023-03-03"


def test_a_time_without_a_known_offset_gives_its_date():
    assert read("Updated: Aug 12, 2023, 14:22 IST").published_at == "2023-08-12"


@pytest.mark.parametrize(
    "line",
    [
        "By the time the ferry sank on 3 May 2024 it had been repaired twice",
        "Forty people came on 3 May 2024",
    ],
)
def test_a_sentence_with_a_date_is_text(line):
    found = read(line)
    assert (found.authors, found.published_at) == ((), None)
    assert line in found.text


def test_the_text_of_a_line_besides_its_time():
    assert text_besides_time("By Ana Moor published 19 May 2026") == "By Ana Moor"
    assert text_besides_time("Mark Stone") is None
