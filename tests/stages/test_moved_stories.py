"""Stories whose address moved, from a real server to the tables, at times of the test's choice."""

from datetime import timedelta

import pytest

from tests.stages.test_collect import (
    HOUR,
    MINUTE,
    MORNING,
    Newsroom,
    newsroom,
    story,
)

__all__ = ["newsroom"]
CORRECTED = "The council corrected the date of the last crossing on Friday evening."
WALL = (
    "<html lang=en><title>Sign in</title><article><h1>Sign in to read on</h1>"
    + "<p>Readers with an account see every story, save them for later and comment on them.</p>" * 3
    + "<p>Sign in with your address, or open an account in a minute; it costs nothing.</p>"
    "</article></html>"
)


class Redesign:
    """An outlet with one story, which moves."""

    def __init__(self, newsroom: Newsroom):
        self.newsroom = newsroom
        self.site = newsroom.site
        newsroom.source(feeds=(f"{self.site.url}/feed",))
        self.lists("1")
        newsroom.tick(MORNING)

    def lists(self, *names):
        self.newsroom.feed(*names)

    def move(self, old, new, status=301, body=None):
        self.site.page(f"/{new}", story(1) if body is None else body)
        self.site.redirect(f"/{old}", f"/{new}", status)

    def tick(self, *hours):
        """Do the ticks of these hours after the morning; return what the last one asked for."""
        for hour in hours:
            asked = self.newsroom.tick(MORNING + hour * HOUR)
        return asked

    def rows(self, query, *values):
        return self.newsroom.conn.execute(query, values).fetchall()

    def articles(self):
        found = self.rows(
            "select a.canonical_url, (select count(*) from news.article_versions as v"
            " where v.article_id = a.article_id) from mart.articles as a order by 1"
        )
        return [(url.removeprefix(f"{self.site.url}/"), count) for url, count in found]

    def changes(self):
        return [kind for (kind,) in self.rows("select change_kind from ops.identity_changes")]

    def former(self):
        found = self.rows("select url from news.former_addresses where ended_at is null order by 1")
        return [url.removeprefix(f"{self.site.url}/") for (url,) in found]

    def fate(self, name):
        [found] = self.rows(
            "select outcome, reason, next_try_at is not null from mart.url_fate"
            " where url = %s and is_latest",
            f"{self.site.url}/{name}",
        )
        return found

    def edits(self):
        return len(self.rows("select * from news.article_edits"))

    def ids(self):
        return [number for (number,) in self.rows("select article_id from news.articles")]


@pytest.fixture
def redesign(newsroom):
    return Redesign(newsroom)


def test_a_story_that_moved_is_one_article_at_its_new_address(redesign):
    before = redesign.ids()
    redesign.move("1", "news/ward-1")
    redesign.tick(1.1)
    assert redesign.articles() == [("news/ward-1", 1)]
    assert redesign.ids() == before
    assert redesign.former() == ["1"]
    assert redesign.changes() == ["moved"]
    assert redesign.fate("1") == (
        "unchanged",
        f"moved for good to {redesign.site.url}/news/ward-1",
        True,
    )
    assert redesign.edits() == 0


def test_it_is_so_where_the_new_address_is_listed_first_and_was_stored(redesign):
    before = redesign.ids()
    redesign.move("1", "news/ward-1")
    redesign.lists("news/ward-1")
    redesign.tick(0.6, 0.8)
    assert redesign.articles() == [("news/ward-1", 1)]
    assert redesign.ids() == before
    assert redesign.changes() == ["merged"]
    assert redesign.fate("1")[2] is False
    assert redesign.fate("news/ward-1")[2] is True
    asked = [redesign.tick(hours) for hours in (1.2, 6.2, 24.2, 73, 170, 340, 500)]
    assert not any("/1" in paths for paths in asked)
    visits = "select count(*) from news.fetches where requested_url ~ '/(1|news/ward-1)$'"
    assert redesign.rows(visits) == [(7,)]
    assert redesign.edits() == 0


def test_it_is_so_where_its_visits_were_over_when_it_moved(redesign):
    before = redesign.ids()
    redesign.tick(1.1, 6.1, 24.1, 72.1, 168.1, 336.1)
    redesign.move("1", "news/ward-1")
    redesign.lists("news/ward-1")
    redesign.tick(500, 500.2, 501.5)
    assert redesign.articles() == [("news/ward-1", 1)]
    assert redesign.ids() == before
    assert redesign.changes() == ["merged"]


