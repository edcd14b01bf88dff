"""Bad pages among good ones, from fetching to loading, in two runs.

Each link gets exactly one outcome, a second run stores nothing twice, and characters that Postgres
refuses are removed before loading.
"""

import json
import re
from dataclasses import dataclass

import psycopg
import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from tests.extract.bad_pages import CHARSETS, ENGLISH, LANGUAGES, REFUSED, story
from tests.extract.pages import PARAGRAPHS, TITLE, linked_data, page
from tests.fix_http import Site
from tests.fix_stories import story as invented

REFUSED_HERE = ("empty", "comment", "pdf", "jpeg", "json", "rss", "sitemap", "frameset", "pictures")
REFUSED_HERE += ("inner-frame", "app", "refresh", "captcha", "consent", "soft-404", "entity-bomb")
COPIES = ("utf-8", "utf-16 little endian", "windows-1252 without declaration", "mojibake twice")
DIRTY = "Dues\x00 rise\ud800 again"
TWINS = ("/quay-story", "/quay-story/amp", "/quay-story?print=1", "/print/881")
"""The article, its AMP version, and two print versions."""


@dataclass(frozen=True)
class Runs:
    dsn: str
    url: str
    reports: list[dict]
    sizes: list[dict]

    def rows(self, query, *values):
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(query, values).fetchall()

    def outcome(self, path, run=0):
        """Return the outcome, reason and article id of a link in a run."""
        query = "select outcome, reason, article_id from mart.url_fate where url = %s"
        query += " and run_id = %s"
        [found] = self.rows(query, self.url + path, self.reports[run]["run_id"])
        return found


def serve(site):
    """Put all pages on the site; return their paths."""
    for name in REFUSED_HERE:
        site.page(f"/refused/{name}", REFUSED[name].body)
    for number, name in enumerate(COPIES):
        site.page(f"/copy/{number}", CHARSETS[name], Content_Type="text/html")
    for language in ("ar", "he", "zh", "de"):
        site.page(f"/in/{language}", story(LANGUAGES[language]))
    site.page("/big/line", b"<p>" + b"a" * 50_000_000)
    site.page("/big/divs", b"<div>" * 200_000 + b"text")
    attributes = " ".join(f'a{number}="v"' for number in range(40_000))
    site.page("/big/attributes", f"<p {attributes}>The ferry sails at nine.</p>".encode())
    site.page("/big/paragraphs", b"<p>The ferry sails at nine.</p>" * 60_000)
    site.page("/mixed", story((*invented("mixed", 150).split("\n\n"), *LANGUAGES["ar"])))
    site.page("/dirty", dirty())
    site.page("/good", page(paragraphs=invented("good", 150).split("\n\n")))
    twin = page(
        head=f"<link rel=canonical href='{site.url}{TWINS[0]}'>",
        paragraphs=invented("twin", 150).split("\n\n"),
    )
    for path in {path.partition("?")[0] for path in TWINS}:
        site.page(path, twin)
    paths = [path for path in site.routes if path != "/quay-story"]
    return [*paths, "/quay-story", "/quay-story?print=1"]


def dirty():
    """Return a page with NUL and lone surrogates in all fields that are stored."""
    data = linked_data(
        headline=DIRTY,
        author={"name": "Ines\x00 Moor\ud800"},
        articleSection="Har\x00bour\udc00",
        keywords="fer\x00ry, st\ud800orm",
        publisher={"name": "Lake\x00shore\ud800"},
        image="/pier\x00\ud800.jpg",
        datePublished="2024-03-02\x00",
    )
    texts = [text.replace(" ", "\x00 §", 2) for text in invented("dirty", 150).split("\n\n")]
    inside = "<p>Copyright\x00 2024 §Lakeshore Post</p><p>§ALSO\x00 READ: Dues rise</p>"
    html = page(head=data, paragraphs=texts, inside=inside, h1="Dues\x00 rise§ again")
    return html.replace("§".encode(), b"\xed\xa0\x80")  # a lone surrogate, as CESU-8 writes it


def run(targets):
    done = CliRunner().invoke(
        build(), ["run", str(targets), "--allow-private-addresses", "--json", "--jobs", "1"]
    )
    return json.loads(done.stdout)


def sizes(dsn):
    tables = ("articles", "article_versions", "quotes", "text_reuse", "removed_blocks")
    with psycopg.connect(dsn) as connection:
        return {
            table: connection.execute(f"select count(*) from news.{table}").fetchone()[0]
            for table in tables
        }


