"""Records the outputs that README.md and docs/ show: ``python docs/record.py demo|questions``.

A recorded output comes from a real run in a fresh folder; nobody types one. Passwords and times
are replaced, since they differ from run to run.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

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
    recorders = {"demo": record_demo, "questions": record_questions}
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


def _dateline(folder: str, *arguments: str) -> str:
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
        text=True,
        check=True,
    )
    return done.stdout


def _scrubbed(text: str, folder: str) -> str:
    text = re.sub(r"(password[: ]+)\S+", r"\1…", text, flags=re.IGNORECASE)
    text = text.replace(f"{folder}/state", ".dateline")
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"


if __name__ == "__main__":
    main()
