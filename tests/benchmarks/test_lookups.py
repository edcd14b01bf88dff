"""The benchmark of copy look-ups: its texts, the other methods, its store and its tables."""

from benchmarks.copies.lookup_copies import KINDS, OUTLETS, Planted, boilerplate, copies
from benchmarks.copies.lookup_measures import Figures
from benchmarks.copies.lookup_peers import PEERS, DatatroveStyle
from benchmarks.copies.lookup_store import MONTHS, TODAY, WINDOW, fill, plant
from benchmarks.speed.lookup_speed import found_table, speed_table
from pipeline.dedupe.fingerprints import fingerprints
from tests.fix_stories import edited, story


def test_every_original_gets_one_copy_of_each_kind_in_another_outlet():
    given = [Planted(number, story(number, 300), "original", number) for number in range(3)]
    made = copies(given)
    assert [(each.kind, each.original) for each in made] == [
        (kind, number) for number in range(3) for kind in KINDS
    ]
    assert all(each.outlet != given[each.original].outlet for each in made)
    lengths = [len(each.text.split()) for each in made[:3]]
    assert [round(length / 300, 1) for length in lengths] == [1.0, 0.5, 2.0]


def test_an_outlets_boilerplate_has_fingerprints_below_any_text():
    marks = fingerprints(boilerplate(7))
    assert set(marks) & set(fingerprints(f"{story(1)}\n\n{boilerplate(7)}"))
    assert not set(marks) & set(fingerprints(boilerplate(8)))


def test_other_methods_find_a_near_copy_and_no_unrelated_text(tmp_path):
    text = story("a", 300)
    for make in PEERS:
        peer = make(tmp_path)
        peer.insert(0, peer.made(50, 1))
        marks = [peer.signature(each) for each in (text, story("b", 300))]
        for number, mark in enumerate(marks, 50):
            peer.insert(number, mark[None])
        assert peer.lookup(peer.signature(edited(text, 0.005))) == [50]
        assert peer.lookup(marks[1]) == [51]


def test_files_grow_by_twelve_bytes_a_bucket_and_text(tmp_path):
    peer = DatatroveStyle(tmp_path)
    empty = peer.stored_bytes()
    peer.insert(0, peer.made(100, 1))
    assert peer.stored_bytes() == empty + 100 * 14 * 12


def test_a_filled_store_has_its_articles_in_the_window_and_before(store):
    fill(store, 2_000, [40] * 100)
    spread = store.execute(
        "select count(*), count(*) filter (where %s - seen_on < %s), count(distinct seen_on)"
        " from (select distinct article_version_id, seen_on from news.article_fingerprints) as a",
        (TODAY, WINDOW),
    ).fetchone()
    assert spread[0] == 2_200
    assert 1_950 <= spread[1] <= 2_000
    assert store.execute("select count(*) from news.article_fingerprints_default").fetchone() == (
        0,
    )
    months = store.execute(
        "select count(*) from pg_inherits where inhparent = 'news.article_fingerprints'::regclass"
    ).fetchone()
    assert months[0] >= MONTHS
    shared = store.execute(
        "select count(*) from (select from news.article_fingerprints group by fingerprint"
        " having count(*) > 20) as hot"
    ).fetchone()
    assert 0 < shared[0] < 3 * OUTLETS
    (planted,) = plant(store, [Planted(0, story("a"))], 3)
    assert planted == 2_201


def test_the_tables_state_the_figures():
    figures = Figures("M", 10_000, [1.0, 3.0], [0.5], 0.1, 0.2, 4_400, [1.0, 0.5, 0.015], 2.0, 7.0)
    assert "| 10,000 | M | 0.50 / 0.50 / 0.50 | 2.00 / 2.90 / 3.00 | 7 |" in speed_table([figures])
    assert "| 100.0 | 50.0 | 1.50 | 2.0 |" in found_table([figures])
