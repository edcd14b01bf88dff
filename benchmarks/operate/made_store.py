"""A made store of any size: ``python -m benchmarks.operate.made_store --articles 200000``.

Fills an empty store by SQL, for measures of speed that need a large one. With ``--home`` the store
is that of a server of its own in that folder, and stays there for the benchmarks that take the same
option; without it, it is that of ``DATELINE_DSN`` or of Dateline's home. What the cost of queries
depends on follows what news looks like: outlets and entities by Zipf's law (the r-th is named 1/r
times as often as the first), articles that gather around events and so name the same people, a
run a day, fewer articles at weekends, 30 mentions and 8 quotes an article, one article in ten a
copy, one in twenty without a date, one in thirty edited. Words, names and outlets are made of
syllables. The same number of articles gives the same rows. Offsets of mentions and quotes give
back the words. ``add`` writes more articles into the store, of the last hours, as new ones.

Triggers and foreign keys are off while rows are written and later indexes are created at the end,
so the login must be a superuser, as that of the embedded server is. Fingerprints are left out. The
words stay in the schema ``made``.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
from psycopg import Connection

from pipeline.entities.families import FAMILY_RULES
from pipeline.errors import StoreError
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.entities import family_columns
from pipeline.warehouse.mart_counts import count_all
from pipeline.warehouse.schema import migrate
from pipeline.warehouse.store import connect, create_database, ensure_store

OUTLETS = 500
DAYS = 365
"""Over how many days until now the articles are spread."""
MENTIONS = 30
ENTITIES_OF_A_TEXT = 16
"""Of how many entities the mentions of a text are, at most; about 11 are named."""
_SPARE = 500_000_000
"""Keys above this one are those of articles that the store is given by other ways."""
_EARLIER = 1_000_000_000
"""Added to the key of an article's version for that of its earlier one."""
_AT_ONCE = 5_000
_CONNECTIONS = 2
_FILLING = (
    "-c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0"
    " -c max_wal_size=4GB -c shared_buffers=1GB -c autovacuum=off"
)
_SENTENCES = 30_000
_SENTENCE_WORDS = 11
_WORDS = 30_000
_COMMON = (
    "the of to and in a for on that is with by at from as it was be are has have not will this"
    " said council minister city government court people police year week plan vote report"
    " company market school water road bridge budget election party health law union bank energy"
    " meeting work state country home public new first last two three more after before"
).split()
_LATER_INDEXES = """
select schemaname || '.' || indexname, indexdef from pg_indexes
where schemaname = 'news' and indexdef not like 'CREATE UNIQUE%%' and tablename = any(%s)
"""
_FILLED = (
    "articles",
    "article_versions",
    "article_search",
    "entity_mentions",
    "quotes",
    "quote_speakers",
    "text_reuse",
)
_HELPERS = """
create schema made;
create table made.store (articles bigint, outlets int, days int);
-- A number from 0 to 1 that depends on two others and nothing else.
create function made.draw(a bigint, b bigint) returns double precision
language sql immutable parallel safe
return (hashint8extended(a * 1009 + b, 7) & 281474976710655) / 281474976710656.0;
-- A rank from 1 to n by Zipf's law.
create function made.rank(n bigint, drawn double precision) returns bigint
language sql immutable parallel safe
return least(n, floor(power(n + 1, drawn))::bigint);
create function made.word(n bigint) returns text
language sql immutable parallel safe
return (string_to_array('ba ne ri to lu ka me si do ru va le ni po gu ma te fi ro su', ' '))[1 + n % 20]
    || (string_to_array('ran len mik tor vus dal ber nis gol pur zan hel rik mon tus', ' '))[1 + n / 20 % 15]
    || (string_to_array(' a o en is um er ia on el ak', ' '))[1 + n / 300 % 11]
    || case when n >= 3300 then (string_to_array('da lo me ri', ' '))[1 + n / 3300 % 4] else '' end
    || case when n >= 13200
        then (string_to_array('ba ne ri to lu ka me si do ru va le ni po gu ma te fi ro su', ' '))
            [1 + n / 13200 % 20] else '' end;
create unlogged table made.words (word_no int primary key, word text not null);
create unlogged table made.sentences (
    sentence_no int primary key, words text not null, vector tsvector not null
);
create unlogged table made.names (entity_id bigint primary key, vector tsvector not null);
create aggregate made.joined(tsvector) (sfunc = tsvector_concat, stype = tsvector, initcond = '');
"""  # noqa: E501 -- lines of SQL
_SENTENCES_OF_WORDS = """
insert into made.words
select n, coalesce((%(common)s::text[])[n], made.word(n)) from generate_series(1, %(words)s) as n;
insert into made.sentences
select s, w.words, setweight(to_tsvector('english', w.words), 'B')
from generate_series(1, %(sentences)s) as s
cross join lateral (
    select string_agg(w.word, ' ' order by i) as words
    from generate_series(1, %(length)s) as i
    join made.words as w
        on w.word_no = made.rank(%(words)s, made.draw(s, 100 + i))
) as w;
insert into ops.runs (run_id, dag_id, airflow_run_id, started_at, finished_at, status, code_version)
overriding system value
select n, 'ingest', 'made ' || n, d.at, d.at + interval '10 minutes', 'succeeded', '0'
from generate_series(1, %(days)s) as n
cross join lateral (select now() - interval '1 day' * (%(days)s - n) as at) as d;
insert into news.sources
    (source_id, source_key, source_name, country_code, time_zone, known_time_zone)
overriding system value
select n, 'outlet_' || to_char(n, 'FM0000'), 'The ' || initcap(made.word(n)) || ' Courier',
    (array['GB', 'US', 'IN', 'ZA', 'AU'])[1 + n %% 5],
    (array['Europe/London', 'America/New_York', 'Asia/Kolkata', null])[1 + n %% 4],
    (array['Europe/London', 'America/New_York', 'Asia/Kolkata', null])[1 + n %% 4]
from generate_series(1, %(outlets)s) as n;
"""
_NAMES = """
select n,
    (array['PERSON', 'PERSON', 'ORG', 'GPE', 'PERSON', 'ORG', 'NORP', 'FAC', 'PERSON', 'GPE'])
        [1 + n % 10],
    case
        when n % 10 in (0, 1, 4, 8)
            then initcap(made.word(n % 701)) || ' ' || initcap(made.word(n * 7919 % 60007))
        when n % 10 in (2, 5) then initcap(made.word(n * 13 % 50021)) || ' Council of '
            || initcap(made.word(n))
        else initcap(made.word(n))
    end
from generate_series(1, {}) as n
"""
_NAMES_OF_WORDS = """
insert into made.names
select entity_id, setweight(to_tsvector('english', entity_name), 'B') from news.entities
"""
_ARTICLES = """
create temporary table made_articles on commit drop as
select
    n, text_no, 1 + made.rank({outlets}, made.draw(n, 1)) % {outlets} as source_id,
    made.rank({events}, made.draw(text_no, 2)) as event_no, at,
    made.draw(n, 3) < 0.05 as is_undated,
    'https://outlet-' || made.rank({outlets}, made.draw(n, 1)) || '.example/news/' || n as url
from generate_series({first}, {last}) as n
cross join lateral (
    select case when n % 10 = 0 then n - 1 - n / 10 % 3 else n end as text_no
) as t
cross join lateral (
    select date_trunc('second', now() - interval '{days} days' * case
        when n <= {all} then ({all} - n)::float8 / {all}
        else made.draw(n, 5) * {count} / {all} end) as evenly
) as e
cross join lateral (
    select evenly - case
        when extract(isodow from evenly) > 5 and made.draw(n, 4) < 0.4 then interval '2 days'
        else interval '0' end - interval '20 minutes' as at
) as d;
create temporary table made_parts on commit drop as
with drawn as (
    select a.n, i, i % 4 = 1 as is_quote,
        case
            -- Every second entity of a text is one of its event's.
            when slot % 2 = 1 then made.rank({entities}, made.draw(a.event_no, 1000 + slot))
            else made.rank({entities}, made.draw(a.text_no, 2000 + slot))
        end as entity_id,
        1 + floor({sentences} * made.draw(a.text_no, 3000 + i))::int as sentence_no
    from made_articles as a
    cross join generate_series(1, {mentions}) as i
    cross join lateral (
        select made.rank({slots}, made.draw(a.text_no, 4000 + i)) as slot
    ) as s
),
written as (
    select d.n, d.i, d.is_quote, d.entity_id, d.sentence_no, e.entity_type, e.entity_name, s.words,
        case when d.is_quote then ' said: “' else ' ' end as middle,
        case when d.is_quote then '.” ' else '. ' end
            || case when d.i % 5 = 0 then E'\n\n' else '' end as ending
    from drawn as d
    join made.sentences as s using (sentence_no)
    join news.entities as e using (entity_id)
)
select *, (sum(length(entity_name || middle || words || ending)) over (partition by n order by i)
    - length(entity_name || middle || words || ending))::int as starts
from written;
-- As to_tsvector gives of the whole text, but that a stop word at the end of a sentence takes no
-- place; a third of the time.
create temporary table made_vectors on commit drop as
select n, made.joined(v.vector order by v.paragraph_no) as vector
from (
    select p.n, p.i / 5 as paragraph_no,
        made.joined(
            case when p.is_quote then e.vector || '''said'':1B'::tsvector else e.vector end
                || s.vector
            order by p.i
        ) as vector
    from made_parts as p
    join made.names as e using (entity_id)
    join made.sentences as s using (sentence_no)
    group by p.n, p.i / 5
) as v
group by n;
insert into news.articles
    (article_id, source_id, canonical_url, first_seen_at, last_seen_at, published_at,
    duplicate_group_id, is_group_original, current_version_id, best_date, best_date_origin)
overriding system value
select n, source_id, url, at + interval '20 minutes', at + interval '20 minutes',
    case when not is_undated then at end,
    g.group_no, case when g.group_no is not null then text_no = n end,
    n, d.best_date, d.best_date_origin
from made_articles
join news.sources as s using (source_id)
cross join lateral news.best_day(
    s.known_time_zone, case when not is_undated then at end, at + interval '20 minutes',
    case when not is_undated then at end, null, case when not is_undated then 'page' end,
    case when not is_undated then 'second' end, null, null
) as d
cross join lateral (
    select case
        when n % 10 = 0 then n / 10
        when {last_of_all} >= (n / 10 + 1) * 10 and n = (n / 10 + 1) * 10 - 1 - (n / 10 + 1) % 3
            then n / 10 + 1
    end as group_no
) as g;
insert into news.article_versions (
    article_version_id, article_id, version_no, content_sha256, body_sha256, is_current, title,
    title_origin, authors, body_text, word_count, language_code, article_kind, section_name,
    is_wire_copy, is_paywalled, published_at, published_origin, published_precision,
    published_zone, first_seen_at, last_seen_at, first_run_id, first_fetch_id, extractor_version,
    nlp_version, annotation_outcome, annotated_at, deduplicated_at, quality_score
)
overriding system value
select a.n, a.n, 1, sha256(a.n::text::bytea), sha256(a.text_no::text::bytea), true, t.title, 'h1',
    array[initcap(made.word(a.source_id * 31 + a.n % 20)) || ' Marlow'], t.body,
    length(t.body) / 6, 'en', 'article', (array['news', 'politics', 'business', 'sport'])
    [1 + a.n % 4], false, false, case when not a.is_undated then a.at end,
    case when not a.is_undated then 'json_ld' end, case when not a.is_undated then 'second' end,
    case when not a.is_undated then 'page' end, a.at + interval '20 minutes',
    a.at + interval '20 minutes', 1, a.n, '1', 'made', 'loaded', a.at + interval '25 minutes',
    a.at + interval '25 minutes', 0.9
from made_articles as a
join (
    select n, rtrim(string_agg(entity_name || middle || words || ending, '' order by i), E' \n')
        as body, min(entity_name || ' ' || left(words, 60)) filter (where i = 1) as title
    from made_parts group by n
) as t using (n)
order by a.n;
insert into news.article_search (article_version_id, search_vector)
select m.n, setweight(to_tsvector('english', v.title), 'A') || m.vector
from made_vectors as m
join news.article_versions as v on v.article_version_id = m.n
order by m.n;
insert into news.entity_mentions
    (article_version_id, mention_no, entity_id, entity_type, surface_text, start_char, end_char)
select n, i, entity_id, entity_type, entity_name, starts, starts + length(entity_name)
from made_parts order by n, i;
insert into news.quotes (
    article_version_id, quote_no, quote_kind, quote_text, start_char, end_char, content_spans,
    source_spans, cue_spans, speaker_surface, cue_text, cue_class, attribution_method, confidence,
    quote_sha256, speaker_method, speaker_evidence, grade
)
select n, i, 'direct', words || '.', began, ended,
    int4multirange(int4range(began, ended)),
    int4multirange(int4range(starts, starts + length(entity_name))),
    int4multirange(int4range(began - 7, began - 3)), entity_name, 'said', 'speech', 'made', 0.9,
    sha256(words::bytea), 'full_name', entity_name, case when i % 3 = 0 then 'B' else 'A' end
from made_parts
cross join lateral (
    select starts + length(entity_name || middle) as began,
        starts + length(entity_name || middle || words) + 1 as ended
) as o
where is_quote order by n, i;
insert into news.quote_speakers
    (article_version_id, quote_no, speaker_no, speaker_name, speaker_type, speaker_role, entity_id)
select n, i, 1, entity_name, entity_type, 'speaker', entity_id
from made_parts where is_quote order by n, i;
insert into news.text_reuse
    (article_id_a, article_id_b, relation, jaccard, containment_a, containment_b, shared_words,
    method_version)
select text_no, n, 'duplicate', 0.95, 0.97, 0.98, 380, '1' from made_articles where text_no < n;
insert into news.duplicate_groups (duplicate_group_id) overriding system value
select n / 10 from made_articles where n % 10 = 0;
insert into news.article_edits
    (article_id, edit_no, from_version_id, to_version_id, seen_at, run_id, is_comparable)
select n, 1, {earlier} + n, n, at + interval '3 hours', 1, true from made_articles where n % 30 = 0;
insert into news.article_versions (
    article_version_id, article_id, version_no, content_sha256, body_sha256, is_current, title,
    body_text, word_count, language_code, article_kind, is_wire_copy, is_paywalled,
    first_seen_at, last_seen_at, first_run_id, first_fetch_id, extractor_version, nlp_version,
    annotation_outcome
)
overriding system value
select {earlier} + v.article_id, v.article_id, 0, sha256(('old' || v.article_id)::bytea),
    sha256(('old' || v.article_id)::bytea), false, v.title, left(v.body_text, 2000), 330, 'en',
    'article', false, false, v.first_seen_at, v.first_seen_at, 1, v.article_id, '1', 'made',
    'loaded'
from news.article_versions as v
join made_articles as a on v.article_id = a.n and v.version_no = 1
where a.n % 30 = 0;
insert into ops.links (
    link_id, source_id, url, canonical_url, found_by, found_in, stated_at, first_listed_at,
    last_listed_at, attempt_count, last_attempt_at, last_outcome, article_id
)
overriding system value
select n, source_id, url, url, 'feed', 'https://outlet-' || source_id || '.example/feed', at,
    at + interval '10 minutes', at + interval '6 hours', 1, at + interval '20 minutes', 'loaded', n
from made_articles;
insert into ops.link_attempts
    (attempt_id, run_id, source_id, link_id, planned_at, outcome, http_status, decided_at,
    article_id)
overriding system value
select n, 1 + (least(n, {all}) - 1) * {days} / {all}, source_id, n,
    at + interval '15 minutes', 'loaded', 200, at + interval '20 minutes', n
from made_articles;
"""
_NUMBERED = """
insert into news.article_changes (article_id, changed_seq, changed_at, is_deleted)
select n, n, now(), false from made_articles;
"""
_NEW = """
insert into ops.changed_articles (article_id) select n from made_articles;
insert into news.names_to_resolve (article_version_id) select n from made_articles;
update news.article_versions as v set annotated_at = now(), deduplicated_at = now()
from made_articles as a where v.article_version_id = a.n;
"""
_COUNTED = """
select setval(pg_get_serial_sequence('ops.runs', 'run_id'), (select max(run_id) from ops.runs));
-- What was made needs no checks.
insert into ops.publishes (
    run_id, status, looked_from, looked_until, finished_at, changed_until
)
select
    max(run_id), 'succeeded', now(), now(), now(),
    (select max(changed_seq) from news.article_changes)
from ops.runs;
select setval(pg_get_serial_sequence('news.sources', 'source_id'), 1000000);
update news.entities as e set version_count = n.versions
from (
    select entity_id, count(distinct article_version_id) as versions
    from news.entity_mentions group by entity_id
) as n
where e.entity_id = n.entity_id;
select setval(pg_get_serial_sequence('news.articles', 'article_id'), {spare});
select setval(pg_get_serial_sequence('news.article_versions', 'article_version_id'), 2 * {earlier});
select setval(pg_get_serial_sequence('news.duplicate_groups', 'duplicate_group_id'), {spare});
select setval(pg_get_serial_sequence('ops.links', 'link_id'), {spare});
select setval(pg_get_serial_sequence('ops.link_attempts', 'attempt_id'), {spare});
"""


