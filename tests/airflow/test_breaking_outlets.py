"""Eight outlets break beside healthy ones under ``dateline up``: who is told what, what is red.

Their past is lived without Airflow, with the clock set back (``benchmarks/operate``); what happens
from now on is the work of a real scheduler, which tells a real mail server and a web hook.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.operate.breaking_outlets import FAULTS, WELL, Outlets
from pipeline.local_airflow.api import (
    AirflowApi,
    RunFailed,
    follow_run,
    task_instances,
    trigger,
    wait_for_asset_runs,
)
from pipeline.local_airflow.progress import Progress
from pipeline.settings import settings
from pipeline.stages.publish import publish
from pipeline.stages.run_lifecycle import close_run, open_run
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.store import connect, ensure_store
from tests.fix_airflow import PATIENCE

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.postgres,
    pytest.mark.system,
    pytest.mark.timeout(6 * PATIENCE),
]
IN_WORDS = {
    "outlet_403": "its documents are refused",
    "outlet_503": "its documents are failing",
    "outlet_429": "its documents are refused",
    "outlet_robots": "its documents are refused",
    "outlet_wall": "pages were refused since",
    "outlet_shell": "pages held no readable article since",
    "outlet_redesign": "pages held no readable article since",
    "outlet_empty": "its documents list nothing of its own since",
}
"""What the reason of each state says."""
FINDINGS = {
    "outlet_403": ("documents_bring_links", "requests failed, the last as forbidden"),
    "outlet_503": ("documents_bring_links", "requests failed, the last as server_error"),
    "outlet_429": ("documents_bring_links", "requests failed, the last as rate_limited"),
    "outlet_robots": ("documents_bring_links", "requests failed, the last as robots_denied"),
    "outlet_wall": ("links_bring_articles", "most often blocked"),
    "outlet_empty": ("documents_bring_links", "it answers and names no link"),
}
"""What the checks of a publish say of each. They say nothing of the two whose old stories stay as
they were: some of their links are well."""


class Installation:
    """``dateline up`` on the outlets, and those whom it tells."""

    def __init__(self, folder, outlets, mail_server, hook):
        self.home, self.log = folder / "home", folder / "up.log"
        self.outlets, self.mail_server, self.hook = outlets, mail_server, hook
        self.process = None
        self.api = None

    def start(self):
        environ = {name: value for name, value in os.environ.items() if name[:7] != "AIRFLOW"}
        mail = f"smtp://127.0.0.1:{self.mail_server.port}?to=desk@news.example"
        environ |= {
            "DATELINE_ALERTS": f"{mail} json+{self.hook.url}/hook",
            "DATELINE_SCHEDULE": "0 0 29 2 *",  # ticks are started by the test
        }
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).with_name("dateline")), "up"],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        found = self.wait_until(
            lambda: re.search(r"Airflow: (\S+)\s+user (\S+)\s+password (\S+)", self.log.read_text())
        )
        self.api = AirflowApi(*found.groups())

    def wait_until(self, look):
        """Return what ``look`` returns as soon as it is true."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := look():
                return found
            assert self.process.poll() is None, self.log.read_text()[-4000:]
            time.sleep(0.3)
        return pytest.fail(
            f"did not come in {PATIENCE:.0f} s; told: {self.told()}; {self.log.read_text()[-2000:]}"
        )

    def rows(self, query, *values):
        with closing(connect(EmbeddedServer(self.home).dsn())) as connection:
            return connection.execute(query, values).fetchall()

    def change(self, statement, *values):
        with closing(connect(EmbeddedServer(self.home).dsn())) as connection:
            assert connection.execute(statement, values).rowcount

    def tick(self):
        """Let the outlets be asked for everything, and wait until that is curated and published."""
        run_id = trigger(self.api, "ingest", {"everything": True})
        follow_run(self.api, "ingest", run_id, Progress())
        for curate in wait_for_asset_runs(self.api, "ingest", run_id, "curate", PATIENCE):
            follow_run(self.api, "curate", curate, Progress())
            for run in wait_for_asset_runs(self.api, "curate", curate, "publish", PATIENCE):
                follow_run(self.api, "publish", run, Progress())

    def told(self):
        """Return all records that the web hook got."""
        return [each for body in self.hook.bodies for each in json.loads(body)["alerts"]]

    def titles(self, event):
        return {each["title"] for each in self.told() if each["event"] == event}

    def mails(self):
        """Return the lines of all that the mail server got."""
        return [
            line.strip()
            for mail in self.mail_server.mails
            for line in (mail["Subject"], *mail.get_content().splitlines())
        ]

    def run_states(self):
        return {
            run["state"]
            for dag_id in ("ingest", "curate", "publish")
            for run in self.api.get(f"/dags/{dag_id}/dagRuns")["dag_runs"]
        }

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)


@pytest.fixture
def installation(needs_airflow, tmp_path, monkeypatch, mail_server, make_site):
    hook = make_site()
    hook.page("/hook", "ok")
    home = tmp_path / "home"
    monkeypatch.setenv("DATELINE_HOME", str(home))
    monkeypatch.setenv("DATELINE_SOURCES", str(tmp_path / "sources"))
    settings.cache_clear()
    with Outlets() as outlets:
        outlets.write_sources(tmp_path / "sources")
        made = Installation(tmp_path, outlets, mail_server, hook)
        try:
            ensure_store()
            yield made
        finally:
            made.stop()
            EmbeddedServer(home).remove()


