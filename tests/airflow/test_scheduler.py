"""``dateline demo`` as a user starts it: the only test with a real scheduler, API server and UI."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from pipeline.local_airflow.api import (
    AirflowApi,
    AirflowError,
    RunFailed,
    follow_run,
    import_errors,
    task_instances,
    trigger,
    wait_for_asset_runs,
)
from pipeline.local_airflow.progress import Progress
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.store import connect

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(420)]


class Demo:
    """A process of ``dateline demo --stay`` whose home folder has a space in its path."""

    def __init__(self, home, log):
        self.home = home
        self.log = log
        environ = {name: value for name, value in os.environ.items() if name[:7] != "AIRFLOW"}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).with_name("dateline")), "demo", "--stay"],
                env=environ | {"DATELINE_HOME": str(home), "DATELINE_ALERTS": "file:alerts.jsonl"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_for(self, pattern, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := re.search(pattern, self.log.read_text()):
                return found
            assert self.process.poll() is None, self.log.read_text()[-4000:]
            time.sleep(0.3)
        pytest.fail(f"no {pattern!r} in {seconds} s:\n{self.log.read_text()[-4000:]}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)

    def leftovers(self):
        """Return the names of processes with this home folder in their environment."""
        import psutil

        def is_ours(process):
            try:
                return str(self.home) in process.environ().get("AIRFLOW_HOME", "")
            except psutil.Error:
                return False

        return [process.name() for process in psutil.process_iter() if is_ours(process)]


@pytest.fixture(scope="module")
def demo(needs_airflow, tmp_path_factory):
    folder = tmp_path_factory.mktemp("a demo")
    running = Demo(folder / "home", folder / "demo.log")
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
        EmbeddedServer(running.home).remove()


@pytest.fixture(scope="module")
def api(demo):
    found = demo.wait_for(r"Airflow: (\S+)\s+user (\S+)\s+password (\S+)", 300)
    return AirflowApi(*found.groups())


CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def login(demo, api):
    return demo.wait_for(r"Airflow: (\S+)\s+user (\S+)\s+password (\S+)", 300).groups()


HOSTILE_TITLE = "<script>document.title = 'taken over'</script><b>bold</b>"


@dataclass
class Seen:
    """What a browser showed."""

    grid: str
    """Text of the page of the DAG *curate*."""
    sources: str
    """Text of Dateline's page."""
    source: str
    """Text of the page of one source."""
    source_address: str
    titles: list[str]
    """Of the documents in the frame."""
    has_bold: bool
    """Whether a tag in a title became an element."""
    colours: list[str]
    """Background of Dateline's page where Airflow is light, and where it is dark."""
    opened: str
    """Address that a link out of the frame led to."""
    run: str
    """Text of Dateline's tab of a run."""


@pytest.fixture(scope="module")
def seen(demo, api, login):
    """Look at the UI in a browser; None if Chromium is missing."""
    if not CHROMIUM.exists():
        return None
    from playwright.sync_api import sync_playwright

    url, user, password = login
    with closing(connect(EmbeddedServer(demo.home).dsn())) as connection:
        connection.execute(
            "update ops.links set link_title = %s where link_id in ("
            " select l.link_id from ops.links as l join news.sources as s using (source_id)"
            " where s.source_key = 'merrow_post' order by l.last_listed_at desc limit 1)",
            (HOSTILE_TITLE,),
        )
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(f"{url}/auth/login")
        page.get_by_label("Username").fill(user)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda address: "/auth/login" not in address)
        found = look_around(page, url, runs_of(api, "ingest")[0])
        browser.close()
    return found


