"""A page that is no article is stored when a person or its source asks for it, and stays stored."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.errors import UsageError
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.stages.load import load
from pipeline.stages.quarantine import admit, retry_refused
from pipeline.stages.reprocess import plan, reprocess
from pipeline.warehouse.reprocessing import Scope
from tests.extract.page_kind_pages import forum, product
from tests.stages import archived
from tests.stages.archived import fetched, html
from tests.warehouse.stories import HARBOUR, NOON, VALLEY, begin, story_url

THREAD = story_url(7)


@pytest.fixture
def archive(store, store_dsn, monkeypatch):
    """A store in which a thread of a forum was refused beside a story."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    begin(store, "run-0", [HARBOUR])
    run_id, pages = fetched(store, {7: forum()[1].decode(), 8: html(8)})
    assert load(run_id, pages) == {"not_an_article": 1, "loaded": 1}
    yield store
    settings.cache_clear()


def stored(conn):
    return conn.execute(
        "select v.article_kind, v.is_current from news.article_versions as v"
        " join news.articles as a on a.article_id = v.article_id where a.canonical_url = %s",
        (THREAD,),
    ).fetchall()


def test_a_refused_page_is_read_from_the_archive_and_stored(archive):
    assert admit([THREAD]).outcomes == {"loaded": 1}
    assert stored(archive) == [("forum", True)]


def test_an_admitted_page_stays_an_article(archive):
    admit([THREAD])
    run_id, pages = fetched(archive, {7: forum()[1].decode()}, "run-2", NOON + timedelta(days=1))
    assert load(run_id, pages) == {"unchanged": 1}
    [batch] = plan("extract", Scope(None, None, None), with_all=True)
    assert "refused" not in reprocess(run_id, batch, "extract")["harbour"]
    assert stored(archive) == [("forum", True)]


def test_only_refused_pages_are_admitted(archive):
    with pytest.raises(UsageError, match="was refused as no article"):
        admit([THREAD, story_url(8)])
    assert stored(archive) == []


@pytest.fixture
def asks_for(archive, monkeypatch):
    """Return a function that stores the kinds which the source's file asks for."""

    def ask(*kinds):
        outlet = replace(HARBOUR, admit_kinds=kinds)
        monkeypatch.setattr(
            archived, "begin", lambda conn, name: begin(conn, name, [outlet, VALLEY])
        )
        begin(archive, "run-1", [outlet, VALLEY])

    return ask


def test_a_source_asks_for_the_kinds_that_it_wants(archive, asks_for):
    asks_for("forum", "listing")
    given = {17: forum()[1].decode(), 18: product()[1].decode()}
    run_id, pages = fetched(archive, given, "run-2")
    assert load(run_id, pages) == {"loaded": 1, "not_an_article": 1}
    rows = archive.execute("select article_kind from mart.articles where article_kind <> 'article'")
    assert rows.fetchall() == [("forum",)]


def test_pages_refused_before_are_read_again_once_their_kind_is_wanted(archive, asks_for):
    asks_for("product")
    assert retry_refused(Outcome.NOT_AN_ARTICLE).outcomes == {"not_an_article": 1}
    asks_for("forum")
    assert retry_refused(Outcome.NOT_AN_ARTICLE).outcomes == {"loaded": 1}
    assert stored(archive) == [("forum", True)]


def test_what_a_source_asked_for_stays_when_it_asks_no_more(archive, asks_for):
    asks_for("forum")
    retry_refused(Outcome.NOT_AN_ARTICLE)
    asks_for()
    run_id, pages = fetched(archive, {7: forum()[1].decode()}, "run-2", NOON + timedelta(days=1))
    assert load(run_id, pages) == {"unchanged": 1}
    [batch] = plan("extract", Scope(None, None, None), with_all=True)
    assert "refused" not in reprocess(run_id, batch, "extract")["harbour"]
