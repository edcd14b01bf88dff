"""Credit lines below a text, next to boilerplate and similar to it."""

import pytest

from pipeline.clean.cleaner import clean_article
from pipeline.clean.site_memory import MemorySiteMemory
from pipeline.extract.page import extract_page
from pipeline.models import Article

STORY = (
    "The harbour master of Brevik closed the north pier on Monday after two barges broke loose.\n\n"
    "Divers found both on Tuesday and towed them back with the help of three fishing boats."
)
LAST = "Nobody was hurt, the council heard, and the crews slept in the sail loft until Wednesday."
FOOTER = "The Lakeshore Post is printed on the old mill island and read in nine parishes every day."


def article(text: str, number: int = 1) -> Article:
    url = f"https://lakeshore.example/a/{number}"
    return Article(url=url, canonical_url=url, text=text, title=f"Barges broke loose {number}")


def clean(text: str) -> Article:
    return clean_article(article(text), None)


@pytest.mark.parametrize(
    ("sign", "agency"),
    [
        ("(AFP)", "Agence France-Presse"),
        ("(Reuters)", "Reuters"),
        ("(REUTERS)", "Reuters"),
        ("(AP)", "Associated Press"),
        ("(PTI)", "Press Trust of India"),
    ],
)
def test_a_last_paragraph_signed_by_an_agency_stays_and_credits_it(sign, agency):
    found = clean(f"{STORY}\n\n{LAST} {sign}")
    assert found.text == f"{STORY}\n\n{LAST} {sign}"
    assert (found.agency, found.credit_kind, found.removed) == (agency, "whole", ())


@pytest.mark.parametrize(
    "line",
    [
        "Boats at the quay of Brevik on Monday (AFP)",
        "Boats at the quay of Brevik on Monday. (AFP/Nora Dahl)",
        "Boats at the quay of Brevik on Monday. (Reuters photo)",
        "Boats at the quay of Brevik on Monday. (AP Photo/Nora Dahl)",
        "Boats at the quay of Brevik on Monday. (AFP via Getty Images)",
        "Boats at the quay of Brevik on Monday. (Photo: Nora Dahl)",
        "Boats at the quay of Brevik on Monday. REUTERS/Nora Dahl",
    ],
)
def test_a_picture_credit_below_the_text_is_a_caption_and_credits_nobody(line):
    found = clean(f"{STORY}\n\n{LAST}\n\n{line}")
    assert found.text == f"{STORY}\n\n{LAST}"
    assert (found.agency, [block.reason for block in found.removed]) == (None, ["caption"])


@pytest.mark.parametrize(
    ("line", "agency", "kind"),
    [
        ("(AFP)", "Agence France-Presse", "whole"),
        ("(Reuters)", "Reuters", "whole"),
        ("(Source: Xinhua)", "Xinhua", "whole"),
        ("Reuters", "Reuters", "whole"),
        ("AFP", "Agence France-Presse", "whole"),
        ("- AFP", "Agence France-Presse", "whole"),
        ("© 2026 AFP", "Agence France-Presse", "whole"),
        ("With inputs from PTI", "Press Trust of India", "part"),
        ("(With inputs from PTI)", "Press Trust of India", "part"),
        ("— With PTI inputs", "Press Trust of India", "part"),
        ("(Reporting by Ana Roe; Editing by Fiona Poe, Reuters)", "Reuters", "whole"),
        ("Reporting by Ana Roe in Brevik; Editing by Fiona Poe", "Reuters", "whole"),
        (
            "(This story has not been edited by staff and comes from a syndicated feed.) PTI",
            "Press Trust of India",
            "whole",
        ),
    ],
)
@pytest.mark.parametrize("below", ["", "\n\nShare this article\n\nRelated articles"])
def test_a_credit_on_a_line_of_its_own_is_data(line, agency, kind, below):
    found = clean(f"{STORY}\n\n{LAST}\n\n{line}{below}")
    assert found.text == f"{STORY}\n\n{LAST}"
    assert (found.agency, found.credit_kind, found.credit_line) == (agency, kind, line)
    assert line not in [block.text for block in found.removed]


