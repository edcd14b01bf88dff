"""When a page was published and modified, read from whole pages."""

from datetime import UTC, datetime

import pytest
from htmldate.extractors import get_external_parser

from pipeline.extract.page import extract_page
from tests.extract.pages import PARAGRAPHS, linked_data, page

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOST = "https://lakeshore.example"


def read(head="", before="", url="https://lakeshore.example/ferry", lang="en", **known):
    body = page(head=head, before=before).replace(b"lang='en'", f"lang='{lang}'".encode())
    return extract_page(body, url=url, now=NOW, **known)


@pytest.mark.parametrize(
    ("head", "before", "url", "origin"),
    [
        (linked_data(headline="x", datePublished="2024-03-02"), "", "/ferry", "json_ld"),
        ("<meta property='article:published_time' content='2024-03-02'>", "", "/f", "meta"),
        ("", "<time datetime='2024-03-02'>Saturday</time>", "/ferry", "visible"),
        ("", "<p>Published on March 2, 2024</p>", "/ferry", "visible"),
        ("", "", "/2024/03/02/ferry", "url"),
    ],
)
def test_a_date_has_the_origin_it_was_read_from(head, before, url, origin):
    found = read(head, before, f"https://lakeshore.example{url}")
    assert (found.published_at, found.published_origin) == ("2024-03-02", origin)


def test_a_page_without_a_date_has_that_of_the_feed():
    found = read(feed_published="2024-03-02T08:15:00+01:00")
    assert found.published_at == "2024-03-02T08:15:00+01:00"
    assert found.published_origin == "feed"


def test_an_impossible_time_is_refused_and_the_next_one_taken():
    head = linked_data(headline="x", datePublished="2099-01-01T00:00:00Z") + (
        "<meta property='article:published_time' content='2024-03-02T08:15:00+01:00'>"
        "<meta name='date' content='1970-01-01'>"
    )
    found = read(head)
    assert (found.published_at, found.published_origin) == ("2024-03-02T08:15:00+01:00", "meta")
    assert found.refused_dates == ("json_ld 2099-01-01T00:00:00Z", "meta 1970-01-01")


def test_a_draft_saved_before_publication_is_no_modification():
    head = linked_data(
        headline="x", datePublished="2024-03-02T08:15:00Z", dateModified="2024-03-02T07:00:00Z"
    )
    found = read(head)
    assert found.modified_at is None
    assert found.refused_dates == ("json_ld 2024-03-02T07:00:00+00:00 modified before published",)


def test_a_page_of_no_article_type_states_its_dates():
    node = {"@type": "WebPage", "datePublished": "2024-03-02", "dateModified": "2024-03-04"}
    graph = linked_data(**{"@type": "Person", "name": "Ines Moor", "@graph": [node]})
    found = read(graph)
    assert (found.published_at, found.modified_at) == ("2024-03-02", "2024-03-04")


def test_dates_are_read_from_linked_data_that_is_no_json():
    head = linked_data(headline="The \u201cold\u201d ferry", datePublished="2024-03-02")
    assert read(head.replace("\\u201c", '"')).published_at == "2024-03-02"


@pytest.mark.parametrize(
    ("before", "path", "published"),
    [
        ("<p>Published March 1, 2024 at 7:15 p.m.</p>", "/ferry", "2024-03-01T19:15:09-08:00"),
        ("<p>Published 10:15 PM EST, Fri March 1, 2024</p>", "/f", "2024-03-01T22:15:09-05:00"),
        ("", "/2024/03/01/ferry", "2024-03-01T23:15:09-04:00"),
        ("<p>Published March 2, 2024 at 3:15 a.m.</p>", "/ferry", "2024-03-02T03:15:09+00:00"),
        ("<p>Published February 2, 2024</p>", "/ferry", "2024-03-02T03:15:09+00:00"),
        # The address has the day on which the draft was made.
        ("<p>Published March 2, 2024</p>", "/2024/03/01/f", "2024-03-02T03:15:09+00:00"),
        ("<time datetime='2024-03-02T03:15:09Z'>March 1, 2024 10:15 PM EST</time>", "/ferry",
         "2024-03-01T22:15:09-05:00"),
        ("<time content='2024-03-02T03:15:09Z'></time><div>March 1, 2024 10:15 PM</div>", "/ferry",
         "2024-03-01T22:15:09-05:00"),
    ],
)  # fmt: skip
def test_a_time_in_utc_has_the_day_that_readers_saw(before, path, published):
    found = read(
        linked_data(headline="x", datePublished="2024-03-02T03:15:09Z"), before, HOST + path
    )
    assert (found.published_at, found.published_origin) == (published, "json_ld")


