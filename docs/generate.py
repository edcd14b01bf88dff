"""Generate the parts of README.md and docs/ that come from the code; cog calls these functions.

``make docs`` rewrites the pages; CI runs ``cog --check``, which fails if a command, a setting or
a column has changed and its page has not. The output of long runs (the demo, the accuracy tables)
is recorded once by ``docs/record.py``, kept in ``docs/recorded/`` and pasted by ``recorded``.
"""

import itertools
import json
import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection

RECORDED = Path(__file__).parent / "recorded"
_CELL = 70
"""Most characters shown of a value in an answer of the cookbook."""


def recorded(name: str, language: str = "text") -> str:
    """Return a recorded output as a code block."""
    text = (RECORDED / f"{name}.txt").read_text(encoding="utf-8").rstrip()
    return f"```{language}\n{text}\n```"


def recorded_markdown(name: str) -> str:
    """Return a recorded Markdown fragment unchanged."""
    return (RECORDED / f"{name}.md").read_text(encoding="utf-8").rstrip()


def recorded_part(name: str, title: str) -> str:
    """Return one table of a recorded output, under the command that printed it.

    Raises:
        ValueError: the output has no table of that title.
    """
    blocks = (RECORDED / f"{name}.txt").read_text(encoding="utf-8").split("\n\n")
    place = next((n for n, block in enumerate(blocks) if block.endswith(title)), None)
    if place is None:
        raise ValueError(f"docs/recorded/{name}.txt has no table {title!r}: record it again")
    command = blocks[0].splitlines()[0]
    return f"```text\n{command}\n{title}\n{blocks[place + 1].rstrip()}\n```"


def recorded_rows(name: str, *labels: str) -> str:
    """Return the header and those rows of a recorded table that begin with the labels.

    Raises:
        ValueError: the table has no row with one of the labels.
    """
    lines = (RECORDED / f"{name}.md").read_text(encoding="utf-8").splitlines()
    rows = []
    for label in labels:
        found = [line for line in lines if line.startswith(f"| {label} |")]
        if not found:
            raise ValueError(f"docs/recorded/{name}.md has no row {label!r}: record it again")
        rows.append(found[0])
    return "\n".join([*lines[:2], *rows])


def cookbook_answers() -> str:
    """Return a section per question of the cookbook: its SQL, and what it gave on the demo site.

    Raises:
        ValueError: a query is not as it was when its answer was recorded.
    """
    from pipeline.warehouse.cookbook import cookbook

    answers = json.loads((RECORDED / "cookbook.json").read_text(encoding="utf-8"))
    parts = []
    for name, query in cookbook().items():
        answer = answers.get(name)
        if answer is None or answer["sha256"] != query.sha256:
            raise ValueError(
                f"sql/cookbook has another {name} than docs/recorded/cookbook.json answers: run "
                "python docs/record.py cookbook"
            )
        values = "".join(f" --set {shlex.quote(f'{e.name}={e.default}')}" for e in query.parameters)
        meanings = [f"- `{each.name}`: {each.meaning}" for each in query.parameters]
        row = f"{query.row[:1].upper()}{query.row[1:]}."
        command = f"```sh\ndateline sql {name}{values}\n```"
        asked = [f"## {query.question}", row, *(["\n".join(meanings)] if meanings else [])]
        body = "\n".join(line for line in query.text.splitlines() if not line.startswith("-- "))
        parts += [
            *asked,
            command,
            _answer(answer),
            f"<details><summary>SQL</summary>\n\n```sql\n{body.strip()}\n```\n\n</details>",
        ]
    return "\n\n".join(parts)


def _answer(answer: dict[str, Any]) -> str:
    """Return the first rows of an answer as a table, with long values cut."""
    rows = answer["rows"]
    if not rows:
        return "No rows on the demo site."
    head = f"| {' | '.join(rows[0])} |"
    lines = [f"| {' | '.join(_cell(value) for value in row.values())} |" for row in rows]
    more = answer["row_count"] - len(rows)
    table = "\n".join([head, f"|{'---|' * len(rows[0])}", *lines])
    return f"{table}\n\n… and {more} more" if more else table


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = ", ".join(str(each) for each in value)
    text = " ".join(str(value).split())
    if len(text) > _CELL:
        text = f"{text[:_CELL]}…"
    return text.replace("|", "\\|").replace("<", "&lt;")


