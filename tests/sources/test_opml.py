"""OPML in and out: one result per entry, whatever the file holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.errors import UsageError
from pipeline.models import Source
from pipeline.sources.files import read_source, source_toml
from pipeline.sources.opml import FAILED, Imported, opml_of, plan_import, read_opml
from pipeline.tables import read_rows
from pipeline.urls import host


def opml(body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{head}<opml version="2.0"><head/><body>{body}</body></opml>'.encode()


def outline(url: str, name: str = "Herald", **more: str) -> str:
    values = "".join(f' {key}="{value}"' for key, value in more.items())
    return f'<outline type="rss" text="{name}" xmlUrl="{url}"{values}/>'


def results(body: bytes, known=()) -> list[str]:
    return [row.result for row in plan_import(read_opml(body), list(known))[0]]


def test_a_feed_becomes_a_source_with_what_its_entry_and_address_say():
    entry = outline(
        "https://zeitung.de/rss", "Zeitung", htmlUrl="https://www.zeitung.de/", language="de-DE"
    )
    rows, sources = plan_import(read_opml(opml(f'<outline text="Papers">{entry}</outline>')), [])
    assert sources == [
        Source(
            "zeitung",
            "Zeitung",
            homepage="https://www.zeitung.de/",
            feeds=("https://zeitung.de/rss",),
            language="de",
            country="DE",
            time_zone="Europe/Berlin",
            group="Papers",
        )
    ]
    assert [(row.result, row.key) for row in rows] == [("new", "zeitung")]


def test_feeds_of_one_site_are_one_source_and_nested_folders_one_group():
    body = (
        '<outline text="World"><outline text="Europe">'
        + outline("https://herald.ie/world.xml", "Herald News - World")
        + "</outline>"
        + outline("https://www.herald.ie/sport.xml", "Herald News - Sport")
        + "</outline>"
    )
    (source,) = plan_import(read_opml(opml(body)), [])[1]
    assert (source.name, source.group) == ("Herald News", "World / Europe")
    assert source.feeds == ("https://herald.ie/world.xml", "https://www.herald.ie/sport.xml")


def test_feeds_that_a_service_carries_are_sources_of_their_own_unless_they_name_a_homepage():
    body = (
        outline("https://feeds.feedburner.com/HeraldTop", "Herald", htmlUrl="https://herald.ie/")
        + outline("https://feeds.feedburner.com/Post", "Post")
        + outline("https://feeds.feedburner.com/Echo", "Echo")
        + outline(
            "https://www.google.com/alerts/feeds/1/2", "Alert", htmlUrl="https://www.google.com/"
        )
    )
    sources = plan_import(read_opml(opml(body)), [])[1]
    assert [source.name for source in sources] == ["Herald", "Post", "Echo", "Alert"]
    assert len({source.key for source in sources}) == 4
    assert [source.allow_foreign for source in sources] == [False, False, False, True]
    for service, prefix, _, example in read_rows("pipeline.sources", "feed_services.tsv", 4):
        assert host(example).endswith(service)
        assert prefix in example


def test_known_feeds_and_duplicates_are_left_alone():
    known = Source("herald", "H", feeds=("https://herald.ie/feed?b=2&a=1",))
    body = opml(
        outline("http://HERALD.ie/feed?a=1&amp;b=2")
        + outline("https://post.ie/feed")
        + outline("https://post.ie/feed")
    )
    rows, sources = plan_import(read_opml(body), [known])
    assert [(row.result, row.key) for row in rows] == [
        ("known", "herald"), ("new", "post"), ("duplicate", None),
    ]  # fmt: skip
    assert [source.key for source in sources] == ["post"]


def test_each_bad_entry_has_its_result_and_the_rest_goes_on():
    body = opml(
        outline("javascript:alert(1)")
        + outline("feed:herald")
        + outline("")
        + '<outline text="a note"/>'
        + '<outline type="include" url="self.opml" text="more"/>'
        + outline("https://good.ie/feed")
    )
    found = results(body)
    assert found == [
        "bad_address",
        "bad_address",
        "bad_address",
        "no_address",
        "not_followed",
        "new",
    ]
    rows = plan_import(read_opml(body), [])[0]
    assert all(row.reason and "\n" not in row.reason for row in rows if row.result in FAILED)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no OPML"),
        (b"PK\x03\x04" + bytes(99), "no OPML"),
        (b"<rss><channel/></rss>", "no OPML"),
        (b"<html><body>log in", "no OPML"),
        (opml("").replace(b"<opml", b'<!DOCTYPE o [<!ENTITY a "b">]><opml', 1), "entities"),
        ('<!DOCTYPE o [<!ENTITY a "b">]><opml/>'.encode("utf-16"), "entities"),
        (b"<opml>" + b" " * 20_000_000, "the limit is"),
    ],
)
def test_what_is_no_opml_is_refused_in_one_line(body, words):
    with pytest.raises(UsageError, match=words) as caught:
        read_opml(body)
    assert "\n" not in str(caught.value)


def test_raw_ampersands_and_other_encodings_keep_the_address_whole():
    raw = opml('<outline text="A & B" xmlUrl="https://h.ie/feed?a=1&b=2&copy=3"/>')
    assert read_opml(raw)[0].feed == "https://h.ie/feed?a=1&b=2&copy=3"
    assert read_opml(raw)[0].name == "A & B"
    wide = opml(outline("https://h.ie/f", "Ö"), "").decode().encode("utf-16")
    assert [(each.feed, each.name) for each in read_opml(wide)] == [("https://h.ie/f", "Ö")]
    declared = b'<?xml version="1.0" encoding="utf-16"?>' + raw
    for charset in ("utf-16", "utf-16-le", "utf-16-be"):
        (found,) = read_opml(declared.decode().encode(charset))
        assert found.feed == "https://h.ie/feed?a=1&b=2&copy=3"


def test_addresses_with_the_scheme_feed_are_read():
    body = opml(outline("feed://h.ie/f") + outline("feed:https://post.ie/f"))
    assert [each.feed for each in read_opml(body)] == ["http://h.ie/f", "https://post.ie/f"]


def test_a_file_that_is_cut_keeps_what_came_before_and_says_where_it_breaks():
    whole = opml("".join(outline(f"https://h{number}.ie/f") + "\n" for number in range(20)))
    found = results(whole[: whole.index(b"h15.ie")])
    assert found[:15] == ["new"] * 15
    assert found[-1] == "broken_file"


def test_outlines_nested_ten_thousand_deep_end_in_a_result():
    deep = opml("<outline>" * 10_000 + outline("https://h.ie/f") + "</outline>" * 10_000)
    assert "broken_file" in results(deep)


def test_ten_thousand_entries_become_sources_with_keys_of_their_own():
    body = opml(
        "".join(outline(f"https://herald{number % 9000}.ie/{number}") for number in range(10_000))
    )
    rows, sources = plan_import(read_opml(body), [])
    assert {row.result for row in rows} == {Imported.NEW}
    assert len(rows) == 10_000
    assert len({source.key for source in sources}) == len(sources) == 9_000


def test_what_is_written_is_read_back_with_its_folders_and_pauses():
    sources = [
        Source(
            "a",
            "A & <B>",
            homepage="https://a.ie/",
            feeds=("https://a.ie/1?x=1&y=2",),
            group="P / Q",
        ),
        Source("b", "Ö\x00", feeds=("https://b.ie/f",), language="de", is_active=False, group="P"),
        Source("c", "C", sitemaps=("https://c.ie/s",)),
    ]
    made = opml_of(sources)
    etree.fromstring(made)
    read = plan_import(read_opml(made), [])[1]
    assert [(each.name, each.feeds, each.group, each.is_active) for each in read] == [
        ("A & <B>", ("https://a.ie/1?x=1&y=2",), "P / Q", True),
        ("Ö", ("https://b.ie/f",), "P", False),
    ]


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_name_and_group_can_be_written_and_become_a_valid_source(tmp_path_factory, name, group):
    made = opml_of([Source("a", name or "x", feeds=("https://a.ie/f",), group=group or None)])
    (source,) = plan_import(read_opml(made), [])[1]
    path = tmp_path_factory.mktemp("s") / "a.toml"
    path.write_text(source_toml(source, "x"), encoding="utf-8")
    assert read_source(path).feeds == source.feeds


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body):
    for candidate in (body, b"<opml>" + body, opml("").replace(b"</body>", body)):
        try:
            found = read_opml(candidate)
        except UsageError:
            continue
        plan_import(found, [])
