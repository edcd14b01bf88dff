"""What stages write into Postgres' log (WAL): ``python -m benchmarks.operate.stage_wal``.

A thousand invented articles of 400 words are loaded, looked up for copies and annotated, with the
full names in their texts for mentions, 25 texts a transaction. Then the marks of each stage are set
once more, by themselves, and so is the time of a visit that finds nothing new. Prints bytes of WAL
and how many of the rows of ``news.article_versions`` were updated in place (HOT). No model is
needed. Words follow Zipf's law: how many different ones a text has decides what its index costs.
"""

import argparse
import random
import re
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial

from psycopg import Connection

from benchmarks.robustness.chaos_load import fresh_store
from benchmarks.tables import markdown
from pipeline.models import Annotation, Mention
from pipeline.stages.dedupe import dedupe_batch
from pipeline.telemetry import configure_logging
from pipeline.warehouse.annotations import pending_versions, save_annotations, version_texts
from pipeline.warehouse.load import LoadItem, load_batch
from pipeline.warehouse.schema import ensure_partitions
from pipeline.warehouse.store import connect
from tests.warehouse.stories import NOON, begin, fetched, items, story

_TOGETHER = 25
"""Texts of one transaction."""
_WORDS = 400
_VOCABULARY = 30_000
_SYLLABLES = "ba ne ri to lu ka me si do ru va le ni po gu ma te fi ro su".split()
_NAMED_EVERY = 36
"""Words from one name of a text to the next."""
_FULL_NAME = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b")
_MARKS = {
    "the marks of *annotate* alone": "nlp_version = 'm2', annotation_outcome = 'loaded',"
    " annotated_at = clock_timestamp()",
    "the mark of *dedupe* alone": "deduplicated_at = clock_timestamp()",
}
_VISIT = "last_seen_at = last_seen_at + interval '1 hour'"
_WRITTEN = "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
_UPDATED = """
select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables
where relid = 'news.article_versions'::regclass
"""


def _written(conn: Connection, work: Callable[[], object]) -> tuple[str, str, str]:
    """Do some work; return its megabytes of WAL, and rows updated and of those HOT."""
    log = _number(conn, _WRITTEN)
    updated, hot = _updates(conn)
    work()
    megabytes = (_number(conn, _WRITTEN) - log) / 1e6
    updated_after, hot_after = _updates(conn)
    return f"{megabytes:.1f}", f"{updated_after - updated:,}", f"{hot_after - hot:,}"


def _number(conn: Connection, query: str) -> int:
    row = conn.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0


def _updates(conn: Connection) -> tuple[int, int]:
    conn.execute("select pg_stat_force_next_flush()")
    conn.execute("select pg_stat_clear_snapshot()")
    row = conn.execute(_UPDATED).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def load_items(conn: Connection, run_id: int, numbers: range) -> list[LoadItem]:
    """Return invented articles of these numbers, listed and fetched, to be loaded."""
    pairs = fetched(conn, run_id, numbers)
    return items(pairs, [story(number, _text(number)) for number in numbers])


def _text(number: int) -> str:
    draw = random.Random(number)
    parts = []
    for place in range(_WORDS):
        word = _word(draw)
        is_name = place % _NAMED_EVERY == 0
        parts.append(f"{word.capitalize()} {_word(draw).capitalize()}" if is_name else word)
    return " ".join(parts)


def _word(draw: random.Random) -> str:
    """Return a word, the r-th 1/r times as often as the first."""
    rank = int((_VOCABULARY + 1) ** draw.random())
    letters = []
    while rank:
        rank, syllable = divmod(rank, len(_SYLLABLES))
        letters.append(_SYLLABLES[syllable])
    return "".join(letters)


def annotations(conn: Connection) -> list[tuple[int, Annotation]]:
    """Return annotations of the texts that wait for some: their full names."""
    texts = version_texts(conn, pending_versions(conn))
    return [(each.article_version_id, Annotation(_mentions(each.text))) for each in texts]


def _mentions(text: str) -> tuple[Mention, ...]:
    return tuple(
        Mention(name.start(), name.end(), name[0], "PERSON", name[0])
        for name in _FULL_NAME.finditer(text)
    )


def annotate(conn: Connection, annotated: Sequence[tuple[int, Annotation]]) -> None:
    """Store annotations, some texts at once."""
    for first in range(0, len(annotated), _TOGETHER):
        save_annotations(conn, "m1", annotated[first : first + _TOGETHER])


def _mark(conn: Connection, marks: str, ids: Sequence[int]) -> None:
    statement = f"update news.article_versions set {marks} where article_version_id = any(%s)"
    for first in range(0, len(ids), _TOGETHER):
        conn.execute(statement.encode(), (list(ids[first : first + _TOGETHER]),))


def look_for_copies(conn: Connection) -> None:
    """Look for copies of all texts that wait for it."""
    while dedupe_batch(conn):
        pass


def measure(conn: Connection, articles: int) -> list[tuple[str, ...]]:
    """Return rows of a table: what was done, megabytes of WAL, rows updated, and of those HOT."""
    ensure_partitions(conn, NOON.date() + timedelta(days=1))
    run_id = begin(conn)
    waiting = load_items(conn, run_id, range(articles))
    rows = [("*load*", *_written(conn, lambda: load_batch(conn, run_id, "made", waiting)))]
    annotated = annotations(conn)
    named = sum(len(each.mentions) for _, each in annotated)
    print(f"{len(annotated):,} articles, {named:,} mentions")
    rows.append(("*dedupe* as a whole", *_written(conn, lambda: look_for_copies(conn))))
    rows.append(("*annotate* as a whole", *_written(conn, lambda: annotate(conn, annotated))))
    ids = [number for number, _ in annotated]
    for what, marks in _MARKS.items():
        rows.append((what, *_written(conn, partial(_mark, conn, marks, ids))))
    conn.execute("vacuum news.article_versions")
    visited = _written(conn, lambda: _mark(conn, _VISIT, ids))
    return [*rows, ("a visit that finds nothing new, after a vacuum", *visited)]


def main(articles: int) -> None:
    """Fill a store of its own and print the table."""
    configure_logging("ERROR", "plain")
    with fresh_store() as dsn, closing(connect(dsn)) as conn:
        rows = measure(conn, articles)
    print(markdown(("", "WAL, MB", "rows updated", "HOT"), rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000)
    main(parser.parse_args().articles)
