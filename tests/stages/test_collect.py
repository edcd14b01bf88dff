"""The stage *collect* against a real server and a real store, at times of the test's choice."""

import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from pipeline.archive.warc import read_record
from pipeline.cli.app import main
from pipeline.errors import StoreUnavailable
from pipeline.models import Source
from pipeline.settings import settings
from pipeline.sources.files import source_toml
from pipeline.stages.collect import collect, due_groups
from pipeline.stages.load import load, plan
from pipeline.stages.quarantine import retry
from pipeline.stages.run_lifecycle import close_killed_runs, open_run
from pipeline.warehouse.cookbook import cookbook
from pipeline.warehouse.runs import close_run
from tests.discover.test_discovery import index, item, rss
from tests.stages.archived import archived_exchanges, paragraphs

MORNING = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def story(number, *extra):
    lines = "".join(f"<p>{line}</p>" for line in (*paragraphs(number), *extra))
    head = f"Ward {number} keeps its ferry for another year"
    return f"<html lang=en><title>{head}</title><article><h1>{head}</h1>{lines}</article></html>"


class Newsroom:
    """One outlet on a real server, collected and loaded at given times."""

    def __init__(self, site, conn, folder):
        self.site = site
        self.conn = conn
        self.folder = folder
        self.runs = 0

    def source(self, key="gazette", **fields):
        fields = {"homepage": self.site.url + "/"} | fields
        made = Source(key, key.title(), crawl_delay=0.0, allow_private_addresses=True, **fields)
        (self.folder / f"{key}.toml").write_text(source_toml(made, "A test."))

    def feed(self, *numbers, path="/feed", **headers):
        items = [item(f"{self.site.url}/{number}") for number in numbers]
        self.site.page(path, rss(*items), Content_Type="application/rss+xml", **headers)

    def tick(self, at, *, load_too=True):
        """Do what the DAGs do at a tick; return the paths that the server was asked for."""
        self.site.asked.clear()
        with time_machine.travel(at, tick=True):
            groups = due_groups()
            if groups:
                run_id = self.begin()
                for keys in groups:
                    collect(run_id, keys)
                close_run(self.conn, run_id, True)
            if load_too:
                for ids in plan(1):
                    load(1, ids)
        return [path for path in self.site.paths if path != "/robots.txt"]

    def begin(self):
        self.runs += 1
        close_killed_runs("ingest", f"run-{self.runs}")
        return open_run("ingest", f"run-{self.runs}")

    def outcomes(self, number):
        found = self.conn.execute(
            "select outcome from mart.url_fate where url = %s order by decided_at",
            (f"{self.site.url}/{number}",),
        )
        return [outcome for (outcome,) in found]

    def document(self, path="/feed"):
        row = self.conn.execute(
            "select state, last_outcome, poll_reason, next_due_at, moved_to from mart.documents"
            " where url = %s",
            (f"{self.site.url}{path}",),
        ).fetchone()
        return dict(zip(("state", "outcome", "reason", "due", "moved_to"), row, strict=True))


@pytest.fixture
def newsroom(site, store, store_dsn, compared_log, tmp_path, monkeypatch):
    folder = tmp_path / "sources"
    folder.mkdir()
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    monkeypatch.setenv("DATELINE_SOURCES", str(folder))
    settings.cache_clear()
    room = Newsroom(site, store, folder)
    for number in range(1, 20):
        site.page(f"/{number}", story(number))
    return room


def test_a_tick_asks_only_for_what_is_due(newsroom):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(1, 2, ETag='"one"')
    assert sorted(newsroom.tick(MORNING)) == ["/1", "/2", "/feed"]
    assert newsroom.tick(MORNING + 2 * MINUTE) == []
    assert newsroom.runs == 1
    asked = newsroom.tick(MORNING + 40 * MINUTE)
    assert asked == ["/feed"]
    assert dict(newsroom.site.asked)["/feed"]["if-none-match"] == '"one"'
    assert sorted(newsroom.tick(MORNING + 61 * MINUTE))[:2] == ["/1", "/2"]
    assert newsroom.outcomes(1) == ["loaded", "unchanged"]


