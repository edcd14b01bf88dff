"""Decisions about entities: in every mart, after every reload, in any order, and taken back."""

import io
import json
import random
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import demo
from pipeline.cli.app import build
from pipeline.errors import UsageError
from pipeline.settings import settings
from pipeline.stages import entities, quotes
from pipeline.warehouse.entities import resolve_names
from pipeline.warehouse.entity_decisions import Ground
from pipeline.warehouse.marts import number_changes, refresh
from tests.warehouse.stories import count
from tests.warehouse.test_names_across_articles import (
    Article,
    annotate_again,
    person,
    store_article,
)

DESK = Ground("checked", "ida")
ARTICLES = [
    Article(
        1, "harbour", "2026-11-10", (person("Ida Marlow"), ("ORG", "Tarn Board", "Tarn Board"))
    ),
    Article(2, "harbour", "2026-11-11", (person("I. Marlow"), ("ORG", "CPU", "CPU"))),
    Article(3, "valley", "2026-11-18", (person("Ida Marlowe"), ("GPE", "Torvesk", "Torvesk"))),
    Article(4, "valley", "2026-11-19", (person("Roy Dane"), person("Ida Marlow"))),
    Article(5, "harbour", "2026-11-20", (person("Roy Dane"), ("ORG", "The Board", "The Board"))),
]


@pytest.fixture
def newsroom(store, store_dsn, monkeypatch):
    """A store with five annotated articles, which the settings name."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    for article in ARTICLES:
        store_article(store, article)
    resolve_names(store)
    yield store
    settings.cache_clear()


def named(store):
    """Return article → the persons that it names, as the marts show them."""
    found = store.execute(
        "select right(canonical_url, 1)::int,"
        " array_agg(distinct entity_name order by entity_name)"
        " from mart.entity_mentions join mart.articles using (article_id)"
        " where entity_type = 'PERSON' group by 1"
    )
    return dict(found.fetchall())


def speakers(store):
    return {name for (name,) in store.execute("select speaker_name from mart.all_attributions")}


def one(store, name):
    """Return the number of a name's entity."""
    return entities.find(name)[0].entity_id


def merge_marlows(order=((0, 1), (1, 2))):
    names = ("Ida Marlowe", "I. Marlow", "Ida Marlow")
    for first, second in order:
        entities.merge(names[first], names[second], DESK)


@pytest.mark.parametrize("order", [[(0, 1), (1, 2)], [(1, 2), (0, 1)]])
def test_merged_entities_are_one_in_every_mart_in_any_order(newsroom, order):
    merge_marlows(order)
    assert named(newsroom) == {
        1: ["Ida Marlow"],
        2: ["Ida Marlow"],
        3: ["Ida Marlow"],
        4: ["Ida Marlow", "Roy Dane"],
        5: ["Roy Dane"],
    }
    assert speakers(newsroom) == {"Ida Marlow", "Roy Dane"}
    refresh(newsroom)
    counted = newsroom.execute(
        "select sum(article_count) from mart.daily_entity_mentions where entity_name ~ 'Marlow'"
    ).fetchone()
    assert counted == (4,)
    (aliases,) = newsroom.execute(
        "select aliases from mart.dim_entity where entity_name = 'Ida Marlow'"
    ).fetchone()
    assert aliases == ["I. Marlow", "Ida Marlowe"]


def test_decisions_survive_loading_and_annotating_again(newsroom):
    merge_marlows()
    versions = [
        row[0] for row in newsroom.execute("select article_version_id from news.article_versions")
    ]
    annotate_again(newsroom, versions)
    newsroom.execute("update news.entities set family_rules = 0, family_key = null")
    newsroom.execute("delete from news.articles where canonical_url like '%%/1'")
    newsroom.execute("update ops.links set article_id = null")
    store_article(newsroom, ARTICLES[0])
    store_article(newsroom, Article(6, "valley", "2026-11-21", (person("IDA MARLOWE"),)))
    resolve_names(newsroom)
    assert {name for names in named(newsroom).values() for name in names} == {
        "Ida Marlow",
        "Roy Dane",
    }