def fill(
    conn: Connection, articles: int, *, outlets: int = OUTLETS, days: int = DAYS, marts: bool = True
) -> None:
    """Write a made store of this many articles into an empty one.

    Args:
        conn: an autocommit connection of a superuser to a migrated store without articles.
        articles: a multiple of 10.
        outlets: how many there are.
        days: over how many days until now the articles are spread.
        marts: count what the marts show at the end.
    """
    with _without_later_indexes(conn):
        conn.execute(_HELPERS)
        numbers = {
            "common": _COMMON,
            "words": _WORDS,
            "length": _SENTENCE_WORDS,
            "sentences": _SENTENCES,
            "outlets": outlets,
            "days": days,
        }
        with psycopg.ClientCursor(conn) as cursor:
            cursor.execute(_SENTENCES_OF_WORDS.encode(), numbers)
        _write_entities(conn, _entities(articles))
        conn.execute(_NAMES_OF_WORDS)
        conn.execute("analyze news.entities; analyze made.sentences; analyze made.names")
        conn.execute("insert into made.store values (%s, %s, %s)", (articles, outlets, days))
        _write_articles(conn, range(1, articles + 1), _ARTICLES + _NUMBERED)
        counted = _COUNTED.replace("{spare}", str(_SPARE)).replace("{earlier}", str(_EARLIER))
        conn.execute(counted.encode())
    conn.execute("vacuum analyze")
    if marts:
        began = time.perf_counter()
        count_all(conn)
        print(f"marts counted in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)


def add(conn: Connection, articles: int) -> None:
    """Write more articles into a made store, of the last hours, for the next publish to count.

    Args:
        conn: an autocommit connection of a superuser.
        articles: a multiple of 10.
    """
    row = conn.execute(
        "select max(article_id) from news.articles where article_id < %s", (_SPARE,)
    ).fetchone()
    first = row[0] + 1 if row else 1
    _write_articles(conn, range(first, first + articles), _ARTICLES + _NEW)


@contextmanager
def made_server(articles: int, home: Path | None = None) -> Iterator[EmbeddedServer]:
    """Yield a running server with a made store of this many articles in its database ``dateline``.

    Args:
        articles: a multiple of 10.
        home: a folder in which the store stays, and is not made again where it is there already;
            None for one that is removed at the end.
    """
    if home is None:
        with tempfile.TemporaryDirectory() as folder:
            server = EmbeddedServer(Path(folder))
            try:
                _ensure_made(Path(folder), articles)
                server.start()
                yield server
            finally:
                server.remove()
        return
    _ensure_made(home, articles)
    server = EmbeddedServer(home)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def server_cpu(home: Path) -> float:
    """Return the CPU seconds that the server and its sessions have used, those that ended too."""
    [file] = home.glob("pg*/postmaster.pid")
    postmaster = psutil.Process(int(file.read_text().split()[0]))
    used = 0.0
    for each in postmaster.children():
        with suppress(psutil.NoSuchProcess):
            times = each.cpu_times()
            used += times.user + times.system
    times = postmaster.cpu_times()
    return float(used + times.user + times.system + times.children_user + times.children_system)


def _ensure_made(home: Path, articles: int) -> None:
    mark = home / "made_store"
    if mark.exists():
        if int(mark.read_text(encoding="utf-8")) != articles:
            sys.exit(f"the made store in {home} is of another size: name another folder")
        return
    server = EmbeddedServer(home, _FILLING)
    server.start()
    try:
        create_database(server.dsn("postgres"), "dateline")
        began = time.perf_counter()
        with closing(connect(server.dsn())) as conn:
            migrate(conn)
            fill(conn, articles)
            conn.execute("checkpoint")
        seconds, cpu = time.perf_counter() - began, server_cpu(home)
        print(
            f"{articles:,} articles made in {seconds:.0f} s, {cpu:.0f} CPU-s of Postgres",
            flush=True,
        )
    finally:
        server.stop()
    mark.write_text(str(articles), encoding="utf-8")


@contextmanager
def _without_later_indexes(conn: Connection) -> Iterator[None]:
    """Drop the indexes that are no keys within the block, and create them again at its end."""
    found = conn.execute(_LATER_INDEXES, (list(_FILLED),)).fetchall()
    for name, _ in found:
        conn.execute(f"drop index {name}".encode())
    yield
    conn.execute("set maintenance_work_mem = '1GB'")
    for _, definition in found:
        conn.execute(definition.encode())


def _entities(articles: int) -> int:
    """Return how many entities a store of so many articles names."""
    return max(1_000, articles // 4)


def _write_entities(conn: Connection, entities: int) -> None:
    rows = conn.execute(_NAMES.replace("{}", str(entities)).encode()).fetchall()
    with (
        conn.cursor() as cursor,
        cursor.copy(
            "copy news.entities (entity_id, entity_type, entity_name, normalized_name, family_key,"
            " surname_key, is_bare_surname, family_rules) from stdin"
        ) as copy,
    ):
        for number, kind, name in rows:
            shown = name if kind == "PERSON" or " " in name else f"{name}{number}"
            columns = family_columns(kind, shown)
            copy.write_row((number, kind, shown, shown.lower(), *columns, FAMILY_RULES))
    conn.execute(
        "select setval(pg_get_serial_sequence('news.entities', 'entity_id'), %s)", (entities,)
    )


def _write_articles(conn: Connection, numbers: range, statements: str) -> None:
    """Write the articles of these numbers, by ``statements``, into a store with ``made.store``."""
    address = conn.info.dsn
    row = conn.execute("select articles, outlets, days from made.store").fetchone()
    if row is None:
        raise StoreError(
            "this store was not made by benchmarks.operate.made_store: fill an empty one"
        )
    articles, outlets, days = row
    for name, value in (
        ("all", articles),
        ("last_of_all", numbers[-1]),
        ("count", len(numbers)),
        ("earlier", _EARLIER),
        ("outlets", outlets),
        ("days", days),
        ("events", max(50, articles // 20)),
        ("entities", _entities(articles)),
        ("sentences", _SENTENCES),
        ("mentions", MENTIONS),
        ("slots", ENTITIES_OF_A_TEXT),
    ):
        statements = statements.replace(f"{{{name}}}", str(value))
    began = time.perf_counter()

    def write(first: int) -> int:
        last = min(numbers[-1], first + _AT_ONCE - 1)
        text = statements.replace("{first}", str(first)).replace("{last}", str(last))
        with closing(connect(address)) as own, own.transaction():
            own.execute("set local session_replication_role = replica")
            own.execute("set local synchronous_commit = off")
            own.execute("set local work_mem = '256MB'")
            own.execute(text.encode())
        return last

    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        for last in pool.map(write, numbers[::_AT_ONCE]):
            if last % (10 * _AT_ONCE) == 0:
                seconds = time.perf_counter() - began
                print(f"{last} articles after {seconds:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--without-marts", action="store_true")
    parser.add_argument("--home", type=Path, help="a folder in which the store is made, and stays")
    arguments = parser.parse_args()
    if arguments.home:
        with made_server(arguments.articles, arguments.home):
            sys.exit()
    with closing(connect(ensure_store())) as connection:
        fill(connection, arguments.articles, marts=not arguments.without_marts)
