"""Articles by evidence in the store: claims, spellings of hosts, and merges that are undone."""

from dataclasses import replace

import pytest

from pipeline.models import AddressClaim, Link, Source
from pipeline.warehouse.fetches import FetchRow, record_fetches
from pipeline.warehouse.load import LoadItem, load_batch
from tests.fix_stories import story as invented
from tests.warehouse.stories import begin, count, later, planned, story

SITE = "https://www.example.com"
OUTLET = Source(key="coast", name="The Coast", homepage=f"{SITE}/")


def load(conn, hour, *pages):
    """Load pages (address, story number, claimed address) in one run; return the outcomes."""
    run_id = begin(conn, f"run-{hour}", (OUTLET,))
    items = []
    for url, seed, *claimed in pages:
        (attempt,) = [
            each
            for each in planned(conn, run_id, [Link(url, "coast", "list")], later(hour))
            if each.link.url == url
        ]
        row = FetchRow(
            attempt.attempt_id, "coast", url, url, later(hour), 200, raw_uri=f"a.warc.gz#{url}"
        )
        (fetch_id,) = record_fetches(conn, run_id, [row])
        article = replace(
            story(seed, text=invented(seed, 120), url=url),
            claims=tuple(AddressClaim("rel_canonical", each) for each in claimed),
        )
        items.append(LoadItem(attempt.attempt_id, fetch_id, "coast", article, later(hour)))
    load_batch(conn, run_id, f"b-{hour}", items)
    found = conn.execute(
        "select url, outcome from mart.url_fate where run_id = %s", (run_id,)
    ).fetchall()
    outcomes = dict(found)
    return [outcomes[url] for url, *_ in pages]


def articles(conn):
    return conn.execute(
        "select canonical_url, version_no, title from mart.articles order by 1"
    ).fetchall()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://news.example.com/a", "https://news.example.com/a"),
        ("https://www.example.com/a", "https://example.com/a"),
        ("https://www.example.com/a", "https://amp.example.com/a"),
        ("https://www.example.com/a", "https://m.example.com/a/amp"),
    ],
)
def test_hosts_and_schemes_that_show_one_text_are_one_article(store, one, other):
    assert load(store, 0, (one, 1), (other, 1)) == ["loaded", "duplicate_url"]
    assert load(store, 1, (one.replace("/a", "/b-2"), 2), (other.replace("/a", "/b-2"), 3)) == [
        "loaded",
        "loaded",
    ]
    assert count(store, "news.articles") == 3


def test_a_refuted_claim_gives_the_article_its_own_address(store):
    assert load(store, 0, (f"{SITE}/x-1001", 1, f"{SITE}/y-1002")) == ["loaded"]
    assert [row[0] for row in articles(store)] == [f"{SITE}/y-1002"]
    assert load(store, 1, (f"{SITE}/y-1002", 2)) == ["loaded"]
    assert [row[:2] for row in articles(store)] == [(f"{SITE}/x-1001", 1), (f"{SITE}/y-1002", 1)]
    assert count(store, "mart.silent_edits") == 0
    (told,) = store.execute("select reason, edits_removed from ops.identity_changes").fetchall()
    assert told == (f"{SITE}/y-1002 shows another story", 0)
    assert load(store, 2, (f"{SITE}/x-1001", 1, f"{SITE}/y-1002")) == ["unchanged"]
    refusal = "select refusal from news.address_claims"
    assert store.execute(refusal).fetchall() == [("contradicted",)]


def test_a_merge_of_a_former_version_is_undone_with_its_edits(store):
    target, liar = f"{SITE}/y-1002", f"{SITE}/x-1001"
    load(store, 0, (target, 2))
    load(store, 1, (liar, 1))
    merge = """
    with moved as (
        update news.article_versions as v set article_id = t.article_id, version_no = 2,
            is_current = false
        from news.articles as t, news.articles as l
        where t.canonical_url = %(target)s and l.canonical_url = %(liar)s
            and v.article_id = l.article_id
        returning v.article_id, v.article_version_id, v.first_run_id, v.first_seen_at
    )
    insert into news.article_edits
        (article_id, edit_no, from_version_id, to_version_id, seen_at, run_id)
    select m.article_id, 1, v.article_version_id, m.article_version_id, m.first_seen_at,
        m.first_run_id
    from moved as m join news.article_versions as v on v.article_id = m.article_id and v.is_current
    """
    names = {"target": target, "liar": liar}
    store.execute(merge, names)
    store.execute(
        "update news.pages set article_id = (select article_id from news.articles"
        " where canonical_url = %(target)s) where canonical_url = %(liar)s",
        names,
    )
    store.execute("delete from news.articles where canonical_url = %(liar)s", names)
    assert count(store, "mart.silent_edits") == 1
    assert load(store, 2, (liar, 1, target)) == ["unchanged"]
    assert [row[:2] for row in articles(store)] == [(liar, 1), (target, 1)]
    assert count(store, "news.article_edits") == 0
    changed = "select to_url, edits_removed, cardinality(article_version_ids)"
    assert store.execute(f"{changed} from ops.identity_changes").fetchall() == [(liar, 1, 1)]
    one_current = "select count(*) from news.article_versions where is_current"
    assert store.execute(one_current).fetchone() == (2,)


def test_claims_that_a_page_makes_no_more_are_deleted(store):
    load(store, 0, (f"{SITE}/x-1001", 1, f"{SITE}/"))
    assert count(store, "news.address_claims") == 1
    load(store, 1, (f"{SITE}/x-1001", 1))
    assert count(store, "news.address_claims") == 0
