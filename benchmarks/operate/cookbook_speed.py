"""How long each question of the cookbook takes: ``python -m benchmarks.operate.cookbook_speed``.

Fills a made store (``made_store``) and asks every question of ``sql/cookbook`` as the login of
``dateline sql`` does: once after the server was started again, so that its own cache is empty
(that of the operating system is not), and then five times more. Beside the clock stands the
processor time of the server's process, which a busy machine does not change much. Searches with a
phrase and filters, and the mentions and quotes of one entity, are asked too. ``--home FOLDER``
keeps the made store in that folder, or takes the one that is there, and ``--dsn`` takes any store.
``--plans FOLDER`` writes the plan of each. Behind the times stand the bytes an article of the
largest tables.

The figure to reach is a p95 over the questions of 200 ms, 300 ms for a search, and 100 ms for an
entity.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.operate.made_store import made_server
from benchmarks.tables import markdown, measured_today
from pipeline.telemetry import configure_logging
from pipeline.warehouse.cookbook import cookbook

WARM_RUNS = 5
QUESTION_MS = 200
SEARCH_MS = 300
ENTITY_MS = 100
SHOWN_BYTES = 20
_PERSON = """
select e.entity_name from news.entities as e
where e.entity_type = 'PERSON' and e.merged_into_entity_id is null
order by abs(e.version_count - (select count(*) from news.articles) / 100), e.entity_id limit 1
"""
_ENTITY = "(select entity_id from mart.dim_entity where entity_name = '{person}' limit 1)"
_OTHERS = {
    "search: a phrase, an outlet, 30 days": (
        SEARCH_MS,
        "select * from mart.search('\"city council\" bridge', since => current_date - 30,"
        " outlet => 'outlet_0002', language => 'en')",
    ),
    "search: a phrase in every outlet": (SEARCH_MS, "select * from mart.search('\"water bank\"')"),
    "search: two common words": (
        SEARCH_MS,
        "select * from mart.search('council minister', language => 'en')",
    ),
    "search: a rare word": (SEARCH_MS, "select * from mart.search('gubernisiondari')"),
    "search: the beginning of a word": (
        SEARCH_MS,
        "select * from mart.search('electi* party', language => 'en')",
    ),
    "search: a name of stop words": (SEARCH_MS, "select * from mart.search('The Who')"),
    "search of quotes: a phrase and a speaker": (
        SEARCH_MS,
        "select * from mart.search_quotes('\"city council\"', speaker => '{person}')",
    ),
    "search of quotes: a common word": (
        SEARCH_MS,
        "select * from mart.search_quotes('bridge', since => current_date - 30)",
    ),
    "one entity's newest mentions": (
        ENTITY_MS,
        f"select * from mart.entity_mentions where entity_id = {_ENTITY}"
        " order by best_date desc limit 50",
    ),
    "one entity's quotes": (
        ENTITY_MS,
        f"select * from mart.who_said_what where entity_id = {_ENTITY}"
        " order by best_date desc limit 50",
    ),
    "one entity's newest mentions, by mart.articles_naming": (
        ENTITY_MS,
        f"select m.* from mart.articles_naming(array{_ENTITY}) as a inner join mart.entity_mentions"
        f" as m on a.article_id = m.article_id and m.entity_id = {_ENTITY}",
    ),
    "one entity's quotes, by mart.articles_quoting": (
        ENTITY_MS,
        f"select q.* from mart.articles_quoting(array{_ENTITY}) as a inner join mart.who_said_what"
        f" as q on a.article_id = q.article_id and q.entity_id = {_ENTITY}",
    ),
}
_SIZES = """
with tables as (
    select
        coalesce(i.inhparent, c.oid) as table_id,
        pg_relation_size(c.oid) as rows,
        coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0) as aside,
        pg_indexes_size(c.oid) as indexes
    from pg_class as c
    left join pg_inherits as i on i.inhrelid = c.oid
    where c.relkind = 'r' and c.relnamespace in ('news'::regnamespace, 'ops'::regnamespace)
)
select table_id::regclass::text, sum(rows), sum(aside), sum(indexes)
from tables group by table_id order by sum(rows + aside + indexes) desc
"""


@dataclass(frozen=True, slots=True)
class Timed:
    """What one question took."""

    name: str
    rows: int
    most_ms: int
    """The figure to reach."""
    cold_ms: float
    warm_ms: Sequence[float]
    cpu_ms: float
    """Processor time of the server's process, a warm run."""

    @property
    def median_ms(self) -> float:
        """The time that the question takes as a rule, once its pages are cached."""
        return statistics.median(self.warm_ms)


def questions(conn: psycopg.Connection) -> dict[str, tuple[int, str]]:
    """Return the questions by name, each with its figure to reach and its SQL."""
    row = conn.execute(_PERSON).fetchone()
    person = row[0] if row else ""
    values = {"name": person, "about": '"city council" or bridge', "author": "marlow"}
    asked = {
        name: (
            QUESTION_MS,
            query.with_values(
                {e.name: values[e.name] for e in query.parameters if e.name in values}
            ),
        )
        for name, query in cookbook().items()
    }
    others = {name: (ms, text.replace("{person}", person)) for name, (ms, text) in _OTHERS.items()}
    return asked | others