def test_it_is_so_where_the_new_address_claims_another_spelling(redesign):
    before = redesign.ids()
    claim = f'<link rel=canonical href="{redesign.site.url}/news/ward-1?from=home">'
    redesign.move("1", "news/ward-1", body=story(1).replace("<title>", f"{claim}<title>"))
    redesign.lists("news/ward-1")
    redesign.tick(0.6, 0.8)
    assert redesign.ids() == before
    assert redesign.changes() == ["merged"]


@pytest.mark.parametrize("status", [403, 429, 503])
def test_it_is_so_where_the_last_visit_was_refused(redesign, status):
    before = redesign.ids()
    wall = b"<html><title>Just a moment...</title></html>"
    redesign.site.page("/1", wall, status, **{"Server": "cloudflare", "CF-Mitigated": "challenge"})
    redesign.tick(1.1)
    redesign.move("1", "news/ward-1")
    redesign.lists("news/ward-1")
    redesign.tick(1.6, 1.8, 3)
    assert redesign.articles() == [("news/ward-1", 1)]
    assert redesign.ids() == before


def test_a_link_to_the_new_address_that_is_listed_later_is_the_articles(redesign):
    redesign.move("1", "news/ward-1")
    redesign.tick(1.1)
    redesign.lists("news/ward-1")
    redesign.tick(2.2, 6.5)
    assert redesign.articles() == [("news/ward-1", 1)]
    assert redesign.fate("1")[2] is False
    assert redesign.fate("news/ward-1")[2] is True


def test_a_text_that_was_edited_when_it_moved_is_one_edit(redesign):
    redesign.move("1", "news/ward-1", body=story(1, CORRECTED))
    redesign.lists("news/ward-1")
    redesign.tick(0.6, 1.1)
    assert redesign.articles() == [("news/ward-1", 2)]
    assert redesign.edits() == 1
    [(text,)] = redesign.rows("select body_text from mart.articles")
    assert CORRECTED in text
    redesign.site.page("/news/ward-1", story(1))
    redesign.tick(7.2)
    assert redesign.articles() == [("news/ward-1", 2)]
    assert redesign.edits() == 2


def test_edits_at_both_addresses_become_one_history(redesign):
    redesign.site.page("/1", story(1, CORRECTED))
    redesign.tick(1.1)
    redesign.site.page("/news/ward-1", story(1, CORRECTED))
    redesign.lists("news/ward-1")
    redesign.tick(1.9)
    redesign.move("1", "news/ward-1", body=story(1, CORRECTED, "A third line was added at noon."))
    redesign.tick(6.5, 24.5)
    assert redesign.articles() == [("news/ward-1", 3)]
    assert redesign.edits() == 2
    numbers = "select version_no, is_current from news.article_versions order by first_seen_at"
    assert redesign.rows(numbers) == [(1, False), (2, False), (3, True)]


def test_a_story_that_moves_twice_keeps_both_former_addresses(redesign):
    redesign.move("1", "news/ward-1")
    redesign.tick(1.1)
    redesign.move("news/ward-1", "2026/ward-1-ferry", 308)
    redesign.tick(6.5)
    assert redesign.articles() == [("2026/ward-1-ferry", 1)]
    assert redesign.former() == ["1", "news/ward-1"]
    assert redesign.changes() == ["moved", "moved"]


def test_a_chain_of_redirects_moves_it_once(redesign):
    redesign.site.redirect("/1", "/go/1", 301)
    redesign.move("go/1", "news/ward-1", 308)
    redesign.tick(1.1)
    assert redesign.articles() == [("news/ward-1", 1)]
    assert redesign.former() == ["1", "go/1"]


def test_a_story_that_moved_back_is_where_it_was(redesign):
    redesign.move("1", "news/ward-1")
    redesign.lists("news/ward-1")
    redesign.tick(0.6, 0.8)
    redesign.move("news/ward-1", "1")
    redesign.lists("1")
    redesign.tick(1.2, 6.5)
    assert redesign.articles() == [("1", 1)]
    assert redesign.fate("1")[2] is True
    assert redesign.fate("news/ward-1")[2] is False
    assert redesign.edits() == 0


def test_a_former_address_that_shows_the_story_itself_is_its_address_again(redesign):
    redesign.move("1", "news/ward-1")
    redesign.tick(1.1)
    redesign.site.page("/1", story(1))
    redesign.tick(6.5)
    assert redesign.articles() == [("1", 1)]
    assert redesign.former() == ["news/ward-1"]


