"""The newest sitemaps of an index are read first, whatever its order."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.discover.results import Entry, Sitemap
from pipeline.discover.sitemap_order import ChildReading, child_reading, order_children
from pipeline.tables import read_rows

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOST = "https://herald.example"


def month(number: int, months: int = 120) -> datetime:
    """Return the time of the newest entry of a sitemap, of which number 0 is the oldest."""
    return NOW - timedelta(days=30 * (months - 1 - number))


def read_by_order(children, newest, budget, held=None):
    """Read as many sitemaps as the budget allows, each time the first that was not read."""
    memory = dict(held or {})
    read = []
    for _ in range(budget):
        ahead = [child.url for child in order_children(children, memory) if child.url not in read]
        if not ahead:
            break
        read.append(ahead[0])
        time = newest[ahead[0]]
        memory[ahead[0]] = ChildReading(NOW, 100, time, time and time - timedelta(days=30))
    return read, memory


def opaque(count: int) -> list[Entry]:
    """Return sitemaps whose names tell nothing."""
    letters = random.Random(count)
    return [
        Entry(f"{HOST}/map-{''.join(letters.choices('abcdefgh', k=12))}.xml") for _ in range(count)
    ]


def numbered(count: int) -> list[Entry]:
    return [Entry(f"{HOST}/sitemap-{number}.xml") for number in range(count)]


@pytest.mark.parametrize("children", [opaque(120), numbered(120)])
@pytest.mark.parametrize("is_oldest_first", [True, False])
def test_of_120_sitemaps_without_times_the_newest_are_read_in_the_first_run(
    children, is_oldest_first
):
    newest = {
        child.url: month(place if is_oldest_first else 119 - place)
        for place, child in enumerate(children)
    }
    by_age = sorted(newest, key=newest.__getitem__, reverse=True)
    read, memory = read_by_order(children, newest, budget=49)
    assert set(by_age[:48]) <= set(read)
    # In the next run the newest is the first, and no oldest one is asked.
    again, _ = read_by_order(children, newest, budget=10, held=memory)
    assert again == by_age[:10]


@pytest.mark.parametrize("children", [opaque(30), numbered(30)])
def test_a_sitemap_that_joined_the_newer_end_is_read_first(children):
    newest = {child.url: month(place, 30) for place, child in enumerate(children)}
    old = children[:-1]
    _, memory = read_by_order(old, newest, budget=10)
    assert order_children(children, memory)[0] == children[-1]


def test_a_current_sitemap_before_an_archive_oldest_first():
    children = [Entry(f"{HOST}/sitemap.xml"), *numbered(60)]
    newest = {child.url: month(place, 61) for place, child in enumerate(children)}
    newest[children[0].url] = NOW + timedelta(hours=1)
    read, _ = read_by_order(children, newest, budget=12)
    assert {children[0].url, *(child.url for child in children[-9:])} <= set(read)


@given(st.permutations(range(24)))
def test_dates_in_names_tell_the_order_without_reading(order):
    months = [f"{2025 + number // 12}-{number % 12 + 1:02}" for number in range(24)]
    children = [Entry(f"{HOST}/sitemap-{months[number]}.xml") for number in order]
    found = [child.url for child in order_children(children, {})]
    assert found == [f"{HOST}/sitemap-{name}.xml" for name in reversed(months)]


@pytest.mark.parametrize(
    "names",
    [
        ["/2024/sitemap.xml", "/2025/sitemap.xml", "/2026/sitemap.xml"],
        ["/s_20261119.xml", "/s_20261120.xml"],
        ["/sitemap.xml?yyyy=2026&mm=9&dd=30", "/sitemap.xml?yyyy=2026&mm=10&dd=02"],
        ["/s/2026/9.xml", "/s/2026/10.xml", "/s/2026/11.xml"],
        ["/sitemap-2025-12.xml", "/sitemap-2026-01.xml", "/sitemap-2026.xml"],
    ],
)
def test_dates_in_names_of_many_forms(names):
    children = [Entry(HOST + name) for name in names]
    assert order_children(children, {}) == children[::-1]


def test_times_of_change_tell_the_order():
    days = [3, 9, 1, 7, 5]
    children = [Entry(f"{HOST}/{day}.xml", changed_at=f"2026-11-{day:02}") for day in days]
    found = [child.changed_at[-2:] for child in order_children(children, {})]
    assert found == ["09", "07", "05", "03", "01"]


def test_times_of_change_that_one_program_run_stamped_tell_nothing():
    children = [
        Entry(child.url, changed_at=f"2026-11-20T08:15:{place % 60:02}Z")
        for place, child in enumerate(opaque(120)[::-1])
    ]
    newest = {child.url: month(119 - place) for place, child in enumerate(children)}
    read, _ = read_by_order(children, newest, budget=20)
    assert set(sorted(newest, key=newest.__getitem__)[-19:]) <= set(read)


def test_times_of_change_that_reading_refuted_tell_nothing():
    children = [
        Entry(child.url, changed_at=f"2026-11-{20 - place % 20:02}T08:15:00Z")
        for place, child in enumerate(opaque(60))
    ]
    newest = {child.url: month(place, 60) for place, child in enumerate(children)}
    read, _ = read_by_order(children, newest, budget=12)
    assert set(sorted(newest, key=newest.__getitem__)[-6:]) <= set(read)


def test_a_sitemap_that_changed_after_it_was_read_is_new_again():
    children = [Entry(f"{HOST}/{day}.xml", changed_at=f"2026-11-{day:02}") for day in (17, 18, 19)]
    held = {
        child.url: ChildReading(
            datetime(2026, 11, 18, 12, tzinfo=UTC), 9, datetime(2026, 11, 16, tzinfo=UTC)
        )
        for child in children
    }
    assert order_children(children, held)[0].changed_at == "2026-11-19"


def test_the_kind_in_the_name_comes_before_the_time():
    names = ["author-sitemap.xml", "post-sitemap.xml", "post_tag-sitemap2.xml", "news-sitemap.xml"]
    children = [Entry(f"{HOST}/{name}", changed_at="2026-11-20") for name in names]
    found = [child.url.rpartition("/")[2] for child in order_children(children, {})]
    assert found[:2] == ["news-sitemap.xml", "post-sitemap.xml"]


@pytest.mark.parametrize(
    ("word", "order", "example"),
    list(read_rows("pipeline.discover", "sitemap_names.tsv", columns=3)),
)
def test_every_word_is_found_in_its_example(word, order, example):
    children = [Entry(f"{HOST}/a.xml"), Entry(example), Entry(f"{HOST}/b.xml")]
    place = 0 if order == "first" else -1
    assert order_children(children, {})[place].url == example


def test_empty_and_undated_sitemaps_do_not_stop_the_search():
    children = opaque(10)
    newest = {child.url: month(place, 10) for place, child in enumerate(children)}
    newest[children[-1].url] = None
    newest[children[4].url] = None
    read, _ = read_by_order(children, newest, budget=6)
    assert {child.url for child in children[5:9]} <= set(read)


def test_what_a_sitemap_held_is_its_newest_and_oldest_time():
    entries = (
        Entry(f"{HOST}/a", published_at="2026-11-20T08:15:00+02:00", changed_at="2026-11-21"),
        Entry(f"{HOST}/2019/03/05/b", changed_at="2026-11-21"),
        Entry(f"{HOST}/c", changed_at="2026-11-19"),
        Entry(f"{HOST}/d"),
    )
    assert child_reading(Sitemap(entries), NOW) == ChildReading(
        NOW,
        4,
        datetime(2026, 11, 20, 6, 15, tzinfo=UTC),
        datetime(2019, 3, 5, tzinfo=UTC),
    )
    assert child_reading(Sitemap(), NOW) == ChildReading(NOW, 0)


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"(https://h\.example/)?[a-z0-9/?=_.-]{0,20}", fullmatch=True),
            st.none() | st.datetimes().map(lambda time: time.isoformat()),
            st.none() | st.none() | st.datetimes(timezones=st.just(UTC)),
            st.booleans(),
        ),
        unique_by=lambda row: row[0],
    )
)
def test_every_sitemap_is_in_the_order_once(rows):
    children = [Entry(url, changed_at=changed) for url, changed, _, _ in rows]
    held = {
        url: ChildReading(NOW, int(newest is not None), newest)
        for url, _, newest, is_read in rows
        if is_read
    }
    assert sorted(order_children(children, held), key=str) == sorted(children, key=str)