def test_the_articles_concerned_and_no_others_get_new_numbers(newsroom):
    number_changes(newsroom)
    entities.merge("Ida Marlowe", "Ida Marlow", DESK)
    assert number_changes(newsroom) == 1
    entities.rename("Ida Marlow", "Ida Marlow, mayor", DESK)
    assert number_changes(newsroom) == 3
    entities.block("Roy Dane", DESK)
    assert number_changes(newsroom) == 2
    resolve_names(newsroom)
    assert number_changes(newsroom) == 0


def test_a_decision_can_be_taken_back_and_stays_on_record(newsroom):
    before = named(newsroom), speakers(newsroom)
    merge_marlows()
    entities.rename("Ida Marlow", "The mayor", DESK)
    entities.block("Roy Dane", DESK)
    for decision in entities.decisions():
        entities.undo(str(decision.decision_id), "roy")
    assert (named(newsroom), speakers(newsroom)) == before
    assert entities.decisions() == []
    undone = entities.decisions(also_undone=True)
    assert {(each.decided_by, each.undone_by, each.reason) for each in undone} == {
        ("ida", "roy", "checked")
    }
    with pytest.raises(UsageError, match="was undone by roy"):
        entities.undo(str(undone[0].decision_id), "roy")


def test_a_new_name_is_shown_everywhere_and_kept(newsroom):
    entities.merge("I. Marlow", "Ida Marlow", DESK)
    entities.rename("I. Marlow", "Ida Marlow-Dane", DESK)
    assert named(newsroom)[2] == named(newsroom)[1] == ["Ida Marlow-Dane"]
    assert "Ida Marlow-Dane" in speakers(newsroom)
    # A text that prints the new name means the same person; another spelling of letters changes
    # nothing.
    new = (person("Ida Marlow-Dane"), person("IDA MARLOW"))
    store_article(newsroom, Article(7, "harbour", "2026-11-22", new))
    resolve_names(newsroom)
    assert named(newsroom)[7] == ["Ida Marlow-Dane"]
    (aliases,) = newsroom.execute(
        "select aliases from mart.dim_entity where entity_name = 'Ida Marlow-Dane'"
    ).fetchone()
    assert aliases == ["I. Marlow", "Ida Marlow", "Ida Marlow-Dane"]
    entities.rename("Ida Marlow", "Mayor Marlow", DESK)
    assert named(newsroom)[1] == ["Mayor Marlow"]
    assert [each.decision for each in entities.decisions()] == ["rename", "merge"]


def test_a_corrected_speaker_has_the_name_of_the_entity(newsroom):
    quotes.decide("5", "1", ("Ida Marlow", "PERSON"), decided_by="ida")
    number_changes(newsroom)
    entities.rename("Ida Marlow", "Mayor Marlow", DESK)
    shown = newsroom.execute(
        "select speaker_name from mart.all_attributions where article_id = 5 and quote_no = 1"
    ).fetchone()
    assert shown == ("Mayor Marlow",)
    assert number_changes(newsroom) == 3
    entities.undo("1", "ida")
    assert "Mayor Marlow" not in speakers(newsroom)


def test_a_blocked_entity_leaves_counts_and_keeps_quotes_without_a_name(newsroom):
    quotes = count(newsroom, "mart.all_attributions")
    entities.block("Roy Dane", DESK)
    entities.block("CPU", DESK)
    store_article(newsroom, Article(6, "valley", "2026-11-21", (person("Roy Dane"),)))
    resolve_names(newsroom)
    refresh(newsroom)
    assert [name for name in named(newsroom).values() if "Roy Dane" in name] == []
    assert count(newsroom, "mart.all_attributions") == quotes + 1
    assert speakers(newsroom) == {"I. Marlow", "Ida Marlow", "Ida Marlowe", None}
    for mart in ("daily_entity_mentions", "daily_speaker_quotes", "entity_mentions"):
        rows = newsroom.execute(f"select t::text from mart.{mart} as t").fetchall()
        assert not [row for row in rows if "Roy Dane" in row[0] or "CPU" in row[0]]
    blocked = newsroom.execute(
        "select entity_name from mart.dim_entity where is_blocked order by 1"
    ).fetchall()
    assert blocked == [("CPU",), ("Roy Dane",)]


