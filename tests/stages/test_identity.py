"""Which pages are one article, from a real server to the tables: lying claims, spellings, noise."""

import json

import psycopg
import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.settings import settings
from tests.extract.pages import page
from tests.fix_http import Site
from tests.fix_stories import story


class Crawl:
    """A site on loopback, a store, and runs of ``dateline run`` over lists of paths."""

    def __init__(self, home, dsn):
        self.home = home
        self.dsn = dsn
        self.site = Site()

    def show(self, path, seed, *, canonical=None, head="", title=None):
        """Let a path show a story, with a ``rel=canonical`` to another path."""
        link = f"<link rel='canonical' href='{self.site.url}{canonical}'>" if canonical else ""
        body = page(
            head=link + head, paragraphs=story(seed, 150).split("\n\n"), h1=title or f"Story {seed}"
        )
        self.site.page(path, body)

    def run(self, paths):
        """Run over these paths and return each one's outcome."""
        paths = list(paths)
        listed = self.home / "urls.txt"
        listed.write_text("".join(f"{self.site.url}{path}\n" for path in paths))
        done = CliRunner().invoke(
            build(), ["run", str(listed), "--allow-private-addresses", "--json", "--jobs", "1"]
        )
        number = json.loads(done.stdout)["run_id"]
        found = dict(self.rows("select url, outcome from mart.url_fate where run_id = %s", number))
        return [found.get(f"{self.site.url}{path}") for path in paths]

    def rows(self, query, *values):
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(query, values).fetchall()

    def articles(self):
        """Return the addresses of all articles, without the host."""
        found = self.rows("select canonical_url from mart.articles order by 1")
        return [url.removeprefix(self.site.url) for (url,) in found]

    def text_of(self, path):
        query = "select body_text from mart.articles where canonical_url = %s"
        [(body,)] = self.rows(query, f"{self.site.url}{path}")
        return body

    def refusals(self):
        found = self.rows("select page_url, refusal from news.address_claims order by 1")
        return {url.removeprefix(self.site.url): refusal for url, refusal in found}


@pytest.fixture
def crawl(tmp_path, store_dsn, compared_log, monkeypatch):
    for name, value in {"HOME": str(tmp_path), "DSN": store_dsn, "CRAWL_DELAY": "0"}.items():
        monkeypatch.setenv(f"DATELINE_{name}", value)
    settings.cache_clear()
    crawl = Crawl(tmp_path, store_dsn)
    yield crawl
    crawl.site.close()
    settings.cache_clear()


LIARS = {
    "/news/harbour-vote-7101": "/",
    "/news/school-budget-7102": "/",
    "/news/market-fire-7103": "/news/grain-price-7105",
    "/news/river-border-7104": "/news/grain-price-7105",
    "/news/grain-price-7105": None,
    "/news/road-strike-7106": None,
}
"""Six stories: two name the front page as their address, two name a third story."""


def test_six_stories_whose_pages_lie_stay_six_articles_without_an_edit(crawl):
    for seed, (path, canonical) in enumerate(LIARS.items()):
        crawl.show(path, seed, canonical=canonical)
    assert crawl.run(LIARS) == ["loaded"] * 6
    for _ in range(2):
        assert crawl.run(reversed(list(LIARS))) == ["unchanged"] * 6
    assert crawl.articles() == sorted(LIARS)
    for seed, path in enumerate(LIARS):
        assert story(seed, 150).split("\n\n")[0] in crawl.text_of(path)
    assert crawl.rows("select * from mart.silent_edits") == []
    assert crawl.rows("select * from ops.identity_changes") == []
    assert crawl.refusals() == {
        "/news/harbour-vote-7101": "front_page",
        "/news/school-budget-7102": "front_page",
        "/news/market-fire-7103": "contradicted",
        "/news/river-border-7104": "contradicted",
    }


def test_so_they_do_when_the_pages_come_in_one_run_each(crawl):
    for seed, (path, canonical) in enumerate(LIARS.items()):
        crawl.show(path, seed, canonical=canonical)
        assert crawl.run([path]) == ["loaded"]
    assert crawl.articles() == sorted(LIARS)
    assert crawl.rows("select * from mart.silent_edits") == []
    [(from_url, to_url, edits)] = crawl.rows(
        "select from_url, to_url, edits_removed from ops.identity_changes"
    )
    urls = (from_url.removeprefix(crawl.site.url), to_url.removeprefix(crawl.site.url))
    assert (urls, edits) == (("/news/grain-price-7105", "/news/market-fire-7103"), 0)
    assert crawl.run(LIARS) == ["unchanged"] * 6


