"""A person's takedown: no table names them outside of texts, and nothing brings them back."""

import json
import subprocess
import sys
import time

import psycopg
import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.errors import UsageError
from pipeline.models import Annotation, Mention, Quote, Speaker
from pipeline.settings import settings
from pipeline.stages import entities, quotes
from pipeline.stages.takedown import find_target, finish, orders, take_down
from pipeline.warehouse.annotations import save_annotations
from pipeline.warehouse.entities import resolve_names
from pipeline.warehouse.entity_decisions import Ground
from pipeline.warehouse.marts import number_changes, refresh
from tests.warehouse.stories import count, loaded

TEXT = (
    "“I never set the fire,” said Oswin Tarrant, a baker. “Tarrant is innocent,” said his lawyer,"
    " Mara Quill. “The mill was old,” Quill said. Tarrant's lawyer, Mara Quill, left the court."
    " The Tarrantine Review was not there."
)
OTHER = "“He was always kind,” said Roy Dane of Oswin Tarrant. “The night was dry,” Dane said."
TEXTS_OF_ARTICLES = {
    "news.article_versions", "news.article_search", "news.article_edits", "news.held_versions",
    "news.removed_blocks", "ops.links",
}  # fmt: skip
"""Tables that hold words of articles."""


def annotation(text):
    """Return the names and quotes of a text, as the annotator gives them."""

    def mention(surface, name, label="PERSON", role=None, after=0):
        start = text.index(surface, after)
        return Mention(start, start + len(surface), surface, label, name, role)

    def quote(words, speaker, evidence):
        start = text.index(words)
        return Quote(
            "direct",
            ((start, start + len(words)),),
            speakers=(Speaker(speaker, "PERSON"),),
            confidence=0.9,
            speaker_method="full_name",
            speaker_evidence=evidence,
            grade="A",
        )

    if text == OTHER:
        return Annotation(
            (mention("Roy Dane", "Roy Dane"), mention("Oswin Tarrant", "Oswin Tarrant")),
            (
                quote("“He was always kind,”", "Roy Dane", "Roy Dane of Oswin Tarrant"),
                quote("“The night was dry,”", "Roy Dane", "Dane"),
            ),
        )
    return Annotation(
        (
            mention("Oswin Tarrant", "Oswin Tarrant"),
            mention("Tarrant", "Tarrant", after=60),
            mention("Mara Quill", "Mara Quill", role="Tarrant's lawyer"),
            mention("Tarrantine Review", "Tarrantine Review", "ORG"),
        ),
        (
            quote("“I never set the fire,”", "Oswin Tarrant", "Oswin Tarrant"),
            quote("“Tarrant is innocent,”", "Mara Quill", "Mara Quill"),
            quote("“The mill was old,”", "Mara Quill", "Quill"),
        ),
    )


