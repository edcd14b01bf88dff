"""Canonical URLs: real kinds of URLs, and properties of every URL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.urls import (
    MAX_URL_BYTES,
    authority,
    canonical_url,
    host,
    is_web_url,
    registrable_domain,
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
    ],
)
def test_canonical_urls(given_url, canonical):
    assert canonical_url(given_url) == canonical


def test_an_unknown_parameter_makes_another_article():
    assert canonical_url("https://news.example/story?id=7") != canonical_url(
        "https://news.example/story?id=8"
    )


@pytest.mark.parametrize(
    "text", ["", "news.example/x", "mailto:a@b.c", "https://", "http://[::1", "file://host/x"]
)
def test_a_text_that_is_not_a_url_is_refused(text):
    with pytest.raises(UsageError, match=r"not|cannot"):
        canonical_url(text)


def test_a_url_too_long_for_the_index_is_refused():
    with pytest.raises(UsageError, match=str(MAX_URL_BYTES)):
        canonical_url("https://news.example/" + "x" * MAX_URL_BYTES)


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)


@given(path=_TEXT, query=_TEXT, fragment=_TEXT)
def test_canonical_is_idempotent_and_ignores_the_fragment(path, query, fragment):
    url = f"https://news.example/{path}?{query}"
    try:
        once = canonical_url(url)
    except UsageError:
        return
    assert canonical_url(once) == once
    if "#" not in path + query:
        assert canonical_url(f"{url}#{fragment}") == once


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
    assert is_web_url("https://news.example")
    assert not is_web_url("file:///x")


@pytest.mark.parametrize("query", ["?print=1", "?view=amp", "?output=print&utm_source=x"])
def test_print_and_amp_versions_are_the_same_article(query):
    assert canonical_url(f"https://lakeshore.example/ferry{query}") == canonical_url(
        "https://lakeshore.example/ferry"
    )


@pytest.mark.parametrize("query", ["?print=7", "?view=map", "?format=audio"])
def test_other_values_of_these_parameters_are_kept(query):
    assert canonical_url(f"https://lakeshore.example/ferry{query}").endswith(query)