def test_a_wrong_class_is_corrected_for_all_texts(newsroom):
    found = entities.reclassify("Roy Dane", "loc", DESK)
    store_article(newsroom, Article(6, "valley", "2026-11-21", (person("Roy Dane"),)))
    resolve_names(newsroom)
    rows = newsroom.execute(
        "select distinct entity_id, entity_type from mart.entity_mentions"
        " where entity_name = 'Roy Dane'"
    ).fetchall()
    assert rows == [(found.entity_id, "LOC")]
    entities.undo("1", "ida")
    assert named(newsroom)[6] == ["Roy Dane"]


def test_a_spelling_is_added_before_any_text_uses_it(newsroom):
    entities.alias("Ida Marlow", "Mayor of Port Amber", "ORG", DESK)
    new = (("ORG", "Mayor of Port Amber", "Mayor of Port Amber"),)
    store_article(newsroom, Article(6, "valley", "2026-11-21", new))
    resolve_names(newsroom)
    assert named(newsroom)[6] == ["Ida Marlow"]


def test_a_spelling_leaves_its_family(newsroom):
    names = (person("Volodymyr Tarnskyy"), person("Volodymyr Tarnsky"))
    store_article(newsroom, Article(6, "valley", "2026-11-21", names))
    resolve_names(newsroom)
    assert len(named(newsroom)[6]) == 1
    entities.split("Volodymyr Tarnskyy", None, DESK)
    assert named(newsroom)[6] == ["Volodymyr Tarnsky", "Volodymyr Tarnskyy"]
    entities.merge("Volodymyr Tarnskyy", "Ida Marlow", DESK)
    assert named(newsroom)[6] == ["Ida Marlow", "Volodymyr Tarnsky"]


def test_an_outlets_or_an_articles_mentions_can_mean_somebody_else(newsroom):
    meant, changed = entities.split_in("Roy Dane", "valley", "Roy Dane (footballer)", None, DESK)
    assert (meant.name, changed) == ("Roy Dane (footballer)", 1)
    new = Article(6, "valley", "2026-11-21", (person("Roy Dane"), person("Dane")))
    other = Article(7, "harbour", "2026-11-21", (person("Roy Dane"),))
    versions = [store_article(newsroom, each) for each in (new, other)]
    for _ in range(2):
        resolve_names(newsroom)
        found = named(newsroom)
        assert (found[4], found[5]) == (["Ida Marlow", "Roy Dane (footballer)"], ["Roy Dane"])
        # The bare surname is the only Dane of the outlet's week.
        assert (found[6], found[7]) == (["Roy Dane (footballer)"], ["Roy Dane"])
        annotate_again(newsroom, versions)
    number_changes(newsroom)
    resolve_names(newsroom)
    number_changes(newsroom)
    resolve_names(newsroom)
    assert number_changes(newsroom) == 0
    url = newsroom.execute(
        "select canonical_url from mart.articles where canonical_url like '%%/7'"
    ).fetchone()[0]
    entities.split_in("Roy Dane", url, str(meant.entity_id), None, DESK)
    assert named(newsroom)[7] == ["Roy Dane (footballer)"]
    assert "Roy Dane (footballer)" in speakers(newsroom)
    for decision in entities.decisions():
        entities.undo(str(decision.decision_id), "ida")
    assert named(newsroom)[6] == named(newsroom)[7] == ["Roy Dane"]