def look_around(page, url, run_id):
    page.goto(f"{url}/dags/curate")
    page.get_by_text("all_well").first.wait_for()  # the last row of the grid
    grid = page.inner_text("body")

    page.evaluate("() => localStorage.setItem('theme', 'light')")
    page.goto(url)
    page.get_by_role("link", name="Dateline").click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("link", name="merrow_post").wait_for()
    sources = frame.locator("body").inner_text()
    colours = [background(frame)]

    frame.get_by_role("link", name="merrow_post").click()
    frame.get_by_role("heading", name="Recent links").wait_for()
    source = frame.locator("body").inner_text()
    has_bold = frame.locator("bdi b").count() > 0
    titles = [frame.locator("head title").text_content(), page.title()]
    with page.context.expect_page() as opened:
        frame.locator('a[target="_blank"]').first.click()
    address = page.url

    page.evaluate("() => localStorage.setItem('theme', 'dark')")
    page.goto(address)  # the address of a page within the frame, as alerts name it
    frame.get_by_role("heading", name="Recent links").wait_for()
    colours.append(background(frame))

    page.goto(f"{url}/dags/ingest/runs/{quote(run_id, safe='')}")
    page.get_by_role("link", name="Dateline").last.click()
    frame.get_by_role("heading", name="of ingest").wait_for()
    run = frame.locator("body").inner_text()
    return Seen(grid, sources, source, address, titles, has_bold, colours, opened.value.url, run)


def background(frame):
    return frame.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")


@pytest.fixture
def browsed(seen):
    if seen is None:
        pytest.skip(f"no Chromium at {CHROMIUM} (Debian: apt-get install chromium)")
    return seen


@pytest.mark.browser
def test_the_ui_shows_the_run_and_its_tasks(browsed):
    for words in ("curate", "plan_load", "dedupe", "annotate"):
        assert words in browsed.grid


@pytest.mark.browser
def test_the_navigation_leads_to_the_sources_and_each_to_its_page(browsed):
    for words in ("ambara_now", "halvane_courier", "merrow_post", "last publish"):
        assert words in browsed.sources
    assert "Documents that name its links" in browsed.source
    assert browsed.source_address.endswith("/plugin/dateline/dateline/source?key=merrow_post")
    assert browsed.opened.startswith("http://127.0.0.1:")
    assert "/dateline" not in browsed.opened


@pytest.mark.browser
def test_a_run_has_a_tab_with_its_sources(browsed):
    assert "of ingest" in browsed.run
    assert "merrow_post" in browsed.run


@pytest.mark.browser
def test_a_hostile_title_is_shown_as_text(browsed):
    assert HOSTILE_TITLE in browsed.source
    assert not browsed.has_bold
    assert "taken over" not in browsed.titles


@pytest.mark.browser
def test_the_pages_are_light_and_dark_with_airflow(browsed):
    assert browsed.colours == ["rgb(255, 255, 255)", "rgb(17, 21, 27)"]


def check_that_the_pages_are_for_users_only(login):
    url = login[0]
    for path in ("/", "/intake", "/source?key=merrow_post", "/static/dateline.css"):
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{url}/dateline{path}")
        assert refused.value.code == 401
        refused.value.close()


def counts(demo):
    with closing(connect(EmbeddedServer(demo.home).dsn())) as connection:
        query = """
            select (select count(*) from news.articles), (select count(*) from news.quotes),
                   (select count(*) from news.article_versions)"""
        return connection.execute(query).fetchone()


def check_success_and_result_tables(demo, api):
    output = demo.log.read_text()
    for title in ("Outlets", "Who said what", "Copies found", "Where every link"):
        assert title in output
    assert "Edited after publication" not in output
    assert import_errors(api) == []
    for dag_id in ("ingest", "curate", "publish"):
        runs = api.get(f"/dags/{dag_id}/dagRuns")["dag_runs"]
        assert {run["state"] for run in runs} == {"success"}
        found = task_instances(api, dag_id, runs[0]["dag_run_id"])
        assert {task.state for task in found} == {"success"}
    labels = {task.label for task in task_instances(api, "ingest", runs_of(api, "ingest")[0])}
    assert labels >= {"plan", "close_run"}
    assert any(label.startswith("collect [") and "ambara_now" in label for label in labels)


def runs_of(api, dag_id):
    return [run["dag_run_id"] for run in api.get(f"/dags/{dag_id}/dagRuns")["dag_runs"]]


