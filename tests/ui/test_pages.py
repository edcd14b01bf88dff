"""The pages as a browser gets them, over a real Postgres with the login that may only read."""

import re
from datetime import date, timedelta

import psycopg
import pytest

from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.warehouse.load import load_batch
from pipeline.warehouse.sources import upsert_sources
from tests.warehouse.stories import HARBOUR, NOON, begin, fetched, items, story

pytest.importorskip("fastapi", reason="the extra 'airflow' is not installed")

from fastapi import Depends, HTTPException
from fastapi.testclient import TestClient

from pipeline.ui import ui_app
from pipeline.ui.outcome_groups import GROUPS

PAGES = ("/", "/intake", "/alerts", "/quarantine")
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>\u202egnp.exe' + "A" * 10_000


@pytest.fixture
def client(store_dsn, monkeypatch):
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    with TestClient(ui_app()) as found:
        yield found


def text(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_installation_has_pages(client, path):
    assert "Traceback" not in text(client, path)


def test_the_board_of_an_empty_installation_says_what_to_do(client):
    assert "dateline source add" in text(client, "/")


@pytest.fixture
def outlets(store):
    """Store two outlets with a run, three links of one of them, and what the states found."""
    run_id = begin(store)
    pairs = fetched(store, run_id, [1, 2, 3], title=HOSTILE)
    articles = [story(1), story(2, text="A second text of the council.")]
    load_batch(store, run_id, "batch", items(pairs[:2], articles))
    store.execute("update news.sources set is_active = true")
    store.execute(
        "insert into ops.source_states (source_id, state, severity, since, expected, seen,"
        " usual_a_day, reason, last_good_at, judged_at)"
        " select source_id, case source_key when 'harbour' then 'blocked' else 'ok' end,"
        " case source_key when 'harbour' then 'alert' else 'none' end, now(), 12, 3, 11,"
        " %s, now(), now() from news.sources",
        ("403 from a wall <b>" + HOSTILE,),
    )
    store.execute(
        "insert into ops.source_days (source_id, day, expected, low, high, seen)"
        " select source_id, current_date - n, 10, 6, 14, n from news.sources,"
        " generate_series(0, 20) as n"
    )
    return run_id


def test_the_board_shows_sources_in_trouble_first_with_their_chart(client, outlets):
    page = text(client, "/")
    assert page.index("source?key=harbour") < page.index("source?key=valley")
    assert "403 from a wall" in page
    chart = re.search(r"<svg.*?</svg>", page, re.DOTALL)[0]
    outline_of = dict(re.findall(r'<path class="(\w+)" d="([^"]+)"', chart))
    assert {kind: outline.count("M") for kind, outline in outline_of.items()} == {
        "band": 14,
        "seen": 8,
        "short": 6,
    }


def test_the_board_can_be_narrowed_to_a_state_and_to_words(client, outlets):
    assert "source?key=valley" not in text(client, "/?state=blocked")
    found = text(client, "/?q=HARBOUR")
    assert "source?key=harbour" in found
    assert "source?key=valley" not in found
    assert "No source is like that" in text(client, "/?q=%00%27nowhere")


def test_a_source_page_has_its_links_and_what_was_removed(client, outlets):
    page = text(client, "/source?key=harbour")
    assert "https://harbour.example/news/3" in page
    assert "undecided" in page
    assert "loaded" in page
    assert "Share this story" in page


@pytest.mark.parametrize("key", ["nowhere", "", "%00", "%3Cscript%3E", "%ED%A0%80"])
def test_a_source_that_does_not_exist_is_not_found(client, key):
    page = text(client, f"/source?key={key}", 404)
    assert "<script>" not in page
    assert "there is no source" in page


def test_text_of_strangers_stays_text(client, store, outlets):
    store.execute(
        "insert into ops.alerts (kind, key, severity, title, text, page_url, opened_at,"
        " last_seen_at)"
        " values ('task', 'x', 'severe', %s, %s, 'javascript:alert(3)', now(), now())",
        (HOSTILE, HOSTILE),
    )
    for path in ("/", "/source?key=harbour", "/intake", "/alerts"):
        page = text(client, path)
        assert "<script>alert" not in page, path
        assert "<img" not in page
        assert "\u202e" not in page
        assert 'href="javascript' not in page
        assert len(page) < 100_000
    assert "&lt;script&gt;alert(1)" in text(client, "/source?key=harbour")
    assert "javascript:alert(3)" in text(client, "/alerts")


def test_links_to_other_sites_tell_them_nothing(client, outlets):
    page = text(client, "/source?key=harbour")
    outside = re.findall(r'<a [^>]*href="https?://[^>]*>', page)
    assert outside
    for link in outside:
        assert 'rel="noopener noreferrer"' in link


def test_every_answer_forbids_scripts_and_frames_of_others(client):
    for path in ("/", "/source?key=nowhere", "/static/dateline.css"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_pages_load_nothing_from_elsewhere_and_work_below_any_path(client, outlets):
    for path in (*PAGES, "/source?key=harbour"):
        page = text(client, path)
        loaded = re.findall(r'(?:src|rel="stylesheet" href)="([^"]*)"', page)
        assert sorted(loaded) == ["static/dateline.css", "static/frame.js"]
        assert not re.search(r'(?:href|src|action)="/', page)
        assert not re.search(r"<[^>]*\s(?:style|on[a-z]+)=|<style|<script>", page)


def test_the_intake_counts_outcomes_and_shows_what_waits_longest(client, outlets):
    page = text(client, "/intake")
    assert "https://harbour.example/news/3" in page
    assert re.search(r"to be read</td><td class=\"n\">1<", page)


def test_the_intake_of_today_has_its_outcomes_and_freshness(client, store, outlets):
    store.execute(
        "update ops.link_attempts set decided_at = now() - interval '1 minute'"
        " where outcome is not null"
    )
    store.execute("update ops.links set first_listed_at = now() - interval '11 minutes'")
    page = text(client, "/intake")
    assert re.search(r"loaded</td>.*<td class=\"n\">2</td></tr>", page)
    assert re.search(r"<td class=\"n\">2</td><td class=\"n\">10 min</td>", page)
    assert "10 min" in text(client, "/")


def test_failed_checks_are_shown_with_their_findings(client, store, outlets):
    publish = store.execute(
        "insert into ops.publishes (run_id, status, looked_from, looked_until)"
        " values (%s, 'failed', now(), now()) returning publish_id",
        (outlets,),
    ).fetchone()[0]
    store.execute(
        "insert into ops.check_results (publish_id, check_name, severity, is_passed, finding_count)"
        " values (%s, 'outcomes_add_up', 'error', false, 1)",
        (publish,),
    )
    store.execute(
        "insert into ops.check_findings (publish_id, check_name, finding_no, source_key, finding)"
        " values (%s, 'outcomes_add_up', 1, 'harbour', 'one link has no outcome')",
        (publish,),
    )
    assert "one link has no outcome" in text(client, "/alerts")
    assert "1 checks failed" in text(client, "/")
    assert "one link has no outcome" in text(client, "/run?dag_id=test&run_id=run-1")
    store.execute("update ops.check_results set severity = 'warning'")
    assert "1 checks warn" in text(client, "/")
    assert 'class="tile bad"' not in text(client, "/").partition("last publish")[0][-200:]


def test_a_page_that_broke_a_limit_is_in_the_quarantine(client, store, outlets):
    fetch_id = store.execute("select max(fetch_id) from news.fetches").fetchone()[0]
    store.execute(
        "insert into ops.page_failures (stage, fetch_id, attempt_count, broken_limit, reason,"
        " rules_version, run_id, quarantined_at)"
        " values ('load', %s, 3, 'time', 'over 20 s', '1', %s, now())",
        (fetch_id, outlets),
    )
    for path in ("/quarantine", "/source?key=harbour"):
        assert "over 20 s" in text(client, path)


def test_a_run_shows_its_sources_and_outcomes(client, outlets):
    page = text(client, "/run?dag_id=test&run_id=run-1")
    cells = re.search(r"source\?key=harbour.*?</tr>", page)[0]
    assert re.findall(r'<td class="n[^"]*">(\d+)', cells) == ["2", "0", "0", "0", "0", "0", "1"]


def test_a_run_without_links_of_its_own_shows_what_was_decided_meanwhile(client, store, outlets):
    store.execute(
        "insert into ops.runs (dag_id, airflow_run_id, started_at, finished_at, status,"
        " code_version) values ('curate', 'scheduled__2026-11-28T10:00:00+00:00',"
        " %s, %s, 'succeeded', '1')",
        (NOON - timedelta(days=365 * 30), NOON + timedelta(days=365 * 30)),
    )
    page = text(client, "/run?dag_id=curate&run_id=scheduled__2026-11-28T10%3A00%3A00%2B00%3A00")
    assert "decided while it ran" in page
    assert "source?key=harbour" in page


def test_a_run_that_dateline_does_not_know_is_not_found(client):
    assert "recorded no run" in text(client, "/run?dag_id=other&run_id=x", 404)


def test_a_thousand_sources_come_in_pages(client, store):
    from dataclasses import replace

    upsert_sources(store, [replace(HARBOUR, key=f"outlet_{n:04}") for n in range(1000)])
    store.execute("update news.sources set is_active = true")
    first = text(client, "/")
    assert first.count("<tr>") == 101
    assert "new 1,000" in first
    last = text(client, "/?page=9")
    assert "outlet_0999" in last
    assert "More sources" not in last
    assert "No source is like that" in text(client, "/?page=10")


def test_without_postgres_the_page_says_so(monkeypatch):
    monkeypatch.setenv("DATELINE_DSN", "postgresql://u:secret@127.0.0.1:9/dateline")
    settings.cache_clear()
    with TestClient(ui_app()) as client:
        page = text(client, "/", 503)
    assert "Postgres does not answer" in page
    assert "secret" not in page


def test_a_store_of_another_version_is_not_changed_by_looking(empty_dsn, monkeypatch):
    monkeypatch.setenv("DATELINE_DSN", empty_dsn)
    settings.cache_clear()
    with TestClient(ui_app()) as client:
        assert "dateline db migrate" in text(client, "/", 503)
    with psycopg.connect(empty_dsn) as conn:
        assert conn.execute("select to_regnamespace('ops')").fetchone() == (None,)


def test_every_page_and_file_is_guarded(store_dsn, monkeypatch):
    def refuse():
        raise HTTPException(401)

    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    with TestClient(ui_app([Depends(refuse)])) as client:
        for path in (*PAGES, "/source?key=x", "/run", "/static/dateline.css"):
            assert client.get(path).status_code == 401, path
        for path in ("/docs", "/openapi.json", "/redoc"):
            assert client.get(path).status_code == 404, path


def test_pages_can_only_be_read(client):
    for path in PAGES:
        assert client.post(path).status_code == 405


def test_files_outside_the_folder_are_not_given(client):
    for name in ("..%2Fapp.py", "app.py", "%2Fetc%2Fpasswd"):
        assert client.get(f"/static/{name}").status_code == 404


def test_each_outcome_is_in_one_group():
    grouped = [outcome for outcomes in GROUPS.values() for outcome in outcomes]
    assert sorted(grouped) == sorted(Outcome)


def test_a_day_without_articles_and_one_without_a_row_look_different():
    from pipeline.ui.charts import articles_chart

    today = date(2026, 11, 28)
    row = {"published_date": today, "seen": 0, "low": 2, "high": 9, "expected": 5}
    chart = articles_chart([row | {"is_incomplete": True}], today, 140, 28)
    assert [bar.kind for bar in chart.bars] == ["short"]
    assert chart.bars[0].height >= 1
    assert len(chart.bands) == 1
    assert "0 articles, 5 expected" in chart.bars[0].words
