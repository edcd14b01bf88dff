"""Change numbers: a copy of the marts elsewhere sees every change once and misses none."""

import random
import threading
from contextlib import closing

import pytest

from pipeline.dedupe.groups import Membership
from pipeline.models import Annotation, Match, Mention
from pipeline.warehouse.annotations import pending_versions, save_annotations
from pipeline.warehouse.duplicates import dedup_lock, save_groups, save_matches
from pipeline.warehouse.load import load_batch
from pipeline.warehouse.marts import number_changes
from pipeline.warehouse.store import connect
from tests.warehouse.stories import begin, fetched, items, later, loaded, story

FACTS = (
    "articles who_said_what all_attributions entity_mentions copies silent_edits edited_quotes"
    " story_articles"
).split()


def test_every_fact_mart_has_the_numbers(store):
    found = store.execute(
        "select table_name from mart.column_catalogue where table_schema = 'mart'"
        " and column_name in ('changed_seq', 'changed_at') group by 1 having count(*) = 2"
    )
    assert {row[0] for row in found} == {*FACTS, "article_changes"}


class Copy:
    """What a program downstream keeps: the titles of articles, and the last number it has read."""

    def __init__(self, conn):
        self.conn = conn
        self.last = 0
        self.titles = {}
        self.seen = []

    def poll(self):
        """Read what changed since the last poll; return the articles."""
        rows = self.conn.execute(
            "select c.article_id, c.changed_seq, c.is_deleted, a.title"
            " from mart.article_changes as c left join mart.articles as a using (article_id)"
            " where c.changed_seq > %s order by c.changed_seq",
            (self.last,),
        ).fetchall()
        for article_id, number, is_deleted, title in rows:
            self.last = number
            self.seen.append(number)
            if is_deleted:
                self.titles.pop(article_id, None)
            else:
                self.titles[article_id] = title
        return [row[0] for row in rows]


@pytest.fixture
def copy(store):
    loaded(store, [1, 2, 3])
    one = Copy(store)
    number_changes(store)
    one.poll()
    assert len(one.titles) == 3
    return one


def changed(store, copy):
    number_changes(store)
    return sorted(copy.poll())


def ids(store):
    return [row[0] for row in store.execute("select article_id from news.articles order by 1")]


def test_nothing_new_is_no_change(store, copy):
    run_id = begin(store, "again")
    pairs = fetched(store, run_id, [1], at=later(30))
    load_batch(store, run_id, "again", items(pairs, [story(1)], later(30)))
    assert changed(store, copy) == []


def test_marks_of_stages_are_no_change(store, copy):
    store.execute(
        "update news.article_versions set deduplicated_at = now(), read_again_at = now(),"
        " read_again_by = '9', nlp_version = null, comment_count = 7"
    )
    assert changed(store, copy) == []


def test_an_edit_moves_the_article(store, copy):
    run_id = begin(store, "edit")
    pairs = fetched(store, run_id, [2], at=later(30))
    edit = story(2, text="The council of Port Amber has put off its vote on bridge two.")
    load_batch(store, run_id, "edit", items(pairs, [edit], later(30)))
    assert changed(store, copy) == ids(store)[1:2]
    assert changed(store, copy) == []


def test_annotating_and_annotating_again_move_it(store, copy):
    versions = pending_versions(store)
    mention = Mention(15, 25, "Port Amber", "GPE", "Port Amber")
    for model in ("m1", "m2"):
        save_annotations(store, model, [(versions[0], Annotation((mention,), ()))])
        assert changed(store, copy) == ids(store)[:1]


def test_grouping_and_regrouping_move_it(store, copy):
    first, second, third = ids(store)
    with dedup_lock(store):
        save_matches(store, [], [Match(first, second, "duplicate", 0.9, 1.0, 0.9, 14)])
        save_groups(store, [first, second], [Membership(None, first, (first, second))])
    assert changed(store, copy) == [first, second]
    with dedup_lock(store):
        save_groups(store, [first, second, third], [])
    assert changed(store, copy) == [first, second]


