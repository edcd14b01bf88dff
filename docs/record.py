"""Records the outputs that README.md and docs/ show: ``python docs/record.py [NAME]...``.

The names are ``demo``, ``questions``, ``cookbook``, ``sources``, ``alerts``, ``backfill``,
``pages`` and ``speed``, which take their pages from ``../shared/data``; without one, all are
recorded. The walk of
``operations.md`` is recorded by ``docs/record_walk.py``.

A recorded output comes from a real run in a fresh folder; nobody types one. Passwords and times
are replaced, since they differ from run to run.
"""

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RECORDED = ROOT / "docs" / "recorded"
DATELINE = ROOT / ".venv" / "bin" / "dateline"

QUESTIONS = (
    (
        "Who is quoted in articles that mention the port strike?",
        """select distinct speaker_name, left(quote_text, 60) as quote
from mart.who_said_what join mart.articles using (article_id)
where search_vector @@ websearch_to_tsquery('"port strike"')
  and quote_kind = 'direct' and speaker_name is not null limit 3;""",
    ),
    (
        "Which bodies are named most, counting a wire story once?",
        """select entity_name, sum(original_article_count) as articles
from mart.daily_entity_mentions where entity_type = 'ORG'
group by entity_name order by articles desc, entity_name limit 3;""",
    ),
    (
        "Who copied whom?",
        """select original_source_key as original, source_key as copy, left(title, 50) as title
from mart.copies order by original_title, source_key, title limit 3;""",
    ),
)


def main() -> None:
    """Record what the arguments name."""
    recorders = {
        "demo": record_demo,
        "questions": record_questions,
        "cookbook": record_cookbook,
        "sources": record_sources,
        "alerts": record_alerts,
        "backfill": record_backfill,
        "pages": record_pages,
        "speed": record_speed,
    }
    for name in sys.argv[1:] or list(recorders):
        recorders[name]()


def record_demo() -> None:
    """Run the demo in a fresh folder and keep what it prints."""
    with tempfile.TemporaryDirectory() as folder:
        printed = _dateline(folder, "demo")
        _dateline(folder, "down", "--remove")
    text = "$ make demo\n" + _scrubbed(printed, folder)
    (RECORDED / "demo.txt").write_text(text, encoding="utf-8")


def record_questions() -> None:
    """Load the demo site without Airflow and ask the questions of the README."""
    from pipeline.demo import DemoSite

    parts = []
    with tempfile.TemporaryDirectory() as folder, DemoSite() as site:
        sources = Path(folder) / "sources"
        sources.mkdir()
        site.write_sources(sources)
        _dateline(folder, "run")
        for question, query in QUESTIONS:
            answer = _scrubbed(_dateline(folder, "sql", query), folder)
            table = answer.partition("\n\n(")[0].strip("\n")
            parts.append(f"-- {question}\n{query}\n\n{table}\n")
        _dateline(folder, "down", "--remove")
    (RECORDED / "questions.txt").write_text("\n".join(parts), encoding="utf-8")


def record_cookbook() -> None:
    """Run both editions of the demo site and ask every question of the cookbook."""
    from pipeline.demo import DemoSite

    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "sources"
        sources.mkdir()
        for edition in (1, 2):
            with DemoSite(edition) as site:
                site.write_sources(sources)
                _dateline(folder, "run")
        os.environ["DATELINE_HOME"] = f"{folder}/state"
        answers = cookbook_answers()
        _dateline(folder, "down", "--remove")
    text = json.dumps(answers, indent=1, ensure_ascii=False, default=str)
    (RECORDED / "cookbook.json").write_text(f"{text}\n", encoding="utf-8")