def test_a_known_link_is_marked_as_listed_once_an_hour(newsroom):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))

    def listed_after(minutes, *numbers):
        newsroom.feed(*numbers)
        newsroom.tick(MORNING + minutes * MINUTE)
        (at,) = newsroom.conn.execute(
            "select last_listed_at from ops.links where url like '%%/1'"
        ).fetchone()
        return round((at - MORNING) / MINUTE)

    assert listed_after(0, 1) == 0
    assert listed_after(20, 1, 2) == 0
    assert listed_after(90, 1, 2, 3) == 90


def test_articles_are_visited_when_their_feed_has_moved_on(newsroom):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(1)
    newsroom.tick(MORNING)
    newsroom.feed(2)
    newsroom.site.page("/1", story(1, "The council voted for a second ferry late on Friday night."))
    assert "/1" in newsroom.tick(MORNING + 2 * HOUR)
    assert newsroom.outcomes(1) == ["loaded", "loaded"]
    edits = newsroom.conn.execute("select count(*) from mart.silent_edits").fetchone()
    assert edits == (1,)


def test_a_person_can_have_a_feed_asked_for_again_and_its_robots_txt_too(newsroom):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.site.robots("User-agent: *\nDisallow: /")
    newsroom.tick(datetime.now(UTC))
    found = newsroom.document()
    assert (found["state"], found["outcome"]) == ("failing", "robots_denied")
    assert retry([f"{newsroom.site.url}/feed"]).due == (f"{newsroom.site.url}/feed",)
    is_later = newsroom.conn.execute(
        "select (select max(next_due_at) from mart.documents) > now(),"
        " (select max(expires_at) from mart.robots) > now()"
    )
    assert is_later.fetchone() == (False, False)


def test_of_two_links_to_one_article_one_is_visited(newsroom):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    claim = f'<link rel="canonical" href="{newsroom.site.url}/1"><title>'
    for number in ("1?via=top", "1?via=local"):
        newsroom.site.page(f"/{number}", story(1).replace("<title>", claim))
    newsroom.feed("1?via=top")
    newsroom.tick(MORNING)
    newsroom.feed("1?via=top", "1?via=local")
    hours = (0.7, 1.5, 7, 26, 74, 200)
    asked = {hour: newsroom.tick(MORNING + hour * HOUR) for hour in hours}
    assert [hour for hour in hours if "/1?via=local" in asked[hour]] == [0.7, 26]
    assert [hour for hour in hours if "/1?via=top" in asked[hour]] == [1.5, 7, 26, 74]  # 7 in all


def test_a_link_behind_an_error_is_tried_again_after_its_feed_has_moved_on(newsroom):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(1)
    newsroom.site.page("/1", "busy", 503)
    newsroom.tick(MORNING)
    newsroom.feed(2)
    newsroom.site.page("/1", story(1))
    newsroom.tick(MORNING + 5 * MINUTE)
    assert newsroom.outcomes(1) == ["server_error"]
    newsroom.tick(MORNING + 16 * MINUTE)
    assert newsroom.outcomes(1) == ["server_error", "loaded"]


def test_a_feed_that_was_away_loses_nothing_and_leaves_rows(newsroom, capsys, monkeypatch):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.site.page("/feed", "busy", 503, Retry_After="3600")
    newsroom.tick(MORNING)
    found = newsroom.document()
    assert (found["state"], found["outcome"]) == ("failing", "server_error")
    assert found["due"] - MORNING >= HOUR
    newsroom.feed(1, 2)
    assert newsroom.tick(MORNING + 30 * MINUTE) == []
    assert sorted(newsroom.tick(MORNING + 62 * MINUTE)) == ["/1", "/2", "/feed"]
    told = told_fate(f"{newsroom.site.url}/feed", capsys, monkeypatch)
    assert "feed of gazette: ok" in told.err
    assert "HTTP 503" in told.out