def cli_reference() -> str:
    """Return a section per command with its help, arguments and options."""
    import typer

    from pipeline.cli.app import build

    root: Any = typer.main.get_command(build())
    return "\n\n".join(_command(root.commands[name], f"dateline {name}") for name in root.commands)


def _command(command: Any, path: str) -> str:
    if hasattr(command, "commands"):
        inner = [_command(each, f"{path} {name}") for name, each in command.commands.items()]
        return "\n\n".join([f"## `{path}`", _help(command), *inner])
    level = "##" if path.count(" ") == 1 else "###"
    lines = [f"{level} `{path}`", _help(command)]
    rows = [_parameter(each) for each in command.params if each.name != "help"]
    if rows:
        lines.append("\n".join(["| argument or option | meaning |", "|---|---|", *rows]))
    return "\n\n".join(lines)


def _help(command: Any) -> str:
    text = str(command.help or "").replace("\b", "").strip()
    return re.sub(r"^Example: (.+)$", r"Example: `\1`", text, flags=re.MULTILINE)


def _parameter(parameter: Any) -> str:
    is_option = parameter.param_type_name == "option"
    name = ", ".join(parameter.opts) if is_option else parameter.metavar or parameter.name.upper()
    meaning = (getattr(parameter, "help", None) or "").replace("\n", " ")
    escaped_name, escaped_meaning = (text.replace("|", "\\|") for text in (name, meaning))
    return f"| `{escaped_name}` | {escaped_meaning} |"


def dags() -> str:
    """Return a list of the DAGs, from the first line of each one's documentation."""
    import ast

    lines = []
    for path in sorted((Path(__file__).parents[1] / "dags").glob("*.py")):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        if heading := re.match(r"### (\w+): (.+)", text):
            lines.append(f"- `{heading[1]}`: {heading[2]}")
    return "\n".join(lines)


