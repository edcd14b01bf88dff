"""The message about alerts: its words, its links, and the headings that these lead to."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alerts.digest import RUNBOOK_HEADINGS, Alert, Digest, Links, lasted, runbook_heading
from pipeline.alerts.quiet_hours import quiet_hours
from pipeline.alerts.redaction import without_secrets
from pipeline.errors import SettingsError
from pipeline.settings import Settings
from pipeline.warehouse.alerts import BAD_STATES

NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "operations.md"


def alert(**changes):
    fields = {
        "kind": "source_state",
        "key": "valley blocked",
        "severity": "warning",
        "title": "valley is blocked",
        "source_key": "valley",
        "opened_at": NOON,
    }
    return Alert(**(fields | changes))


def digest(opened=(), closed=(), links=None, **more):
    links = links or Links(None, "docs/operations.md")
    return Digest(tuple(opened), tuple(closed), NOON, links, **more)


def test_each_kind_of_alert_has_a_heading_in_the_docs():
    headings = re.findall(r"^#+ (.+)$", DOCS.read_text(), flags=re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings}
    of_states = {runbook_heading(alert(key=f"valley {state}")) for state in BAD_STATES}
    assert {*RUNBOOK_HEADINGS.values(), *of_states} <= anchors


def test_the_heading_of_a_source_is_that_of_its_state():
    assert runbook_heading(alert()) == "a-source-is-blocked"


def test_one_alert_is_the_subject_and_several_are_counted():
    assert digest([alert()]).subject == "Dateline: valley is blocked"
    over = alert(closed_at=NOON + timedelta(hours=3, minutes=12))
    assert digest([], [over]).subject == "Dateline: valley is blocked: ok again after 3 h 12 min"
    both = digest([alert(severity="severe"), alert()], [over]).subject
    assert both == "Dateline: severe: 2 new, 1 over (valley is blocked, …)"


def test_what_is_over_says_what_is_the_case_instead():
    over = alert(closed_at=NOON + timedelta(days=2, hours=1), closing_note="silent")
    assert "- valley is blocked: now silent after 2 d 1 h" in digest([], [over]).text


def test_what_was_told_before_is_counted():
    text = digest([alert()], still_open=4).text
    assert "4 more are open since earlier." in text


def test_links_lead_to_the_source_the_run_and_the_runbook():
    links = Links("https://airflow.example/base/", "https://wiki.example/dateline")
    text = digest(
        [alert(source_key="a b&c"), alert(ui_path="dags/curate/runs/x")], links=links
    ).text
    assert "https://airflow.example/base/plugin/dateline/dateline/source?key=a%20b%26c" in text
    assert "https://airflow.example/base/dags/curate/runs/x" in text
    assert "what to do: https://wiki.example/dateline#a-source-is-blocked" in text


@given(st.text(), st.text())
def test_whatever_a_page_says_stays_within_its_line(title, text):
    said = digest([alert(title=title, text=text, page_url=text)])
    assert "\n" not in said.subject
    assert "\r" not in said.subject
    assert len(said.subject) <= 150
    allowed = ("New (1):", "- ", "  ", "All open alerts")
    assert all(not line or line.startswith(allowed) for line in said.text.split("\n"))


@given(st.timedeltas(timedelta(0), timedelta(days=400)))
def test_a_length_of_time_names_at_most_two_units(length):
    assert re.fullmatch(r"less than a minute|[1-9]\d* (d|h|min)( \d+ (h|min))?", lasted(length))


@pytest.mark.parametrize(
    ("stated", "moment", "is_quiet"),
    [
        ("22:00-07:00", "2026-11-28T23:00+00:00", True),
        ("22:00-07:00", "2026-11-28T06:59+00:00", True),
        ("22:00-07:00", "2026-11-28T07:00+00:00", False),
        ("22-7 Europe/Berlin", "2026-11-28T21:30+00:00", True),
        ("22-7 Europe/Berlin", "2026-07-28T05:30+00:00", False),
        ("9-17", "2026-11-28T12:00+00:00", True),
        ("9-17", "2026-11-28T18:00+00:00", False),
    ],
)
def test_quiet_hours_are_those_of_their_zone(stated, moment, is_quiet):
    assert quiet_hours(stated).include(datetime.fromisoformat(moment)) is is_quiet


@pytest.mark.parametrize("stated", [None, "", "  "])
def test_without_quiet_hours_there_are_none(stated):
    assert quiet_hours(stated) is None


@pytest.mark.parametrize(
    "stated", ["at night", "25-7", "22:00", "22-7 Nowhere/City", "1:99-2", "22-7 /etc"]
)
def test_quiet_hours_that_cannot_be_read_are_refused(stated):
    with pytest.raises(SettingsError, match=r"DATELINE_QUIET_HOURS=.*write it as"):
        quiet_hours(stated)


def test_secrets_of_the_settings_go_out_of_a_text(monkeypatch):
    monkeypatch.setenv("DATELINE_DSN", "postgresql://u:s3sam%20e@db.example/news")
    monkeypatch.setenv(
        "DATELINE_ALERTS", "smtp://u:p%40ss@m.example?to=a@b.c https://h.example/T0/B0"
    )
    monkeypatch.setenv("DATELINE_HEARTBEAT_URL", "https://hc.example/4711-0815")
    given = Settings()
    text = (
        "s3sam e p@ss https://h.example/T0/B0 /T0/B0 hc.example/4711-0815 http://a:b@c.example"
        " password=x"
    )
    said = without_secrets(text, given)
    for secret in ("s3sam", "p@ss", "T0", "4711", "a:b", "password=x"):
        assert secret not in said
    assert "c.example" in said
