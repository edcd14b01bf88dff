"""Which rules of a robots.txt are ours: the cases of RFC 9309 and of Google's parser, reworded."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.robots_rules import parse_robots, product_token

SITE = "https://herald.example"


def allows(text: str | bytes, path: str, product: str = "Dateline") -> bool:
    body = text.encode() if isinstance(text, str) else text
    return parse_robots(body, product).check(SITE + path) is None


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("Dateline/0.1 (x)", "Dateline"),
        ("Dateline", "Dateline"),
        ("desk-bot", "desk-bot"),
        ("Mozilla/5.0 (compatible; MyLab/1.0; +https://lab.example/bot)", "MyLab"),
        ("Mozilla/5.0 (compatible;MyLab; research)", "MyLab"),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; MyLab/1.0) Chrome/1",
            "MyLab",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 MyLab/1.0", "MyLab"),
        ("MyLab/1.0 (like Mozilla/5.0)", "MyLab"),
        ("", "*"),
        ("(only a comment)", "*"),
    ],
)
def test_product_token(user_agent, token):
    assert product_token(user_agent) == token


@pytest.mark.parametrize(
    "line",
    [
        "User-agent: Dateline",
        "user-agent: DATELINE",
        "USER-AGENT:dateline",
        "User-agent: Dateline/0.1",
        "User-agent: Dateline 0.1 beta",
        "User-agent: Dateline # the archive",
        "User-agent Dateline",
        "useragent: dateline",
        "  User-agent  :  Dateline  ",
    ],
)
def test_a_group_that_names_us_applies(line):
    assert not allows(f"{line}\nDisallow: /\n", "/a")


@pytest.mark.parametrize(
    "name",
    ["d", "Date", "Datelines", "Dateline2", "Dateline-News", "news", "Mozilla", "*bot", "/", ""],
)
def test_a_group_with_another_name_does_not_apply(name):
    assert allows(f"User-agent: {name}\nDisallow: /\n", "/a")


def test_our_own_group_stands_alone_even_without_a_rule():
    everyone = "User-agent: *\nDisallow: /\n\n"
    assert not allows(everyone, "/a")
    assert allows(everyone + "User-agent: Dateline\nDisallow:\n", "/a")
    assert allows("User-agent: Dateline\n\n" + "User-agent: other\nAllow: /x\n", "/a")
    assert allows(everyone + "User-agent: Dateline\nDisallow: /b\n", "/a")


def test_groups_of_one_name_are_merged():
    text = (
        "User-agent: Dateline\nDisallow: /a\n"
        "User-agent: other\nDisallow: /b\n"
        "User-agent: dateline/2\nDisallow: /c\n"
    )
    assert [path for path in ("/a", "/b", "/c") if not allows(text, path)] == ["/a", "/c"]


def test_user_agents_in_a_row_share_their_rules_and_a_rule_ends_the_row():
    text = (
        "User-agent: one\nUser-agent: Dateline\nDisallow: /both\nUser-agent: two\nDisallow: /two\n"
    )
    assert not allows(text, "/both")
    assert allows(text, "/two")


@pytest.mark.parametrize(
    "between", ["Sitemap: /map.xml", "Crawl-delay: 3", "Noise: x", "# note", ""]
)
def test_a_line_that_is_no_rule_does_not_end_a_row_of_user_agents(between):
    text = f"User-agent: Dateline\n{between}\nUser-agent: other\nDisallow: /a\n"
    assert not allows(text, "/a")


def test_rules_before_any_user_agent_apply_to_nobody():
    assert allows("Disallow: /\nUser-agent: other\nDisallow: /\n", "/a")


@pytest.mark.parametrize("empty", ["", "\ufeff", "<html><body>Not found</body></html>", "\0\0"])
def test_a_file_without_rules_allows_everything(empty):
    assert allows(empty, "/a")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n\n"])
def test_every_line_end_is_one(end):
    assert not allows(end.join(["User-agent: *", "Disallow: /a", "Allow: /b"]), "/a")


def test_a_byte_order_mark_is_skipped_and_broken_utf8_harms_its_own_line_only():
    assert not allows(b"\xef\xbb\xbfUser-agent: *\nDisallow: /a\n", "/a")
    assert not allows(b"User-agent: *\nDisallow: /\xff\nDisallow: /a\n", "/a")


@pytest.mark.parametrize("word", ["Disallow", "disallow", "Dissallow", "Disalow", "Diasllow"])
def test_misspelt_rules_are_read(word):
    assert not allows(f"User-agent: *\n{word}: /a\n", "/a")


@pytest.mark.parametrize(
    ("rules", "path", "is_allowed"),
    [
        # The longest rule wins, whatever the order; of two equal ones the allowing one.
        ("Disallow: /desk\nAllow: /desk/open", "/desk/open/1", True),
        ("Allow: /desk/open\nDisallow: /desk", "/desk/closed", False),
        ("Allow: /\nDisallow: /desk", "/desk", False),
        ("Disallow: /desk\nAllow: /desk", "/desk", True),
        ("Disallow: /", "/", False),
        ("Disallow: /", "", False),
        ("Disallow:\nAllow:", "/a", True),
        # Paths have cases.
        ("Disallow: /Desk", "/desk", True),
        # * stands for anything, $ for the end.
        ("Disallow: /*.pdf$", "/files/a.pdf", False),
        ("Disallow: /*.pdf$", "/files/a.pdf?print", True),
        ("Disallow: /*.pdf", "/files/a.pdfs", False),
        ("Disallow: /print*", "/printed/a", False),
        ("Disallow: *", "/a", False),
        ("Disallow: /*/print", "/print", True),
        ("Disallow: /a$", "/a/", True),
        ("Disallow: /*?", "/a?b=1", False),
        ("Disallow: /*?", "/a", True),
        # A rule is the beginning of a path.
        ("Disallow: /fish", "/fish.html", False),
        ("Disallow: /fish", "/catfish", True),
        ("Disallow: /fish/", "/fish", True),
        # Percent-encoding and letters outside ASCII are compared alike.
        ("Disallow: /caf%C3%A9", "/caf\u00e9", False),
        ("Disallow: /caf\u00e9", "/caf%c3%a9", False),
        ("Disallow: /%61", "/a", False),
        ("Disallow: /a", "/%61bc", False),
        ("Disallow: /a\u2028b", "/a%E2%80%A8b", False),
        # An allowed index.html opens its folder.
        ("Disallow: /d\nAllow: /d/index.html", "/d/", True),
        ("Disallow: /d\nAllow: /d/index.html", "/d/x", False),
        # What comes after the path's "#" is never sent.
        ("Disallow: /a # the archive", "/a", False),
    ],
)
def test_paths(rules, path, is_allowed):
    assert allows(f"User-agent: *\n{rules}\n", path) is is_allowed


def test_robots_txt_itself_is_always_allowed():
    assert allows("User-agent: *\nDisallow: /\n", "/robots.txt")


def test_sitemaps_are_those_of_all_groups():
    rules = parse_robots(
        b"User-agent: other\nSitemap: https://herald.example/1.xml\n"
        b"sitemap:https://herald.example/2.xml\nSitemap https://herald.example/3.xml\nSitemap:\n",
        "Dateline",
    )
    assert rules.sitemaps == tuple(f"https://herald.example/{number}.xml" for number in "123")


@pytest.mark.parametrize(
    ("value", "seconds"), [("2.5", 2.5), ("0", 0.0), ("-3", 0.0), ("soon", 0.0), ("1e9", 120.0)]
)
def test_crawl_delay(value, seconds):
    rules = parse_robots(f"User-agent: *\nCrawl-delay: {value}\n".encode(), "Dateline")
    assert rules.crawl_delay == seconds


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_and_any_path_have_an_answer(body, path):
    rules = parse_robots(body, "Dateline")
    assert rules.check(f"{SITE}/{path}") in (None, "robots.txt disallows it for Dateline")


@pytest.mark.clock
def test_many_stars_cost_no_time():
    body = b"User-agent: *\n" + b"Disallow: /" + b"*a" * 200 + b"b\n"
    began = time.process_time()
    parse_robots(body, "Dateline").check(SITE + "/" + "a" * 5000)
    assert time.process_time() - began < 1.0