@pytest.fixture(scope="module")
def runs(tmp_path_factory, postgres_server):
    home = tmp_path_factory.mktemp("bad")
    postgres_server.sql(f"create database bad template {postgres_server.template}")
    dsn, site = postgres_server.dsn("bad"), Site()
    paths = serve(site)
    (home / "urls.txt").write_text("".join(f"{site.url}{path}\n" for path in paths))
    with pytest.MonkeyPatch.context() as environ:
        for name, value in {"HOME": str(home), "DSN": dsn, "CRAWL_DELAY": "0"}.items():
            environ.setenv(f"DATELINE_{name}", value)
        settings.cache_clear()
        reports, counted = [], []
        for _ in range(2):
            reports.append(run(home / "urls.txt"))
            counted.append(sizes(dsn))
    settings.cache_clear()
    site.close()
    yield Runs(dsn, site.url, reports, counted)
    postgres_server.sql("drop database bad with (force)")


@pytest.mark.parametrize("name", REFUSED_HERE)
def test_a_page_that_is_not_an_article_gets_its_outcome(runs, name):
    outcome, reason, article = runs.outcome(f"/refused/{name}")
    assert (outcome, article) == (REFUSED[name].outcome, None)
    assert re.search(REFUSED[name].reason, reason)


def test_huge_pages_get_their_outcomes(runs):
    outcome, reason, _ = runs.outcome("/big/line")
    assert outcome == Outcome.TOO_LARGE
    assert "10000000" in reason.replace(",", "")
    for path, words in (
        ("/big/divs", "200 levels"),
        ("/big/attributes", "40000 attributes, 3000 are the most"),
        ("/big/paragraphs", "20000 are the most"),
    ):
        outcome, reason, _ = runs.outcome(path)
        assert outcome == Outcome.BAD_CONTENT
        assert words in reason


def test_pages_in_other_languages_are_loaded(runs):
    for language in ("ar", "he", "zh", "de"):
        outcome, _, article = runs.outcome(f"/in/{language}")
        assert outcome == Outcome.LOADED
        assert article is not None
    assert runs.outcome("/mixed")[0] == Outcome.LOADED


def test_the_good_page_of_the_batch_is_loaded(runs):
    outcome, _, article = runs.outcome("/good")
    assert outcome == Outcome.LOADED
    query = "select title, body_text from mart.articles where article_id = %s"
    assert runs.rows(query, article) == [(TITLE, invented("good", 150))]


def test_every_link_has_one_outcome(runs):
    for report in runs.reports:
        query = "select count(*), count(distinct link_id) from ops.link_attempts where run_id = %s"
        links = runs.rows(query, report["run_id"])
        query = "select count(*), count(distinct url) from mart.url_fate where run_id = %s"
        assert links == runs.rows(query, report["run_id"])
        assert sum(report["outcomes"].values()) == links[0][0]
        assert not {"quarantined", "server_error"} & report["outcomes"].keys()


def test_amp_and_print_versions_are_one_article(runs):
    found = [runs.outcome(path) for path in TWINS]
    articles = runs.rows(
        "select article_id from news.articles where canonical_url = %s", runs.url + TWINS[0]
    )
    assert len(articles) == 1
    outcomes = sorted(outcome for outcome, _, _ in found)
    assert outcomes.count(Outcome.LOADED) == 1
    assert set(outcomes) <= {Outcome.LOADED, Outcome.DUPLICATE_URL, Outcome.UNCHANGED}
    like = runs.rows("select count(*) from news.articles where canonical_url ~ 'quay|print'")
    assert like == [(1,)]


def test_one_story_in_four_charsets_is_one_duplicate_group(runs):
    found = runs.rows(
        "select array_agg(distinct duplicate_group_id), count(*), min(title),"
        " array_agg(distinct body_text) from mart.articles where canonical_url like %s",
        f"{runs.url}/copy/%",
    )
    [(groups, count, title, bodies)] = found
    assert (count, len(groups), title) == (len(COPIES), 1, TITLE)
    assert groups != [None]
    assert bodies == ["\n\n".join(ENGLISH)]
    assert "Åsen" in bodies[0]
    assert bodies != ["\n\n".join(PARAGRAPHS)]


def test_nul_and_surrogates_are_removed_before_loading(runs):
    article = runs.outcome("/dirty")[2]
    query = (
        "select title, authors, section_name, tags, site_name, image_url, body_text, published_text"
    )
    [found] = runs.rows(f"{query} from news.article_versions where article_id = %s", article)
    assert found == (
        "Dues rise again",
        ["Ines Moor"],
        "Harbour",
        ["ferry", "storm"],
        "Lakeshore",
        f"{runs.url}/pier.jpg",
        invented("dirty", 150),
        "2024-03-02",
    )


def test_a_second_run_stores_nothing_twice(runs):
    assert runs.sizes[0] == runs.sizes[1]
    second = runs.reports[1]["outcomes"]
    assert Outcome.LOADED not in second
    first = runs.reports[0]["outcomes"]
    for outcome in (Outcome.BAD_CONTENT, Outcome.TOO_LARGE):
        assert second[outcome] == first[outcome]