REFUSED = [
    (lambda: entities.merge("Roy Dane", "Roy Dane", DESK), "merged into itself"),
    (lambda: entities.merge("Ida Marlow", "I. Marlow", DESK), "circle: dateline entity undo 1"),
    (lambda: entities.merge("I. Marlow", "Roy Dane", DESK), "already, by decision 1"),
    (lambda: entities.merge("Ida Marlow", "Torvesk", DESK), "Torvesk.*is blocked.*undo 2"),
    (lambda: entities.merge("999", "Roy Dane", DESK), "no entity '999'"),
    (lambda: entities.merge("9" * 40, "Roy Dane", DESK), "no entity '9999"),
    (lambda: entities.merge("Nobody Here", "Roy Dane", DESK), "no entity 'Nobody Here'"),
    (lambda: entities.merge("x " * 5000, "Roy Dane", DESK), "has 9999 characters, and 500"),
    (lambda: entities.merge(" \0", "Roy Dane", DESK), "no letters"),
    (lambda: entities.rename("Roy Dane", "ida marlow", DESK), "entity merge .* makes them one"),
    (lambda: entities.rename("Roy Dane", "Roy Dane", DESK), "shown as 'Roy Dane' already"),
    (lambda: entities.rename("Roy Dane", "x" * 10_000, DESK), "has 10000 characters"),
    (lambda: entities.block("Torvesk", DESK), "blocked already, by decision 2"),
    (lambda: entities.block("I. Marlow", DESK), "name of .*Ida Marlow.*split"),
    (lambda: entities.alias("Roy Dane", "Ida Marlow", None, DESK), "entity merge"),
    (lambda: entities.alias("Ida Marlow", "I. Marlow", None, DESK), "is a name of .* already"),
    (lambda: entities.alias("Roy Dane", "R. Dane", "ROBOT", DESK), "no class 'ROBOT'"),
    (lambda: entities.split("Roy Dane", None, DESK), "no other name"),
    (lambda: entities.split("I. Marlow", None, DESK), "undo 1 splits them"),
    (
        lambda: entities.split_in("Roy Dane", "moon", "R. D.", None, DESK),
        "no outlet and no art",
    ),
    (lambda: entities.identify("Roy Dane", " ", "1", DESK), "give both"),
    (lambda: entities.reclassify("Roy Dane", "person", DESK), "has the class PERSON already"),
    (lambda: entities.reclassify("Roy Dane", "ROBOT", DESK), "no class 'ROBOT'"),
    (lambda: entities.reclassify("I. Marlow", "ORG", DESK), "already, by decision 1"),
    (lambda: entities.undo("77", "ida"), "no decision '77'"),
    (lambda: entities.undo("one", "ida"), "no decision 'one'"),
]


def test_what_cannot_be_decided_is_refused_and_nothing_is_stored(newsroom):
    entities.merge("I. Marlow", "Ida Marlow", DESK)
    entities.block("Torvesk", DESK)
    before = named(newsroom)
    for act, complaint in REFUSED:
        with pytest.raises(UsageError, match=complaint):
            act()
        assert len(entities.decisions()) == 2
        assert named(newsroom) == before


def test_a_name_of_several_entities_asks_for_a_number(newsroom):
    for number in range(6, 10):
        names = (person("Tarn Hill"), ("GPE", "Tarn Hill", "Tarn Hill"))
        store_article(newsroom, Article(number, "valley", f"2026-11-2{number - 5}", names))
    resolve_names(newsroom)
    with pytest.raises(UsageError, match=r"is 2 entities: .*PERSON.*GPE.*number"):
        entities.block("Tarn Hill", DESK)
    assert entities.block("person:Tarn Hill", DESK).entity_type == "PERSON"


HOSTILE = "=HYPERLINK(\"http://evil.example\";'x') '; drop table news.entities; --"


