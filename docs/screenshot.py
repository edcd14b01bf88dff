"""Takes the pictures of Airflow's UI: ``python docs/screenshot.py URL PASSWORD``.

Needs a running ``dateline demo`` and Chromium (Debian: ``apt-get install chromium``). The pictures
are ``airflow`` (the grid of *curate*), ``sources`` (Dateline's first page, light and dark) and
``run`` (Dateline's tab of the last run of *ingest*).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
CHROMIUM = "/usr/bin/chromium"
_SETTLE = 5_000
"""Milliseconds until the grid has drawn its bars."""


@contextmanager
def logged_in(url: str, password: str) -> Iterator[Page]:
    """Yield a page of the browser that is logged in to Airflow."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 760})
        page.goto(f"{url}/auth/login")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda address: "/auth/login" not in address)
        yield page
        browser.close()


def take(page: Page, address: str, name: str) -> None:
    """Open an address and keep what it looks like."""
    page.goto(address)
    page.wait_for_timeout(_SETTLE)
    page.screenshot(path=IMAGES / f"{name}.png")


def main(url: str, password: str) -> None:
    """Log in, open each page, and keep what it looks like."""
    url = url.rstrip("/")
    with logged_in(url, password) as page:
        take(page, f"{url}/dags/curate", "airflow")
        for theme in ("light", "dark"):
            # Airflow's menu keeps its choice so.
            page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
            take(page, f"{url}/plugin/dateline", f"sources_{theme}")
        page.evaluate("() => localStorage.setItem('theme', 'light')")
        runs = page.request.get(f"{url}/api/v2/dags/ingest/dagRuns?limit=1&order_by=-run_after")
        run_id = runs.json()["dag_runs"][0]["dag_run_id"]
        take(page, f"{url}/dags/ingest/runs/{run_id}/plugin/dateline-run", "run")


if __name__ == "__main__":
    main(*sys.argv[1:])
