"""The outlet of a page by its host."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.models import Source
from pipeline.sources.outlets import Outlets

HERALD = Source(
    "herald",
    "The Herald",
    homepage="https://www.herald.example.co.uk/",
    feeds=("https://feeds.hosting-example.com/herald",),
    hosts=("herald-live.example",),
)
POST = Source("post", "The Post", feeds=("https://post-example.com/rss.xml",))
SPORT = Source("sport", "Post Sport", homepage="https://sport.post-example.com/")
LOCAL = Source("local", "A local one", homepage="http://127.0.0.1:8001/")
OUTLETS = Outlets([HERALD, LOCAL], [POST, SPORT, Source("herald", "Another of this key")])


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://herald.example.co.uk/a", "herald"),
        ("http://www.herald.example.co.uk/a", "herald"),
        ("https://amp.herald.example.co.uk/a", "herald"),
        ("https://herald-live.example/a", "herald"),
        ("https://feeds.hosting-example.com/a", "hosting-example-com"),
        ("https://post-example.com/a", "post"),
        ("https://www.post-example.com/a", "post"),
        ("https://m.sport.post-example.com/a", "sport"),
        ("http://127.0.0.1:8001/a", "local"),
        ("http://127.0.0.1:8002/a", "127-0-0-1-8002"),
        ("https://other.example.co.uk/a", "example-co-uk"),
        ("urn:x", "unknown"),
        ("https://[broken/", "unknown"),
    ],
)
def test_the_outlet_of_a_page(url, key):
    assert OUTLETS.of_url(url).key == key


def test_only_the_users_own_sources_are_active():
    urls = ["https://herald-live.example/", "https://post-example.com/", "https://new-example.com/"]
    assert [OUTLETS.of_url(url).is_active for url in urls] == [True, False, False]


def test_a_made_source_has_the_host_as_name_and_is_the_same_each_time():
    one, two = (
        OUTLETS.of_url(url) for url in ("http://a.new-example.com/1", "https://new-example.com/2")
    )
    assert (
        one
        == two
        == Source("new-example-com", "new-example.com", hosts=("new-example.com",), is_active=False)
    )


def test_a_made_key_never_is_that_of_another_source():
    taken = Source("new-example-com", "Somebody else", homepage="https://else.example/")
    assert Outlets([taken]).of_url("https://new-example.com/").key == "new-example-com-host"


def test_long_hosts_that_begin_alike_are_two_outlets():
    begins = "the-weekly-lakeshore-herald-and-valley-courier-of-port-amber"
    urls = [f"https://{begins}-{end}.example/" for end in ("north", "south")]
    keys = [OUTLETS.of_url(url).key for url in urls]
    assert len(set(keys)) == 2
    assert max(map(len, keys)) <= 60


def test_hosts_in_other_alphabets_are_outlets_of_their_own():
    hosts = ("пример.example", "новости.example", "例え.example", "bücher.example")
    keys = [OUTLETS.of_url(f"https://{host}/").key for host in hosts]
    assert len(set(keys)) == len(hosts)
    encoded = [OUTLETS.of_url(f"https://{h.encode('idna').decode()}/").key for h in hosts]
    assert encoded == keys


@given(st.text(max_size=40))
def test_any_host_has_a_usable_key(name):
    source = OUTLETS.of_url(f"http://{name}/")
    assert source.key
    assert len(source.key) <= 63


def test_outlets_are_chosen_by_key_or_host():
    assert OUTLETS.chosen(["herald", "POST-example.com"]) == {"herald", "post"}
    with pytest.raises(UsageError, match="no outlet 'heraldo'"):
        OUTLETS.chosen(["heraldo"])
