"""Lines that repeat the headline, and lines of interviews, which stay."""

import pytest

from pipeline.clean.cleaner import clean_article
from pipeline.models import Article

TITLE = "The old pier of Brevik sinks in a storm"
PARAGRAPHS = (
    "The old pier of Brevik sank on Monday in the third storm of the month, the harbour said.",
    "Nobody stood on it when the last of the piles gave way at about four in the morning.",
    "The council will decide in May whether the pier is to be built again, and who is to pay.",
    "Forty boats lay in the harbour that night, and two of them broke loose and were lost.",
)


def clean(*lines):
    return clean_article(Article(None, None, TITLE, "\n\n".join(lines)), None)


@pytest.mark.parametrize(
    "line",
    [
        TITLE,
        f"Home » News » {TITLE}",
        f"Home / Harbour News / {TITLE}",
        f"{TITLE} - Lakeshore Post",
        f"Lakeshore Post | {TITLE}",
        f"This article originally appeared on Lakeshore Post: {TITLE}",
        f"3 comments on “{TITLE}”",
        f"The post {TITLE} first appeared on Lakeshore Post",
    ],
)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_line_with_only_the_headline_and_the_site_is_removed_anywhere(line, place):
    lines = [*PARAGRAPHS[:place], line, *PARAGRAPHS[place:]]
    assert clean(*lines).text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "line",
    [
        f"{TITLE}, and a second one leans.",
        f"“{TITLE}” was the headline of the day in all four papers of the town.",
        "The old pier of Brevik",
    ],
)
def test_a_sentence_that_contains_the_headline_is_kept(line):
    assert line in clean(*PARAGRAPHS[:2], line, *PARAGRAPHS[2:]).text


def between(marker):
    return [line for paragraph in PARAGRAPHS for line in (marker, paragraph)]


@pytest.mark.parametrize("label", ["Moor:", "Moor", "No.", "Who says so?"])
def test_a_repeated_speaker_label_or_question_is_kept(label):
    assert clean(*between(label)).text == "\n\n".join(between(label))


def test_two_alternating_speaker_names_are_kept():
    lines = [x for n, p in enumerate(PARAGRAPHS * 2) for x in (("Ana Moor", "Li Wen")[n % 2], p)]
    kept = clean(*lines).text.split("\n\n")
    assert kept.count("Ana Moor") == 4
    assert kept.count("Li Wen") == 4