def test_merging_and_renaming_entities_move_the_articles_that_name_them(store, copy):
    versions = pending_versions(store)
    amber = Mention(15, 25, "Port Amber", "GPE", "Port Amber")
    harbour = Mention(15, 25, "Port Amber", "GPE", "Amber Harbour")
    save_annotations(store, "m1", [(versions[0], Annotation((amber,), ()))])
    save_annotations(store, "m1", [(versions[1], Annotation((harbour,), ()))])
    changed(store, copy)
    numbers = dict(store.execute("select entity_name, entity_id from news.entities").fetchall())
    store.execute(
        "update news.entities set merged_into_entity_id = %s where entity_id = %s",
        (numbers["Port Amber"], numbers["Amber Harbour"]),
    )
    assert changed(store, copy) == ids(store)[1:2]
    store.execute("update news.entities set entity_name = 'Amber' where entity_name = 'Port Amber'")
    assert changed(store, copy) == ids(store)[:2]
    store.execute("update news.entity_mentions set entity_id = %s", (numbers["Amber Harbour"],))
    assert changed(store, copy) == ids(store)[:2]


def test_a_deleted_article_leaves_a_tombstone(store, copy):
    gone = ids(store)[0]
    store.execute("delete from news.pages where article_id = %s", (gone,))
    store.execute("update ops.link_attempts set article_id = null where article_id = %s", (gone,))
    store.execute("delete from news.articles where article_id = %s", (gone,))
    assert changed(store, copy) == [gone]
    assert sorted(copy.titles) == ids(store)
    assert store.execute(
        "select is_deleted from mart.article_changes where article_id = %s", (gone,)
    ).fetchone() == (True,)


def test_a_change_that_is_committed_late_gets_a_later_number(store, store_dsn, copy):
    first, second, _ = ids(store)
    retitle = "update news.article_versions set title = %s where is_current and article_id = %s"
    with closing(connect(store_dsn)) as slow:
        slow.execute("begin")
        slow.execute(retitle, ("late", first))
        store.execute(retitle, ("quick", second))
        assert changed(store, copy) == [second]
        slow.execute("commit")
    assert changed(store, copy) == [first]
    assert (copy.titles[first], copy.titles[second]) == ("late", "quick")


def test_four_writers_with_late_commits_and_two_publishers_lose_nothing(store, store_dsn, copy):
    """Every poll is complete, each number is seen once, and in the end the copy is the store."""
    articles = ids(store)
    begun = threading.Barrier(6)
    writing = threading.Event()
    failures = []

    def write(seed):
        chance = random.Random(seed)
        with closing(connect(store_dsn)) as conn:
            begun.wait(60)
            for turn in range(25):
                chosen = sorted(chance.sample(articles, chance.choice([1, 1, 2])))
                with conn.transaction(force_rollback=chance.random() < 0.2):
                    for each in chosen:  # in one order, so that two writers do not deadlock
                        conn.execute(
                            "update news.article_versions set title = %s"
                            " where is_current and article_id = %s",
                            (f"{seed}-{turn}", each),
                        )
                    conn.execute("select pg_sleep(%s)", (chance.choice([0, 0.002, 0.02]),))

    def publish():
        with closing(connect(store_dsn)) as conn:
            begun.wait(60)
            while not writing.is_set():
                number_changes(conn)

    def guarded(work, *values):
        try:
            work(*values)
        except Exception as error:
            failures.append(error)
            begun.abort()

    writers = [threading.Thread(target=guarded, args=(write, seed)) for seed in range(4)]
    publishers = [threading.Thread(target=guarded, args=(publish,)) for _ in range(2)]
    for each in (*writers, *publishers):
        each.start()
    while any(each.is_alive() for each in writers):
        copy.poll()
    writing.set()
    for each in (*writers, *publishers):
        each.join(60)
    assert failures == []
    changed(store, copy)
    now = store.execute("select article_id, title from mart.articles").fetchall()
    assert copy.titles == dict(now)
    assert copy.seen == sorted(set(copy.seen))
    assert store.execute("select count(*) from ops.changed_articles").fetchone() == (0,)