def cookbook_answers() -> dict[str, dict[str, Any]]:
    """Ask every question as ``dateline sql`` does, and return the first rows of each answer."""
    from pipeline.warehouse.cookbook import cookbook
    from pipeline.warehouse.read_only import (
        read_only_transaction,
        reader,
        run_statement,
        statements,
    )

    answers = {}
    with reader() as session, read_only_transaction(session.conn):
        for name, query in cookbook().items():
            (statement,) = statements(query.with_values({}))
            cursor = run_statement(session.conn, statement, timeout=60)
            names = [column.name for column in cursor.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            answers[name] = {"sha256": query.sha256, "row_count": len(rows), "rows": rows[:4]}
    return answers


FEEDS = """<opml version="2.0"><body><outline text="Nationals">
  <outline type="rss" text="The Halvane Courier" xmlUrl="http://127.0.0.1:8171/feed/"/>
  <outline type="rss" text="Herald - Home" xmlUrl="https://herald.example/home.xml"/>
  <outline type="rss" text="Herald - World" xmlUrl="https://herald.example/world.xml"/>
  <outline type="rss" text="Old list" xmlUrl="feed:herald"/>
</outline></body></opml>
"""


def record_sources() -> None:
    """Add an outlet of the demo site, check, list and pause it, and import a list of feeds."""
    from pipeline.demo import DemoSite

    key = "the-halvane-courier"
    with tempfile.TemporaryDirectory() as folder, DemoSite():
        (Path(folder) / "feeds.opml").write_text(FEEDS, encoding="utf-8")
        address = "http://127.0.0.1:8171/"
        written = f"{folder}/sources/{key}.toml"
        sessions = {
            "source_add": [["add", address, "--allow-private-addresses"]],
            "source_check": [["check", key]],
            "source_pause": [
                ["pause", key, "--reason", "moves to a new system"],
                ["list"],
                ["resume", key],
            ],
            "source_import": [["import", f"{folder}/feeds.opml"]],
            "source_registry": [["registry", "--country", "ch"], ["enable", "nzz", "srf"]],
        }
        for name, commands in sessions.items():
            parts = [_session(folder, "source", *command) for command in commands]
            if name == "source_add":
                text = Path(written).read_text(encoding="utf-8")
                parts.append(f"$ cat {written}\n{text}")
            text = _scrubbed("\n".join(parts), folder).replace(f"{folder}/", "")
            (RECORDED / f"{name}.txt").write_text(text, encoding="utf-8")


def record_speed() -> None:
    """Measure a whole run without and with Airflow, and draw where the time goes."""
    picture = ROOT / "docs" / "images" / "stages.svg"
    runs = {
        "end_to_end": ["benchmarks.speed.end_to_end", "--picture", str(picture)],
        "airflow_run": ["benchmarks.speed.airflow_run"],
    }
    for name, module in runs.items():
        command = [sys.executable, "-m", *module]
        printed = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        text = f"$ python -m {module[0]}\n{printed.stdout}"
        (RECORDED / f"{name}.txt").write_text(text, encoding="utf-8")


def record_alerts() -> None:
    """Try a channel, and show the line that it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATELINE_ALERTS"] = "file:alerts.jsonl"
        try:
            said = _dateline(folder, "alerts", "test", all_streams=True)
        finally:
            del os.environ["DATELINE_ALERTS"]
        file = Path(folder, "state", "alerts.jsonl")
        line = file.read_text(encoding="utf-8")
        said = said.replace(str(file), ".dateline/alerts.jsonl".ljust(len(str(file))))
        text = f"$ DATELINE_ALERTS='file:alerts.jsonl' dateline alerts test\n{said}"
        text = _scrubbed(f"{text}\n$ cat .dateline/alerts.jsonl\n{line}", folder)
        (RECORDED / "alerts_test.txt").write_text(text, encoding="utf-8")


FILES = (
    "select right(file_name, 15) as file, record_count, page_count, status from ops.backfill_files"
    " order by 1"
)
CAPTURED_EDITS = (
    "select source_key, left(title_after, 44) as title, words_before, words_after,"
    " cardinality(paragraphs_added) as paragraphs_added from mart.silent_edits order by 1, 2"
)


def record_backfill() -> None:
    """Archive both editions of the demo site; load them, the later one first, and as CC-NEWS."""
    from pipeline.demo import DemoSite, free_ports

    with tempfile.TemporaryDirectory() as folder:
        crawl, sources = Path(folder) / "crawl", Path(folder) / "sources"
        month = Path(folder) / "served" / "crawl-data" / "CC-NEWS" / "2026" / "11"
        for each in (crawl, sources, month):
            each.mkdir(parents=True)
        ports = free_ports((0, 0, 0))
        for edition, name in ((1, "2-first"), (2, "1-later")):
            with DemoSite(edition, ports) as site, tempfile.TemporaryDirectory() as home:
                site.write_sources(sources)
                (Path(home) / "sources").symlink_to(sources)
                _dateline(home, "run")
                files = sorted(Path(home, "state", "archive").rglob("*.warc.gz"))
                data = b"".join(file.read_bytes() for file in files)
                (crawl / f"{name}.warc.gz").write_bytes(data)
                (month / f"CC-NEWS-2026110{edition}000000-0000{edition}.warc.gz").write_bytes(data)
                _dateline(home, "down", "--remove")
        names = sorted(str(each.relative_to(Path(folder) / "served")) for each in month.iterdir())
        (month / "warc.paths.gz").write_bytes(gzip.compress("\n".join(names).encode()))
        warc = ["backfill", "warc", str(crawl), "--no-annotate"]
        _record(folder, "backfill_warc", [warc, ["sql", FILES], ["sql", CAPTURED_EDITS]])
        handler = partial(SimpleHTTPRequestHandler, directory=str(Path(folder) / "served"))
        server = ThreadingHTTPServer(("127.0.0.1", 8199), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = "http://127.0.0.1:8199/"
        wanted = ["--outlets", "halvane_courier,merrow_post", "--language", "en"]
        cc_news = ["backfill", "cc-news", "2026-11", *wanted, "--base", base, "--no-annotate"]
        _record(folder, "backfill_cc_news", [cc_news])
        server.shutdown()


PAGE_QUESTIONS = (
    "select count(*) as articles, count(distinct source_key) as outlets, sum(word_count) as words,"
    " count(*) filter (where published_at is null) as undated,"
    " count(*) filter (where cardinality(authors) = 0) as without_author from mart.articles",
    "select outcome, count(*) from mart.url_fate group by 1 order by 2 desc, 1",
    "select quote_kind, grade, count(*) from mart.all_attributions group by 1, 2 order by 1, 2",
    "select speaker_method, count(*), round(avg(confidence)::numeric, 2) as mean_confidence"
    " from mart.who_said_what group by 1 order by 2 desc, 1",
    "select entity_type, count(*) as mentions, count(distinct entity_id) as names,"
    " count(distinct article_id) as articles from mart.entity_mentions where not is_credit"
    " group by 1 order by 2 desc",
    "select count(*) as found, count(distinct source_key) as outlets"
    " from mart.search('climate change -football')",
    "select count(*) as pairs from mart.copies",
    "select count(*) as stories, max(article_count) as largest from mart.stories"
    " where source_count > 1",
)
"""Questions whose answers are numbers alone: nothing of the measured pages' texts is shown."""


def record_pages() -> None:
    """Load the real English pages of ``news-pages`` as saved files, and count what came out."""
    from benchmarks.data import data_folder
    from benchmarks.speed.end_to_end import english_pages

    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "pages"
        pages.mkdir()
        for path, body in english_pages(data_folder() / "news-pages").items():
            (pages / path.removeprefix("/")).write_bytes(body)
        _dateline(folder, "run", str(pages))
        _record(folder, "walk_real_pages", [["sql", each] for each in PAGE_QUESTIONS])


def _record(folder: str, name: str, commands: Sequence[Sequence[str]]) -> None:
    """Record a session in an installation that is empty before and removed afterwards."""
    parts = [_session(folder, *command) for command in commands]
    _dateline(folder, "down", "--remove")
    text = _scrubbed("\n".join(parts), folder).replace(f"{folder}/", "")
    text = text.replace(".venv/bin/dateline", "dateline")
    (RECORDED / f"{name}.txt").write_text(text, encoding="utf-8")


def _session(folder: str, *arguments: str) -> str:
    """Return a command line with all that the command prints, whatever its exit code."""
    # No argument holds what a shell would read within double quotes.
    shown = " ".join(f'"{word}"' if " " in word else word for word in arguments)
    return f"$ dateline {shown}\n{_dateline(folder, *arguments, all_streams=True)}"


def _dateline(folder: str, *arguments: str, all_streams: bool = False) -> str:
    environ = os.environ | {
        "DATELINE_HOME": f"{folder}/state",
        "DATELINE_SOURCES": f"{folder}/sources",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [str(DATELINE), *arguments],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if all_streams else None,
        text=True,
        check=not all_streams,
    )
    return done.stdout


def _scrubbed(text: str, folder: str) -> str:
    text = re.sub(r"(password[: ]+)\S+", r"\1…", text, flags=re.IGNORECASE)
    text = text.replace(f"{folder}/state", ".dateline")
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"


if __name__ == "__main__":
    main()
