"""Canonical URLs: real kinds of URLs, and properties of every URL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.tables import read_rows
from pipeline.urls import (
    MAX_URL_BYTES,
    authority,
    canonical_url,
    host,
    is_web_url,
    query_pieces,
    registrable_domain,
    site,
    without_parameters,
)


@pytest.mark.parametrize(
    ("given_url", "canonical"),
    [
        ("HTTP://News.Example:80/a/../b?utm_source=x&id=7#top", "http://news.example/b?id=7"),
        ("https://news.example", "https://news.example/"),
        ("https://news.example:443/x?fbclid=1", "https://news.example/x"),
        ("https://news.example:8443/x", "https://news.example:8443/x"),
        ("https://user:secret@news.example/x", "https://news.example/x"),
        ("https://news.example/?b=2&a=1", "https://news.example/?a=1&b=2"),
        ("https://news.example/foo bar", "https://news.example/foo%20bar"),
        ("https://news.example/%7Eann", "https://news.example/~ann"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("https://news.example/? #top", "https://news.example/"),
        ("https://news.example/a #top", "https://news.example/a"),
        ("file:///pages/../pages/a b.html", "file:///pages/a%20b.html"),
        ("https://news.example//harbour-vote", "https://news.example//harbour-vote"),
        ("https://news.example//2027/03/a.html", "https://news.example//2027/03/a.html"),
        ("https://news.example/a//./b/../c", "https://news.example/a//c"),
        ("https://news.example/a/%2e%2e/b", "https://news.example/b"),
        ("https://news.example/../..", "https://news.example/"),
        ("https://news.example/?t=%b6%ab", "https://news.example/?t=%B6%AB"),
        ("https://news.example/%B6%AB", "https://news.example/%B6%AB"),
        ("https://news.example/?123", "https://news.example/?123"),
        ("https://news.example/?q=a%20b", "https://news.example/?q=a+b"),
        ("https://news.example/#!/harbour/7?utm_medium=x", "https://news.example/#!/harbour/7"),
        ("https://news.example/#/harbour/7#photo", "https://news.example/#/harbour/7"),
        ("https://news.example/#!", "https://news.example/"),
        ("https://news.example/100%", "https://news.example/100%25"),
    ],
)
def test_canonical_urls(given_url, canonical):
    assert canonical_url(given_url) == canonical


ONE_PAGE = [
    ("https://news.example:443/ferry", "https://news.example/ferry"),
    ("http://news.example:080/ferry", "http://news.example/ferry"),
    ("https://news.example./ferry", "https://news.example/ferry"),
    ("https://NEWS.example/ferry", "https://news.example/ferry"),
    ("https://straße-köln.example/ferry", "https://STRASSE-KÖLN.example/ferry"),
    ("https://news.example/fähre", "https://news.example/f%C3%A4hre"),
    ("https://news.example/f%c3%a4hre", "https://news.example/f%C3%A4hre"),
    ("https://news.example/%66erry", "https://news.example/ferry"),
    ("https://news.example/a%2Cb", "https://news.example/a,b"),
    ("https://news.example\\ferry", "https://news.example/ferry"),
    ("https://news.example/x?year=2027&month=3", "https://news.example/x?month=3&year=2027"),
    ("https://news.example/x?no=5;utm_campaign=z", "https://news.example/x?no=5"),
    ("https://news.example/x?no=5&amp;utm_campaign=z", "https://news.example/x?no=5"),
    ("https://news.example/x?", "https://news.example/x"),
    ("https://news.example/x?&&no=5&", "https://news.example/x?no=5"),
    ("https://news.example/x#comments", "https://news.example/x"),
    ("https://news.example/x#:~:text=ferry", "https://news.example/x"),
    ("https://news.example/x#xtor=RSS-1", "https://news.example/x"),
    ("https://news.example/x;jsessionid=0A1B?no=5", "https://news.example/x?no=5"),
    ("https://news.example/(S(abc1))/x.aspx", "https://news.example/x.aspx"),
    ("https://news.example/(A(x)S(abc1))/x.aspx", "https://news.example/x.aspx"),
    ("https://news.example/x?PHPSESSID=9f", "https://news.example/x"),
    ("https://news.example/x?CFTOKEN=771", "https://news.example/x"),
    ("https://news.example/x?amp", "https://news.example/x"),
    ("https://news.example/x?outputType=amp", "https://news.example/x"),
    (
        "https://news-example.cdn.ampproject.org/c/s/news.example/x?amp_js_v=0.1",
        "https://news.example/x",
    ),
    ("https://news-example.bing-amp.com/c/s/news.example/x", "https://news.example/x"),
    ("https://www.google.co.uk/amp/news.example/x", "http://news.example/x"),
]


@pytest.mark.parametrize("pair", ONE_PAGE, ids=lambda pair: pair[0])
def test_spellings_that_mean_one_page_everywhere(pair):
    assert canonical_url(pair[0]) == canonical_url(pair[1])


TWO_PAGES = [
    "/story?cid=7",
    "/story?partner=7",
    "/story?rss=7",
    "/story?at_id=7",
    "/story?pk_story=7",
    "/story?amp=7",
    "/story?print=7",
    "/story?sid=7",
    "/story;7",
    "/story%3B7",
    "/Story-7",
    "/story-7",
    "//story-7",
    "/story//7",
    "/story%2F7",
    "/story/7",
    "/story/7/",
    "/story?7",
    "/story?no=7&no=8",
    "/story?no=8",
    "/story?no%3D=8",
    "/?/story/7",
    "/#!/story/7",
    "/#/story/7",
    "/?t=%C4%EA",
    "/?t=%C4%EB",
    "/%C4%EA",
    "/%C4%EB",
]


def test_paths_that_are_two_pages_on_some_site_stay_apart():
    urls = {path: canonical_url(f"https://news.example{path}") for path in TWO_PAGES}
    assert len(set(urls.values())) == len(TWO_PAGES)


def test_each_listed_parameter_is_dropped_as_its_example_stands():
    for name, kind, _, example in read_rows("pipeline", "url_parameters.tsv", 4):
        assert kind in ("tracking", "session", "version"), name
        url = f"https://news.example/ferry?id=7&{example}"
        assert canonical_url(url) == "https://news.example/ferry?id=7", name


def test_an_unknown_parameter_makes_another_article():
    assert canonical_url("https://news.example/story?id=7") != canonical_url(
        "https://news.example/story?id=8"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "news.example/x",
        "mailto:a@b.c",
        "https://",
        "http://[::1",
        "file://host/x",
        "https://./x",
        "https://news.example:port/",
        "https://news.example:99999/",
    ],
)
def test_a_text_that_is_not_a_url_is_refused(text):
    with pytest.raises(UsageError, match=r"not|cannot"):
        canonical_url(text)


def test_a_url_too_long_for_the_index_is_refused():
    with pytest.raises(UsageError, match=str(MAX_URL_BYTES)):
        canonical_url("https://news.example/" + "x" * MAX_URL_BYTES)


_TEXT = st.text(max_size=20)
_MARKS = st.text("/.;%?&=+#! 2eE4a\\:@()S~[]", max_size=20)


@given(authority=st.just("news.example") | _TEXT, path=_TEXT | _MARKS, query=_TEXT | _MARKS)
def test_the_canonical_form_of_a_canonical_form_is_itself(authority, path, query):
    url = f"https://{authority}/{path}?{query}"
    try:
        once = canonical_url(url)
    except UsageError:
        return
    assert canonical_url(once) == once
    assert without_parameters(once, []) == once
    names = [name for name, _ in query_pieces(once)]
    assert canonical_url(without_parameters(once, names)) == without_parameters(once, names)


@given(path=_TEXT, fragment=_TEXT)
def test_a_fragment_that_is_no_route_does_not_matter(path, fragment):
    url = f"https://news.example/{path}"
    if "#" not in path and fragment.strip()[:1] not in ("!", "/"):
        assert canonical_url(f"{url}#{fragment}") == canonical_url(url)


@given(st.permutations(["a=1", "b=2", "b=1", "c="]))
def test_the_order_of_parameters_does_not_matter(pairs):
    url = "https://news.example/x?" + "&".join(pairs)
    assert canonical_url(url) == "https://news.example/x?a=1&b=1&b=2&c="


def test_host_authority_and_registrable_domain():
    assert registrable_domain(host("https://news.bbc.co.uk/x")) == "bbc.co.uk"
    assert registrable_domain("127.0.0.1") == "127.0.0.1"
    assert registrable_domain("localhost") == "localhost"
    assert authority("http://News.Example:8080/x") == "news.example:8080"
    assert authority("https://news.example:443/x") == "news.example"
    assert authority("https://news.example./x") == "news.example"
    assert is_web_url("https://news.example")
    assert not is_web_url("file:///x")


@pytest.mark.parametrize("tenant", [row[1] for row in read_rows("pipeline", "platforms.tsv", 2)])
def test_a_tenant_of_a_platform_is_a_site_of_its_own(tenant):
    platform = tenant.partition(".")[2]
    assert site(f"https://{tenant}/a-story") == tenant
    assert site(f"https://www.{tenant}/a-story") == tenant
    assert site(f"https://bob.{platform}/a-story") == f"bob.{platform}"
    assert site(f"https://{platform}/about") == site(f"https://www.{platform}/about") == platform


@pytest.mark.parametrize(
    "platform",
    ["blogspot.com", "github.io", "gitlab.io", "pages.dev", "netlify.app", "hatenablog.com"],
)
def test_so_is_a_tenant_of_a_platform_that_the_public_suffix_list_names(platform):
    assert site(f"https://ann.{platform}/x") == f"ann.{platform}"
    assert site(f"https://{platform}/x") == site(f"https://www.{platform}/x") == platform


def test_the_hosts_of_an_outlet_are_one_site():
    for name in ("www.herald.co.uk", "amp.herald.co.uk", "m.sport.herald.co.uk"):
        assert site(f"https://{name}/x") == "herald.co.uk"


@pytest.mark.parametrize("query", ["?print=1", "?view=amp", "?output=print&utm_source=x"])
def test_print_and_amp_versions_are_the_same_article(query):
    assert canonical_url(f"https://lakeshore.example/ferry{query}") == canonical_url(
        "https://lakeshore.example/ferry"
    )


@pytest.mark.parametrize("query", ["?print=7", "?view=map", "?format=audio"])
def test_other_values_of_these_parameters_are_kept(query):
    assert canonical_url(f"https://lakeshore.example/ferry{query}").endswith(query)


def test_parameters_by_name_without_case_and_without_a_value():
    url = canonical_url("https://news.example/x?Ref=home&no=5&a-story-about-a-ferry")
    assert query_pieces(url) == [
        ("ref", "Ref=home"),
        ("a-story-about-a-ferry", "a-story-about-a-ferry"),
        ("no", "no=5"),
    ]
    assert without_parameters(url, ["ref"]) == "https://news.example/x?a-story-about-a-ferry&no=5"
    assert without_parameters("https://news.example/#!/x?ref=1", ["ref"]).endswith("#!/x?ref=1")