@pytest.fixture
def courtroom(store, store_dsn, monkeypatch):
    """Two articles that name Oswin Tarrant, with decisions about him, in the settings' store."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    for number, text in enumerate((TEXT, OTHER), start=1):
        annotate(store, number, text)
    quotes.decide("1", "I never", ("Oswin Tarrant", "PERSON"), decided_by="ida")
    quotes.decide("2", "The night", reason="Tarrant? No: Oswin Tarrant's brother", decided_by="ida")
    entities.alias("Oswin Tarrant", "Baker Oswin", None, Ground("Oswin Tarrant is him", "ida"))
    entities.rename("Roy Dane", "Roy T. Dane", Ground("not Oswin Tarrant", "ida"))
    refresh(store)
    number_changes(store)
    yield store
    settings.cache_clear()


def annotate(store, number, text, at="m1"):
    report = loaded(store, [number], f"run-{number}-{at}-{time.monotonic_ns()}", text=text)
    (version,) = report.new_versions or (
        store.execute(
            "select article_version_id from news.article_versions join news.articles"
            " using (article_id) where canonical_url like %s and is_current",
            (f"%/{number}",),
        ).fetchone()
    )
    save_annotations(store, at, [(version, annotation(text))])
    resolve_names(store)


def tables_with(store, words):
    """Return the tables without texts of articles of which a row holds these words."""
    tables = store.execute(
        "select n.nspname || '.' || c.relname from pg_class as c"
        " join pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname in ('ops', 'news', 'mart') and c.relkind in ('r', 'm', 'p')"
    ).fetchall()
    assert len(tables) > 40
    return {
        name
        for (name,) in tables
        if store.execute(
            f"select exists (select from {name} as t where t::text ~* %s)", (words,)
        ).fetchone()[0]
    } - TEXTS_OF_ARTICLES


NAMES = r"\moswin|\mtarrant\M"


def taken(name="entity:Oswin Tarrant", **options):
    return take_down(find_target(name), reason="erasure request 3", requested_by="ida", **options)


def test_no_table_names_the_person_outside_of_texts(courtroom):
    assert {"news.entities", "news.quotes", "news.quote_decisions", "news.entity_decisions",
            "news.entity_mentions"} <= tables_with(
        courtroom, NAMES
    )  # fmt: skip
    [(last,)] = courtroom.execute("select max(changed_seq) from mart.article_changes").fetchall()
    done = taken()
    assert (done.articles, done.waiting) == (2, ())
    assert tables_with(courtroom, NAMES) == set()
    # The articles keep their words, and what others say of other things.
    assert courtroom.execute(
        "select count(*) from mart.articles where body_text like '%%Tarrant%%'"
    ).fetchone() == (2,)
    said = courtroom.execute("select quote_text from mart.all_attributions order by 1").fetchall()
    assert said == [("The mill was old",), ("The night was dry",)]
    named = {name for (name,) in courtroom.execute("select entity_name from mart.entity_mentions")}
    assert named == {"Mara Quill", "Roy T. Dane", "Tarrantine Review"}
    number_changes(courtroom)
    changed = courtroom.execute(
        "select count(*) from mart.article_changes where changed_seq > %s", (last,)
    ).fetchone()
    assert changed == (2,)
    assert [each.finished_at is None for each in orders()] == [False]


def test_neither_loading_nor_annotating_brings_the_person_back(courtroom):
    taken()
    annotate(courtroom, 1, TEXT, "m2")
    annotate(courtroom, 3, OTHER)
    courtroom.execute("delete from news.articles")
    courtroom.execute("update ops.links set article_id = null")
    annotate(courtroom, 2, OTHER)
    annotate(courtroom, 4, TEXT)
    refresh(courtroom)
    assert tables_with(courtroom, NAMES) == set()
    assert count(courtroom, "mart.entity_mentions") == 3
    url = courtroom.execute("select min(canonical_url) from mart.articles").fetchone()[0]
    for act in (
        lambda: quotes.decide(url, "The night", ("Oswin Tarrant", "PERSON"), decided_by="ida"),
        lambda: entities.alias("Roy T. Dane", "oswin tarrant", None, Ground(None, "ida")),
        lambda: entities.rename("Roy T. Dane", "Oswin Tarrant", Ground(None, "ida")),
    ):
        with pytest.raises(UsageError, match="was taken down"):
            act()
    assert tables_with(courtroom, NAMES) == set()


def test_a_place_of_the_same_name_and_another_person_of_the_surname_stay(courtroom):
    other = "Ona Tarrant met Tarrant in Oswin Tarrant, a town. Oswin Tarrant has a mill."
    places = [other.index("Oswin Tarrant"), other.rindex("Oswin Tarrant")]
    mentions = (
        Mention(0, 11, "Ona Tarrant", "PERSON", "Ona Tarrant"),
        Mention(16, 23, "Tarrant", "PERSON", "Tarrant"),
        *(Mention(at, at + 13, "Oswin Tarrant", "GPE", "Oswin Tarrant") for at in places),
    )
    for number in range(3, 6):
        text = f"{other} Part {number}."
        (version,) = loaded(courtroom, [number], f"r{number}", text=text).new_versions
        save_annotations(courtroom, "m1", [(version, Annotation(mentions))])
    (version,) = loaded(courtroom, [6], "r6", text=TEXT + " Again.").new_versions
    save_annotations(courtroom, "m1", [(version, annotation(TEXT))])
    resolve_names(courtroom)
    taken("entity:PERSON:Oswin Tarrant")
    resolve_names(courtroom)
    named = courtroom.execute(
        "select distinct entity_type, entity_name from mart.entity_mentions"
        " where entity_name like '%%Tarrant'"
    ).fetchall()
    assert sorted(named) == [
        ("GPE", "Oswin Tarrant"),
        ("PERSON", "Ona Tarrant"),
        ("PERSON", "Tarrant"),
    ]
    # The place can be taken down later.
    assert taken("entity:Oswin Tarrant").articles == 3
    assert [each.target_kind for each in orders()] == ["entity", "entity"]
    assert tables_with(courtroom, r"\moswin") == set()


def test_the_articles_go_too_where_that_is_asked_for(courtroom):
    (loaded(courtroom, [3], "r3", text="A model missed that Oswin Tarrant was named here."),)
    loaded(courtroom, [4], "r4", text="Nobody is named in this text about the weather.")
    run = CliRunner()
    command = ["takedown", "entity:Oswin Tarrant", "--texts", "--json"]
    shown = run.invoke(build(), [*command, "--dry-run"])
    rows = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [row["would_remove"] for row in rows].count("article") == 3
    refused = run.invoke(build(), [*command, "--reason", "court"], input="n\n")
    assert refused.exit_code == 1
    assert count(courtroom, "news.articles") == 4
    done = run.invoke(build(), [*command, "--reason", "court", "--yes"])
    assert json.loads(done.stdout)["articles_removed"] == 3
    assert tables_with(courtroom, NAMES) == set()
    assert courtroom.execute("select body_text ~ 'weather' from mart.articles").fetchall() == [
        (True,)
    ]


def test_what_would_go_is_listed_and_stays(courtroom):
    run = CliRunner()
    shown = run.invoke(build(), ["takedown", "entity:Oswin Tarrant", "--dry-run", "--json"])
    rows = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [(row["would_remove"], row["item"]) for row in rows if row["would_remove"] != "mentions"
            ] == [
        ("name", "Oswin Tarrant"), ("name", "Tarrant"), ("name", "Baker Oswin"),
        ("quote", "I never set the fire"),
        ("quote of others", "Tarrant is innocent"), ("quote of others", "He was always kind"),
    ]  # fmt: skip
    listed = {row["item"] for row in rows if row["would_remove"].startswith("quote")}
    kept = {words for (words,) in courtroom.execute("select quote_text from news.quotes")} - listed
    assert kept == {"The mill was old", "The night was dry"}
    assert count(courtroom, "ops.takedown_orders") == 0
    with pytest.raises(UsageError, match=r"no entity 'Nobody'.*entity find"):
        run.invoke(build(), ["takedown", "entity:Nobody", "--dry-run"], catch_exceptions=False)
    with pytest.raises(UsageError, match="--texts is for entity"):
        run.invoke(build(), ["takedown", "harbour", "--texts"], catch_exceptions=False)


@pytest.mark.parametrize("how", ["entity:Oswin Tarrant", "maintain"])
def test_a_killed_takedown_is_completed(courtroom, store_dsn, how):
    """The command is killed when mentions are gone and names are not."""
    with psycopg.connect(store_dsn) as other:
        other.execute("lock table news.quote_decisions in exclusive mode")
        command = "from pipeline.cli.app import main; main()"
        arguments = ["takedown", "entity:Oswin Tarrant", "--reason", "court"]
        with subprocess.Popen([sys.executable, "-c", command, *arguments]) as process:
            waiting = (
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                " and query like '%%quote_decisions%%' and datname = current_database()"
            )
            while courtroom.execute(waiting).fetchone() == (0,):
                assert process.poll() is None
                time.sleep(0.05)
            process.kill()
        other.rollback()
    assert [each.finished_at for each in orders()] == [None]
    assert "news.entities" in tables_with(courtroom, NAMES)
    if how == "maintain":
        assert finish() == []
        refresh(courtroom)
    else:
        taken(how)
    assert tables_with(courtroom, NAMES) == set()
    assert [each.finished_at is None for each in orders()] == [False]
    assert taken().articles == 2
    assert len(orders()) == 1
    with pytest.raises(UsageError, match="without its texts"):
        taken(with_texts=True)