def test_a_former_address_with_another_story_is_an_article_of_its_own(redesign):
    redesign.move("1", "news/ward-1")
    redesign.tick(1.1)
    redesign.site.page("/1", story(7))
    redesign.tick(6.5)
    assert redesign.articles() == [("1", 1), ("news/ward-1", 1)]
    assert redesign.former() == []
    assert redesign.edits() == 0
    redesign.lists("news/ward-1")
    redesign.tick(7.5, 24.5, 26)
    assert redesign.articles() == [("1", 1), ("news/ward-1", 1)]
    assert redesign.edits() == 0


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_moves_nothing(redesign, status):
    redesign.move("1", "news/ward-1", status)
    redesign.tick(1.1, 6.5)
    assert redesign.articles() == [("1", 1)]
    assert redesign.former() == []


def test_a_permanent_redirect_that_goes_on_with_a_temporary_one_moves_nothing(redesign):
    redesign.site.redirect("/1", "/go/1", 301)
    redesign.move("go/1", "news/ward-1", 302)
    redesign.tick(1.1)
    assert redesign.articles() == [("1", 1)]


def test_a_loop_between_old_and_new_moves_nothing_and_loses_nothing(redesign):
    redesign.site.redirect("/1", "/news/ward-1", 301)
    redesign.site.redirect("/news/ward-1", "/1", 301)
    redesign.tick(1.1)
    assert redesign.articles() == [("1", 1)]
    assert redesign.fate("1")[0] == "redirect_loop"
    redesign.move("1", "news/ward-1")
    redesign.tick(6.5)
    assert redesign.articles() == [("news/ward-1", 1)]


@pytest.mark.parametrize("target", ["", "news", "news/ferries", "login", "consent"])
@pytest.mark.parametrize("shows", ["the story", "a wall"])
def test_a_redirect_to_a_page_of_the_sites_own_moves_nothing(redesign, target, shows):
    redesign.move("1", target, body=story(1) if shows == "the story" else WALL)
    redesign.tick(1.1, 6.5)
    assert ("1", 1) in redesign.articles()
    assert redesign.former() == []
    assert redesign.edits() == 0


def test_a_redirect_to_another_story_moves_nothing(redesign):
    redesign.move("1", "news/ward-7", body=story(7))
    redesign.tick(1.1, 6.5)
    assert redesign.articles() == [("1", 1), ("news/ward-7", 1)]
    assert redesign.edits() == 0


def test_a_new_address_that_becomes_a_wall_later_is_no_edit(redesign):
    redesign.move("1", "news/ward-1")
    redesign.tick(1.1)
    redesign.site.page("/news/ward-1", WALL)
    redesign.tick(6.5)
    assert redesign.articles() == [("news/ward-1", 1)]
    assert redesign.fate("1")[0] == "suspected_wall"
    redesign.site.page("/news/ward-1", story(1))
    redesign.tick(8, 25)
    assert redesign.articles() == [("news/ward-1", 1)]
    assert redesign.edits() == 0


def test_a_304_of_the_new_address_is_not_taken_for_the_old_ones(redesign):
    redesign.site.page("/1", story(1), ETag='"1"')
    redesign.tick(1.1)
    redesign.site.page("/news/ward-7", b"", 304, ETag='"1"')
    redesign.site.redirect("/1", "/news/ward-7", 301)
    redesign.tick(6.5)
    assert "if-none-match" not in dict(redesign.site.asked)["/news/ward-7"]
    assert redesign.articles() == [("1", 1)]


def test_copies_at_two_addresses_of_which_none_redirects_stay_two(redesign):
    redesign.site.page("/news/ward-1", story(1))
    redesign.lists("1", "news/ward-1")
    redesign.tick(0.6, 0.8, 1.3, 6.5, 25)
    assert redesign.articles() == [("1", 1), ("news/ward-1", 1)]
    assert redesign.changes() == []


def test_a_whole_site_that_moves_keeps_its_articles(newsroom):
    numbers = range(1, 9)
    newsroom.source(feeds=(f"{newsroom.site.url}/feed",))
    newsroom.feed(*numbers)
    newsroom.tick(MORNING)
    for number in numbers:
        newsroom.site.page(f"/news/ward-{number}", story(number))
        newsroom.site.redirect(f"/{number}", f"/news/ward-{number}", 301)
    newsroom.feed(*(f"news/ward-{number}" for number in numbers))
    for minutes in (40, 50, 70, 400, 1500):
        newsroom.tick(MORNING + minutes * MINUTE)
    found = newsroom.conn.execute("select canonical_url from mart.articles").fetchall()
    assert sorted(found) == [(f"{newsroom.site.url}/news/ward-{each}",) for each in numbers]
    assert newsroom.conn.execute("select count(*) from news.articles").fetchone() == (8,)
    assert newsroom.conn.execute("select count(*) from news.article_edits").fetchone() == (0,)
    after = newsroom.tick(MORNING + timedelta(days=3, hours=1))
    assert sorted(after) == [
        "/feed",
        *(f"/news/ward-{number}" for number in numbers),
    ]
