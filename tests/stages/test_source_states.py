"""Outlets on a real server break in eight ways; the marts say which, and why."""

from datetime import timedelta

import pytest
import time_machine

from benchmarks.operate.breaking_outlets import Outlet as BreakingOutlet
from pipeline.models import Source
from pipeline.settings import settings
from pipeline.sources.files import source_toml
from pipeline.stages.collect import collect, due_groups
from pipeline.stages.load import load, plan
from pipeline.stages.run_lifecycle import open_run
from pipeline.stages.source_states import update_source_states
from pipeline.warehouse.runs import close_run
from tests.discover.test_discovery import item, rss
from tests.stages.test_collect import HOUR, MORNING, story
from tests.stages.test_walls_in_place_of_articles import CHALLENGE

SHELL = (
    "<html><head><title>Gazette</title><script src='/app.js'></script></head>"
    "<body><div id='root'></div></body></html>"
)
CARDS = "<html><head><title>Gazette</title></head><body><main>{}</main></body></html>".format(
    "".join(f"<div class=card><a href='/top/{n}'>Picture {n}</a></div>" for n in range(30))
)


class Outlet:
    """One outlet with a server of its own, that gets a new story when it is told to."""

    def __init__(self, site, key, number):
        self.site, self.key, self.first = site, key, number * 1000
        self.numbers = []
        self.breaks_pages = None

    def file(self):
        made = Source(
            self.key,
            self.key.title(),
            homepage=self.site.url + "/",
            feeds=(f"{self.site.url}/feed",),
            crawl_delay=0.0,
            allow_private_addresses=True,
        )
        return source_toml(made, "A test.")

    def publish(self):
        number = self.first + len(self.numbers)
        self.numbers.append(number)
        self.site.page(f"/{number}", self.breaks_pages or story(number))
        self.list(self.numbers[-15:])

    def list(self, numbers, status=200):
        items = [item(f"{self.site.url}/{number}") for number in numbers]
        self.site.page("/feed", rss(*items), status, Content_Type="application/rss+xml")


class Outlets:
    """Outlets of one store, collected, loaded and judged at given times."""

    def __init__(self, make_site, store, folder):
        self.make_site, self.conn, self.folder = make_site, store, folder
        self.by_key, self.runs = {}, 0

    def add(self, *keys):
        for key in keys:
            outlet = Outlet(self.make_site(), key, len(self.by_key) + 1)
            outlet.publish()
            self.by_key[key] = outlet
            (self.folder / f"{key}.toml").write_text(outlet.file())

    def tick(self, at):
        with time_machine.travel(at, tick=True):
            groups = due_groups()
            if groups:
                self.runs += 1
                run_id = open_run("ingest", f"run-{self.runs}")
                for keys in groups:
                    collect(run_id, keys)
                for ids in plan(run_id):
                    load(run_id, ids)
                close_run(self.conn, run_id, True)
            return update_source_states(at)

    def states(self):
        found = self.conn.execute("select source_key, state, reason from mart.source_state")
        return {key: (state, reason) for key, state, reason in found}


@pytest.fixture
def outlets(make_site, store, store_dsn, tmp_path, monkeypatch):
    folder = tmp_path / "sources"
    folder.mkdir()
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    monkeypatch.setenv("DATELINE_SOURCES", str(folder))
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    return Outlets(make_site, store, folder)


@pytest.mark.timeout(900)
def test_eight_ways_to_break_are_named(outlets):
    keys = "forbidden busy limited denied shell wall empty cards well".split()
    outlets.add(*keys)
    for hour in range(0, 21, 4):
        outlets.tick(MORNING + hour * HOUR)
        for outlet in outlets.by_key.values():
            outlet.publish()
    assert {state for state, _ in outlets.states().values()} == {"ok"}

    broken = outlets.by_key
    broken["denied"].site.robots("User-agent: *\nDisallow: /")
    for key, page in {"shell": SHELL, "wall": CHALLENGE, "cards": CARDS}.items():
        broken[key].breaks_pages = page
    for hour in range(26, 31):
        for key, outlet in broken.items():
            outlet.publish()
            status = {"forbidden": 403, "busy": 503, "limited": 429}.get(key)
            if status:
                outlet.site.page("/feed", "no", status)
            if key == "empty":
                outlet.list([])
        outlets.tick(MORNING + hour * HOUR)

    states = outlets.states()
    assert {key: state for key, (state, _) in states.items()} == {
        "forbidden": "blocked",
        "busy": "failing",
        "limited": "blocked",
        "denied": "blocked",
        "shell": "redesigned",
        "wall": "blocked",
        "empty": "silent",
        "cards": "redesigned",
        "well": "ok",
    }
    assert "documents are refused" in states["forbidden"][1]
    assert "documents are failing" in states["busy"][1]
    assert "pages were refused" in states["wall"][1]
    assert "no readable article" in states["shell"][1]
    assert "list nothing" in states["empty"][1]

    broken["busy"].publish()
    outlets.tick(MORNING + timedelta(days=2, hours=6))
    assert outlets.states()["busy"][0] == "ok"
    history = outlets.conn.execute(
        "select from_state, state from mart.source_state_history where source_key = 'busy'"
        " and from_state <> state order by changed_at"
    )
    assert history.fetchall() == [("ok", "failing"), ("failing", "ok")]
    days = outlets.conn.execute(
        "select published_date::text, seen, expected > 0, missing > 0 from mart.completeness"
        " where source_key = 'denied' order by published_date"
    ).fetchall()
    assert [day for day, *_ in days] == ["2026-11-20", "2026-11-21", "2026-11-22"]
    assert days[0][1] > 0
    assert days[2][1:] == (0, True, True)


def test_what_waited_for_a_feed_that_failed_is_not_late(outlets):
    outlet = BreakingOutlet("outlet_503")
    try:
        text = source_toml(outlet.source, "A test.")
        (outlets.folder / "outlet_503.toml").write_text(text)
        for hours in (0, 4, 8, 12, 16, 20, 24, 25, 26, 27):
            at = MORNING + hours * HOUR
            outlet.is_broken = hours >= 24
            outlet.publish(at, 3)
            outlets.tick(at)
        assert outlets.states()["outlet_503"][0] == "failing"
        outlet.is_broken = False
        for hours in (34, 34.2):
            outlets.tick(MORNING + hours * HOUR)
        assert outlets.states()["outlet_503"] == ("ok", "as usual")
    finally:
        outlet.close()