def test_a_time_element_may_state_the_update_and_show_the_publication():
    shown = "Posted: March 2, 2024 8:25 AM EST | Last Updated: March 9"
    found = read(before=f"<time datetime='2024-03-09T15:04:07Z'>{shown}</time>")
    assert found.published_at == "2024-03-02T08:25:00-05:00"
    assert found.modified_at == "2024-03-09T15:04:07+00:00"


@pytest.mark.parametrize("name", ["date", "dc.date", "dcterms.date"])
@pytest.mark.parametrize(
    "shown", ["<div>4 March 2024</div>", "<time datetime='2024-03-04'>4 March</time>"]
)
def test_a_shown_day_precedes_a_tag_that_does_not_say_of_what_it_is_the_date(name, shown):
    head = f"<meta name='{name}' content='2024-02-20'>"
    assert read(head, shown).published_at == "2024-03-04"
    assert read(head).published_at == "2024-02-20"
    stated = "<meta property='article:published_time' content='2024-02-20'>"
    assert read(stated, shown).published_at == "2024-02-20"


@pytest.mark.parametrize(
    ("opening", "day"),
    [
        ("BREVIK, Jan. 5, 2026 /Lakewire/ -- ", "2026-01-05"),
        ("Brevik, (05.01.2026). ", "2026-01-05"),
        ("Press release of 5 January 2026 | Brevik – ", "2026-01-05"),
        ("BREVIK – ", None),
        ("The ferry – sold on 5 January 2026 – ", None),
        ("On January 5, 2026 - a Monday - ", None),
    ],
)
def test_the_day_of_a_dateline_counts_where_the_page_states_none(opening, day):
    paragraphs = (opening + PARAGRAPHS[0], *PARAGRAPHS[1:])
    body = page(paragraphs=paragraphs)
    assert extract_page(body, url=f"{HOST}/ferry", now=NOW).published_at == day
    dated = page(head="<meta name='date' content='2026-02-20'>", paragraphs=paragraphs)
    assert extract_page(dated, url=f"{HOST}/ferry", now=NOW).published_at == "2026-02-20"


def test_a_relative_time_counts_from_the_fetch():
    before = "<p>3 hours ago</p>"
    assert read(before=before).published_at == "2026-11-22"
    unknown = extract_page(page(before=before), url="https://lakeshore.example/ferry")
    assert unknown.published_at is None


def test_an_update_is_no_publication():
    found = read(before="<p>Published 2 March 2024. Updated 4 March 2024, 10:15 GMT</p>")
    assert found.published_at == "2024-03-02"
    assert found.modified_at == "2024-03-04T10:15:00+00:00"
    assert found.modified_origin == "visible"


@pytest.mark.parametrize(
    "steps",
    [
        ("Received: 04 March 2022", "Accepted: 16 December 2022", "Published: 02 January 2023"),
        ("Submitted 4 March 2022", "Published 2 January 2023"),
        ("Eingegangen: 4. März 2022", "Angenommen: 16. Dezember 2022", "2. Januar 2023"),
        ("Recibido: 4 de marzo de 2022", "Publicado: 2 de enero de 2023"),
    ],
)
def test_a_step_before_publication_is_none(steps):
    found = read("", "<ul>" + "".join(f"<li>{step}</li>" for step in steps) + "</ul>")
    assert found.published_at == "2023-01-02"


def test_a_time_marked_as_updated_is_no_publication():
    found = read(
        before="<time class='entry-date updated' datetime='2024-03-04'>4 March</time>"
        "<time class='entry-date published' datetime='2024-03-02'>2 March</time>"
    )
    assert (found.published_at, found.modified_at) == ("2024-03-02", "2024-03-04")


def test_a_later_time_replaces_midnight_and_a_later_offset_completes_it():
    head = linked_data(headline="x", datePublished="2024-03-02T00:00:00") + (
        "<meta property='article:published_time' content='2024-03-02T08:15:00'>"
        "<meta name='date' content='2024-03-02T08:15:00+01:00'>"
    )
    assert read(head).published_at == "2024-03-02T08:15:00+01:00"


