"""``dateline demo``, ``up`` and ``down`` as far as they work without Airflow."""

import json
import os
import signal

import pytest

from pipeline.cli.demo import NextDemo
from pipeline.cli.up import ended_by_sigterm
from pipeline.errors import SettingsError, SourceError
from pipeline.local_airflow import airflow
from pipeline.warehouse.embedded_server import EmbeddedServer

pytestmark = pytest.mark.slow


@pytest.fixture
def dateline(monkeypatch, capsys):
    """Run the command in this process and return its exit code and its output."""
    from pipeline.cli.app import build

    def run(*words):
        monkeypatch.setattr("sys.argv", ["dateline", *words])
        with pytest.raises(SystemExit) as end:
            build()()
        return end.value.code or 0, capsys.readouterr()

    return run


def test_the_next_demo_is_read_back_and_is_the_first_when_unreadable(tmp_path):
    file = tmp_path / "demo.json"
    assert NextDemo.read(file) == NextDemo(1, None)
    NextDemo(2, (1, 2, 3)).write(file)
    assert NextDemo.read(file) == NextDemo(2, (1, 2, 3))
    for broken in ("", "[]", '{"edition": 2}', '{"edition": 2, "ports": [1, "x"]}'):
        file.write_text(broken)
        assert NextDemo.read(file) == NextDemo(1, None)


@pytest.mark.parametrize("command", ["demo", "up"])
def test_without_airflow_the_error_says_how_to_install_it(monkeypatch, command):
    from pipeline.cli.app import build

    monkeypatch.setattr(airflow, "find_spec", lambda name: None)
    monkeypatch.setattr("sys.argv", ["dateline", command])
    with pytest.raises(SettingsError, match="uv sync --inexact --extra airflow"):
        build()()


@pytest.mark.airflow
@pytest.mark.usefixtures("needs_airflow")
def test_up_without_sources_says_how_to_add_one(monkeypatch, store_dsn, tmp_path):
    from pipeline.cli.app import build

    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    monkeypatch.setenv("DATELINE_SOURCES", str(tmp_path / "no sources"))
    monkeypatch.setattr("sys.argv", ["dateline", "up"])
    with pytest.raises(SourceError, match="dateline source add"):
        build()()


def test_down_succeeds_where_nothing_runs(dateline):
    code, output = dateline("down")
    assert (code, output.out, output.err) == (0, "", "")


def test_down_remove_deletes_the_home_folder(dateline, tmp_path):
    server = EmbeddedServer(tmp_path / "home")
    server.start()
    (tmp_path / "home" / "demo.json").write_text(json.dumps({}))
    code, output = dateline("down", "--remove")
    assert code == 0
    assert "is removed" in output.err
    assert not (tmp_path / "home").exists()
    assert not server.is_ready()


def test_sigterm_raises_keyboard_interrupt_as_ctrl_c_does():
    def send_sigterm():
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), ended_by_sigterm():
        send_sigterm()
    assert signal.getsignal(signal.SIGTERM) is before