def told(arguments, capsys, monkeypatch):
    """Run the command and return what it printed."""
    monkeypatch.setattr("sys.argv", ["dateline", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    return capsys.readouterr()


def told_fate(address, capsys, monkeypatch):
    return told(["fate", address], capsys, monkeypatch)


def test_a_run_with_nothing_due_says_so(newsroom, capsys, monkeypatch):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(1)
    newsroom.tick(MORNING)
    with time_machine.travel(MORNING + MINUTE, tick=True):
        said = told(["run", "--due", "--jobs", "1"], capsys, monkeypatch).err
    assert "No link was new or due" in said
    assert "source list" in said


def test_a_paused_source_is_why_its_feed_stopped(newsroom, capsys, monkeypatch):
    feed = f"{newsroom.site.url}/feed"
    newsroom.source(feeds=(feed,))
    newsroom.feed(1)
    newsroom.tick(MORNING)
    found = "select next_try_at is not null from mart.url_fate"
    assert newsroom.conn.execute(found).fetchall() == [(True,)]
    newsroom.source(feeds=(feed,), is_active=False)
    newsroom.source("herald", feeds=(f"{newsroom.site.url}/herald",))
    newsroom.tick(MORNING + HOUR, load_too=False)
    state = newsroom.document()
    assert (state["state"], state["due"]) == ("paused", None)
    assert newsroom.conn.execute(found).fetchall() == [(False,)]
    assert "dateline source resume gazette" in told_fate(feed, capsys, monkeypatch).err
    why = cookbook()["why_did_this_feed_stop"].with_values({"source": "gazette"})
    assert [row[1:3] for row in newsroom.conn.execute(why).fetchall()] == [(feed, "paused")]


def test_a_feed_that_its_source_names_no_longer_has_no_next_time(newsroom, capsys, monkeypatch):
    feed = f"{newsroom.site.url}/feed"
    newsroom.source(feeds=(feed,))
    newsroom.feed(1)
    newsroom.tick(MORNING)
    newsroom.source(feeds=(f"{newsroom.site.url}/new-feed",))
    newsroom.tick(MORNING + MINUTE)
    assert newsroom.document()["due"] is None
    assert "not asked any more" in told_fate(feed, capsys, monkeypatch).err


def test_a_document_that_was_a_target_only_is_asked_by_hand_and_never_late(
    newsroom, capsys, monkeypatch
):
    url = newsroom.site.url
    newsroom.source("herald", feeds=(f"{url}/herald",))
    newsroom.feed(5, path="/herald")
    newsroom.feed(1)
    newsroom.site.page("/index.xml", index(f"{url}/new.xml", f"{url}/old.xml"))
    newsroom.site.page("/new.xml", urlset(newsroom.site, [(2, MORNING)]))
    newsroom.site.page("/old.xml", urlset(newsroom.site, [(3, MORNING - 9 * DAY)]))
    targets = [f"{url}/feed", f"{url}/index.xml"]
    with time_machine.travel(MORNING, tick=True):
        told(["run", *targets, "--jobs", "1", "--allow-private-addresses"], capsys, monkeypatch)
    assert newsroom.outcomes(1) == newsroom.outcomes(2) == ["loaded"]
    found = "select distinct state, is_active, next_due_at from mart.documents"
    assert newsroom.conn.execute(found).fetchall() == [("by_hand", False, None)]
    active = "select count(*) from ops.documents where is_active"
    assert newsroom.conn.execute(active).fetchone() == (0,)
    assert newsroom.conn.execute("select count(*) from mart.source_freshness").fetchone() == (0,)
    assert "`dateline run` only" in told_fate(f"{url}/feed", capsys, monkeypatch).err
    asked = [newsroom.tick(MORNING + hours * HOUR) for hours in (1, 24, 240)]
    assert {path for paths in asked for path in paths} == {"/herald", "/5"}
    late = "select source_key from mart.source_freshness"
    assert newsroom.conn.execute(late).fetchall() == [("herald",)]
    # Asked for by hand once more, and then named by a file: both work.
    newsroom.feed(1, 4)
    with time_machine.travel(MORNING + 11 * DAY, tick=True):
        told(["run", targets[0], "--jobs", "1", "--allow-private-addresses"], capsys, monkeypatch)
    assert newsroom.outcomes(4) == ["loaded"]
    (key,) = newsroom.conn.execute(
        "select source_key from mart.documents where url = %s", (targets[0],)
    ).fetchone()
    newsroom.source(key, feeds=(targets[0],), sitemaps=(targets[1],))
    assert {"/feed", "/index.xml"} <= set(newsroom.tick(MORNING + 12 * DAY))
    states = "select distinct state from mart.documents where url = any(%s)"
    assert newsroom.conn.execute(states, (targets,)).fetchall() == [("ok",)]


def test_a_target_leaves_the_source_of_its_site_as_its_file_says(newsroom, capsys, monkeypatch):
    key = newsroom.site.url.removeprefix("http://").replace(".", "-").replace(":", "-")
    newsroom.source(key, feeds=(f"{newsroom.site.url}/feed",), articles_a_day=9.0)
    newsroom.feed(1)
    newsroom.feed(2, path="/sport")
    newsroom.tick(MORNING)
    before = newsroom.conn.execute("select * from news.sources").fetchall()
    target = f"{newsroom.site.url}/sport"
    with time_machine.travel(MORNING + MINUTE, tick=True):
        told(["run", target, "--jobs", "1", "--allow-private-addresses"], capsys, monkeypatch)
    assert newsroom.conn.execute("select * from news.sources").fetchall() == before
    assert newsroom.document("/sport")["state"] == "by_hand"
    assert newsroom.document("/feed")["due"] is not None
    assert "/sport" not in newsroom.tick(MORNING + DAY)
    assert newsroom.document("/sport")["state"] == "by_hand"


def test_a_robots_txt_out_of_reach_delays_and_loses_nothing(newsroom):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(1)
    newsroom.site.robots("busy", 503)
    newsroom.tick(MORNING)
    assert newsroom.document()["outcome"] == "robots_unreachable"
    newsroom.site.robots("User-agent: *\nAllow: /\n")
    for minutes in range(10, 120, 10):
        newsroom.tick(MORNING + minutes * MINUTE)
    assert newsroom.outcomes(1)[0] == "loaded"


@pytest.mark.parametrize("days", [2, 3650])
def test_a_clock_that_was_ahead_silences_no_feed_and_no_link(newsroom, days):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(1, 3)
    newsroom.site.page("/3", "busy", 503)
    newsroom.tick(MORNING + days * DAY)
    newsroom.feed(1, 2)
    newsroom.site.page("/3", story(3))
    asked = [newsroom.tick(MORNING + hours * HOUR) for hours in range(0, 72, 6)]
    assert "/feed" in asked[0]
    assert newsroom.outcomes(2)[0] == "loaded"
    assert "loaded" in newsroom.outcomes(3)
    assert sum("/1" in paths for paths in asked) <= 2


@pytest.mark.parametrize("wrong", [-DAY, DAY])
def test_a_clock_that_jumps_by_a_day_loses_nothing_and_asks_for_nothing_often(newsroom, wrong):
    """A feed of three items names a new story at every tick; one story is behind an error."""
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.site.page("/4", "busy", 503)
    right = timedelta()
    errors = [right] * 3 + [wrong] * 3 + [right] * 4
    asked = []
    for number, error in enumerate(errors, start=1):
        newsroom.feed(*range(max(1, number - 2), number + 1))
        if number == 8:
            newsroom.site.page("/4", story(4))
        asked.append(newsroom.tick(MORNING + number * HOUR + error))
        assert f"/{number}" in asked[-1]
    assert [paths.count("/feed") for paths in asked] == [1] * len(errors)
    end = MORNING + 40 * HOUR
    newsroom.tick(end)
    for number in range(1, len(errors) + 1):
        outcomes = newsroom.outcomes(number)
        assert "loaded" in outcomes, (number, outcomes)
        assert outcomes[-1] in ("loaded", "unchanged")
        assert len(outcomes) <= 7, (number, outcomes)
    assert end < newsroom.document()["due"] <= end + DAY
    (last_try,) = newsroom.conn.execute("select max(next_try_at) from ops.links").fetchone()
    assert last_try <= end + 14 * DAY


def test_a_link_that_came_due_while_a_login_was_not_set_is_tried_again(newsroom, monkeypatch):
    monkeypatch.setenv("GAZETTE_LOGIN", "a")
    cookies = (("login", "env:GAZETTE_LOGIN"),)
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",), cookies=cookies)
    newsroom.feed(1)
    newsroom.site.page("/1", "busy", 503)
    newsroom.tick(MORNING)
    newsroom.site.page("/1", story(1))
    newsroom.feed(2)
    monkeypatch.delenv("GAZETTE_LOGIN")
    newsroom.tick(MORNING + HOUR)
    monkeypatch.setenv("GAZETTE_LOGIN", "a")
    newsroom.tick(MORNING + 3 * HOUR)
    assert newsroom.outcomes(1) == ["server_error", "unreachable", "loaded"]


def test_a_feed_that_moved_is_followed_and_noted(newsroom):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(1, path="/new-feed")
    newsroom.site.redirect("/feed", "/new-feed", 301)
    assert newsroom.tick(MORNING)[:2] == ["/feed", "/new-feed"]
    assert newsroom.document()["moved_to"] == f"{newsroom.site.url}/new-feed"
    newsroom.feed(1, 2, path="/new-feed")
    assert newsroom.tick(MORNING + 2 * HOUR)[0] == "/new-feed"
    assert newsroom.outcomes(2) == ["loaded"]


def test_states_of_feeds_are_named(newsroom):
    site = newsroom.site
    site.page("/empty", rss(), Content_Type="application/rss+xml")
    foreign = rss(item("https://other.example/1"), item("https://other.example/2"))
    site.page("/foreign", foreign, Content_Type="application/rss+xml")
    site.page("/gone", "", 410)
    site.page("/html", "<html><body><p>Not a feed.</p></body></html>")
    names = ("/empty", "/foreign", "/gone", "/html")
    newsroom.source(feeds=tuple(f"{site.url}{name}" for name in names))
    newsroom.tick(MORNING)
    assert [newsroom.document(name)["state"] for name in names] == [
        "empty",
        "foreign",
        "asleep",
        "failing",
    ]
    assert newsroom.document("/gone")["due"] - MORNING > 6 * DAY


def urlset(site, entries):
    rows = "".join(
        f"<url><loc>{site.url}/{number}</loc><lastmod>{day:%Y-%m-%d}</lastmod></url>"
        for number, day in entries
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'


def test_a_first_reading_takes_the_newest_and_later_ones_all_that_is_new(newsroom):
    newsroom.source(sitemaps=(f"{newsroom.site.url}/map.xml",), max_links=3)
    old = [(number, MORNING - number * DAY) for number in range(1, 10)]
    newsroom.site.page("/map.xml", urlset(newsroom.site, old), Content_Type="text/xml")
    assert sorted(newsroom.tick(MORNING)) == ["/1", "/2", "/3", "/map.xml"]
    fresh = [(number, MORNING) for number in range(10, 16)]
    newsroom.site.page("/map.xml", urlset(newsroom.site, old + fresh), Content_Type="text/xml")
    asked = set()
    for hours in range(24, 30):
        asked |= set(newsroom.tick(MORNING + hours * HOUR))
    assert {f"/{number}" for number, _ in fresh} <= asked
    assert not asked & {f"/{number}" for number in range(4, 10)}


def test_of_an_index_oldest_first_without_dates_the_newest_are_read(newsroom):
    site = newsroom.site
    children = [f"/part-{number}.xml" for number in range(1, 120)]
    for number, child in enumerate(children, start=1):
        entries = [(f"old/{number}/{place}", MORNING - (120 - number) * DAY) for place in (1, 2)]
        site.page(child, urlset(site, entries), Content_Type="text/xml")
    site.page("/part-119.xml", urlset(site, [(1, MORNING), (2, MORNING)]), Content_Type="text/xml")
    site.page("/index.xml", index(*(site.url + child for child in children)))
    newsroom.source(sitemaps=(f"{site.url}/index.xml",), max_links=2)
    asked = newsroom.tick(MORNING)
    assert {"/1", "/2", "/part-119.xml"} <= set(asked)
    assert not [path for path in asked if path.startswith("/old/")]
    assert len(asked) < 10


def test_a_shell_in_place_of_an_article_never_counts_as_unchanged(newsroom):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(1)
    newsroom.tick(MORNING)
    newsroom.site.page(
        "/1", "<html><body><div id=app></div><script src=a.js></script></body></html>"
    )
    for hours in (1.1, 3, 9, 33, 110):
        newsroom.tick(MORNING + hours * HOUR)
    loaded, *later = newsroom.outcomes(1)
    assert loaded == "loaded"
    assert len(later) >= 3
    assert "unchanged" not in later
    newsroom.site.page("/1", story(1))
    newsroom.tick(MORNING + 8 * DAY)
    assert newsroom.outcomes(1)[-1] in ("unchanged", later[-1])


def test_the_next_run_goes_on_where_a_killed_one_stopped(newsroom):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(1, 2)
    with time_machine.travel(MORNING, tick=True):
        [keys] = due_groups()
        dead = newsroom.begin()
        newsroom.site.page("/1", story(1))
        collect(dead, keys)
        # As a run leaves it that was killed after planning.
        newsroom.conn.execute(
            "update ops.link_attempts set fetch_id = null where run_id = %s", (dead,)
        )
        assert newsroom.begin() != dead
    newsroom.tick(MORNING + 5 * MINUTE)
    assert newsroom.outcomes(1) == newsroom.outcomes(2) == ["loaded"]
    left = newsroom.conn.execute(
        "select count(*) from ops.link_attempts where run_id = %s", (dead,)
    ).fetchone()
    assert left == (0,)


def test_what_a_task_has_no_time_for_stays_due(newsroom, monkeypatch):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(1, 2, 3)
    with monkeypatch.context() as short:
        short.setenv("DATELINE_FETCH_MINUTES", "0.000001")
        settings.cache_clear()
        assert newsroom.tick(MORNING) == []
    settings.cache_clear()
    assert sorted(newsroom.tick(MORNING + MINUTE)) == ["/1", "/2", "/3", "/feed"]
    tried = newsroom.conn.execute("select count(*) from ops.link_attempts").fetchone()
    with monkeypatch.context() as short:
        short.setenv("DATELINE_FETCH_MINUTES", "0.000001")
        settings.cache_clear()
        assert newsroom.tick(MORNING + 90 * MINUTE) == []
    settings.cache_clear()
    assert newsroom.conn.execute("select count(*) from ops.link_attempts").fetchone() == tried
    assert {"/1", "/2", "/3"} <= set(newsroom.tick(MORNING + 91 * MINUTE))


def test_sources_that_are_named_no_more_are_asked_no_more(newsroom):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.source("post", feeds=(f"{newsroom.site.url}/feed2",))
    newsroom.feed(1)
    newsroom.feed(2, path="/feed2")
    newsroom.tick(MORNING)
    (newsroom.folder / "post.toml").unlink()
    newsroom.source(feeds=(f"{newsroom.site.url}/feed3",))
    newsroom.feed(3, path="/feed3")
    asked = newsroom.tick(MORNING + 5 * DAY)
    assert "/feed3" in asked
    assert not {"/feed", "/feed2", "/2"} & set(asked)


def test_every_link_of_a_busy_week_is_decided_whatever_the_server_does(newsroom):
    """A seeded week: feeds of 3 that roll on, errors now and then, ticks every half hour."""
    chance = random.Random(7)
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    shown = 0
    for step in range(40):
        if step % 2 == 0 and shown < 16:
            shown += 1
        newsroom.feed(*range(max(1, shown - 2), shown + 1))
        if chance.random() < 0.2:
            newsroom.site.page("/feed", "busy", chance.choice([500, 503, 429]))
        for number in range(1, shown + 1):
            bad = chance.random() < 0.3
            newsroom.site.page(f"/{number}", "x" if bad else story(number), 500 if bad else 200)
        newsroom.tick(MORNING + step * 30 * MINUTE, load_too=False)
    for number in range(1, 20):
        newsroom.site.page(f"/{number}", story(number))
    newsroom.feed(14, 15, 16)
    for step in range(20, 40):
        newsroom.tick(MORNING + step * HOUR)
    states = newsroom.conn.execute(
        "select count(*), count(*) filter (where article_id is not null) from ops.links"
    ).fetchone()
    open_attempts = newsroom.conn.execute(
        "select count(*) from ops.link_attempts where outcome is null"
    ).fetchone()
    assert states[0] == states[1] >= 14
    assert open_attempts == (0,)


def test_a_store_that_fails_while_documents_are_read_ends_the_stage(newsroom, monkeypatch):
    for number in range(30):
        newsroom.feed(1, path=f"/feed{number}")
        newsroom.source(f"outlet{number}", feeds=(f"{newsroom.site.url}/feed{number}",))

    def gone(*_arguments, **_options):
        raise StoreUnavailable("Postgres stayed away")

    monkeypatch.setattr("pipeline.stages.collect.store_readings", gone)
    with pytest.raises(StoreUnavailable):
        newsroom.tick(MORNING)


def test_a_feed_that_is_silent_for_long_is_asked_without_its_etag(newsroom):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(1, 2, ETag='"for ever"')
    newsroom.tick(MORNING)
    newsroom.site.page("/feed", b"", 304, ETag='"for ever"')
    for days in (1, 3, 7):
        newsroom.tick(MORNING + days * DAY)
    assert newsroom.document()["state"] == "quiet"
    newsroom.feed(1, 2, 3, ETag='"for ever"')
    newsroom.tick(MORNING + 9 * DAY)
    assert "if-none-match" not in dict(newsroom.site.asked)["/feed"]
    assert newsroom.outcomes(3) == ["loaded"]


def test_robots_txt_is_archived_like_any_other_exchange(newsroom, monkeypatch, capsys):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(1)
    newsroom.site.robots("User-agent: *\nDisallow: /no\n")
    newsroom.tick(MORNING)
    assert archived_exchanges("/robots.txt") == [("response", "200"), ("request", None)]
    (raw_uri,) = newsroom.conn.execute("select raw_uri from ops.robots_files").fetchone()
    assert read_record(raw_uri).body == b"User-agent: *\nDisallow: /no\n"

    newsroom.tick(MORNING + 25 * HOUR)
    assert archived_exchanges("/robots.txt")[2:] == [("revisit", "200"), ("request", None)]
    assert newsroom.conn.execute("select raw_uri from ops.robots_files").fetchone() == (raw_uri,)

    newsroom.site.robots("", 503)
    newsroom.tick(MORNING + 50 * HOUR)
    assert ("response", "503") in archived_exchanges("/robots.txt")[4:]
    assert newsroom.conn.execute("select raw_uri from ops.robots_files").fetchone() == (raw_uri,)
    told = told_fate(f"{newsroom.site.url}/robots.txt", capsys, monkeypatch)
    assert "robots_unreachable" in told.out, told.out[-900:]


def test_the_redirects_of_a_robots_txt_are_archived(newsroom):
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(1)
    newsroom.site.redirect("/robots.txt", "/rules.txt")
    newsroom.site.page("/rules.txt", "User-agent: *\nDisallow: /no\n", Content_Type="text/plain")
    newsroom.tick(MORNING)
    assert ("response", "302") in archived_exchanges("/robots.txt")
    assert archived_exchanges("/rules.txt") == [("response", "200"), ("request", None)]


def test_a_session_id_that_changes_with_every_request_keeps_no_story_held(newsroom):
    """The feed's titles say nothing of the stories, so that each text is held at its first visit.

    At each visit, the same text under another session id was taken for a wall's.
    """
    site, numbers = newsroom.site, range(1, 4)
    newsroom.source(feeds=(f"{site.url}/feed",))
    for session, hours in enumerate((0, 1.2, 2.4)):
        for number in numbers:
            site.page(f"/{number}?sid={session}", story(number))
        links = [f"{site.url}/{number}?sid={session}" for number in numbers]
        items = [item(link, title="Something for everybody today") for link in links]
        site.page("/feed", rss(*items), Content_Type="application/rss+xml")
        newsroom.tick(MORNING + hours * HOUR)
    held = newsroom.conn.execute("select decision from news.held_versions").fetchall()
    assert held == [("repeated",)] * len(numbers)
    articles = newsroom.conn.execute("select count(*) from news.articles").fetchone()
    assert articles == (len(numbers),)


def test_a_wall_under_a_session_id_that_changes_with_every_request_is_held(newsroom):
    site, numbers = newsroom.site, range(1, 4)
    newsroom.source(feeds=(f"{site.url}/feed",))
    for session, hours in enumerate((0, 1.2, 2.4)):
        for number in numbers:
            site.page(f"/{number}?sid={session}", story(9))
        links = [(f"{site.url}/{number}?sid={session}", number) for number in numbers]
        heads = ("Lighthouse keepers", "Granite quarries", "Orchard owners")
        items = [item(link, title=f"{heads[n - 1]} demand lanterns") for link, n in links]
        site.page("/feed", rss(*items), Content_Type="application/rss+xml")
        newsroom.tick(MORNING + hours * HOUR)
    found = newsroom.conn.execute("select distinct outcome from mart.url_fate").fetchall()
    assert found == [("suspected_wall",)]
