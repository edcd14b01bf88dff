"""Records the walk of ``docs/operations.md``: ``python docs/record_walk.py``.

It does what the page says, in a fresh folder, and keeps what each command prints and each mail
says. It takes up to 90 minutes, because evidence about pages is summed by the hour. Passwords are
replaced, and the folder is called ``~/walk``.
"""

import email
import email.policy
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
RECORDED = ROOT / "docs" / "recorded"
PROGRAMS = ROOT / ".venv" / "bin"
_PATIENCE = 4500.0
"""Seconds to wait for a mail; the slowest comes after the hour in which the outlets were mended."""
FEEDS = [f"http://127.0.0.1:818{number}/feed" for number in range(1, 5)]
STORY_WALL = "http://127.0.0.1:8185/stories/30"
STATES = """select source_key, state, severity, reason
from mart.source_state where state <> 'ok' order by source_key"""
FINDINGS = """select distinct on (source_key) source_key, check_name, left(finding, 90) as finding
from mart.check_findings order by source_key, publish_id desc"""
RUNS = """select dag_id, status, started_at::time(0) as started, link_count, loaded_count
from mart.run_quality order by run_id desc limit 5"""
COUNTS = """select source_key, count(*) as articles, max(first_seen_at)::time(0) as last_came
from mart.articles group by source_key order by source_key"""


class Walk:
    """One walk in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "DATELINE_"))
        } | {
            "DATELINE_HOME": str(folder),
            "DATELINE_SOURCES": str(folder / "sources"),
            "DATELINE_ALERTS": "smtp://127.0.0.1:8125?to=desk@news.example",
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
            "NO_COLOR": "1",
            "COLUMNS": "120",
        }
        self.outlets: subprocess.Popen[str] | None = None

    def begin(self) -> None:
        """Start the outlets, and record how they lived until they are served."""
        words = ["python", "-m", "benchmarks.operate.breaking_outlets"]
        self.outlets = subprocess.Popen(
            [*words, "--mails", str(self.folder / "mails")],
            cwd=ROOT,
            env=self.environ | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = []
        for line in self.outlets.stdout or ():
            lines.append(line)
            if line.startswith("They go on"):
                break
        if not lines or not lines[-1].startswith("They go on"):
            raise RuntimeError(f"the outlets ended with {self.outlets.wait()}")
        shown = " ".join([*words, "--mails ~/walk/mails"])
        self.keep("begin", f"$ {shown}\n{''.join(lines)}")

    def repair(self) -> None:
        """Mend the outlets."""
        if self.outlets is not None and self.outlets.stdin is not None:
            self.outlets.stdin.write("repair\n")
            self.outlets.stdin.flush()

    def session(self, name: str, *commands: str) -> None:
        """Run commands of a shell, and keep them with what they print."""
        self.keep(name, "\n".join(f"$ {each}\n{self.output(each)}" for each in commands))

    def output(self, command: str) -> str:
        """Return what a command of a shell prints, errors too."""
        done = subprocess.run(
            ["bash", "-c", command.replace("~/walk", str(self.folder))],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout

    def mail(self, name: str, *words: str) -> None:
        """Wait for a mail that says all of these words, and keep it."""

        def found() -> str | None:
            for file in sorted((self.folder / "mails").glob("*.eml")):
                message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                heads = [f"{head}: {message[head]}" for head in ("From", "To", "Subject")]
                text = "\n".join([*heads, "", message.get_content()])
                if all(word in text for word in words):
                    return text
            return None

        self.keep(name, self.wait(found, f"a mail that says {', '.join(words)}"))

    def wait(self, look: Callable[[], str | None], what: str) -> str:
        """Return what ``look`` returns as soon as it is something."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(2)
        raise TimeoutError(f"{what} did not come in {_PATIENCE:.0f} s")

    def picture(self, name: str) -> None:
        """Take a picture of Dateline's page in Airflow's UI."""
        from screenshot import logged_in, take

        running = json.loads((self.folder / "airflow" / "running.json").read_text())
        passwords = json.loads((self.folder / "airflow" / "passwords.json").read_text())
        with logged_in(running["url"], passwords["admin"]) as page:
            take(page, f"{running['url']}/plugin/dateline", name)

    def keep(self, name: str, text: str) -> None:
        """Write a recorded part."""
        text = text.replace(str(self.folder), "~/walk")
        text = re.sub(r"(password[: ]+)\S+", r"\1…", text, flags=re.IGNORECASE)
        lines = [line.rstrip() for line in text.splitlines()]
        (RECORDED / f"walk_{name}.txt").write_text("\n".join(lines).strip("\n") + "\n")
        sys.stderr.write(f"recorded: {name}\n")

    def end(self) -> None:
        """Stop all that was started."""
        self.output("dateline down --remove")
        if self.outlets is not None:
            self.outlets.kill()
            self.outlets.wait()


def sql(query: str) -> str:
    """Return the command that asks a question."""
    return f'dateline sql "{query}"'


def main(_arguments: Sequence[str] = ()) -> None:
    """Walk."""
    with tempfile.TemporaryDirectory() as folder:
        walk = Walk(Path(folder) / "walk")
        walk.folder.mkdir()
        try:
            _break(walk)
            _mend(walk)
            _save(walk)
        finally:
            walk.end()


def _break(walk: Walk) -> None:
    walk.begin()
    walk.session("test", "dateline alerts test")
    walk.session("up", "dateline up --detach")
    walk.mail("mail", "outlet_403 is blocked", "outlet_shell is redesigned")
    walk.session("runs", sql(RUNS))
    walk.session("status", "dateline status; echo exit code $?")
    walk.session("states", sql(STATES))
    walk.session("findings", sql(FINDINGS))
    walk.picture("walk_sources")
    walk.session("fate", f"dateline fate {FEEDS[0]}", f"dateline fate {STORY_WALL}")


def _mend(walk: Walk) -> None:
    walk.repair()
    walk.session("retry", f"dateline retry {' '.join(FEEDS)} {STORY_WALL}")
    walk.mail("over", "outlet_403 is blocked: ok again")
    walk.session("loaded", f"dateline fate {STORY_WALL}")
    walk.session("reprocess", "dateline reprocess --stage clean --source outlet_wall")
    walk.session("postgres", "kill -9 $(head -1 ~/walk/pg18/postmaster.pid)")
    walk.mail("component", "postgres died")
    walk.mail("over_pages", "outlet_shell is redesigned: ok again")
    walk.session("articles", sql(COUNTS))


def _save(walk: Walk) -> None:
    walk.session("upgrade", "dateline upgrade --check")
    walk.session("backup", "dateline backup ~/walk-backup", "dateline down")
    walk.session(
        "restore",
        "mkdir ~/walk-restored && cp -a ~/walk/archive ~/walk-restored/archive",
        "export DATELINE_HOME=~/walk-restored; dateline restore ~/walk-backup",
        f"export DATELINE_HOME=~/walk-restored; {sql(COUNTS)}",
    )
    walk.output("DATELINE_HOME=~/walk-restored dateline down --remove")


if __name__ == "__main__":
    main(sys.argv[1:])
