"""Texts at several addresses of a host: walls, unless the addresses belong to one story."""

from dataclasses import replace

import pytest

from pipeline.discover.results import DatedLink
from pipeline.models import Link
from pipeline.outcomes import Outcome
from pipeline.warehouse.fetches import FetchRow, record_fetches
from pipeline.warehouse.links import list_links, plan_attempts
from pipeline.warehouse.load import load_batch
from pipeline.warehouse.sources import source_ids
from tests.warehouse.stories import HARBOUR, begin, count, items, later, story
from tests.warehouse.test_held_versions import WALL, text_of

HOST = "https://harbour.example"
CALM = {f"/news/{number}": text_of(number) for number in range(1, 5)}
BULLETIN, FULL = text_of("bulletin", 60), text_of("full story", 240)
HELD, LOADED = Outcome.SUSPECTED_WALL, Outcome.LOADED


def look(conn, hour, texts, titles=None, *, found_by="feed", read_at=None):
    """Load what these addresses (path, or URL) show, and return their outcomes by address.

    Args:
        conn: the store.
        hour: of the visit.
        texts: what each address shows.
        titles: under which the feed lists them.
        found_by: the kind of document that lists them.
        read_at: where the page was read after redirects, by address.
    """
    run_id = begin(conn, f"run-{count(conn, 'ops.runs')}", [HARBOUR])
    source_id = source_ids(conn, ["harbour"])["harbour"]
    urls = {path: path if "://" in path else HOST + path for path in texts}
    named = {urls[path]: (titles or {}).get(path) for path in texts}
    links = [DatedLink(Link(url, "harbour", found_by, title=named[url])) for url in named]
    listed = list_links(conn, run_id, source_id, links, later(hour))
    also = listed.link_ids
    stored = plan_attempts(conn, run_id, {source_id: 1000}, later(hour), also=also)
    pairs, articles, shown = [], [], {url: path for path, url in urls.items()}
    for each in stored:
        if each.link.url not in shown:
            continue
        path = shown[each.link.url]
        address = (read_at or {}).get(path, each.link.url)
        row = FetchRow(
            attempt_id=each.attempt_id,
            source_key="harbour",
            requested_url=each.link.url,
            final_url=address,
            fetched_at=later(hour),
            http_status=200,
            content_type="text/html",
            body_bytes=10,
            body_sha256=bytes(32),
            raw_uri=f"archive/1.warc.gz#{each.attempt_id}",
        )
        [fetch_id] = record_fetches(conn, run_id, [row])
        pairs.append((each, fetch_id))
        title = "A page" if texts[path] == WALL else f"Words {texts[path][:30]}"
        articles.append(
            story(0, texts[path], url=address, canonical_url=address, title=title, authors=())
        )
    made = [
        replace(item, listed_title=named[link.link.url] if found_by == "feed" else None)
        for item, (link, _) in zip(items(pairs, articles, later(hour)), pairs, strict=True)
    ]
    load_batch(conn, run_id, f"look-{run_id}", made)
    found = conn.execute(
        "select l.url, a.outcome from ops.link_attempts as a join ops.links as l using (link_id)"
        " where a.run_id = %s",
        (run_id,),
    ).fetchall()
    return {shown[url]: Outcome(outcome) for url, outcome in found if url in shown}


def current(conn, path):
    """Return the text of the article that an address leads to, None where there is none."""
    row = conn.execute(
        "select v.body_text from news.pages as p"
        " join news.article_versions as v on v.article_id = p.article_id and v.is_current"
        " where p.canonical_url = %s",
        (HOST + path,),
    ).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/ferry?sid=1", "/ferry?sid=2"),
        ("/ferry", "/ferry/"),
        ("/ferry", "/ferry?print=1"),
        ("/ferry.html", "/ferry.amp.html"),
        (f"http://{HOST[8:]}/ferry", f"{HOST}/ferry"),
        ("/sport/ferry", "/harbour/ferry"),
    ],
)
def test_two_addresses_of_one_story_do_not_hold_each_other(store, first, second):
    """A bulletin becomes the full story, which another address of the story shows as well."""
    titles = dict.fromkeys((first, second), "Harbour council keeps another ferry")
    look(store, 0, CALM)
    assert look(store, 0, {first: BULLETIN, second: BULLETIN}, titles, found_by="section")
    for hour in (1, 2.2):
        look(store, hour, CALM | {first: FULL, second: FULL}, titles)
    look(store, 8, CALM | {first: FULL, second: FULL}, titles)
    kept = store.execute("select body_text from news.article_versions where is_current").fetchall()
    assert (BULLETIN,) not in kept
    assert kept.count((FULL,)) >= 1