@pytest.mark.parametrize(
    "line",
    [
        "Reporting by Nora Dahl. Editing by Bo Poe",
        "Additional reporting by Nora Dahl",
        "(This story has not been edited by staff and is published from a syndicated feed.)",
    ],
)
def test_a_note_on_who_worked_on_a_story_credits_no_agency(line):
    found = clean(f"{STORY}\n\n{LAST}\n\n{line}")
    assert found.text == f"{STORY}\n\n{LAST}"
    assert (found.agency, found.credit_kind) == (None, None)


def test_a_note_that_an_agency_helped_is_the_credit_line():
    line = "Additional reporting by Nora Dahl and The Associated Press."
    found = clean(f"{STORY}\n\n{LAST}\n\n{line}")
    assert (found.agency, found.credit_kind, found.credit_line) == (None, None, line)


def test_the_line_that_credits_the_whole_text_takes_precedence():
    found = clean(f"{STORY}\n\n{LAST}\n\nSource: AP\n\nAdditional reporting by Nora Dahl")
    assert (found.agency, found.credit_line) == ("Associated Press", "Source: AP")
    assert found.text == f"{STORY}\n\n{LAST}"


@pytest.mark.parametrize("place", ["above", "under a caption"])
def test_a_bare_name_that_credits_a_picture_credits_no_text(place):
    caption = "Boats at the quay of Brevik on Monday. (Photo: Nora Dahl)"
    text = (
        f"Reuters\n\n{STORY}" if place == "above" else f"{STORY}\n\n{LAST}\n\n{caption}\n\nReuters"
    )
    assert clean(text).agency is None


def test_a_credit_above_the_outlets_footer_is_found_once_the_memory_knows_the_footer():
    memory = MemorySiteMemory()
    for number in range(8):
        words = " ".join(f"{word}{number}" for word in STORY.split()[:30])
        text = f"{words}.\n\nSource: Anadolu Agency\n\n{FOOTER}"
        last = clean_article(article(text, number), memory)
    assert last.text == f"{words}."
    assert (last.agency, last.credit_line) == ("Anadolu Agency", "Source: Anadolu Agency")


@pytest.mark.parametrize("line", ["(AFP)", "With inputs from PTI", "Reuters"])
def test_cleaning_again_changes_nothing(line):
    once = clean(f"{STORY}\n\n{LAST}\n\n{line}")
    assert clean_article(once, None) == once


def test_a_sign_off_on_an_agencys_own_site_credits_that_agency():
    url = "https://tass.com/ferry"
    text = f"{STORY}\n\n{LAST}\n\n(Reporting by Ana Roe; Editing by Bo Poe)"
    found = clean_article(Article(url=url, canonical_url=url, text=text, title="Ferry"), None)
    assert (found.agency, found.credit_kind) == ("TASS", "own")


BYLINE = "By Nora Dahl, with AP"


@pytest.mark.parametrize(
    ("dateline", "kind"), [("", "part"), ("BREVIK (AP) — ", "whole")], ids=["none", "dateline"]
)
def test_a_byline_shared_with_an_agency_credits_it_with_a_part(dateline, kind):
    paragraphs = "".join(f"<p>{line}</p>" for line in (dateline + STORY).split("\n\n"))
    page = f"<h1>Barges broke loose</h1><p class='byline'>{BYLINE}</p>{paragraphs}<p>{LAST}</p>"
    url = "https://lakeshore.example/a/1"
    html = f"<html><body><article>{page}</article></body></html>".encode()
    once = clean_article(extract_page(html, url=url), None)
    assert (once.authors, once.agency, once.credit_kind) == (
        ("Nora Dahl",),
        "Associated Press",
        kind,
    )
    assert clean_article(once, None) == once
