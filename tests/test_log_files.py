"""Logs that several processes write at once: no line is lost or torn; full files are rotated."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import textwrap
from collections import Counter

import pytest

from pipeline import log_files
from pipeline.log_files import append_lines, empty_if_full

WRITER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from pipeline.log_files import append_lines
    writer = int(sys.argv[2])
    for call in range(200):
        lines = [f"{writer} {call} {place} " + "x" * (37 * call % 300) for place in range(3)]
        append_lines(Path(sys.argv[1]), lines, 20_000, 100)
    """
)
SHORT_OF_ROOM = textwrap.dedent(
    """
    import resource, signal, sys
    from pathlib import Path
    from pipeline.log_files import append_lines
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    file = Path(sys.argv[1])
    append_lines(file, ["first"], 10_000, 1)
    try:
        append_lines(file, ["x" * 600, "y" * 600], 10_000, 1)
    except OSError as error:
        print(error.strerror)
    append_lines(file, ["last"], 10_000, 1)
    """
)


NO_ROOM_FOR_A_COPY = textwrap.dedent(
    """
    import resource, signal, sys
    from pathlib import Path
    from pipeline.log_files import empty_if_full
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    for attempt in range(3):
        try:
            empty_if_full(Path(sys.argv[1]), 10, 3)
        except OSError as error:
            print(error.strerror)
    """
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "logs" / "links.jsonl"


def parts(file):
    """Return the log and its older parts, the newest first."""
    return sorted(
        (each for each in file.parent.iterdir() if not each.name.endswith(".lock")),
        key=lambda each: (len(each.name), each.name),
    )


def test_four_processes_that_write_at_once_lose_and_tear_no_line(file):
    command = [sys.executable, "-c", WRITER, str(file)]
    writers = [subprocess.Popen([*command, str(number)]) for number in range(4)]
    assert [writer.wait(120) for writer in writers] == [0] * 4
    lines = [line for part in parts(file) for line in part.read_text().splitlines()]
    assert Counter(lines) == Counter(
        f"{writer} {call} {place} " + "x" * (37 * call % 300)
        for writer in range(4)
        for call in range(200)
        for place in range(3)
    )
    sizes = [part.stat().st_size for part in parts(file)]
    assert len(sizes) > 10
    assert all(20_000 <= size < 21_000 for size in sizes[1:])


def test_lines_of_one_call_stand_together_and_in_order(file):
    for number in range(30):
        append_lines(file, [f"{number} one", f"{number} two"], 100, 100)
    lines = [line for part in reversed(parts(file)) for line in part.read_text().splitlines()]
    assert lines == [f"{number} {name}" for number in range(30) for name in ("one", "two")]


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_so_many_older_parts_are_kept(file, kept):
    for number in range(10):
        append_lines(file, [f"line {number}"], 5, kept)
    assert [part.read_text() for part in parts(file)] == [
        f"line {9 - place}\n" for place in range(kept + 1)
    ]


def test_what_a_killed_writer_left_of_a_line_is_cut_off(file):
    append_lines(file, ["first"], 1000, 1)
    with file.open("a") as stream:
        stream.write('{"run": 3, "url": "https://herald.exam')
    append_lines(file, ["second"], 1000, 1)
    assert file.read_text() == "first\nsecond\n"


def test_a_full_disk_tears_no_line(file):
    done = subprocess.run(
        [sys.executable, "-c", SHORT_OF_ROOM, str(file)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == os.strerror(errno.EFBIG)  # a full disk of this process
    assert file.read_text() == "first\nlast\n"


def test_a_writer_that_was_stopped_holds_up_nobody(file, monkeypatch):
    monkeypatch.setattr(log_files, "_LOCK_SECONDS", 0.05)
    append_lines(file, ["first"], 5, 1)
    with file.with_name("links.jsonl.lock").open("ab") as stopped:
        fcntl.flock(stopped, fcntl.LOCK_EX)
        append_lines(file, ["second"], 5, 1)
        assert file.read_text() == "first\nsecond\n"
    append_lines(file, ["third"], 5, 1)
    assert file.read_text() == "third\n"


def test_a_process_that_was_forked_meanwhile_does_not_keep_the_lock(file):
    with log_files._locked(file.parent.with_name("other.lock")):
        child = os.fork()
        if child == 0:
            signal.pause()
    try:
        with log_files._locked(file.parent.with_name("other.lock")) as is_alone:
            assert is_alone
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_a_log_that_others_hold_open_goes_on_at_its_new_end(tmp_path):
    file = tmp_path / "airflow.log"
    with file.open("ab", buffering=0) as writer:
        for part in (b"first", b"second", b"third", b"fourth"):
            assert not empty_if_full(file, 10, 2)
            writer.write(part * 10)
            assert empty_if_full(file, 10, 2)
        writer.write(b"last")
    assert file.read_bytes() == b"last"
    assert (tmp_path / "airflow.log.1").read_bytes() == b"fourth" * 10
    assert (tmp_path / "airflow.log.2").read_bytes() == b"third" * 10
    assert not (tmp_path / "airflow.log.3").exists()


def test_a_full_disk_costs_no_older_part(tmp_path):
    file = tmp_path / "airflow.log"
    file.write_bytes(b"x" * 5000)
    (tmp_path / "airflow.log.1").write_text("yesterday")
    done = subprocess.run(
        [sys.executable, "-c", NO_ROOM_FOR_A_COPY, str(file)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [os.strerror(errno.EFBIG)] * 3
    assert file.stat().st_size == 5000
    assert {each.name: each.read_text() for each in tmp_path.glob("*.log.*")} == {
        "airflow.log.1": "yesterday"
    }


def test_a_log_that_does_not_exist_is_no_error(tmp_path):
    assert not empty_if_full(tmp_path / "airflow.log", 10, 2)
