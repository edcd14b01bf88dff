"""Takes the README's picture of the Airflow UI: ``python docs/screenshot.py URL PASSWORD``.

Needs a running ``dateline demo`` and Chromium (Debian: ``apt-get install chromium``).
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGE = Path(__file__).parent / "images" / "airflow.png"
CHROMIUM = "/usr/bin/chromium"
_SETTLE = 5_000
"""Milliseconds until the grid has drawn its bars."""


def main(url: str, password: str, page_path: str = "dags/curate") -> None:
    """Log in, open the DAG, and keep what it looks like."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 760})
        page.goto(url.rstrip("/") + "/auth/login")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda address: "/auth/login" not in address)
        page.goto(url.rstrip("/") + "/" + page_path)
        page.wait_for_timeout(_SETTLE)
        page.screenshot(path=IMAGE)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