SPELLINGS = [
    ("/quay/", "/quay/amp/"),
    ("/quay.html", "/quay.amp.html"),
    ("/quay", "/quay/print"),
    ("/quay", "/quay?print=pdf"),
    ("/quay", "/quay/"),
    ("/quay", "//quay"),
    ("/quay/", "/quay/index.html"),
    ("/quay", "/quay?at_medium=feed&at_campaign=7"),
    ("/quay", "/quay?ref=front"),
    ("/quay", "/quay?source=feed"),
    ("/quay", "/quay?from=feed"),
    ("/quay", "/quay?src=feed"),
    ("/quay", "/quay?reflink=share&mod=feed"),
    ("/quay", "/quay?smid=share"),
    ("/quay", "/quay?partner=feed&emc=feed"),
    ("/quay", "/quay?taid=7"),
    ("/quay", "/quay?feedType=rss&feedName=top"),
    ("/quay", "/quay?share=post&nb=1"),
    ("/quay", "/quay?rss=1"),
    ("/quay", "/quay?page=1"),
    ("/quay", "/quay?page=all"),
    ("/quay", "/quay?hpid=1"),
]
"""Pairs that only the pages themselves show to be one; ``quay`` stands for a story's own name."""


def test_spellings_of_one_page_are_one_article_because_of_their_texts(crawl):
    pairs = [
        tuple(path.replace("quay", f"quay-{number}-of-amber") for path in pair)
        for number, pair in enumerate(SPELLINGS)
    ]
    for number, pair in enumerate(pairs):
        for path in pair:
            crawl.show(path, number)
    found = crawl.run([path for pair in pairs for path in pair])
    outcomes = dict(zip(SPELLINGS, zip(found[::2], found[1::2], strict=True), strict=True))
    assert set(outcomes.values()) == {("loaded", "duplicate_url")}, outcomes
    assert crawl.articles() == sorted(first for first, _ in pairs)
    assert "//quay-5-of-amber" in crawl.site.paths
    assert crawl.rows("select * from mart.silent_edits") == []


def test_two_pages_at_spellings_of_one_address_are_two_articles(crawl):
    paths = ["/story-of-amber", "//story-of-amber", "/story-of-amber/", "/story-of-amber?from=7"]
    for seed, path in enumerate(paths):
        crawl.show(path, seed)
    assert crawl.run(paths) == ["loaded"] * 4
    assert crawl.run(paths) == ["unchanged"] * 4
    assert crawl.articles() == sorted(paths)


def test_a_parameter_is_learnt_and_new_links_that_differ_in_it_are_one(crawl):
    crawl.show("/ferry-2027", 1)
    crawl.show("/pier-2027", 2)
    paths = ["/ferry-2027?ref=home", "/ferry-2027?ref=mail"]
    assert crawl.run(paths) == ["loaded", "duplicate_url"]
    learnt = "select parameter, same_count, other_count, learnt_at is not null"
    assert crawl.rows(f"{learnt} from news.site_parameters") == [("ref", 1, 0, True)]
    asked = len(crawl.site.paths)
    paths = ["/pier-2027?ref=home", "/pier-2027?ref=mail", "/pier-2027"]
    assert crawl.run(paths) == ["loaded", "duplicate_url", "duplicate_url"]
    pages = [path for path in crawl.site.paths[asked:] if "pier" in path]
    assert pages == ["/pier-2027?ref=home"]
    assert "/pier-2027" in crawl.articles()


def test_a_parameter_that_names_stories_is_never_learnt(crawl):
    paths = [f"/view?cid={number}" for number in range(4)]
    for seed, path in enumerate(paths):
        crawl.show(path, min(seed, 2))
    assert crawl.run(paths) == ["loaded"] * 3 + ["duplicate_url"]
    assert crawl.rows("select parameter, learnt_at from news.site_parameters") == [("cid", None)]
    crawl.show("/view?cid=9", 9)
    assert crawl.run(["/view?cid=9"]) == ["loaded"]


def test_the_amp_page_of_a_story_is_its_duplicate_by_its_claim(crawl):
    crawl.show("/2027/ferry-line-closes", 1)
    crawl.show("/amphtml/5531", 1, canonical="/2027/ferry-line-closes", title="Ferry closes")
    paths = ["/amphtml/5531", "/2027/ferry-line-closes"]
    assert sorted(crawl.run(paths)) == ["duplicate_url", "loaded"]
    assert crawl.articles() == ["/2027/ferry-line-closes"]
    assert crawl.refusals() == {"/amphtml/5531": None}
