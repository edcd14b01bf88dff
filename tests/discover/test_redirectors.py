"""Links of redirectors lead to the address that they hold."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.discover.redirectors import redirect_target
from pipeline.tables import read_rows

ROWS = list(read_rows("pipeline.discover", "redirectors.tsv", columns=5))


@pytest.mark.parametrize(("host", "path", "where", "link", "target"), ROWS)
def test_every_row_leads_to_its_target(host, path, where, link, target):
    assert redirect_target(link) == target


@pytest.mark.parametrize("length", [100, 127, 128, 200, 400])
def test_addresses_of_google_news_of_every_length(length):
    address = "https://herald.example/".ljust(length, "a")
    size = bytes([length]) if length < 128 else bytes([length & 0x7F | 0x80, length >> 7])
    # A second address, that of the AMP page, may follow.
    message = b"\x08\x13\x22" + size + address.encode() + b"\xd2\x01\x18https://herald.example/amp"
    key = base64.urlsafe_b64encode(message).decode().rstrip("=")
    assert redirect_target(f"https://news.google.com/rss/articles/{key}?oc=5") == address


@pytest.mark.parametrize(
    "link",
    [
        "https://herald.example/url?url=https://other.example/a",
        "https://www.google.com/search?q=https://herald.example/",
        "https://www.google.com/url?sa=t",
        "https://www.google.com/url?url=javascript:alert(1)",
        "https://www.google.com/url?url=/relative",
        "https://www.google.com/url?url=",
        "https://news.google.com/rss/articles/CBMiSkFVX3lxTE5fbmV3X2Zvcm0?oc=5",
        "https://news.google.com/rss/articles/no%20base64!",
        "https://[broken/url?url=https://herald.example/",
        "mailto:desk@herald.example",
        "",
    ],
)
def test_a_link_without_a_target_stays_as_it_is(link):
    assert redirect_target(link) == link


def test_a_redirector_behind_a_redirector_is_resolved():
    inner = "https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Fherald.example%252Fa"
    assert redirect_target(f"https://www.google.com/url?url={inner}") == "https://herald.example/a"


@given(st.text(max_size=60))
def test_any_key_of_google_news_is_read_without_an_error(key):
    link = f"https://news.google.com/rss/articles/{key}"
    assert redirect_target(link)[:4] in ("http", link[:4])
