"""The wizard and `dateline source`, over real sockets."""

import json
import tomllib

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.errors import SourceError
from pipeline.sources.files import read_source
from pipeline.sources.wizard import propose, propose_source
from tests.discover.test_discovery import index, item, rss, urlset

HOME = (
    '<html lang="en-GB"><head><title>News</title>'
    '<meta property="og:site_name" content="The Example Herald">'
    '<link rel="alternate" type="application/rss+xml" href="/feed">'
    '<link rel="alternate" type="application/rss+xml" href="/empty">'
    '<link rel="alternate" type="application/atom+xml" href="/comments/feed"></head><body>x</body>'
)


@pytest.fixture
def herald(site):
    site.page("/", HOME)
    site.page("/feed", rss(item("/a", 5)))
    site.page("/empty", rss())
    site.page("/comments/feed", rss(item("/c")))
    site.robots(f"Sitemap: {site.url}/news-sitemap.xml\nSitemap: {site.url}/all.xml\n")
    site.page("/news-sitemap.xml", urlset(f"{site.url}/a"))
    site.page("/all.xml", urlset(f"{site.url}/old"))
    return site


def test_a_homepage_is_proposed_with_its_feeds_and_news_sitemaps(herald, fetcher, tmp_path):
    text = propose(herald.url + "/", fetcher)
    path = tmp_path / "x.toml"
    path.write_text(text)
    source = read_source(path)
    assert source.name == "The Example Herald"
    assert source.feeds == (f"{herald.url}/feed",)
    assert source.sitemaps == (f"{herald.url}/news-sitemap.xml",)
    assert source.sections == ()


def test_a_feed_is_proposed_with_the_name_and_homepage_of_its_channel(herald, fetcher):
    source = propose_source(f"{herald.url}/feed", fetcher).source
    assert (source.name, source.feeds) == ("H", (f"{herald.url}/feed",))
    assert source.homepage == f"{herald.url}/"


def test_usual_paths_are_tried_if_the_page_names_no_feed(site, fetcher):
    site.page("/", "<html><title>H</title>")
    site.page("/rss.xml", rss(item("/a")))
    assert propose_source(site.url, fetcher).source.feeds == (f"{site.url}/rss.xml",)


def test_a_site_without_feeds_is_proposed_with_its_homepage_as_section(site, fetcher):
    story = "<h2><a href='/2026/11/ferry-stays'>Ferry stays</a></h2>"
    site.page("/", f"<html><title>H</title>{story}")
    proposal = propose_source(site.url, fetcher, with_articles=False)
    assert proposal.source.sections == (site.url,)


def test_a_page_that_leads_to_nothing_is_no_source(site, fetcher):
    site.page("/", "<html><title>App</title><div id=root></div><script src=/a.js></script>")
    with pytest.raises(SourceError, match=r"nothing to read. Give a page that lists stories"):
        propose_source(site.url, fetcher)


@pytest.mark.parametrize("path", ["/missing", "/empty-page"])
def test_the_error_for_an_unreadable_address_says_what_to_try(site, fetcher, path):
    site.page("/empty-page", b"")
    with pytest.raises(SourceError, match="Try its feed"):
        propose_source(site.url + path, fetcher)
    with pytest.raises(SourceError, match="not a web address"):
        propose_source("ftp://herald.example/", fetcher)


