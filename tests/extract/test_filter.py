"""Rows of ``dateline extract``: keys, inputs, bad rows, and the memory of a site across rows."""

import gzip
import io
import json

import pytest

from pipeline.cli.extract import transform
from pipeline.cli.filters import run_filter
from pipeline.extract import page as extraction
from pipeline.settings import settings
from tests.extract.pages import PARAGRAPHS, TITLE, URL, page

pytestmark = pytest.mark.usefixtures("preloaded")


def through(*rows, jobs=1):
    lines = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    out = io.StringIO()
    well = run_filter(io.BytesIO(lines.encode()), out, lambda given: transform(given, jobs=jobs))
    return well, [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_row_has_the_promised_keys():
    well, [row] = through({"id": 7, "url": URL, "html": page().decode()})
    assert well
    assert row["id"] == 7
    assert (row["title"], row["text"]) == (TITLE, "\n\n".join(PARAGRAPHS))
    promised = (
        "id url canonical_url title authors published_at published_origin modified_at language "
        "text kind section agency credit_line categories comment_count removed is_paywalled outcome"
    )
    assert set(promised.split()) <= row.keys()
    assert row["outcome"] == "ok"


WHOLE = "Source: Reuters"
CREDITS = {
    "none": (None, None, False),
    WHOLE: ("Reuters", "whole", True),
}


@pytest.mark.parametrize(("line", "wanted"), CREDITS.items(), ids=str)
def test_a_row_states_the_agency_and_its_share(line, wanted):
    credit = () if line == "none" else (line,)
    _, [row] = through({"id": 1, "html": page(paragraphs=(*PARAGRAPHS, *credit)).decode()})
    assert (row["agency"], row["credit_kind"], row["is_wire_copy"]) == wanted


def test_a_row_names_the_outlet_of_the_address_or_of_what_the_page_states():
    stated = page().replace(
        b"<head>", b"<head><meta property=og:url content=https://www.lakeshore.example/a/1>"
    )
    rows = (
        {"id": 1, "url": "https://valley.example/news/1", "html": stated.decode()},
        {"id": 2, "html": stated.decode()},
        {"id": 3, "text": "\n".join((TITLE, *PARAGRAPHS))},
    )
    _, found = through(*rows)
    assert [row["source_key"] for row in found] == ["valley-example", "lakeshore-example", None]


def test_html_text_and_paths_give_the_same_article(tmp_path):
    (tmp_path / "a.html").write_bytes(page())
    (tmp_path / "b.html").write_bytes(gzip.compress(page()))
    (tmp_path / "c.txt").write_text("\n".join((TITLE, *PARAGRAPHS)))
    (tmp_path / "d.txt.gz").write_bytes(gzip.compress("\n".join((TITLE, *PARAGRAPHS)).encode()))
    paths = [{"id": path.name, "path": str(path)} for path in sorted(tmp_path.iterdir())]
    well, rows = through(*paths, {"id": "e", "text": "\n".join((TITLE, *PARAGRAPHS)), "html": None})
    assert well
    assert len(rows) == 5
    assert {(row["title"], row["text"]) for row in rows} == {(TITLE, "\n\n".join(PARAGRAPHS))}


def test_bad_rows_keep_their_position_and_the_rest_is_extracted(tmp_path):
    broken = tmp_path / "broken.gz"
    broken.write_bytes(gzip.compress(page())[:50])
    well, rows = through(
        {"id": 1, "text": PARAGRAPHS[0]},
        "not json",
        {"id": 2, "path": str(tmp_path / "none.html")},
        {"id": 3},
        {"id": 4, "html": "x", "text": "y"},
        {"id": 5, "html": 5},
        {"id": 6, "path": str(broken)},
        {"id": 7, "path": "a\u0000b"},
        {"id": 8, "text": PARAGRAPHS[1]},
    )
    assert not well
    assert [row["id"] for row in rows] == [1, None, 2, 3, 4, 5, 6, 7, 8]
    assert [("error" in row) for row in rows] == [False, *[True] * 7, False]


def test_an_outcome_is_no_error():
    well, [row] = through({"id": 1, "html": ""})
    assert well
    assert row["outcome"] == "bad_content"


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_site_memory_of_all_rows_is_used_for_the_first(jobs):
    slogan = "<p>The Lakeshore Post is printed on the old mill island for nine parishes.</p>"
    rows = [
        {
            "id": number,
            "url": f"https://lakeshore.example/{number}",
            "html": page(
                inside=slogan,
                paragraphs=[f"{number} {number * 7} {text}" for text in PARAGRAPHS],
            ).decode(),
        }
        for number in range(70)
    ]
    _, found = through(*rows, jobs=jobs)
    assert [row["id"] for row in found] == list(range(70))
    assert not any("old mill island" in row["text"] for row in found)
    assert {block["reason"] for block in found[0]["removed"]} == {"site_memory", "title"}


def test_a_wall_has_its_outcome_and_the_text_that_it_shows():
    blocked = "<html><body><div id='px-captcha'></div><p>Press and hold to go on.</p></body></html>"
    consent = f"<form action='/consent'><p>{PARAGRAPHS[0]}</p><button>Agree</button></form>"
    well, rows = through(
        {"id": 1, "html": blocked}, {"id": 2, "html": consent}, {"id": 3, "html": page().decode()}
    )
    assert well
    assert [row["outcome"] for row in rows] == ["blocked", "consent_wall", "ok"]
    assert "PerimeterX/HUMAN" in rows[0]["reason"]
    assert rows[0]["text"] == "Press and hold to go on."


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_page_that_hangs_is_given_up_and_the_rest_goes_on(monkeypatch, jobs):
    decode = extraction.decode

    def hang(body, content_type):
        while b"hostile" in body:
            pass
        return decode(body, content_type)

    monkeypatch.setattr(extraction, "decode", hang)
    monkeypatch.setenv("DATELINE_EXTRACT_SECONDS", "2")
    settings.cache_clear()
    good = page().decode()
    pages = [good] * (64 if jobs > 1 else 3)
    pages[1] = good.replace("</body>", "<p>hostile</p></body>")
    well, rows = through(*({"id": n, "html": each} for n, each in enumerate(pages)), jobs=jobs)
    assert not well
    assert rows[1] == {"id": 1, "error": "extraction took longer than 2 s"}
    assert [row["id"] for row in rows if row.get("outcome") == "ok"] == [
        number for number in range(len(pages)) if number != 1
    ]
