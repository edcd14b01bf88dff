"""``mart.search`` and ``mart.search_quotes``: what they find, mark and keep back."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import date

import psycopg
import pytest

from pipeline.models import Annotation, Quote, Speaker
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.stages.dedupe import dedupe_batch
from pipeline.warehouse.annotations import save_annotations
from pipeline.warehouse.marts import refresh
from pipeline.warehouse.read_only import reader
from pipeline.warehouse.schema import migrate
from pipeline.warehouse.store import connect
from tests.warehouse.stories import (
    HARBOUR,
    VALLEY,
    begin,
    count,
    fetched,
    items,
    later,
    load_batch,
    story,
)

TEXTS = {
    1: (
        "Bridges & <b>harbours</b> of Malmö",
        "The council of Malmö voted on its bridges on Friday.",
    ),
    2: ("A night at the docks", "On Friday The Who played at the harbour. People like It there."),
    3: ("Who cares for the port", "It rained. The port strike goes on, and they take that hard."),
    4: ("A band on tour", "Then Take That sang <script>alert(1)</script> of the electoral roll."),
    5: ("東京の橋", "東京都の大きな橋について、市長が話した。"),
    6: ("สะพานใหม่", "สะพานใหม่เปิดแล้ว"),
}
LANGUAGES = {5: "ja", 6: "th"}


@pytest.fixture
def searched(store):
    """A store with the texts above, one a day."""
    run_id = begin(store)
    articles = [
        story(
            number,
            text,
            title=title,
            language=LANGUAGES.get(number, "en"),
            published_at=f"2026-11-{10 + number}T10:15:00+00:00",
        )
        for number, (title, text) in TEXTS.items()
    ]
    load_batch(store, run_id, "searched", items(fetched(store, run_id, TEXTS), articles))
    return store


def found(conn, words, **options):
    """Return the numbers of the articles that a search finds, best first."""
    return [row[0] for row in rows(conn, words, "canonical_url", **options)]


def rows(conn, words, columns, **options):
    named = "".join(f", {name} => %({name})s" for name in options)
    query = f"select {columns} from mart.search(%(words)s{named})"
    answer = conn.execute(query, {"words": words, **options}).fetchall()
    return [
        tuple(
            int(each.rsplit("/", 1)[1]) if str(each).startswith("https") else each for each in row
        )
        for row in answer
    ]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("bridge", [1]),
        ("malmo", [1]),
        ("MALMÖ harbor or port", [3]),
        ('"port strike"', [3]),
        ('"strike port"', []),
        ("friday -bridge", [2]),
        ("electo*", [4]),
        ("elect*ion", []),
        ("The Who", [2]),
        ("the who", [2]),
        ('"The Who"', [2]),
        ('"The Who" harbour', [2]),
        ('"Take That"', [4]),
        ("It", [2]),
        ("東京都", [5]),
        ("橋", [5]),
        ("สะพาน", [6]),
        ("ป", [6]),
    ],
)
def test_a_search_finds_stems_phrases_beginnings_names_and_characters(searched, words, numbers):
    assert found(searched, words) == numbers


def test_a_phrase_in_small_letters_is_found_in_small_letters(searched):
    assert sorted(found(searched, '"take that"', language="en")) == [3, 4]


def test_exact_finds_a_word_in_this_form_alone(searched):
    assert found(searched, "vote") == [1]
    assert found(searched, "vote", exact=True) == []
    assert found(searched, "Voted", exact=True) == [1]
    assert found(searched, '"port strike"', exact=True) == [3]
    assert found(searched, '"the who"', exact=True, language="en") == [2]


def test_days_outlet_language_and_number_narrow_a_search(searched):
    assert sorted(found(searched, "friday")) == [1, 2]
    assert found(searched, "friday", since=date(2026, 11, 12)) == [2]
    assert found(searched, "friday", until=date(2026, 11, 11)) == [1]
    assert found(searched, "friday", since=date(2026, 11, 11), until=date(2026, 11, 11)) == [1]
    assert found(searched, "friday", outlet="valley") == []
    assert sorted(found(searched, "friday", outlet="harbour", language="en")) == [1, 2]
    assert found(searched, "friday", language="de") == []
    assert len(found(searched, "friday", limit_to=1)) == 1
    assert found(searched, "friday", limit_to=0) == found(searched, "friday", limit_to=-5) == []


def test_what_matches_is_marked_and_nothing_else_is_html(searched):
    (title, snippet) = rows(searched, "bridge malmo", "title_html, snippet_html")[0]
    assert title == "<mark>Bridges</mark> &amp; &lt;b&gt;harbours&lt;/b&gt; of <mark>Malmö</mark>"
    assert "of <mark>Malmö</mark> voted on its <mark>bridges</mark>" in snippet
    (_, snippet) = rows(searched, "elector*", "title_html, snippet_html")[0]
    assert "<script" not in snippet
    assert "<mark>electoral</mark>" in snippet
    assert "<mark>The</mark> <mark>Who</mark>" in rows(searched, "The Who", "snippet_html")[0][0]
    assert rows(searched, "橋", "title_html") == [("東京の<mark>橋</mark>",)]


HOSTILE = [
    "",
    None,
    " \t\n",
    "or or or",
    '- -- - "',
    '"""""""',
    "& | ! ( ) <-> : * :* :A =",
    "'; drop table news.articles; --",
    "\\ \\\\ \\' %s %(a)s $1 $$",
    "a" * 10_000,
    "bridge " * 2_000,
    "-" * 10_000,
    '"a b" or -c* ' * 1_000,
    "東a" * 5_000,
    "unspaced1x 東京",
    "\ufeff\u202e\u0301 ‘’“”",
    "😀 🏴‍☠️",
]


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_is_asked_is_an_error(searched, words):
    found(searched, words)
    found(searched, words, exact=True, language="en")
    found(searched, "friday", outlet=words, language=words)
    searched.execute(
        "select * from mart.search_quotes(%s, speaker => %s)", (words, words)
    ).fetchall()
    assert found(searched, "bridge") == [1]


def test_a_search_for_everything_but_a_word_is_bounded(searched):
    assert found(searched, "-friday") == []


def said(number, words, speaker, grade="A"):
    """Return a quote of these words of a text, as annotation gives it."""
    start = TEXTS[number][1].index(words)
    return Quote(
        "direct",
        ((start, start + len(words)),),
        speakers=(Speaker(speaker, "PERSON"),),
        confidence=0.9,
        grade=grade,
    )


@pytest.fixture
def quoted(searched):
    """The store above, with quotes in two of its texts."""
    quotes = {
        1: said(1, "voted on its bridges", "Søren Holm"),
        3: said(3, "The port strike goes on", "Ida Marlow"),
        4: said(4, "sang", "Ida Marlow", grade="C"),
    }
    ids = dict(searched.execute("select article_id, article_version_id from mart.articles"))
    save_annotations(
        searched,
        "m1",
        [(ids[number], Annotation(quotes=(quote,))) for number, quote in quotes.items()],
    )
    return searched


def quotes_of(conn, words, **options):
    named = "".join(f", {name} => %({name})s" for name in options)
    query = f"select speaker_name, quote_html from mart.search_quotes(%(words)s{named})"
    return conn.execute(query, {"words": words, **options}).fetchall()


def test_quotes_are_found_by_stem_phrase_beginning_and_speaker(quoted):
    strike = [("Ida Marlow", "The port <mark>strike</mark> goes on")]
    bridges = [("Søren Holm", "voted on its <mark>bridges</mark>")]
    assert quotes_of(quoted, "strikes") == strike
    assert quotes_of(quoted, "bridge") == quotes_of(quoted, "bridg*") == bridges
    assert len(quotes_of(quoted, '"the port strike"')) == 1
    assert len(quotes_of(quoted, "the port")) == 1
    assert quotes_of(quoted, '"strike port"') == []
    assert quotes_of(quoted, "bridge", speaker="soren") == bridges
    assert quotes_of(quoted, "bridge", speaker="marlow") == []
    assert quotes_of(quoted, "bridge", since=date(2026, 11, 12)) == []
    assert quotes_of(quoted, "bridge", until=date(2026, 11, 11), outlet="harbour") == bridges
    assert quotes_of(quoted, "sang") == []  # grade C: not likely right


@pytest.mark.parametrize("first_look", [1, 2, 4])
def test_among_the_newest_articles_first_as_much_is_found_as_among_all(quoted, first_look):
    """A search looks among the newest 10,000 articles before it looks among all."""
    days = [{}, {"since": date(2026, 11, 12)}, {"until": date(2026, 11, 12)}]

    def all_found():
        phrases = '"take that" or friday', '"port strike" or "on friday"', "-harbour friday"
        texts = [found(quoted, words, language="en", **each) for words in phrases for each in days]
        said = [quotes_of(quoted, words, **each) for words in ("the", "bridge") for each in days]
        newest = [found(quoted, phrases[0], language="en", limit_to=1), quotes_of(quoted, "sang")]
        return texts, said, newest

    before = all_found()
    assert len(before[0][0]) == 4
    quoted.execute(
        "create or replace function news.first_look() returns int"
        f" language sql immutable parallel safe return {first_look}"
    )
    assert all_found() == before


@pytest.fixture
def bridges(store):
    """Eight texts on a bridge and a town, one a day; the phrase is in the oldest alone."""
    run_id = begin(store)
    articles = [
        story(
            number,
            "They walked to the bridge town of old." if number == 1 else "A bridge; by it a town.",
            published_at=f"2026-11-{10 + number}T10:15:00+00:00",
        )
        for number in range(1, 9)
    ]
    load_batch(store, run_id, "bridges", items(fetched(store, run_id, range(1, 9)), articles))
    refresh(store)
    store.execute(
        "create or replace function news.first_look() returns int"
        " language sql immutable parallel safe return 2"
    )
    return store


def test_a_phrase_of_common_words_is_looked_for_in_a_bounded_number_of_texts(bridges):
    said = []
    bridges.add_notice_handler(lambda notice: said.append(notice.message_primary))

    def newest(words='"bridge town"', **options):
        named = "".join(f", {name} => %({name})s" for name in options)
        query = f"select count(*) from mart.newest_matches(%(words)s, limit_to => 1{named})"
        return bridges.execute(query, {"words": words, **options}).fetchone()[0]

    assert newest() == 1
    bridges.execute("set dateline.search_reads = 'no number'")
    assert newest() == 1
    assert said == []
    bridges.execute("set dateline.search_reads = 1")
    assert newest() == 0
    assert len(said) == 1
    assert "the newest 2 articles, back to 2026-11-17" in said[0]
    assert newest(until=date(2026, 11, 11)) == 1
    assert newest("bridge town") == newest('"a bridge"') == 1
    # A search that wants 500 reads a thousand texts.
    assert found(bridges, '"bridge town"') == [1]
    assert len(said) == 1


@pytest.fixture
def analyst(searched, store_dsn, monkeypatch):
    """A connection as the login of dateline sql; the texts of the outlet are for the owner."""
    begin(searched, "guarded", [replace(HARBOUR, text_for="owner"), VALLEY])
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    with reader():
        pass
    login = json.loads((settings().home_folder / "sql_login.json").read_text())
    address = psycopg.conninfo.make_conninfo(store_dsn, **login)
    with closing(psycopg.connect(address, autocommit=True)) as conn:
        yield conn
    searched.execute(f"drop role {login['user']}")


def test_an_analyst_searches_texts_for_the_owner_and_reads_none(searched, analyst):
    columns = "title_html, snippet_html"
    assert rows(analyst, "voted", columns) == [
        ("Bridges &amp; &lt;b&gt;harbours&lt;/b&gt; of Malmö", None)
    ]
    assert rows(searched, "voted", columns)[0][1]
    # Phrases would give a text back, word by word.
    assert found(analyst, '"port strike"') == []
    assert found(analyst, "port strike") == [3]


def test_postgres_may_reorder_all_tables_of_a_mart_and_look_rows_up(empty_dsn):
    with closing(connect(empty_dsn)) as conn:
        migrate(conn)
    with closing(psycopg.connect(empty_dsn)) as conn:
        assert conn.execute("show join_collapse_limit").fetchone() == ("16",)
        assert conn.execute("show geqo_threshold").fetchone() == ("18",)
        assert conn.execute("show random_page_cost").fetchone() == ("1.1",)


def test_what_somebody_has_set_for_the_database_stays(empty_dsn):
    with closing(connect(empty_dsn)) as conn:
        name = conn.execute("select quote_ident(current_database())").fetchone()[0]
        conn.execute(f"alter database {name} set random_page_cost = 3")
        migrate(conn)
    with closing(psycopg.connect(empty_dsn)) as conn:
        assert conn.execute("show random_page_cost").fetchone() == ("3",)
        assert conn.execute("show geqo_threshold").fetchone() == ("18",)


def test_the_newest_matches_can_be_joined_with_other_marts(searched):
    found = searched.execute(
        "select canonical_url from mart.newest_matches('friday', outlet => 'harbour') as m"
        " join mart.articles using (article_id) order by 1"
    ).fetchall()
    assert found == [("https://harbour.example/news/1",), ("https://harbour.example/news/2",)]


WRITTEN = "select article_version_id, xmin::text from news.article_search order by 1"
"""Which transaction wrote each vector."""


def test_no_mark_of_a_stage_and_no_visit_writes_a_vector_again(quoted):
    written = quoted.execute(WRITTEN).fetchall()
    assert len(written) == len(TEXTS)
    while dedupe_batch(quoted):
        pass
    run_id = begin(quoted, "the next visit")
    pairs = fetched(quoted, run_id, [1], at=later(30))
    title, text = TEXTS[1]
    seen = items(pairs, [story(1, text, title=title)], at=later(30))
    assert load_batch(quoted, run_id, "again", seen).outcomes == {Outcome.UNCHANGED: 1}
    marked = quoted.execute(
        "select count(deduplicated_at), count(annotated_at), max(last_seen_at)"
        " from news.article_versions"
    )
    assert marked.fetchone() == (len(TEXTS), 3, later(30))
    assert quoted.execute(WRITTEN).fetchall() == written


VECTORS = "select article_version_id, search_vector from news.article_search order by 1"


def test_the_vectors_of_all_texts_are_made_again(searched):
    before = searched.execute(VECTORS).fetchall()
    searched.execute(
        "update news.article_search set search_vector = '' where article_version_id < 3"
    )
    searched.execute("delete from news.article_search where article_version_id = 3")
    assert found(searched, "bridge") == []
    searched.execute("call news.renew_search_vectors()")
    assert searched.execute(VECTORS).fetchall() == before
    assert found(searched, "bridge") == [1]


def test_a_vector_follows_its_text_and_goes_with_it(searched):
    searched.execute(
        "update news.article_versions set title = 'Ferries' where article_version_id = 1"
    )
    assert found(searched, "ferry") == [1]
    assert found(searched, "harbours", exact=True) == []
    searched.execute("delete from news.articles where article_id = 1")
    assert found(searched, "ferry") == []
    assert count(searched, "news.article_search") == len(TEXTS) - 1
