"""What pages reserve, in headers and in their head, and what becomes of them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.reservations import reservations
from pipeline.outcomes import Outcome

PAGE = "<html><head>{}</head><body><p>Words.</p></body></html>"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("X-Robots-Tag", "noindex", ("noindex",)),
        ("x-robots-tag", "NOARCHIVE , nosnippet", ("noarchive", "nosnippet")),
        ("X-Robots-Tag", "none", ("noindex",)),
        ("X-Robots-Tag", "all", ()),
        ("X-Robots-Tag", "index, follow, max-image-preview:large", ()),
        ("X-Robots-Tag", "otherbot: noindex, noarchive", ()),
        ("X-Robots-Tag", "otherbot: nofollow, dateline: noarchive", ("noarchive",)),
        ("X-Robots-Tag", "Dateline: noindex", ("noindex",)),
        ("X-Robots-Tag", "*: noai", ("noai",)),
        ("X-Robots-Tag", "dateline: max-snippet:-1, noindex", ("noindex",)),
        ("X-Robots-Tag", "otherbot: max-snippet:-1, noindex", ()),
        ("X-Robots-Tag", "unavailable_after: 25 Jun 2027 15:00:00 PST, noarchive", ("noarchive",)),
        ("X-Robots-Tag", "max-snippet:-1, noai, noimageai", ("noai", "noimageai")),
        ("TDM-Reservation", "1", ("tdm",)),
        ("tdm-reservation", "0", ()),
        ("Content-Signal", "search=yes, ai-train=no", ("no-ai-train",)),
        ("Content-Signal", "search=no, ai-input=no", ("no-ai-input", "no-search")),
        ("Content-Usage", "train-ai=n", ("no-ai-train",)),
        ("Content-Usage", "train-ai=y", ()),
        ("X-Other", "noindex", ()),
    ],
)
def test_headers(name, value, found):
    assert reservations(((name, value),), b"", "Dateline") == found


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ('<meta name="robots" content="noindex, nofollow">', ("noindex",)),
        ("<META CONTENT='noarchive' NAME='ROBOTS' />", ("noarchive",)),
        ("<meta name=robots content=noai>", ("noai",)),
        ('<meta name="dateline" content="noarchive">', ("noarchive",)),
        ('<meta name="otherbot" content="noarchive">', ()),
        ('<meta name="tdm-reservation" content="1">', ("tdm",)),
        ('<meta name="tdm-policy" content="https://herald.example/policy.json">', ()),
        ('<meta http-equiv="Content-Usage" content="train-ai=n">', ("no-ai-train",)),
        ('<!-- <meta name="robots" content="noindex"> -->', ()),
        ('<script>\'<meta name="robots" content="noindex">\'</script>', ()),
        ('<meta name="description" content="noindex">', ()),
        ('</head><body><meta name="robots" content="noindex">', ()),
        ("<script>let a = 1;</SCRIPT><meta name=robots content=noindex>", ("noindex",)),
    ],
)
def test_meta_elements(head, found):
    assert reservations((), PAGE.format(head).encode(), "Dateline") == found


@given(st.binary(max_size=300))
def test_any_bytes_have_an_answer(body):
    assert isinstance(reservations((), b"<head>" + body, "Dateline"), tuple)


@pytest.mark.clock
@pytest.mark.parametrize("piece", [b"<!--", b"<meta ", b"<script", b'<meta a="', b"<"])
def test_a_head_of_beginnings_costs_no_time(piece):
    began = time.process_time()
    reservations((), piece * (400_000 // len(piece)), "Dateline")
    assert time.process_time() - began < 1.0


def test_reservations_are_recorded_and_the_page_is_kept(site, fetcher):
    site.page("/a", PAGE.format("<meta name=robots content=noarchive>"), TDM_Reservation="1")
    response = fetcher.fetch(site.url + "/a")
    assert response.outcome is None
    assert response.reservations == ("noarchive", "tdm")


def test_where_reservations_are_obeyed_nothing_of_the_page_remains(site, make_fetcher):
    fetcher = make_fetcher(reservations="obey")
    site.page("/a", PAGE.format("<meta name=robots content=noarchive>"))
    response = fetcher.fetch(site.url + "/a")
    assert response.outcome is Outcome.RESERVED
    assert "noarchive" in response.reason
    assert response.reservations == ("noarchive",)
    assert response.body == b""
    assert [exchange.body for exchange in response.exchanges] == [b""]


def test_a_reservation_of_what_dateline_does_not_do_keeps_no_page_away(site, make_fetcher):
    site.page("/a", "<p>Words.</p>", X_Robots_Tag="nosnippet, noimageai")
    response = make_fetcher(reservations="obey").fetch(site.url + "/a")
    assert (response.outcome, response.reservations) == (None, ("noimageai", "nosnippet"))


def test_documents_are_read_whatever_they_reserve(site, make_fetcher):
    """Feeds and sitemaps are often marked noindex, so that search engines do not list them."""
    site.page("/feed", "<rss/>", Content_Type="application/xml", X_Robots_Tag="noindex")
    response = make_fetcher(reservations="obey").fetch(site.url + "/feed", kind="document")
    assert (response.outcome, response.reservations) == (None, ("noindex",))


def test_what_robots_txt_refuses_for_its_host_counts_for_each_page(site, fetcher):
    site.robots(
        "User-agent: other\nContent-Signal: search=no\n\n"
        "User-agent: *\nContent-Signal: search=yes, ai-train=no\n"
        "Content-Usage: train-ai=n\nAllow: /\n"
    )
    site.page("/a")
    assert fetcher.fetch(site.url + "/a").reservations == ("no-ai-train",)