def test_decisions_go_to_another_store_as_csv(newsroom, tmp_path):
    merge_marlows()
    entities.rename("Roy Dane", HOSTILE, DESK)
    entities.block("CPU", Ground("=1+1", "ida"))
    entities.identify("Ida Marlow", "our-list", "-P,1\n2", DESK)
    entities.alias("Ida Marlow", "'=x", None, DESK)
    entities.split_in("Ida Marlow", "valley", "Ida Marlow (poet)", None, DESK)
    before = named(newsroom)
    run = CliRunner().invoke(build(), ["entity", "decisions", "--csv"])
    assert not [line for line in run.stdout.splitlines() if line.startswith(("=", "+", "-", "@"))]
    assert "\"'=HYPERLINK" in run.stdout
    lines = list(entities.decisions())
    newsroom.execute("delete from news.entity_decisions")
    newsroom.execute(
        "update news.entity_mentions set entity_id = named_entity_id, named_entity_id = null"
        " where named_entity_id is not null"
    )
    newsroom.execute("update news.entities set family_rules = 0, family_key = null")
    resolve_names(newsroom)
    assert named(newsroom) != before
    file = tmp_path / "decisions.csv"
    header, *rows = run.stdout.splitlines(keepends=True)
    assert (header, len(rows)) == (",".join(entities.COLUMNS) + "\n", 7)
    file.write_text("\ufeff" + run.stdout, encoding="utf-8")
    done = CliRunner().invoke(build(), ["entity", "import", str(file)])
    assert (done.exit_code, done.stderr) == (0, "7 decisions recorded, 0 held already\n")
    assert named(newsroom) == before
    columns = entities.COLUMNS
    assert sorted(
        [getattr(each, name) or "" for name in columns if name != "decided_at"]
        for each in entities.decisions()
    ) == sorted(
        [getattr(each, name) or "" for name in columns if name != "decided_at"] for each in lines
    )
    again = CliRunner().invoke(build(), ["entity", "import", str(file)])
    assert again.stderr == "0 decisions recorded, 7 held already\n"
    listed = CliRunner().invoke(build(), ["entity", "decisions", "--json"])
    assert len(listed.stdout.splitlines()) == 7


BAD_TABLES = [
    ("", "no column 'decision'"),
    ("decision;entity_name\n", "has a column 'decision;entity_name'"),
    ("decision,entity_name\nmerge,Roy Dane\n", "line 2: the decision merge needs other_name"),
    ("decision,entity_name\nkill,Roy Dane\n", "line 2: it has the decision 'kill'"),
    ("decision,entity_name\nblock\n", "line 2: it has not as many cells"),
    ("decision,entity_name\nblock,a,b\n", "line 2: it has not as many cells"),
    ("decision,entity_name\nblock,\n", "line 2: it has no entity_name"),
    ("decision,entity_name,decided_at\nblock,Roy Dane,soon\n", "'soon' is no time"),
    (
        "decision,entity_name,other_name\nmerge,A Tarn,B Tarn\nmerge,B Tarn,C Tarn\n"
        "merge,C Tarn,A Tarn\n",
        "line 4: .*circle",
    ),
    ("decision,entity_name,other_name\nmerge,A Tarn,A Tarn\n", "line 2: .*merged into itself"),
    ("decision,entity_name\nblock," + "x" * 200_000 + "\n", "field larger"),
]


def test_a_csv_with_a_bad_row_records_nothing(newsroom):
    for text, complaint in BAD_TABLES:
        with pytest.raises(UsageError, match=complaint):
            entities.read_csv(io.StringIO(text), "ida")
        assert entities.decisions() == []


def test_ids_elsewhere_are_in_the_dimension(newsroom):
    entities.identify("I. Marlow", "our-list", "P-9", DESK)
    entities.identify("Ida Marlow", "wikidata", "Q1", DESK)
    entities.identify("Ida Marlow", "wikidata", "Q2", DESK)
    entities.merge("I. Marlow", "Ida Marlow", DESK)
    (ids,) = newsroom.execute(
        "select external_ids from mart.dim_entity where entity_name = 'Ida Marlow'"
    ).fetchone()
    assert ids == {"our-list": "P-9", "wikidata": "Q2"}


