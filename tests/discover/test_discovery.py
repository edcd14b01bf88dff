"""Discovery of a source's links, over real sockets."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.archive.writer import ArchiveWriter
from pipeline.discover.discovery import (
    MAX_SITEMAPS,
    check,
    discover,
    read_documents,
    select_links,
)
from pipeline.discover.results import DatedLink, Document
from pipeline.discover.sitemap_order import order_children
from pipeline.fetch.fetcher import Request
from pipeline.models import Link, Response, Source
from pipeline.outcomes import Outcome


def rss(*items: str) -> str:
    return f'<rss version="2.0"><channel><title>H</title>{"".join(items)}</channel></rss>'


def item(url: str, day: int | None = None, title: str = "T") -> str:
    when = f"<pubDate>2026-11-{day:02}T08:00:00Z</pubDate>" if day else ""
    return f"<item><title>{title}</title><link>{url}</link>{when}</item>"


def urlset(*urls: str, day: int = 1) -> str:
    entries = "".join(
        f"<url><loc>{url}</loc><lastmod>2026-10-{day:02}</lastmod></url>" for url in urls
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'


def index(*urls: str) -> str:
    entries = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'


def source(site, **fields) -> Source:
    return Source("herald", "Herald", **{"homepage": site.url + "/"} | fields)


def test_links_of_all_documents_come_once_and_newest_first(site, fetcher):
    site.page("/feed", rss(item("/b", 2), item("/a", 5, "A"), item("/undated")))
    site.page("/map.xml", urlset(f"{site.url}/a", f"{site.url}/old"))
    found = discover(
        source(site, feeds=(f"{site.url}/feed",), sitemaps=(f"{site.url}/map.xml",)), fetcher
    )
    paths = [link.url.removeprefix(site.url) for link in found.links]
    assert paths == ["/undated", "/a", "/b", "/old"]
    assert found.links[1] == Link(
        f"{site.url}/a", "herald", "feed", f"{site.url}/feed", "A", "2026-11-05T08:00:00+00:00"
    )
    assert found.links[3].published_at is None
    assert found.problems == ()


def test_one_broken_document_does_not_stop_the_others(site, fetcher):
    site.page("/feed", rss(item("/a")))
    site.page("/html", "<html><body>moved</body></html>")
    site.robots("User-agent: *\nDisallow: /denied\n")
    feeds = tuple(f"{site.url}/{name}" for name in ("gone", "html", "denied", "feed"))
    found = discover(source(site, feeds=feeds), fetcher)
    assert [link.url for link in found.links] == [f"{site.url}/a"]
    assert [
        (problem.found_in.rpartition("/")[2], problem.outcome) for problem in found.problems
    ] == [
        ("gone", Outcome.NOT_FOUND),
        ("html", Outcome.BAD_CONTENT),
        ("denied", Outcome.ROBOTS_DENIED),
    ]
    assert "HTML page" in found.problems[1].reason


def test_offsite_links_of_a_feed_are_kept_and_fetch_refuses_them(site, fetcher):
    site.page("/feed", rss(item("/a", 5), item("http://advert.example/buy", 4)))
    mine = source(site, feeds=(f"{site.url}/feed",))
    links = discover(mine, fetcher).links
    assert links[1].url == "http://advert.example/buy"
    [(_, refused)] = fetcher.fetch_all([Request(1, links[1].url, source=mine)])
    assert refused.outcome is Outcome.OFFSITE_REFUSED


def test_entries_that_are_not_web_addresses_are_links_too(site, fetcher):
    site.page(
        "/feed",
        rss(item("mailto:a@b.example"), item("https://h.example/" + "x" * 3000), item("/a")),
    )
    found = discover(source(site, feeds=(f"{site.url}/feed",)), fetcher)
    assert len(found.links) == 3
    assert not found.problems


def test_an_unchanged_feed_gives_no_links_and_no_problem(site, fetcher):
    site.page("/feed", rss(item("/a")), ETag='"1"')
    feed = Document("feed", f"{site.url}/feed")
    [first] = read_documents(source(site), [feed], fetcher)
    known = replace(feed, validators=first.validators)
    [again] = read_documents(source(site), [known], fetcher)
    assert (len(first.links), again.links, again.outcome) == (1, (), Outcome.UNCHANGED)
    assert site.asked[-1][1]["if-none-match"] == '"1"'


def test_max_links_keeps_the_newest(site, fetcher):
    site.page("/feed", rss(*(item(f"/{day}", day) for day in range(1, 29))))
    found = discover(source(site, feeds=(f"{site.url}/feed",), max_links=3), fetcher)
    assert [link.url.removeprefix(site.url) for link in found.links] == ["/28", "/27", "/26"]


def test_nested_and_packed_sitemaps_are_read_to_a_depth_of_three(site, fetcher):
    site.page("/i1", index(f"{site.url}/i2"))
    site.page("/i2", index(f"{site.url}/i3", f"{site.url}/leaf.gz"))
    site.page("/i3", index(f"{site.url}/i4"))
    site.page(
        "/leaf.gz", gzip.compress(urlset(f"{site.url}/a").encode()), Content_Type="application/gzip"
    )
    found = discover(source(site, sitemaps=(f"{site.url}/i1",)), fetcher)
    assert [link.url for link in found.links] == [f"{site.url}/a"]
    assert [problem.found_in for problem in found.problems] == [f"{site.url}/i3"]
    assert "/i4" not in site.paths


def test_a_sitemap_that_names_itself_is_read_a_limited_number_of_times(site, fetcher):
    site.page("/i", index(*[f"{site.url}/i"] * 100))
    discover(source(site, sitemaps=(f"{site.url}/i",)), fetcher)
    assert site.paths.count("/i") <= MAX_SITEMAPS


def test_older_sitemaps_are_not_read_once_there_are_enough_links(site, fetcher):
    site.page("/i", index(*(f"{site.url}/m{number}" for number in range(9))))
    for number in range(9):
        site.page(f"/m{number}", urlset(*(f"{site.url}/{number}-{n}" for n in range(10))))
    found = discover(source(site, sitemaps=(f"{site.url}/i",), max_links=15), fetcher)
    assert len(found.links) == 15
    assert len([path for path in site.paths if path.startswith("/m")]) == 2


def test_an_index_of_thousands_of_known_sitemaps_is_ordered_once(site, fetcher, monkeypatch):
    orders = []

    def counted(children, held):
        orders.append(len(children))
        return order_children(children, held)

    monkeypatch.setattr("pipeline.discover.discovery.order_children", counted)
    names = [f"{site.url}/part-{number}.xml" for number in range(3000)]
    site.page("/i.xml", index(*names), Content_Type="text/xml")
    read_at = datetime(2026, 11, 20, tzinfo=UTC)
    known = tuple(
        Document("sitemap", name, parent=f"{site.url}/i.xml", last_read_at=read_at, item_count=1)
        for name in names
    )
    document = Document("sitemap", f"{site.url}/i.xml", last_read_at=read_at)
    readings = list(read_documents(source(site), (document,), fetcher, children=known))
    assert [reading.document.url for reading in readings] == [f"{site.url}/i.xml"]
    assert orders == [3000]


def test_what_came_before_an_index_was_empty_for_days_is_no_past(site, fetcher):
    site.page(
        "/i.xml", index(f"{site.url}/new.xml", f"{site.url}/old.xml"), Content_Type="text/xml"
    )
    entries = "".join(
        f"<url><loc>{site.url}/{name}</loc><lastmod>{day}</lastmod></url>"
        for name, day in (("ferry", "2026-11-24"), ("archive", "2026-11-10"))
    )
    site.page("/new.xml", f"<urlset>{entries}</urlset>", Content_Type="text/xml")
    parent = f"{site.url}/i.xml"
    known = Document(
        "sitemap",
        f"{site.url}/old.xml",
        parent=parent,
        last_read_at=datetime(2026, 11, 27, tzinfo=UTC),
        newest_item_at=datetime(2026, 11, 23, tzinfo=UTC),
        item_count=1,
    )
    # It was read on the 27th too, and listed nothing then.
    empty = Document("sitemap", parent, last_read_at=datetime(2026, 11, 28, tzinfo=UTC))
    readings = read_documents(source(site), (empty,), fetcher, children=(known,))
    [new] = [each for each in readings if each.document.url.endswith("/new.xml")]
    assert {dated.link.url for dated in new.links} - new.beyond == {f"{site.url}/ferry"}


def test_a_homepage_alone_is_read_as_a_section(site, fetcher):
    site.page(
        "/",
        '<h2><a href="/2026/11/20/harbour-bridge-reopens-today">Harbour bridge reopens</a></h2>',
    )
    [link] = discover(source(site), fetcher).links
    assert (link.found_by, link.title) == ("section", "Harbour bridge reopens")


def test_a_section_is_read_in_the_headers_charset_and_without_its_paid_links(site, fetcher):
    title = "Паром снова ходит после шторма"
    page = (
        f'<h2><a href="/2026/11/20/ferry-runs-again-today">{title}</a></h2>'
        '<h2><a rel="sponsored" href="/2026/11/20/a-watch-for-every-day">A watch to buy</a></h2>'
    )
    site.page("/", page.encode("windows-1251"), Content_Type="text/html; charset=windows-1251")
    [link] = discover(source(site), fetcher).links
    assert link.title == title
    assert len(discover(source(site, allow_foreign=True), fetcher).links) == 2


def test_lists_are_read_from_disk_and_web_without_a_limit_on_links(site, fetcher, tmp_path):
    path = tmp_path / "urls.txt"
    path.write_text(f"# mine\n\n{site.url}/a\nnot a url\n{site.url}/b\n")
    site.page("/list.txt", f"{site.url}/c\n", Content_Type="text/plain")
    mine = source(
        site, lists=(str(path), f"{site.url}/list.txt", str(tmp_path / "none")), max_links=1
    )
    found = discover(mine, fetcher)
    assert [link.url[-1] for link in found.links] == ["a", "b", "c"]
    assert [problem.outcome for problem in found.problems] == [
        Outcome.BAD_CONTENT,
        Outcome.NOT_FOUND,
    ]


def make_folder(folder: Path) -> None:
    (folder / "deep").mkdir(parents=True)
    (folder / "a b.html").write_text("<p>one</p>")
    (folder / "deep" / "story.txt.gz").write_bytes(gzip.compress(b"Plain words."))
    (folder / "photo.html").write_bytes(b"\x89PNG" + bytes(100))
    (folder / ".hidden.html").write_text("<p>no</p>")
    for name in ("notes.md", "gold.json", "style.css", "tracker.js", "logo.png"):
        (folder / name).write_text('{"a": "<p>not a page</p>"}')
    (folder / "index.php").write_text("<!DOCTYPE html><p>php</p>")
    (folder / "loop").symlink_to(folder)
    (folder / "urls.txt").write_text("https://herald.example/a\n")
    with ArchiveWriter(str(folder / "crawl")) as writer:
        page = {"final_url": "https://herald.example/w", "fetched_at": AT, "body": b"<p>w</p>"}
        headers = (("Content-Type", "text/html"),)
        writer.write(Response("https://herald.example/w", status=200, headers=headers, **page))
        writer.write(Response("https://herald.example/x", status=404, headers=headers, **page))


AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def test_local_pages_and_warc_records_are_found_and_read(fetcher, tmp_path):
    folder = tmp_path / "pages"
    make_folder(folder)
    mine = Source("mine", "Mine", files=(str(folder),))
    found = discover(mine, fetcher)
    assert {link.found_by for link in found.links} == {"file", "warc"}
    assert sorted(problem.found_in.rpartition("/")[2] for problem in found.problems) == [
        "photo.html",
        "urls.txt",
    ]
    requests = [
        Request(n, link.url, None, mine, link.snapshot) for n, link in enumerate(found.links)
    ]
    bodies = {reply.body: reply for _, reply in fetcher.fetch_all(requests)}
    assert set(bodies) == {
        b"<p>one</p>",
        b"Plain words.",
        b"<p>w</p>",
        b"<!DOCTYPE html><p>php</p>",
    }
    assert bodies[b"Plain words."].header("content-type") == "text/plain"
    assert bodies[b"<p>w</p>"].final_url == "https://herald.example/w"
    assert abs(bodies[b"<p>one</p>"].fetched_at - datetime.now(UTC)) < timedelta(hours=1)


def test_only_files_below_those_of_the_source_are_read(fetcher, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "link.html").symlink_to(secret)
    for url in (secret.as_uri(), (mine / "link.html").as_uri(), f"{mine.as_uri()}/../secret.txt"):
        for each in (
            None,
            Source("s", "S", homepage="https://h.example/"),
            Source("f", "F", files=(str(mine),)),
        ):
            assert fetcher.fetch(url, source=each).outcome is Outcome.ADDRESS_REFUSED
    locator = f"{secret}#offset=0&length=5"
    [(_, reply)] = fetcher.fetch_all([Request(1, "http://h.example/", archived_at=locator)])
    assert reply.outcome is Outcome.ADDRESS_REFUSED


def test_unreadable_local_files_have_outcomes(make_fetcher, tmp_path):
    (tmp_path / "empty.html").write_text("")
    (tmp_path / "big.html").write_text("x" * 2000)
    (tmp_path / "cut.html.gz").write_bytes(gzip.compress(b"x" * 5000)[:-9])
    mine = Source("f", "F", files=(str(tmp_path),))
    fetcher = make_fetcher(max_body_bytes=1000)
    outcomes = {
        name: fetcher.fetch((tmp_path / name).as_uri(), source=mine).outcome
        for name in ("none.html", "empty.html", "big.html", "cut.html.gz")
    }
    assert list(outcomes.values()) == [
        Outcome.NOT_FOUND,
        Outcome.BAD_CONTENT,
        Outcome.TOO_LARGE,
        Outcome.TOO_LARGE,
    ]


def test_check_reports_the_links_of_each_document_or_a_hint(site, fetcher):
    site.page("/feed", rss(item("/a", 5), item("http://advert.example/b", 4)))
    site.page("/empty", rss())
    mine = source(site, feeds=(f"{site.url}/feed", f"{site.url}/gone", f"{site.url}/empty"))
    good, gone, empty = check(mine, fetcher)
    assert (good.links, good.offsite, good.outcome) == (2, 1, None)
    assert good.newest == "2026-11-05T08:00:00+00:00"
    assert (gone.outcome, gone.hint is not None) == (Outcome.NOT_FOUND, True)
    assert (empty.links, empty.reason) == (0, "it names no link")


def test_check_dates_a_sitemap_that_states_only_times_of_change(site, fetcher):
    site.page("/i", index(f"{site.url}/m1", f"{site.url}/m2"))
    site.page("/m1", urlset(f"{site.url}/a", day=3))
    site.page("/m2", urlset(f"{site.url}/b", f"{site.url}/c", day=20))
    [checked] = check(source(site, sitemaps=(f"{site.url}/i",)), fetcher)
    assert (checked.links, checked.newest) == (3, "2026-10-20")


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9),
            st.sampled_from([None, AT, AT + timedelta(1), AT + timedelta(2)]),
            st.sampled_from(["feed", "sitemap", "list"]),
        )
    ),
    st.integers(1, 5),
)
def test_select_links_keeps_each_url_once_and_applies_the_limit(found, limit):
    dated = [DatedLink(Link(f"http://h.example/{n}", "h", by), time) for n, time, by in found]
    links = select_links(dated, limit)
    urls = [link.url for link in links]
    assert len(urls) == len(set(urls))
    named = {each.link.url for each in dated if each.link.found_by == "list"}
    assert sum(link.found_by != "list" for link in links) <= limit
    assert {link.url for link in links if link.found_by == "list"} <= named


def test_the_advice_for_a_list_that_is_not_there_is_about_its_path(fetcher, tmp_path):
    missing = Source("herald", "Herald", lists=(str(tmp_path / "urls.txt"),))
    [found] = check(missing, fetcher)
    assert (found.outcome, found.hint) == (
        Outcome.NOT_FOUND,
        "correct its path in the source's lists",
    )
