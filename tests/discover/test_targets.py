"""The targets of `dateline run TARGET…`, recognised by content, over real sockets."""

from dataclasses import replace

import pytest

from pipeline.discover.discovery import discover
from pipeline.discover.targets import sources_of_targets
from pipeline.errors import UsageError
from pipeline.outcomes import Outcome
from tests.discover.test_discovery import index, item, make_folder, rss, urlset


def discover_targets(targets, fetcher):
    """Return each source of the targets with all its links: its own, and those of its documents."""
    found = []
    for each in sources_of_targets(targets, fetcher):
        discovered = discover(each.source, fetcher)
        links = (*each.links, *discovered.links)
        problems = (*each.problems, *discovered.problems)
        found.append((each.source, replace(discovered, links=links, problems=problems)))
    return found


def by_url(found):
    return {link.url: link for _, discovered in found for link in discovered.links}


def test_urls_are_recognised_by_content_and_requested_once(site, fetcher):
    site.page("/one", rss(item("/a")), Content_Type="text/html")
    site.page("/two", index(f"{site.url}/three"), Content_Type="text/plain")
    site.page("/three", urlset(f"{site.url}/b"))
    site.page("/four", f"{site.url}/c\n{site.url}/d\n", Content_Type="text/plain")
    site.page("/five", "<html><body><p>A story.</p></body></html>")
    targets = [f"{site.url}/{name}" for name in ("one", "two", "four", "five", "missing")]
    [(source, discovered)] = discover_targets(targets, fetcher)
    assert discovered.problems == ()
    assert {link.url.removeprefix(site.url): link.found_by for link in discovered.links} == {
        "/a": "feed",
        "/b": "sitemap",
        "/c": "list",
        "/d": "list",
        "/five": "url",
        "/missing": "url",
    }
    assert source.key == f"127-0-0-1-{site.port}"
    assert sorted(site.paths) == sorted(set(site.paths))
    assert fetcher.fetch(f"{site.url}/five", source=source).outcome is None
    assert fetcher.fetch(f"{site.url}/missing", source=source).outcome is Outcome.NOT_FOUND


def test_each_site_becomes_one_source(site, make_site, fetcher, tmp_path):
    other = make_site()
    urls = tmp_path / "some.data"
    urls.write_text(f"{site.url}/a\n{other.url}/b\n{site.url}/a\n")
    found = discover_targets([str(urls)], fetcher)
    assert [[link.url for link in discovered.links] for _, discovered in found] == [
        [f"{site.url}/a"],
        [f"{other.url}/b"],
    ]
    assert len({source.key for source, _ in found}) == 2


def test_a_list_with_some_lines_that_are_no_urls_is_a_list_and_no_article(site, fetcher, tmp_path):
    urls = tmp_path / "urls.txt"
    urls.write_text(
        f"{site.url}/a\nwww.other.example/c\n{site.url}/b\njavascript:void(0)\n{site.url}/c"
    )
    [(_, discovered)] = discover_targets([str(urls)], fetcher)
    assert [link.url.removeprefix(site.url) for link in discovered.links] == ["/a", "/b", "/c"]
    [problem] = discovered.problems
    assert "2 lines are not URLs" in problem.reason


def test_a_text_that_names_some_urls_is_an_article(fetcher, tmp_path):
    (tmp_path / "story.txt").write_text("The ferry stays.\n\nMore:\nhttps://ferry.example/a\n")
    [(_, discovered)] = discover_targets([str(tmp_path / "story.txt")], fetcher)
    assert [link.found_by for link in discovered.links] == ["file"]


def test_a_homepage_is_replaced_by_its_feed_or_its_article_links(site, make_site, fetcher):
    bare = make_site()
    site.page("/", '<html><link rel="alternate" type="application/rss+xml" href="/feed">')
    site.page("/feed", rss(item("/a")))
    bare.page(
        "/", '<html><h2><a href="/2026/11/20/harbour-bridge-reopens-now">A story of a bridge</a>'
    )
    links = by_url(discover_targets([site.url, bare.url + "/"], fetcher))
    assert {link.found_by for link in links.values()} == {"feed", "section"}


def test_the_links_of_a_feed_on_another_host_are_on_site(site, make_site, fetcher):
    host = make_site()
    channel = f"<link>{site.url}/</link>"
    host.page("/feed", rss(channel, item(f"{site.url}/a")))
    site.page("/a")
    [(source, discovered)] = discover_targets([f"{host.url}/feed"], fetcher)
    assert fetcher.fetch(discovered.links[0].url, source=source).outcome is None


def test_a_target_that_redirects_to_another_site_is_followed(site, make_site, fetcher):
    other = make_site()
    other.page("/b", "<html><p>Moved here.</p>")
    site.redirect("/a", f"{other.url}/b")
    [(source, _)] = discover_targets([f"{site.url}/a"], fetcher)
    for _ in range(2):
        assert fetcher.fetch(f"{site.url}/a", source=source).outcome is None


def test_files_and_folders_are_one_source(fetcher, tmp_path):
    make_folder(tmp_path / "pages")
    story = tmp_path / "story"
    story.write_text("A story in plain words, without any name that says so.")
    found = discover_targets([str(tmp_path / "pages"), str(story)], fetcher)
    [(source, discovered)] = found
    assert source.key == "files"
    assert [link.found_by for link in discovered.links].count("file") == 4
    read = fetcher.fetch(story.as_uri(), source=source)
    assert (read.outcome, read.header("content-type")) == (None, "text/plain")


def test_a_file_has_one_url_however_its_path_is_written(fetcher, tmp_path, monkeypatch):
    (tmp_path / "desk").mkdir()
    story = tmp_path / "story.txt"
    story.write_text("A story in plain words.")
    monkeypatch.chdir(tmp_path / "desk")
    for spelling in (str(story), "../story.txt", str(tmp_path / "desk" / ".." / "story.txt")):
        [(_, discovered)] = discover_targets([spelling], fetcher)
        assert [link.url for link in discovered.links] == [story.as_uri()]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("no/such/file.html", "neither"),
        ("herald.example", "Did you mean https://herald.example"),
        ("ftp://herald.example/a", "neither"),
        ("", "neither"),
        ("x" * 5000, "neither"),
    ],
)
def test_a_target_that_is_neither_url_nor_path_is_a_usage_error(fetcher, target, words):
    with pytest.raises(UsageError, match=words):
        discover_targets([target], fetcher)
