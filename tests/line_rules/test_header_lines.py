import pytest

from pipeline.line_rules.header_lines import read_header_line

TITLE = "Ferry line closes after storm"


def test_metadata_glued_to_a_sentence_is_read_and_split_off():
    line = f"Europe, News, Ports January 11, 2022 1 Comment on {TITLE}The ferry line closed."
    header = read_header_line(line, TITLE)
    assert line[header.length :] == "The ferry line closed."
    assert header.categories == ("Europe", "News", "Ports")
    assert header.published == "2022-01-11"
    assert header.comment_count == 1


def test_without_the_title_the_change_of_case_shows_where_the_text_begins():
    line = f"News January 11, 2022 2 Comments on {TITLE}The ferry line closed."
    assert line[read_header_line(line).length :] == "The ferry line closed."


@pytest.mark.parametrize(
    ("line", "authors", "day", "count"),
    [
        ("By Ines Moor | January 11, 2022 | 3 Comments", "Ines Moor", "2022-01-11", 3),
        ("Posted on 2 March 2024 by Ines Moor", "Ines Moor", "2024-03-02", None),
        ("By Ines Moor and Per Aasen", "Ines Moor and Per Aasen", None, None),
        ("Tuesday, January 11, 2022 at 10:15 am", None, "2022-01-11", None),
        ("News | 2024-03-02 | Leave a Comment", None, "2024-03-02", None),
    ],
)
def test_header_lines_state_author_day_and_count(line, authors, day, count):
    header = read_header_line(line)
    assert (header.authors, header.published, header.comment_count) == (authors, day, count)
    assert header.length == len(line)


@pytest.mark.parametrize(
    "line",
    [
        "BREVIK, January 11, 2022 - The ferry line closed on Tuesday.",
        "January 11, 2022 was the day on which the ferry line closed.",
        "By the time help came, the boat had gone.",
        "Ines Moor on January 3, 2022 said the quay was safe.",
        "Europe, News, Ports",
        "",
    ],
)
def test_sentences_and_datelines_are_no_header_lines(line):
    assert read_header_line(line) is None


@pytest.mark.parametrize("text", ["February 45, 2022", "2022-13-01", "Someday 3, 2022"])
def test_impossible_days_are_no_days(text):
    found = read_header_line(text)
    assert found is None or found.published is None


@pytest.mark.parametrize(
    "name", ["Łucja Żak", "Øyvind Åsen", "Ludwig van der Velde", "Νίκος Τάρνος"]
)
def test_names_of_other_alphabets_and_with_particles_are_read(name):
    found = read_header_line(f"By {name} | January 11, 2022 | 3 Comments")
    assert (found.authors, found.published) == (name, "2022-01-11")
