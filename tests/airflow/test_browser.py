"""The UI of ``dateline demo`` as a browser shows it."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.store import connect
from tests.fix_airflow import PATIENCE

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.browser,
    pytest.mark.system,
    pytest.mark.timeout(3 * PATIENCE),
]
CHROMIUM = Path("/usr/bin/chromium")
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
def needs_chromium():
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM} (Debian: apt-get install chromium)")


@pytest.fixture(scope="module")
def browsed(needs_chromium, demo, api, login):
    """Look at the UI of the demo in a browser."""
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
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu"],
            timeout=1000 * PATIENCE,
        )
        context = browser.new_context()
        context.set_default_timeout(1000 * PATIENCE)
        page = context.new_page()
        page.goto(f"{url}/auth/login")
        page.get_by_label("Username").fill(user)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda address: "/auth/login" not in address)
        found = look_around(page, url, api.get("/dags/ingest/dagRuns")["dag_runs"][0]["dag_run_id"])
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


def test_the_ui_shows_the_run_and_its_tasks(browsed):
    for words in ("curate", "plan_load", "dedupe", "annotate"):
        assert words in browsed.grid


def test_the_navigation_leads_to_the_sources_and_each_to_its_page(browsed):
    for words in ("ambara_now", "halvane_courier", "merrow_post", "last publish"):
        assert words in browsed.sources
    assert "Documents that name its links" in browsed.source
    assert browsed.source_address.endswith("/plugin/dateline/dateline/source?key=merrow_post")
    assert browsed.opened.startswith("http://127.0.0.1:")
    assert "/dateline" not in browsed.opened


def test_a_run_has_a_tab_with_its_sources(browsed):
    assert "of ingest" in browsed.run
    assert "merrow_post" in browsed.run


def test_a_hostile_title_is_shown_as_text(browsed):
    assert HOSTILE_TITLE in browsed.source
    assert not browsed.has_bold
    assert "taken over" not in browsed.titles


def test_the_pages_are_light_and_dark_with_airflow(browsed):
    assert browsed.colours == ["rgb(255, 255, 255)", "rgb(17, 21, 27)"]
