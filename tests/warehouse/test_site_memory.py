"""Site memory on Postgres, beside the one in memory that it must agree with."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.clean.site_memory import WINDOW, MemorySiteMemory, SeenPage, page_key
from pipeline.warehouse.site_memory import (
    PostgresSiteMemory,
    articles_to_clean,
    forget_old_pages,
    hosts_with_new_pages,
)
from pipeline.warehouse.store import connect
from tests.warehouse.stories import loaded, story_url


def seen(number, *blocks, host="harbour.example"):
    return SeenPage(host, page_key(f"https://{host}/{number}"), blocks, (1000 + number,))


def stories(memory, number, block, host="harbour.example"):
    key = page_key(f"https://{host}/{number}")
    return memory.history(host, key).occurrences(block, key).stories


@pytest.mark.parametrize("make", [PostgresSiteMemory, lambda conn: MemorySiteMemory()])
def test_site_memory_counts_articles_of_a_host(store, make):
    memory = make(store)
    memory.remember([seen(1, 5, -(2**63)), seen(1, 5), seen(1, 5, host="valley.example")])
    memory.remember([])
    memory.remember([seen(2, 5, 9)])
    memory.remember([seen(2, 5, 7)])
    assert [stories(memory, 2, block) for block in (5, 7, 9, -(2**63), 77)] == [2, 1, 0, 0, 0]
    assert stories(memory, 1, 5, "valley.example") == 1
    assert stories(memory, 99, 5) == 2
    assert stories(memory, 1, 5, "other.example") == 0


@pytest.mark.parametrize("make", [PostgresSiteMemory, lambda conn: MemorySiteMemory()])
def test_a_page_sees_its_neighbours_however_many_pages_follow(store, make):
    memory = make(store)
    memory.remember([seen(number, 5 if number < 30 else 6) for number in range(2 * WINDOW)])
    assert stories(memory, 1, 5) == 30
    assert stories(memory, 2 * WINDOW - 1, 5) == 0
    assert stories(memory, 1, 6) == 0


def test_a_batch_is_remembered_and_read_at_once(store):
    memory = PostgresSiteMemory(store)
    memory.remember([seen(number, 5) for number in range(10)])
    memory.remember([seen(number, 5) for number in (10, 11, 3)])
    store.execute("alter table news.site_pages rename to away")
    try:
        assert stories(memory, 10, 5) == stories(memory, 3, 5) == 12
    finally:
        store.execute("alter table news.away rename to site_pages")


def test_loaders_of_one_host_do_not_wait_for_each_other(store, store_dsn):
    with closing(connect(store_dsn)) as other, other.transaction():
        PostgresSiteMemory(other).remember([seen(1, 5), seen(2, 5)])
        store.execute("set lock_timeout = '2s'")
        memory = PostgresSiteMemory(store)
        memory.remember([seen(3, 5)])
        assert stories(memory, 3, 5) == 1
    assert stories(PostgresSiteMemory(store), 3, 5) == 3


def test_old_pages_are_forgotten(store):
    memory = PostgresSiteMemory(store)
    memory.remember([seen(1, 5), seen(2, 5)])
    assert forget_old_pages(store) == 0
    store.execute("update news.site_pages set seen_at = now() - interval '731 days'")
    memory.remember([seen(3, 5)])
    assert forget_old_pages(store) == 2
    assert stories(memory, 3, 5) == 1


def test_articles_with_blocks_that_became_boilerplate_are_found(store):
    loaded(store, [1, 2, 3, 4, 5, 6, 7])
    memory = PostgresSiteMemory(store)

    def see(number, *blocks):
        page = seen(number, *blocks)
        memory.remember([replace(page, key=page_key(story_url(number)))])
        store.execute("update news.site_pages set seen_at = seen_at - interval '1 hour'")

    for number, blocks in [(1, [5, 8]), (2, [5]), (3, [6]), (4, [5, 8]), (5, [5, 6])]:
        see(number, *blocks)
    hour = timedelta(hours=1)
    now = store.execute("select now()").fetchone()[0]
    articles = dict(store.execute("select canonical_url, article_id from news.articles").fetchall())
    assert hosts_with_new_pages(store, now) == []
    assert hosts_with_new_pages(store, now - hour * 3) == ["harbour.example"]

    def named(since):
        found = articles_to_clean(store, "harbour.example", since)
        return [number for number in range(1, 8) if articles[story_url(number)] in found]

    assert named(now - 100 * hour) == [1, 2]
    assert named(now - hour * 1.5) == []
    see(6, 6)
    assert named(now - hour * 1.5) == [3, 5]
