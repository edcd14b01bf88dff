"""What a full disk and a missing /dev/shm look like on the command line: one line, no traceback."""

import errno

import psycopg
import pytest

from pipeline.cli import app
from pipeline.errors import SettingsError
from pipeline.stages import local_run


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.DiskFull('could not extend file "base/1": No space left\nHINT:  Check.'),
        OSError(errno.ENOSPC, "No space left on device", "a.warc.gz"),
    ],
)
def test_a_full_disk_is_one_line_that_says_what_to_do(monkeypatch, capsys, error):
    def fail():
        raise error

    monkeypatch.setattr(app, "build", lambda: fail)
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == 3
    said = capsys.readouterr().err
    assert said.startswith("dateline: a disk is full (")
    assert said.count("\n") == 1
    assert "make room" in said


def test_other_faults_keep_their_traceback(monkeypatch):
    def fail():
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(app, "build", lambda: fail)
    with pytest.raises(OSError, match="Input/output"):
        app.main()


def test_without_shared_memory_for_locks_a_run_says_what_to_mount(monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(local_run, "ProcessPoolExecutor", refuse)
    with pytest.raises(SettingsError, match=r"Read-only file system.*tmpfs /dev/shm"):
        local_run.worker_pool(2, "WARNING")