def check_that_a_second_run_stores_nothing_twice(demo, api):
    before = counts(demo)
    run_id = trigger(api, "ingest", {"everything": True})
    follow_run(api, "ingest", run_id, Progress())
    for curate in wait_for_asset_runs(api, "ingest", run_id, "curate"):
        follow_run(api, "curate", curate, Progress())
    assert counts(demo) == before


def check_that_a_failed_run_can_be_cleared(api):
    run_id = trigger(api, "reprocess", {"stage": "clean", "source": "no_such_outlet"})
    with pytest.raises(RunFailed, match="no_such_outlet"):
        follow_run(api, "reprocess", run_id, Progress())
    wanted = {"dag_run_id": run_id, "only_failed": True, "dry_run": False}
    cleared = api.post("/dags/reprocess/clearTaskInstances", wanted)["task_instances"]
    assert "plan" in {task["task_id"] for task in cleared}
    with pytest.raises(RunFailed, match="no_such_outlet"):
        follow_run(api, "reprocess", run_id, Progress())


def check_that_somebody_was_told_of_the_failed_task(demo):
    file = demo.home / "alerts.jsonl"
    deadline = time.monotonic() + 60  # Airflow calls back after it has stored the task's state
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.3)
    told = [json.loads(line) for line in file.read_text().splitlines()]
    (alert,) = (each for each in told if each["key"] == "reprocess.plan")
    assert alert["title"] == "task plan of reprocess failed"
    assert "no_such_outlet" in alert["text"]
    assert "/dags/reprocess/runs/" in alert["link"]


def check_that_a_viewer_looks_and_an_operator_starts_runs(demo, api):
    passwords = json.loads((demo.home / "airflow" / "passwords.json").read_text())
    viewer = AirflowApi(api.url, "viewer", passwords["viewer"])
    assert viewer.get("/dags/ingest/dagRuns")["dag_runs"]
    with pytest.raises(AirflowError, match="HTTP 403"):
        trigger(viewer, "publish")
    operator = AirflowApi(api.url, "operator", passwords["operator"])
    follow_run(operator, "publish", trigger(operator, "publish"), Progress())


def check_that_the_ui_cannot_backfill_ingest(api):
    days = {"from_date": "2026-11-01T00:00:00Z", "to_date": "2026-11-02T00:00:00Z"}
    with pytest.raises(AirflowError, match="HTTP 4"):
        api.post("/backfills", {"dag_id": "ingest", **days})
    runs = api.get("/dags/ingest/dagRuns?run_type=backfill")["dag_runs"]
    assert runs == []


def check_that_the_password_is_generated_and_private(demo):
    file = demo.home / "airflow" / "passwords.json"
    assert file.stat().st_mode & 0o077 == 0
    assert len(json.loads(file.read_text())["admin"]) >= 16
    assert (demo.home / "airflow" / "secrets.json").stat().st_mode & 0o077 == 0


def check_that_nothing_runs_after_stopping(demo):
    assert demo.stop() == 0, demo.log.read_text()[-2000:]
    assert demo.leftovers() == []
    assert not EmbeddedServer(demo.home).is_ready()
    assert json.loads((demo.home / "demo.json").read_text())["edition"] == 2


def test_the_demo_from_its_start_to_its_end(demo, api, login, seen):
    # One test, because these steps need an order and tests run in a random one. It requests
    # seen, which other tests check, because after the last step there is no UI.
    check_success_and_result_tables(demo, api)
    check_that_the_password_is_generated_and_private(demo)
    check_that_the_pages_are_for_users_only(login)
    check_that_a_second_run_stores_nothing_twice(demo, api)
    check_that_a_failed_run_can_be_cleared(api)
    check_that_somebody_was_told_of_the_failed_task(demo)
    check_that_the_ui_cannot_backfill_ingest(api)
    check_that_a_viewer_looks_and_an_operator_starts_runs(demo, api)
    check_that_nothing_runs_after_stopping(demo)
