"""What an operator is told, when, and how often: over a real store, mail server and web hook."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from pipeline.alerts.digest import Alert
from pipeline.cli.app import build
from pipeline.errors import ChecksFailed, QuarantinedPages, StoreError
from pipeline.models import Link, Source
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.stages import alerts, publish
from pipeline.stages.alerts import send_alerts
from pipeline.warehouse.links import Decision, decide
from pipeline.warehouse.runs import close_run, open_run
from pipeline.warehouse.sources import upsert_sources
from tests.warehouse.stories import HARBOUR, VALLEY, begin, planned, story_url

NIGHT = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_store(monkeypatch, store_dsn, store):
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    monkeypatch.setenv("DATELINE_UI_URL", "http://127.0.0.1:8080/")
    settings.cache_clear()
    upsert_sources(store, (HARBOUR, VALLEY))


@pytest.fixture
def configure(monkeypatch):
    def write(**values):
        for name, value in values.items():
            monkeypatch.setenv(f"DATELINE_{name.upper()}", value)
        settings.cache_clear()

    return write


@pytest.fixture
def told(configure, tmp_path):
    """Return a function that gives what the file channel was told since it was last called."""
    configure(alerts="file:alerts.jsonl")
    path = tmp_path / "home" / "alerts.jsonl"
    seen = [0]

    def read():
        lines = path.read_text().splitlines() if path.exists() else []
        new = [json.loads(line) for line in lines[seen[0] :]]
        seen[0] = len(lines)
        return [(each["event"], each["title"], each["note"]) for each in new]

    return read


def state(
    store, to_state, at, source="valley", reason="12 of 12 pages were a wall", severity="alert"
):
    store.execute(
        "insert into ops.source_state_changes"
        " (source_id, changed_at, from_state, to_state, from_severity, severity, reason)"
        " select source_id, %s, 'ok', %s, 'none', %s, %s from news.sources where source_key = %s",
        (at, to_state, "none" if to_state == "ok" else severity, reason, source),
    )


def quarantine(store, number, outlet="valley", reason="load: over 20 s"):
    run_id = begin(store, f"run-{number}")
    (attempt,) = planned(store, run_id, [Link(story_url(number, outlet), outlet, "feed")])
    decide(store, [Decision(attempt.attempt_id, Outcome.QUARANTINED, reason)], "load")
    close_run(store, run_id, True)


def hours(count):
    return NIGHT + timedelta(hours=count)


def test_a_state_that_may_be_chance_opens_no_alert_and_keeps_an_open_one(store, told):
    state(store, "thinner", NIGHT, severity="notice")
    assert send_alerts(NIGHT)["alerts_open"] == 0
    state(store, "thinner", hours(1), severity="alert")
    send_alerts(hours(1))
    state(store, "thinner", hours(2), severity="notice")
    assert send_alerts(hours(2))["alerts_open"] == 1
    assert told() == [("opened", "valley is thinner", None)]
    state(store, "late", hours(3), severity="notice")
    send_alerts(hours(3))
    assert told() == [("closed", "valley is thinner", "late")]


def test_a_source_is_told_of_once_and_again_when_it_is_well(store, told):
    state(store, "blocked", NIGHT)
    assert send_alerts(NIGHT) == {"alerts_open": 1, "digests_sent": 1, "digests_failed": 0}
    assert told() == [("opened", "valley is blocked", None)]
    assert send_alerts(hours(1)) == {"alerts_open": 1, "digests_sent": 0, "digests_failed": 0}
    state(store, "ok", hours(3))
    assert send_alerts(hours(3))["alerts_open"] == 0
    assert told() == [("closed", "valley is blocked", "ok")]
    assert send_alerts(hours(4))["digests_sent"] == 0
    row = store.execute(
        "select kind, source_key, is_open, hours, closing_note, sent_to from mart.alerts"
    ).fetchone()
    home = settings().home_folder
    assert row == ("source_state", "valley", False, 3, "ok", [f"file {home / 'alerts.jsonl'}"])


def test_a_change_from_one_bad_state_to_another_is_one_new_alert(store, told):
    state(store, "failing", NIGHT)
    send_alerts(NIGHT)
    state(store, "blocked", hours(1))
    send_alerts(hours(1))
    assert told()[1:] == [("opened", "valley is blocked", None)]


def test_a_source_that_goes_to_sleep_keeps_an_alert(store, told):
    state(store, "failing", NIGHT)
    assert send_alerts(NIGHT)["alerts_open"] == 1
    state(store, "sleeping", NIGHT + timedelta(days=21))
    assert send_alerts(NIGHT + timedelta(days=21))["alerts_open"] == 1


@pytest.mark.parametrize("good", ["ok", "late", "paused"])
def test_states_that_need_nobody_are_no_alert(store, told, good):
    state(store, good, NIGHT)
    assert send_alerts(NIGHT)["alerts_open"] == 0
    assert told() == []


def test_severity_is_the_sources_own(store, told):
    upsert_sources(
        store, [Source("valley", "V", alerts="off"), Source("harbour", "H", alerts="severe")]
    )
    for source in ("valley", "harbour"):
        state(store, "silent", NIGHT, source)
    send_alerts(NIGHT)
    assert told() == [("opened", "harbour is silent", None)]
    assert store.execute("select severity from ops.alerts").fetchall() == [("severe",)]


def test_a_source_that_is_paused_is_no_longer_wrong_and_not_well(store, told):
    state(store, "silent", NIGHT)
    send_alerts(NIGHT)
    store.execute("update news.sources set is_active = false where source_key = 'valley'")
    send_alerts(hours(1))
    assert told()[1:] == [("closed", "valley is silent", "paused")]


def test_a_quarantined_page_is_told_of_until_it_is_read(store, told):
    quarantine(store, 1, reason="load: over 20 s at https://desk:sesame@valley.example/")
    send_alerts(NIGHT)
    quarantine(store, 2)
    send_alerts(hours(1))
    title = "a page of valley is quarantined"
    assert told() == [("opened", title, None), ("opened", title, None)]
    texts = [text for (text,) in store.execute("select text from ops.alerts order by alert_id")]
    assert texts == ["load: over 20 s at https://…@valley.example/", "load: over 20 s"]
    store.execute(
        "update ops.links set last_outcome = 'loaded' where url = %s", (story_url(1, "valley"),)
    )
    send_alerts(hours(2))
    assert told() == [("closed", title, None)]


def test_10_000_pages_at_once_are_one_digest(store, configure, mail_server):
    configure(alerts=f"smtp://127.0.0.1:{mail_server.port}?to=desk@news.example")
    store.execute(
        "insert into ops.links (source_id, url, found_by, first_listed_at, last_listed_at,"
        " last_outcome) select 1, 'https://harbour.example/' || n, 'feed', now(), now(),"
        " 'quarantined' from generate_series(1, 10000) as n"
    )
    assert send_alerts(NIGHT) == {"alerts_open": 10000, "digests_sent": 1, "digests_failed": 0}
    (mail,) = mail_server.mails
    assert mail["Subject"] == "Dateline: 10000 new (a page of harbour is quarantined, …)"
    assert send_alerts(NIGHT)["digests_sent"] == 0


def break_a_check(store):
    store.execute(
        "insert into news.articles (source_id, canonical_url, first_seen_at, last_seen_at)"
        " select source_id, 'https://valley.example/1', now(), now() from news.sources"
        " where source_key = 'valley'"
    )


def test_a_failed_check_is_sent_by_the_publish_that_fails_for_it(store, told, configure, site):
    site.page("/beat", "OK")
    configure(heartbeat_url=f"{site.url}/beat")
    break_a_check(store)
    run_id = open_run(store, "curate", "one", None, "0")
    with pytest.raises(ChecksFailed):
        publish.publish(run_id)
    title = "check one_current_version fails (valley)"
    assert told() == [("opened", title, None)]
    assert site.paths == ["/beat"]
    row = store.execute("select severity, page_url, text from ops.alerts").fetchone()
    assert row == ("severe", "https://valley.example/1", "article 1 has no current version")
    with pytest.raises(ChecksFailed):
        publish.publish(run_id)
    assert told() == []
    store.execute("delete from news.articles")
    counts = publish.publish(run_id)
    assert counts["alerts_open"] == 0
    assert told() == [("closed", title, None)]


def test_a_task_that_failed_is_told_of_at_once_and_cured_by_a_whole_good_run(store, told):
    now = datetime.now(UTC)
    alerts.task_failed("curate", "manual__1", "load", StoreError("Postgres refuses: disk full."))
    assert told() == [("opened", "task load of curate failed", None)]
    alerts.task_failed("curate", "manual__2", "load", StoreError("Postgres refuses: disk full."))
    assert told() == []
    (text, path) = store.execute("select text, ui_path from ops.alerts").fetchone()
    assert text == "run manual__2: StoreError: Postgres refuses: disk full."
    assert path == "dags/curate/runs/manual__1"
    run_id = open_run(store, "curate", "manual__3", None, "0")
    send_alerts(now)
    assert told() == []
    close_run(store, run_id, True)
    send_alerts(now + timedelta(hours=1))
    assert told() == [("closed", "task load of curate failed", None)]


def test_the_task_that_fails_for_its_checks_has_no_alert_of_its_own(store, told):
    alerts.task_failed("curate", "manual__1", "publish", ChecksFailed("1 of 11 checks failed"))
    alerts.task_failed("curate", "manual__1", "close_run", QuarantinedPages("1 page"))
    alerts.task_failed("maintain", "manual__1", "prune_archive", None)
    assert told() == [("opened", "task prune_archive of maintain failed", None)]
    alerts.task_succeeded("maintain", "prune_archive")
    send_alerts(datetime.now(UTC))
    assert told() == [("closed", "task prune_archive of maintain failed", None)]


def test_a_component_that_died_is_told_of_until_it_lived_for_an_hour(store, told):
    file = settings().home_folder / "airflow" / "restarts.jsonl"
    file.parent.mkdir(parents=True)
    death = {"component": "scheduler", "exit_code": -9, "started_again_in": 1.0}
    lines = [json.dumps(death | {"at": hours(each).isoformat()}) for each in (0, 0.5)]
    file.write_text("\n".join(["not json", "[]", *lines]) + "\n")
    send_alerts(hours(0.6))
    assert told() == [("opened", "scheduler died", None)]
    (text,) = store.execute("select text from ops.alerts").fetchone()
    assert text.startswith("2 times within the hour, last at 2026-11-28T02:30:00+00:00")
    send_alerts(hours(1.6))
    assert told() == [("closed", "scheduler died", None)]


def test_alerts_are_sent_where_the_states_of_sources_cannot_be_judged(store, told, monkeypatch):
    def broken(now):
        raise StoreError("no states today.")

    monkeypatch.setattr(publish, "update_source_states", broken)
    state(store, "blocked", NIGHT)
    with pytest.raises(StoreError, match="no states today"):
        publish.publish(open_run(store, "publish", "one", None, "0"))
    assert told() == [("opened", "valley is blocked", None)]


def test_a_run_that_goes_on_for_too_long_is_told_of(store, told, configure):
    configure(slow_run_hours="3")
    run_id = open_run(store, "curate", "scheduled__1", None, "0")
    other = open_run(store, "backfill", "manual__1", None, "0")
    store.execute("update ops.runs set started_at = %s", (NIGHT,))
    send_alerts(hours(2))
    assert told() == []
    send_alerts(hours(4))
    assert told() == [("opened", f"run {run_id} of curate goes on for over 3 hours", None)]
    send_alerts(hours(25))
    assert told() == [("opened", f"run {other} of backfill goes on for over 24 hours", None)]
    close_run(store, run_id, True)
    send_alerts(hours(26))
    assert told() == [("closed", f"run {run_id} of curate goes on for over 3 hours", None)]


def test_a_channel_that_is_away_is_told_later_and_holds_up_no_other(
    store, told, configure, mail_server, site
):
    site.page("/hook", "no", 503)
    mail = f"smtp://127.0.0.1:{mail_server.port}?to=desk@news.example"
    configure(alerts=f"file:alerts.jsonl {mail} {site.url}/hook")
    state(store, "blocked", NIGHT)
    assert send_alerts(NIGHT) == {"alerts_open": 1, "digests_sent": 2, "digests_failed": 1}
    assert len(told()) == len(mail_server.mails) == 1
    listed = CliRunner().invoke(build(), ["alerts", "list", "--open", "--json"])
    assert listed.exit_code == 1
    assert "webhook 127.0.0.1 #" in listed.stderr
    assert "takes no messages since 2026-11-28 02:00 UTC: 127.0.0.1: HTTP 503 (no)" in listed.stderr
    (row,) = [json.loads(line) for line in listed.stdout.splitlines()]
    assert (row["title"], len(row["sent_to"])) == ("valley is blocked", 2)
    site.page("/hook", "ok")
    assert send_alerts(hours(1))["digests_sent"] == 1
    assert "valley is blocked" in json.loads(site.bodies[-1])["text"]
    assert CliRunner().invoke(build(), ["alerts", "list"]).exit_code == 0
    assert len(mail_server.mails) == 1


def test_a_new_channel_is_told_what_is_open_and_not_what_is_over(store, configure, mail_server):
    state(store, "blocked", NIGHT)
    state(store, "silent", NIGHT, "harbour")
    assert send_alerts(NIGHT) == {"alerts_open": 2, "digests_sent": 0, "digests_failed": 0}
    state(store, "ok", hours(1))
    send_alerts(hours(1))
    configure(alerts=f"smtp://127.0.0.1:{mail_server.port}?to=desk@news.example")
    send_alerts(hours(2))
    (mail,) = mail_server.mails
    assert mail["Subject"] == "Dateline: harbour is silent"


def test_in_quiet_hours_only_what_is_severe_is_sent_and_the_rest_in_the_morning(
    store, told, configure, mail_server
):
    mail = f"smtp://127.0.0.1:{mail_server.port}?to=desk@news.example"
    configure(alerts=f"file:alerts.jsonl {mail}", quiet_hours="22-7 Europe/Berlin")
    state(store, "blocked", NIGHT)
    send_alerts(NIGHT)
    assert mail_server.mails == []
    assert len(told()) == 1  # a file wakes nobody
    alerts.open_alert(
        Alert("task", "curate.load", "severe", "task load of curate failed"), hours(1)
    )
    assert mail_server.mails[-1]["Subject"] == "Dateline: severe: task load of curate failed"
    state(store, "ok", hours(2))
    send_alerts(hours(2))
    send_alerts(hours(5))  # 08:00 in Berlin
    assert mail_server.mails[-1]["Subject"] == "Dateline: valley is blocked: ok again after 2 h"


def test_of_two_senders_at_once_one_sends(store, told):
    state(store, "blocked", NIGHT)
    threads = [threading.Thread(target=send_alerts, args=(NIGHT,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told() == [("opened", "valley is blocked", None)]


def test_settings_of_no_use_and_a_store_that_is_away_stop_nothing(store, told, configure, capsys):
    configure(alerts="file:alerts.jsonl smtp://u:sesame@mail.example", quiet_hours="at night")
    state(store, "blocked", NIGHT)
    assert send_alerts(NIGHT)["digests_sent"] == 1
    configure(dsn="postgresql://u:sesame@127.0.0.1:9/none")
    assert send_alerts(NIGHT) == {}
    alerts.task_failed("ingest", "r", "plan", None)
    said = capsys.readouterr().out
    assert "address 2 of DATELINE_ALERTS" in said
    assert "DATELINE_QUIET_HOURS='at night'" in said
    assert "sesame" not in said


def test_the_command_tries_every_channel(configure, mail_server, site):
    site.page("/hook/sesame", "no", 500)
    mail = f"smtp://127.0.0.1:{mail_server.port}?to=desk@news.example"
    configure(alerts=f"{mail} {site.url}/hook/sesame", quiet_hours="0-24")
    assert "DATELINE_QUIET_HOURS" in str(CliRunner().invoke(build(), ["alerts", "test"]).exception)
    configure(quiet_hours="0:00-23:59")
    done = CliRunner().invoke(build(), ["alerts", "test", "--json"])
    assert done.exit_code == 1
    rows = {
        row["channel"].split()[0]: row["result"]
        for row in map(json.loads, done.stdout.splitlines())
    }
    assert rows == {"mail": "took it", "webhook": "127.0.0.1: HTTP 500 (no)"}
    assert mail_server.mails[0]["Subject"] == "Dateline: this is a test"
    assert "sesame" not in done.output


def test_without_a_channel_the_commands_say_how_to_set_one():
    runner = CliRunner()
    done = runner.invoke(build(), ["alerts", "test"])
    assert "there is no channel: set DATELINE_ALERTS" in str(done.exception)
    listed = runner.invoke(build(), ["alerts", "list"])
    assert listed.exit_code == 0
    assert "nobody is told" in listed.stderr
