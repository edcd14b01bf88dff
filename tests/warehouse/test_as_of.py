"""The marts as of an earlier moment: articles, names and quotes in the texts of that time."""

import pytest

from pipeline.models import Annotation, Mention, Quote, Speaker
from pipeline.warehouse.annotations import save_annotations
from pipeline.warehouse.marts import number_changes
from tests.warehouse.stories import NOON, later, loaded

FERRY = "The council of Port Amber voted on Friday to keep the old ferry, Jon Ash said."
BRIDGE = "The council of Port Amber voted on Friday to build a bridge, Ida Marlow said."


@pytest.fixture
def edited(store):
    """A store with article 1, changed after two and after four hours, and article 2 after three."""
    for hour, numbers, title, body in (
        (0, [1], "Ferry stays", FERRY),
        (2, [1], "Bridge instead", BRIDGE),
        (3, [2], "Harbour opens", FERRY.replace("ferry", "harbour")),
        (4, [1], "Ferry stays", FERRY),
    ):
        loaded(store, numbers, run_name=f"run-{hour}", at=later(hour), title=title, text=body)
    versions = store.execute("select article_version_id, body_text from news.article_versions")
    save_annotations(store, "m1", [(number, annotation(body)) for number, body in versions])
    number_changes(store)
    return store


def annotation(body):
    name = "Ida Marlow" if "Ida Marlow" in body else "Jon Ash"
    start = body.index(name)
    return Annotation(
        mentions=(Mention(start, start + len(name), name, "PERSON", name),),
        quotes=(
            Quote(
                "indirect",
                ((0, start - 2),),
                speakers=(Speaker(name, "PERSON"),),
                confidence=0.9,
                grade="A",
            ),
        ),
    )


def as_of(conn, hour, columns="title, version_no"):
    query = f"select {columns} from mart.articles_as_of(%s) order by article_id"
    return conn.execute(query, (later(hour),)).fetchall()


def test_each_moment_has_the_texts_that_were_in_force(edited):
    assert as_of(edited, -1) == []
    assert as_of(edited, 0) == as_of(edited, 1) == [("Ferry stays", 1)]
    assert as_of(edited, 2) == [("Bridge instead", 2)]
    assert as_of(edited, 3) == [("Bridge instead", 2), ("Harbour opens", 1)]
    assert as_of(edited, 4) == as_of(edited, 400) == [("Ferry stays", 1), ("Harbour opens", 1)]


def test_today_it_has_the_rows_of_the_marts(edited):
    columns = (
        "article_id, source_key, canonical_url, title, authors, word_count, published_at,"
        " published_date_local, best_date, best_date_origin, first_seen_at, language_code,"
        " article_kind, section_name, agency, is_original, version_no, article_version_id"
    )
    mart = f"select {columns} from mart.articles order by article_id"
    assert as_of(edited, 400, columns) == edited.execute(mart).fetchall()


def test_names_and_quotes_are_those_of_the_text_in_force(edited):
    def people(hour):
        names = "select entity_name from mart.entity_mentions_as_of(%s) where article_id = 1"
        speakers = "select speaker_name from mart.quotes_as_of(%s) where article_id = 1"
        return [edited.execute(query, (later(hour),)).fetchall() for query in (names, speakers)]

    assert people(1) == [[("Jon Ash",)]] * 2
    assert people(2) == [[("Ida Marlow",)]] * 2
    assert people(5) == [[("Jon Ash",)]] * 2


def test_a_row_says_whether_its_article_changed_later(edited):
    changed = "select bool_and(is_changed_since) from mart.articles_as_of(%s)"
    assert edited.execute(changed, (NOON,)).fetchone() == (True,)
    now = "select bool_or(is_changed_since) from mart.articles_as_of(now() + interval '1 s')"
    assert edited.execute(now).fetchone() == (False,)


def test_a_copy_whose_original_came_later_was_the_original_then(store):
    loaded(store, [1], run_name="copy", published_at="2026-11-20T10:00:00Z")
    loaded(store, [2], run_name="original", at=later(5), published_at="2026-11-20T09:00:00Z")
    store.execute("insert into news.duplicate_groups default values")
    store.execute(
        "update news.articles set duplicate_group_id = 1, is_group_original = article_id = 2"
    )
    assert as_of(store, 1, "article_id, is_original") == [(1, True)]
    assert as_of(store, 6, "article_id, is_original") == [(1, False), (2, True)]
