"""The systemd unit, checked by systemd's own verifier where there is one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DATELINE = str(Path(sys.executable).with_name("dateline"))


@pytest.fixture
def install(tmp_path):
    def run(*words, **environ):
        kept = {name: value for name, value in os.environ.items() if name[:8] != "DATELINE"}
        return subprocess.run(
            [DATELINE, "service", "install", *words],
            env=kept
            | {
                "DATELINE_HOME": str(tmp_path / "a home"),
                "XDG_CONFIG_HOME": str(tmp_path / "config"),
            }
            | environ,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_unit_runs_up_and_holds_no_setting(install, tmp_path):
    done = install("--user", DATELINE_DSN='postgresql://me:se"cret pass@db/news')
    assert done.returncode == 0, done.stderr
    unit = (tmp_path / "config" / "systemd" / "user" / "dateline.service").read_text()
    assert f"ExecStart={DATELINE} up\n" in unit
    assert "Restart=always" in unit
    assert "WantedBy=default.target" in unit
    assert "cret" not in unit + done.stdout + done.stderr
    environment = tmp_path / "a home" / "service.env"
    assert environment.stat().st_mode & 0o077 == 0
    assert 'DATELINE_DSN="postgresql://me:se\\"cret pass@db/news"\n' in environment.read_text()
    assert done.stdout.splitlines()[0] == "systemctl --user daemon-reload"


def test_all_that_dateline_reads_goes_into_the_closed_file(install, tmp_path):
    environment = tmp_path / "a home" / "service.env"
    environment.parent.mkdir()
    environment.write_text("")
    environment.chmod(0o644)
    wanted = {
        "AWS_SECRET_ACCESS_KEY": "key",
        "PGPASSFILE": "/etc/pass",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
        "SSL_CERT_FILE": "/etc/own.pem",
        "https_proxy": "http://proxy.example:3128",
    }
    done = install("--user", **wanted, OTHER_SECRET="not asked for")
    assert done.returncode == 0, done.stderr
    assert environment.stat().st_mode & 0o077 == 0
    lines = environment.read_text().splitlines()
    assert {f"{name}={value}" for name, value in wanted.items()} <= set(lines)
    assert "OTHER_SECRET" not in environment.read_text()


def test_printing_writes_nothing(install, tmp_path):
    done = install("--system", "--print")
    assert done.returncode == 0
    assert f"User={os.geteuid()}\n" in done.stdout
    assert "WantedBy=multi-user.target" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [(), ("--user", "--system")])
def test_one_of_both_must_be_chosen(install, words):
    done = install(*words)
    assert done.returncode == 2
    assert "choose one" in done.stderr


def test_a_value_with_a_line_break_is_refused(install):
    done = install("--user", DATELINE_USER_AGENT="one\ntwo")
    assert done.returncode == 2
    assert "line break" in done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_finds_no_fault_in_the_unit(install, tmp_path):
    file = tmp_path / "dateline.service"
    file.write_text(install("--system", "--print").stdout)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False
    )
    assert "dateline.service" not in done.stderr
