"""``dateline --help`` and ``--version`` load none of the libraries that do the work."""

import subprocess
import sys

HEAVY = """
airflow asyncio feedparser httpx2 jinja2 lxml multiprocessing numpy onnxruntime pipeline.models
psycopg pydantic spacy structlog trafilatura
"""
SCRIPT = f"""
import sys
from pipeline.cli import main
sys.argv = ["dateline", *sys.argv[1:]]
try:
    main()
finally:
    print([name for name in {HEAVY.split()} if name in sys.modules], file=sys.stderr)
"""


def dateline(*words):
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, *words], capture_output=True, text=True, check=True
    )


def test_help_lists_all_commands_and_loads_no_heavy_library():
    done = dateline("--help")
    commands = (
        "alerts annotate archive backfill db dedupe demo down extract fate reprocess run source sql"
        " up versions"
    )
    assert [name for name in commands.split() if f" {name} " not in done.stdout] == []
    assert done.stderr == "[]\n"


def test_the_version_loads_no_heavy_library():
    done = dateline("--version")
    assert done.stdout.startswith("dateline ")
    assert done.stderr == "[]\n"