@pytest.fixture
def dateline(tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_SOURCES", str(tmp_path / "sources"))
    monkeypatch.setenv("DATELINE_CRAWL_DELAY", "0")
    return lambda *words: CliRunner().invoke(build(), ["source", *words])


def test_add_list_and_check(herald, dateline, tmp_path):
    added = dateline("add", herald.url + "/", "--key", "herald", "--allow-private-addresses")
    assert added.exit_code == 0, added.output
    path = tmp_path / "sources" / "herald.toml"
    assert tomllib.loads(path.read_text())["allow_private_addresses"] is True
    listed = dateline("list", "--json")
    assert json.loads(listed.stdout)["key"] == "herald"
    checked = dateline("check", "herald", "--json")
    assert checked.exit_code == 0, checked.output
    rows = [json.loads(line) for line in checked.stdout.splitlines()]
    assert [(row["field"], row["links"]) for row in rows] == [("feeds", 1), ("sitemaps", 1)]
    herald.page("/feed", b"", 404)
    broken = dateline("check", "--json")
    assert broken.exit_code == 1
    assert "dateline source add" in json.loads(broken.stdout.splitlines()[0])["hint"]


def test_a_dry_run_writes_nothing(herald, dateline, tmp_path):
    shown = dateline("add", herald.url, "--dry-run", "--allow-private-addresses")
    assert tomllib.loads(shown.stdout)["name"] == "The Example Herald"
    assert not (tmp_path / "sources").exists()


def test_an_unknown_key_names_the_known_ones(dateline, tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.toml").write_text('name = "A"\nhomepage = "https://a.example/"')
    (tmp_path / "sources" / "b.toml").write_text("broken")
    result = dateline("check", "herald")
    assert isinstance(result.exception, SourceError)
    assert "Known are: a" in str(result.exception)
    assert dateline("list").exit_code == 1


def test_a_feed_of_many_sites_is_an_alert_whose_links_are_followed(site, fetcher):
    hosts = ["one.ie", "two.ie", "three.ie", "four.ie"]
    site.page("/alert", rss(*(item(f"https://{host}/a", 5) for host in hosts)))
    source = propose_source(f"{site.url}/alert", fetcher, with_articles=False).source
    assert source.allow_foreign
    assert source.hosts == ()


def test_a_feed_of_one_other_site_names_that_site_as_its_host(site, fetcher):
    site.page("/feed", rss(*(item(f"https://herald.ie/{number}", 5) for number in range(4))))
    source = propose_source(f"{site.url}/feed", fetcher, with_articles=False).source
    assert (source.allow_foreign, source.hosts) == (False, ("herald.ie",))


def test_every_note_is_told_when_it_is_made_and_kept(herald, fetcher):
    told = []
    proposal = propose_source(herald.url, fetcher, with_articles=False, tell=told.append)
    assert tuple(told) == proposal.notes
    assert any(note.startswith("language en") for note in told)


def test_a_sitemap_is_proposed_by_itself(herald, fetcher):
    source = propose_source(f"{herald.url}/news-sitemap.xml", fetcher, with_articles=False).source
    assert source.sitemaps == (f"{herald.url}/news-sitemap.xml",)
    assert source.name == "The Example Herald"


def test_what_is_neither_page_feed_nor_sitemap_is_refused(site, fetcher):
    site.page("/list.txt", "https://a.ie/1\nhttps://a.ie/2\n", Content_Type="text/plain")
    with pytest.raises(SourceError, match="Give the outlet's homepage"):
        propose_source(f"{site.url}/list.txt", fetcher)


def test_a_document_that_another_source_reads_is_named(herald, dateline):
    added = ("add", herald.url, "--no-articles", "--allow-private-addresses")
    assert dateline(*added).exit_code == 0
    again = dateline(*added, "--dry-run")
    assert "keep one of the two" in again.stderr


def test_a_feed_that_is_too_large_is_one_line_with_the_remedy(site, make_fetcher):
    site.page("/feed", rss(*(item(f"/{number}") for number in range(2000))))
    with pytest.raises(SourceError, match=r"too_large.*DATELINE_MAX_BODY_BYTES") as caught:
        propose_source(f"{site.url}/feed", make_fetcher(max_body_bytes=10_000))
    assert "\n" not in str(caught.value)


def test_a_private_address_is_refused_with_the_remedy(site, make_fetcher):
    with pytest.raises(SourceError, match="allow_private_addresses"):
        propose_source(site.url, make_fetcher(allow=False))


def test_an_address_without_a_scheme_is_tried_by_https_and_then_by_http(herald, fetcher):
    source = propose_source(f"127.0.0.1:{herald.port}/", fetcher, with_articles=False).source
    assert source.homepage == f"{herald.url}/"


def zoned(*times: str) -> str:
    entry = "<item><title>T</title><link>/{}</link><pubDate>{}</pubDate></item>"
    return rss(*(entry.format(number, time) for number, time in enumerate(times)))


@pytest.mark.parametrize(
    ("language", "time", "country", "zone"),
    [
        ("en-US", "2026-11-20T08:00:00Z", "US", None),
        ("en-US", "2026-11-20T08:00:00-06:00", "US", "America/Chicago"),
        ("en-US", "2026-11-20T08:00:00+01:00", None, None),
        ("de-AT", "2026-11-20T08:00:00+01:00", "AT", "Europe/Vienna"),
        ("de", "2026-11-20T08:00:00+01:00", None, "Europe/Berlin"),
        ("en", "2026-11-20T08:00:00+01:00", None, None),
        ("vi", "2026-11-20T08:00:00Z", "VN", "Asia/Ho_Chi_Minh"),
        ("es", "2026-11-20T08:00:00+01:00", "ES", "Europe/Madrid"),
        ("en-GB", "2026-11-20T08:00:00Z", "GB", "Europe/London"),
    ],
)
def test_country_and_zone_are_proposed_unless_the_clocks_contradict_the_pages(
    site, fetcher, language, time, country, zone
):
    site.page("/", f"<html lang='{language}'><title>H</title><p>x")
    site.page("/feed/", zoned(time, time))
    source = propose_source(site.url, fetcher, with_articles=False).source
    assert (source.country, source.time_zone) == (country, zone)


def test_a_sitemap_index_is_looked_into_for_the_articles_that_are_shown(site, fetcher):
    site.page("/", "<html lang='en'><title>H</title><p>x")
    site.page("/index.xml", index(f"{site.url}/old.xml", f"{site.url}/news.xml"))
    site.page("/news.xml", urlset(f"{site.url}/a"))
    proposal = propose_source(f"{site.url}/index.xml", fetcher)
    assert proposal.source.sitemaps == (f"{site.url}/index.xml",)
    assert [article.url for article in proposal.articles] == [f"{site.url}/a"]
