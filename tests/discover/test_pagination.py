"""Section pages go on where their own links say, in any language and on any content system."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.discover.pagination import next_pages

HOST = "https://herald.example"
STORIES = "".join(
    f'<h3><a href="/2026/11/{day}/harbour-bridge-reopens-{day}">The bridge reopens {day}</a></h3>'
    for day in range(10, 20)
)


def following(markup: str, path: str = "/politics/", **options) -> list[str]:
    body = f"<html><head></head><body><main>{STORIES}</main>{markup}</body></html>"
    found = next_pages(body.encode(), HOST + path, **options)
    return [url.removeprefix(HOST) for url in found]


NUMBERS = """<nav class="pagination"><span>1</span><a href="/politics/page/2/">2</a>
<a href="/politics/page/3/">3</a> … <a href="/politics/page/48/">48</a></nav>"""


@pytest.mark.parametrize(
    ("markup", "path", "expected"),
    [
        # the page says it
        ('<link rel="next" href="?page=2">', "/politics", ["/politics?page=2"]),
        ('<a rel="nofollow next" href="page2.html">»</a>', "/politics/", ["/politics/page2.html"]),
        # numbers
        (NUMBERS, "/politics/", ["/politics/page/2/"]),
        (NUMBERS, "/politics/page/2/", ["/politics/page/3/"]),
        (NUMBERS, "/politics/page/48/", []),
        (
            "<a href='?seite=1'>1</a> <a href='?seite=3'>3</a>",
            "/inland?seite=2",
            ["/inland?seite=3"],
        ),
        ("<a href='/news?p=2&q=x'>2</a>", "/news?q=x", ["/news?p=2&q=x"]),
        ("<a href='/news/2'>2</a><a href='/news/3'>3</a>", "/news", ["/news/2"]),
        ("<a href='/news/archive-2.html'>2</a>", "/news/archive.html", ["/news/archive-2.html"]),
        ("<a href='/tag/x/seite-2'>2</a>", "/tag/x", ["/tag/x/seite-2"]),
        # links without numbers
        ("<a class='next page-numbers' href='?paged=3'>Próxima</a>", "/n?paged=2", ["/n?paged=3"]),
        (
            "<div class='nav-previous'><a href='/blog/page/2'>ältere</a></div>"
            "<div class='nav-next'><a href='/blog/page/0'>neuere</a></div>",
            "/blog",
            ["/blog/page/2"],
        ),
        (
            "<div class='pager'><a class='pager-older' href='/n?before=48213'>→</a></div>",
            "/n",
            ["/n?before=48213"],
        ),
        ("<a href='/n?start=20' class='more'>x</a>", "/n", ["/n?start=20"]),
        ("<a href='/n?start=40'>x</a><a href='/n?start=0'>x</a>", "/n?start=20", ["/n?start=40"]),
        # what scripts load
        ("<button class='load-more' data-next-url='/n?page=2'>…</button>", "/n", ["/n?page=2"]),
        ("<div class='infinite-scroll' data-url='/n?page=2'></div>", "/n", ["/n?page=2"]),
    ],
)
def test_the_next_page(markup, path, expected):
    assert following(markup, path) == expected


@pytest.mark.parametrize(
    ("markup", "path"),
    [
        ("", "/politics/"),
        ("<a rel='next' href='/politics/'>x</a>", "/politics/"),
        ("<a rel='next' href='https://other.example/politics/2'>x</a>", "/politics/"),
        ("<a rel='next' href='javascript:void(0)'>x</a>", "/politics/"),
        ("<a rel='next' href=''>x</a><a rel='next' href='#top'>x</a><a rel='next'>x</a>", "/n"),
        ("<a rel='next' href='http://[x'>x</a>", "/politics/"),
        ("<a class='prev' href='?page=2'>2</a>", "/n?page=3"),
        ("<a href='/archive/2026'>2026</a><a href='/archive/2025'>2025</a>", "/archive"),
        ("<a href='/archive/2026/11'>x</a>", "/archive/2026"),
        ("<a href='/politics2/'>2</a>", "/politics/"),
        ("<a href='/story-48214.html'>x</a>", "/section-48213.html"),
        ("<a href='/?p=48214'>a story of WordPress</a>", "/"),
    ],
)
def test_other_links_are_no_next_page(markup, path):
    assert following(markup, path) == []


@pytest.mark.parametrize(
    ("page", "found", "path", "expected"),
    [
        ("/world/", "/world/page/2/", "/sport/", "/sport/page/2/"),
        ("/world/", "/world/page/2/", "/sport/page/7/", "/sport/page/8/"),
        ("/world/page/4/", "/world/page/5/", "/sport", "/sport/page/2/"),
        ("/world", "/world?page=2", "/sport", "/sport?page=2"),
        ("/world", "/world?page=2", "/sport?sort=new&page=3", "/sport?sort=new&page=4"),
        ("/world", "/world?start=20", "/sport", "/sport?start=20"),
        ("/world", "/world?start=20", "/sport?start=40", "/sport?start=60"),
        ("/world.html", "/world-2.html", "/sport.html", "/sport-2.html"),
    ],
)
def test_what_one_section_showed_is_tried_on_another(page, found, path, expected):
    assert following("", path, learnt=[(HOST + page, HOST + found)]) == [expected]


def test_the_pages_own_link_comes_before_what_another_section_showed():
    learnt = [(f"{HOST}/world", f"{HOST}/world?page=2")]
    assert following('<link rel="next" href="?p=2">', "/sport", learnt=learnt) == ["/sport?p=2"]


def test_nothing_is_learnt_from_another_site_or_from_pages_that_do_not_follow():
    learnt = [
        ("https://other.example/world", "https://other.example/world?page=2"),
        (f"{HOST}/world", f"{HOST}/sport"),
        (f"{HOST}/world", "http://[x"),
    ]
    assert following("", "/sport", learnt=learnt) == []


@pytest.mark.parametrize("body", [b"", b"\x00", b"<a rel=next href=" + b"x" * 100_000])
def test_a_page_without_html_has_no_next_page(body):
    assert len(next_pages(body, HOST + "/")) <= 1


@given(
    st.from_regex(r"/[a-z0-9/.-]{0,12}(\?[a-z]=[0-9]{1,3}){0,2}", fullmatch=True),
    st.from_regex(r"/[a-z0-9/.-]{0,12}(\?[a-z]=[0-9]{1,3}){0,2}", fullmatch=True),
    st.from_regex(r"/[a-z0-9/.-]{0,12}(\?[a-z]=[0-9]{1,3}){0,2}", fullmatch=True),
)
def test_a_page_never_continues_itself(path, other, third):
    found = following(f"<a href='{other}'>2</a>", path, learnt=[(HOST + other, HOST + third)])
    assert path not in found