def measure(dsn: str, asked: dict[str, tuple[int, str]], plans: Path | None) -> list[Timed]:
    """Ask each question in a session of its own, and return what it took."""
    found = []
    for name, (most_ms, text) in asked.items():
        with closing(psycopg.connect(dsn, autocommit=True)) as conn:
            conn.execute("set role dateline_analyst")
            conn.execute("set statement_timeout = '60s'")
            taken, rows, cpu = [], 0, 0.0
            for run in range(1 + WARM_RUNS):
                if run == 1:
                    cpu = _cpu_ms(conn.info.backend_pid)
                began = time.perf_counter()
                try:
                    rows = len(conn.execute(text.encode()).fetchall())
                except psycopg.errors.QueryCanceled:
                    rows = -1
                taken.append((time.perf_counter() - began) * 1000)
                if rows < 0:
                    break
            cpu = (_cpu_ms(conn.info.backend_pid) - cpu) / WARM_RUNS
            found.append(Timed(name, rows, most_ms, taken[0], taken[1:] or taken, cpu))
            if plans and rows >= 0:
                lines = conn.execute(f"explain (analyze, buffers) {text}".encode()).fetchall()
                plan = "\n".join(line for (line,) in lines)
                file = plans / f"{name.replace(' ', '_').replace(':', '')}.txt"
                file.write_text(f"{plan}\n", encoding="utf-8")
    return found


def _cpu_ms(pid: int) -> float:
    """Return the processor time of a process on this machine so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def report(found: Sequence[Timed], articles: int) -> str:
    """Return the times as Markdown, the slowest question first."""
    rows = [
        (
            each.name,
            "over 60 s" if each.rows < 0 else f"{each.rows:,}",
            f"{each.cold_ms:.0f}",
            f"{each.median_ms:.0f}",
            f"{max(each.warm_ms):.0f}",
            f"{each.cpu_ms:.0f}",
            f"{each.most_ms}",
        )
        for each in sorted(found, key=lambda each: -each.median_ms)
    ]
    head = (
        "question",
        "rows",
        "cold, ms",
        "warm, ms",
        "slowest warm, ms",
        "CPU, ms",
        "to reach, ms",
    )
    asked = [each.median_ms for each in found if each.most_ms == QUESTION_MS]
    p95 = statistics.quantiles(asked, n=20)[-1]
    cpu_p95 = statistics.quantiles([e.cpu_ms for e in found if e.most_ms == QUESTION_MS], n=20)[-1]
    within = sum(each.median_ms <= each.most_ms for each in found)
    return (
        f"{articles:,} articles. p95 of the {len(asked)} questions of the cookbook: {p95:.0f} ms"
        f" warm ({cpu_p95:.0f} ms of processor time); {within} of all {len(found)} are within"
        f" their figure.\n\n{markdown(head, rows)}"
    )


def bytes_by_table(conn: psycopg.Connection, articles: int) -> str:
    """Return as Markdown what an article takes in each table, where it is 20 bytes or more."""
    each = [
        (name, *(int(size) / max(articles, 1) for size in sizes))
        for name, *sizes in conn.execute(_SIZES).fetchall()
    ]
    total = ("**together**", *(sum(row[column] for row in each) for column in (1, 2, 3)))
    rows = [
        (name, f"{held:,.0f}", f"{aside:,.0f}", f"{indexes:,.0f}", f"{held + aside + indexes:,.0f}")
        for name, held, aside, indexes in [*each, total]
        if held + aside + indexes >= SHOWN_BYTES
    ]
    head = ("table", "rows", "long values (TOAST)", "indexes", "together")
    return f"Bytes an article, by table:\n\n{markdown(head, rows)}"


def main(articles: int = 200_000, home: Path | None = None, plans: Path | None = None) -> None:
    """Print the times of a made store of this many articles, kept in ``home`` where that is given.

    Args:
        articles: a multiple of 10.
        home: see ``made_server``.
        plans: a folder for the plans.
    """
    configure_logging("ERROR")
    with made_server(articles, home) as server:
        server.stop()
        server.start()
        printed = _measured(server.dsn(), plans)
    command = f"python -m benchmarks.operate.cookbook_speed --articles {articles}"
    sys.stdout.write(f"{printed}\n\n{measured_today(command)}\n")


def _measured(dsn: str, plans: Path | None) -> str:
    with closing(psycopg.connect(dsn, autocommit=True)) as conn:
        asked = questions(conn)
        row = conn.execute("select count(*) from news.articles").fetchone()
        articles = int(row[0]) if row else 0
        sizes = bytes_by_table(conn, articles)
    load = f"Load of the machine before and after: {os.getloadavg()[0]:.0f}"
    times = report(measure(dsn, asked, plans), articles)
    return f"{times}\n\n{load} and {os.getloadavg()[0]:.0f}.\n\n{sizes}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--home", type=Path, help="a folder in which the store is made, and stays")
    parser.add_argument("--dsn", help="a store that is filled already")
    parser.add_argument("--plans", type=Path, help="a folder for the plans")
    given = parser.parse_args()
    if given.plans:
        given.plans.mkdir(parents=True, exist_ok=True)
    if given.dsn:
        sys.stdout.write(f"{_measured(given.dsn, given.plans)}\n")
    else:
        main(given.articles, given.home, given.plans)