def test_the_list_of_the_demo_is_recorded_before_any_text_comes(newsroom):
    for _ in range(2):
        with Path(demo.__file__).with_name("names.csv").open(encoding="utf-8") as stream:
            entities.read_csv(stream, "dateline demo")
    names = (person("Halvane"), ("GPE", "Halvane", "Halvane"))
    for number in range(6, 9):
        day = f"2026-11-2{number - 5}"
        store_article(newsroom, Article(number, "valley", day, names[: number - 5]))
    resolve_names(newsroom)
    shown = newsroom.execute(
        "select distinct entity_type from mart.entity_mentions where entity_name = 'Halvane'"
    ).fetchall()
    assert shown == [("GPE",)]


def test_two_commands_at_once_take_turns(newsroom):
    names = ["Ida Marlowe", "I. Marlow", "Ida Marlow", "Roy Dane"]
    pairs = [(a, b) for a in names for b in names if a != b]
    random.Random(7).shuffle(pairs)
    errors = []

    def act(pair):
        try:
            entities.merge(*pair, DESK)
        except UsageError as error:
            errors.append(str(error))

    threads = [threading.Thread(target=act, args=(pair,)) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Four names are one after three decisions; the other nine were refused.
    assert (len(entities.decisions()), len(errors)) == (3, 9)
    assert len({name for found in named(newsroom).values() for name in found}) == 1


def test_decisions_that_became_a_circle_as_families_joined_are_followed_once(newsroom):
    """Two spellings join by a rule that came later, each merged into the other's target."""
    rows = "merge,Ida Marlow,Roy Dane\nmerge,R. Dane,I. Marlow\n"
    entities.read_csv(io.StringIO(f"decision,entity_name,other_name\n{rows}"), "ida")
    newsroom.execute(
        "update news.entities set family_key = case when entity_name like '%%Dane' then 'dane'"
        " else 'marlow' end where entity_type = 'PERSON'"
    )
    newsroom.execute(
        "insert into news.names_to_resolve (entity_id) select entity_id from news.entities"
    )
    resolve_names(newsroom)
    assert len({name for found in named(newsroom).values() for name in found}) == 1


def test_a_bare_surname_means_a_person_whose_names_were_merged(newsroom):
    people = (person("Ona Tarn"), person("Ona J. Tarn"))
    store_article(newsroom, Article(6, "valley", "2026-11-24", people))
    store_article(newsroom, Article(7, "valley", "2026-11-25", (person("Tarn"),)))
    resolve_names(newsroom)
    assert named(newsroom)[7] == ["Tarn"]
    entities.merge("Ona J. Tarn", "Ona Tarn", DESK)
    assert named(newsroom)[7] == ["Ona Tarn"]
    entities.undo("1", "ida")
    assert named(newsroom)[7] == ["Tarn"]


def test_find_shows_what_is_needed_to_decide(newsroom):
    merge_marlows()
    run = CliRunner().invoke(build(), ["entity", "find", "marlow", "--json"])
    row = json.loads(run.stdout)
    assert row["entity_name"] == "Ida Marlow"
    assert (row["text_count"], row["outlets"]) == (4, ["harbour", "valley"])
    assert row["aliases"] == ["I. Marlow", "Ida Marlowe"]
    assert row["last_seen"]
    assert entities.find("%") == entities.find("_") == []
    assert entities.find("dane roy")[0].entity_name == "Roy Dane"
    assert [each.entity_name for each in entities.find(str(row["entity_id"]))] == ["Ida Marlow"]
    table = CliRunner().invoke(build(), ["entity", "find", "board"])
    assert "Tarn Board" in table.stdout