@pytest.mark.parametrize(
    ("lang", "host", "before", "day"),
    [
        ("en-GB", "lakeshore.example", "", "2024-05-03"),
        ("en-US", "lakeshore.example", "", "2024-03-05"),
        ("en", "lakeshore.co.uk", "", "2024-05-03"),
        ("fr", "lakeshore.example", "", "2024-05-03"),
        ("en", "lakeshore.example", "<time datetime='2024-03-05'>x</time>", "2024-03-05"),
    ],
)
def test_a_date_in_figures_is_read_by_language_domain_or_another_date(lang, host, before, day):
    head = "<meta name='date' content='03/05/2024'>"
    assert read(head, before, f"https://{host}/ferry", lang).published_at == day


def test_an_ambiguous_date_is_not_guessed():
    assert read("<meta name='date' content='03/05/2024'>").published_at is None


def test_dates_of_the_masthead_and_of_other_stories_are_ignored():
    body = page(
        head="",
        before="<p>Ines Moor</p><p>2 March 2024</p>",
        after="<aside><time datetime='2024-01-09'>9 January</time></aside>",
    ).replace(b"<article>", b"<time datetime='2026-11-22'>Today</time><article>")
    assert extract_page(body, url=None, now=NOW).published_at == "2024-03-02"


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("The council will meet again on October 12, 2026, in the old hall.", None),
        ("He was born on 3 May 1995 in Emberley, the son of a baker.", None),
        ("October 12, 2026", "2026-10-12"),
    ],
)
def test_the_date_of_an_event_in_the_story_is_not_its_publication(line, day):
    story = "<p>The council met, and Greta Holm spoke about the bridge for two hours.</p>" * 3
    html = f"<title>Council meets</title><h1>Council meets</h1>{story}<p>{line}</p>"
    found = extract_page(
        html.encode(), url="https://post.example/a", now=datetime(2026, 11, 1, tzinfo=UTC)
    )
    assert found.published_at == day


def test_the_date_of_a_related_story_is_ignored_and_that_of_the_footer_read():
    related = (
        "<div class='jp-relatedposts'><p class='jp-relatedposts-post-date'>3 May 2024</p></div>"
    )
    footer = "<footer class='entry-meta'><time datetime='2024-03-02'>2 March</time></footer>"
    url = "https://lakeshore.example/ferry"
    assert extract_page(page(inside=related), url=url, now=NOW).published_at is None
    found = extract_page(page(inside=related + footer), url=url, now=NOW)
    assert found.published_at == "2024-03-02"


def published(*stated, url=f"{HOST}/ferry", data_day=None):
    head = "".join(f"<meta name='date' content='{text}'>" for text in stated)
    if data_day:
        head = linked_data(headline="x", datePublished=data_day) + head
    found = extract_page(page(head=head), url=url, now=NOW)
    return found.published_at, found.published_origin


def test_a_day_is_replaced_by_a_time_of_the_same_day_only():
    assert published("2024-03-02T08:15:00Z", data_day="2024-03-02") == (
        "2024-03-02T08:15:00+00:00",
        "meta",
    )
    assert published("2024-03-04T08:15:00Z", data_day="2024-03-02") == ("2024-03-02", "json_ld")


def test_times_before_1990_and_after_tomorrow_are_refused():
    assert published("2026-11-25", "1989-12-31") == (None, None)
    assert published("1990-01-01") == ("1990-01-01", "meta")
    assert published("2026-11-23") == ("2026-11-23", "meta")


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2024/03/02/ferry", "2024-03-02"),
        ("/news/2024-03-02-ferry", "2024-03-02"),
        ("/2024/mar/02/ferry", "2024-03-02"),
        ("/2024/13/02/ferry", None),
        ("/id/20241", None),
    ],
)
def test_the_day_in_a_url(path, day):
    assert published(url=HOST + path) == (day, "url" if day else None)


def test_htmldate_reads_days_in_the_languages_that_it_is_kept_to():
    """Czech is not among them; all 200 languages of dateparser take each process two seconds."""
    read()
    parser = get_external_parser()
    assert parser.get_date_data("22 de abril de 2022").locale == "es"
    assert parser.get_date_data("22. dubna 2022").date_obj is None