def check_that_each_broken_outlet_is_told_of_and_no_other(installation):
    states = {f"{key} is {state}" for key, (_, state) in FAULTS.items()}
    installation.wait_until(lambda: installation.titles("opened") >= states)
    assert installation.titles("opened") == states
    assert installation.titles("closed") == set()
    installation.wait_until(lambda: states <= {line[2:] for line in installation.mails()})
    mails = "\n".join(installation.mails())
    for alert in installation.told():
        state = alert["title"].rpartition(" ")[2]
        assert IN_WORDS[alert["source"]] in alert["text"]
        assert alert["severity"] == "warning"
        assert alert["link"].endswith(f"/plugin/dateline/dateline/source?key={alert['source']}")
        assert alert["runbook"] == f"docs/operations.md#a-source-is-{state}"
        assert alert["link"] in mails


def check_what_the_states_and_the_checks_say(installation):
    found = dict(installation.rows("select source_key, state from mart.source_state"))
    assert found == {key: state for key, (_, state) in FAULTS.items()} | dict.fromkeys(WELL, "ok")
    findings = installation.rows("select check_name, source_key, finding from mart.check_findings")
    assert {source for _, source, _ in findings} == set(FINDINGS)
    for key, (check, words) in FINDINGS.items():
        said = [text for name, source, text in findings if (name, source) == (check, key)]
        assert any(words in text for text in said), (key, findings)
    assert installation.rows(
        "select distinct severity, is_passed from ops.check_results where severity = 'error'"
    ) == [("error", True)]


def check_that_nothing_is_red_and_the_healthy_outlets_are_whole(installation):
    installation.wait_until(lambda: not installation.run_states() & {"queued", "running"})
    assert installation.run_states() == {"success"}
    for key in WELL:
        outlet = installation.outlets[key]
        stored = installation.rows(
            "select canonical_url from mart.articles where source_key = %s", key
        )
        assert {url for (url,) in stored} == set(map(outlet.story_url, outlet.published))


def check_that_a_fault_of_datelines_own_is_red_and_its_run_can_be_cleared(installation):
    api = installation.api
    (article_id,) = installation.rows("select min(article_id) from news.articles")[0]
    current = "update news.article_versions set is_current = %s where article_id = %s"
    installation.change(current, False, article_id)
    run_id = trigger(api, "publish")
    with pytest.raises(RunFailed, match="one_current_version"):
        follow_run(api, "publish", run_id, Progress())
    title = "check one_current_version fails"
    told = installation.wait_until(
        lambda: [each for each in installation.told() if each["title"].startswith(title)]
    )
    assert told[0]["severity"] == "severe"
    installation.change(current, True, article_id)
    wanted = {"dag_run_id": run_id, "only_failed": True, "dry_run": False}
    cleared = api.post("/dags/publish/clearTaskInstances", wanted)["task_instances"]
    assert "refresh_and_check" in {task["task_id"] for task in cleared}
    follow_run(api, "publish", run_id, Progress())
    assert {task.state for task in task_instances(api, "publish", run_id)} == {"success"}
    installation.wait_until(lambda: told[0]["title"] in installation.titles("closed"))
    said = f"- {told[0]['title']}: ok again after"
    installation.wait_until(lambda: [x for x in installation.mails() if x.startswith(said)])


def check_that_who_was_told_is_told_that_all_is_well_again(installation):
    installation.outlets.repair()
    installation.outlets.publish(datetime.now(UTC), 6)
    # robots.txt holds for an hour at least, and evidence about pages is summed by the hour.
    installation.change("update ops.robots_files set expires_at = now()")
    installation.change(
        "update ops.link_attempts set decided_at = decided_at - interval '1 hour'"
        " where decided_at > now() - interval '1 hour'"
    )
    installation.tick()
    states = {f"{key} is {state}" for key, (_, state) in FAULTS.items()}
    installation.wait_until(lambda: installation.titles("closed") >= states)
    installation.wait_until(
        lambda: states <= {line[2:].partition(": ok again")[0] for line in installation.mails()}
    )
    assert set(installation.rows("select state from mart.source_state")) == {("ok",)}


def publish_the_past():
    """Publish once, so that the checks of the next publish look at what is new."""
    run_id = open_run("publish", "the past")
    publish(run_id)
    close_run(run_id, True)


def test_eight_outlets_break_and_are_mended(installation):
    # One test, because these steps need an order and tests run in a random one.
    installation.outlets.live()
    publish_the_past()
    installation.start()
    installation.tick()
    check_that_each_broken_outlet_is_told_of_and_no_other(installation)
    check_what_the_states_and_the_checks_say(installation)
    check_that_nothing_is_red_and_the_healthy_outlets_are_whole(installation)
    check_that_a_fault_of_datelines_own_is_red_and_its_run_can_be_cleared(installation)
    check_that_who_was_told_is_told_that_all_is_well_again(installation)