def settings_table() -> str:
    """Return a table of every ``DATELINE_*`` variable with its default and meaning."""
    from pipeline.settings import Settings

    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        lines.append(f"| `DATELINE_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def outcomes_table() -> str:
    """Return a table of every outcome with the docstring that follows it in ``Outcome``."""
    import ast
    import inspect

    from pipeline import outcomes

    tree = ast.parse(inspect.getsource(outcomes.Outcome))
    lines = ["| outcome | meaning |", "|---|---|"]
    body = tree.body[0].body  # type: ignore[attr-defined]
    for word, text in itertools.pairwise(body):
        if isinstance(word, ast.Assign) and isinstance(text, ast.Expr):
            meaning = " ".join(ast.literal_eval(text.value).split())
            lines.append(f"| `{ast.literal_eval(word.value)}` | {meaning} |")
    return "\n".join(lines)


def data_dictionary() -> str:
    """Return a section per table or view, from the comments of a new, migrated database."""
    rows = _catalogue()
    parts = []
    for schema, about in (
        ("mart", "for analysts"),
        ("news", "curated facts"),
        ("ops", "operations"),
    ):
        parts.append(f"## `{schema}`: {about}")
        tables = sorted({(table, comment) for s, table, comment, *_ in rows if s == schema})
        for table, comment in tables:
            lines = [
                f"### `{schema}.{table}`",
                comment or "",
                "| column | type | meaning |\n|---|---|---|",
            ]
            columns = [row for row in rows if row[:2] == (schema, table)]
            lines[-1] += "".join(f"\n| `{row[3]}` | {row[4]} | {row[5] or ''} |" for row in columns)
            parts.append("\n\n".join(lines))
    return "\n\n".join(parts)


_CATALOGUE = """
select n.nspname, c.relname, obj_description(c.oid), a.attname,
       format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname in ('mart', 'news', 'ops') and c.relkind in ('r', 'p', 'v', 'm')
  and not c.relispartition
order by n.nspname, c.relname, a.attnum
"""


def _catalogue() -> list[tuple[Any, ...]]:
    with new_store() as connection:
        return connection.execute(_CATALOGUE).fetchall()


@contextmanager
def new_store() -> Iterator["Connection"]:
    """Yield a connection to a new, migrated database that is gone after the block."""
    import tempfile

    import psycopg

    from pipeline.settings import settings
    from pipeline.telemetry import configure_logging
    from pipeline.warehouse.embedded_server import embedded_server
    from pipeline.warehouse.store import ensure_store

    configure_logging("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATELINE_HOME"] = folder
        os.environ.pop("DATELINE_DSN", None)
        settings.cache_clear()
        try:
            with psycopg.connect(ensure_store()) as connection:
                yield connection
        finally:
            embedded_server().remove()
            settings.cache_clear()


def request_as_sent() -> str:
    """Return a request of a feed's second visit as a server on loopback received it."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    from pipeline.fetch.fetcher import Fetcher
    from pipeline.models import Validators
    from pipeline.settings import Settings

    received: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            received.append(f"{self.requestline}\n{str(self.headers).strip()}")
            self.send_response(404 if self.path == "/robots.txt" else 304)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    plain = Settings.model_construct(
        **{name: field.default for name, field in Settings.model_fields.items()}
    )
    with Fetcher(plain, allow_private_addresses=True) as fetcher:
        seen = Validators('"4f1c"', "Fri, 20 Nov 2026 08:00:00 GMT", None)
        fetcher.fetch(f"http://{address}/feed.xml", validators=seen, kind="document")
    server.shutdown()
    server.server_close()
    return f"```http\n{received[-1].replace(address, 'news.example')}\n```"


def hostile_answers() -> str:
    """Return what servers were seen to answer, and how each ends, as a table."""
    lines = (Path(__file__).parent / "hostile_answers.tsv").read_text(encoding="utf-8").splitlines()
    rows = ["| answer | outcome | shown by |", "|---|---|---|"]
    for line in lines[1:]:
        answer, outcome, test = line.split("\t")
        path, _, name = test.partition("::")
        ended = "the page is read" if outcome == "(read)" else f"`{outcome}`"
        rows.append(f"| {answer} | {ended} | [{name}](../{path}) |")
    return "\n".join(rows)


def fetch_settings() -> str:
    """Return the settings that concern the manners of fetching as a table."""
    from pipeline.settings import Settings

    names = (
        "user_agent robots_token crawl_delay reservations hosts_at_once max_body_bytes"
        " connect_timeout read_timeout total_timeout max_redirects proxy"
    ).split()
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name in names:
        field = Settings.model_fields[name]
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(f"| `DATELINE_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


def obeyed_reservations() -> str:
    """Return the reservations that are obeyed under DATELINE_RESERVATIONS=obey, as words."""
    from pipeline.fetch.reservations import OBEYED

    return ", ".join(f"`{word}`" for word in sorted(OBEYED))


def our_variables() -> str:
    """Return the variables of Airflow that ``dateline up`` sets itself, for ``operations.md``."""
    from pipeline.local_airflow.environment import OUR_VARIABLES

    names = sorted(name for name in OUR_VARIABLES if name.startswith("AIRFLOW"))
    return "\n".join(f"- `{name}`" for name in names)


def explained_page() -> str:
    """Return what ``dateline extract --explain`` says of a small page, a line for each block."""
    from pipeline.clean.cleaner import clean_article
    from pipeline.extract.explain import explain, shown_blocks
    from pipeline.extract.page import extract_page

    html = _EXPLAINED_PAGE.encode()
    article = clean_article(extract_page(html, url=None), None)
    lines = [
        f"{'kept' if each.is_kept else 'removed':8} {each.reason:11} {each.place[:30]:31} "
        f"{each.text[:30]}"
        for each in explain(article, shown_blocks(html))
    ]
    return "\n".join(["```text", *map(str.rstrip, lines), "```"])


_EXPLAINED_PAGE = """<html lang="en"><head><title>Ferry line closes</title></head><body>
<nav><a href="/">Home</a></nav>
<article><h1>Ferry line closes</h1><p>By Ines Moor</p><div class="story">
<p>The ferry line across the sound closed on Tuesday after a storm broke two of its piers.</p>
<p><a href="/live">Some four hundred people use the line every day to reach the mills.</a></p>
<p>Sign up for our newsletter.</p>
<p>The county said it would run buses over the northern bridge until the end of the month.</p>
<div class="box-3">High water at noon</div>
<div class="more"><a href="/bridge">Why the bridge never opened</a></div>
<p>Engineers had warned in spring that the older piers would not stand another winter.</p>
</div></article></body></html>"""