def test_a_first_text_at_a_second_address_of_a_story_is_not_held(store):
    """Seed 102: a bulletin became the story that was then listed in another section too."""
    titles = dict.fromkeys(("/sport/ferry", "/harbour/ferry"), "Harbour council keeps its ferry")
    words = f"{FULL} The harbour council keeps its ferry."
    look(store, 0, CALM | {"/sport/ferry": BULLETIN}, found_by="section")
    assert look(store, 1, {"/sport/ferry": words}, titles) == {"/sport/ferry": HELD}
    assert look(store, 1.5, {"/harbour/ferry": words}, titles) == {"/harbour/ferry": LOADED}
    look(store, 2, CALM)
    look(store, 8, {"/sport/ferry": words}, titles)
    assert current(store, "/sport/ferry") == current(store, "/harbour/ferry") == words


def test_a_wall_at_two_addresses_of_two_stories_is_held(store):
    look(store, 0, CALM)
    for hour in (1, 3, 9, 30, 60):
        shown = CALM | {"/news/1": WALL, "/news/2": WALL}
        outcomes = look(store, hour, shown)
        assert (outcomes["/news/1"], outcomes["/news/2"]) == (HELD, HELD)
    assert count(store, "news.article_edits") == 0


def test_a_wall_at_two_addresses_under_a_title_of_many_stories_is_held(store):
    """ "Morning briefing" names no story."""
    titles = dict.fromkeys(("/news/1", "/news/2"), "Morning briefing")
    look(store, 0, CALM, titles)
    for hour in (1, 3, 9, 30):
        look(store, hour, CALM | {"/news/1": WALL, "/news/2": WALL}, titles)
    assert count(store, "news.article_edits") == 0


def test_stories_whose_numbers_stand_in_the_query_tell_a_wall_from_a_rewrite(store):
    """All have one path, but two values of the parameter had shown two texts."""
    stories = {f"/story?id={number}": text_of(number) for number in range(1, 6)}
    assert set(look(store, 0, stories, found_by="section").values()) == {LOADED}
    for hour in (1, 3, 9, 30):
        shown = stories | {"/story?id=1": WALL, "/story?id=2": WALL}
        outcomes = look(store, hour, shown, found_by="section")
        assert (outcomes["/story?id=1"], outcomes["/story?id=2"]) == (HELD, HELD)
    rewrite = text_of("another")
    for hour in (31, 33, 39):
        outcomes = look(store, hour, stories | {"/story?id=1": rewrite}, found_by="section")
    assert outcomes["/story?id=1"] == LOADED


def test_a_wall_at_an_address_of_its_own_with_a_session_id_is_held(store):
    """The feed's titles tell that the links lead to two stories."""
    titles = {
        "/news/11": "Lighthouse keepers demand another winter lantern",
        "/news/12": "Granite quarry closes before harvest festival",
    }
    look(store, 0, CALM)
    for number, hour in enumerate((1, 3, 9, 30, 60)):
        addresses = {path: f"{HOST}/welcome?sid={number}-{path[-2:]}" for path in titles}
        outcomes = look(store, hour, CALM | dict.fromkeys(titles, WALL), titles, read_at=addresses)
        assert {outcomes[path] for path in titles} == {HELD}
    assert count(store, "news.articles") == len(CALM)


def test_a_wall_to_which_all_links_lead_is_held(store):
    titles = {
        "/news/11": "Lighthouse keepers demand another winter lantern",
        "/news/12": "Granite quarry closes before harvest festival",
    }
    addresses = dict.fromkeys(titles, f"{HOST}/welcome")
    look(store, 0, CALM)
    for hour in (1, 3, 9, 30, 60):
        for path in titles:
            outcomes = look(store, hour, {path: WALL}, titles, read_at=addresses)
            assert outcomes == {path: HELD}
        look(store, hour + 0.5, CALM)
    assert count(store, "news.articles") == len(CALM)


def test_a_wall_before_many_stories_that_are_listed_under_one_title_is_held(store):
    titles = dict.fromkeys(CALM | {"/news/5": ""}, "Something for everybody today")
    stories = CALM | {"/news/5": text_of(5)}
    look(store, 0, stories | {"/other": text_of("other")}, found_by="section")
    for hour in (1, 3, 9, 30):
        shown = dict.fromkeys(stories, WALL)
        assert set(look(store, hour, shown, titles).values()) == {HELD}
        look(store, hour + 0.5, {"/other": text_of("other")})
    assert count(store, "news.article_edits") == 0
