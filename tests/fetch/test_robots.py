"""robots.txt by RFC 9309, over real sockets."""

import pytest

from pipeline.fetch.robots import product_token
from pipeline.fetch.session import Environment
from pipeline.models import Source
from pipeline.outcomes import Outcome


def test_disallowed_paths_are_not_asked_for(site, fetcher):
    site.robots("User-agent: *\nDisallow: /private\nAllow: /private/open\n")
    site.page("/private/open")
    assert fetcher.fetch(site.url + "/private/a").outcome is Outcome.ROBOTS_DENIED
    assert fetcher.fetch(site.url + "/private/open").outcome is None
    assert site.paths == ["/robots.txt", "/private/open"]


def test_our_own_group_applies_and_no_group_named_by_another_word_of_the_user_agent(site, fetcher):
    """The User-Agent holds the words "news" and "https": groups of that name are not ours."""
    site.robots(
        "User-agent: news\nDisallow: /\n\nUser-agent: dateline\nDisallow: /no\n\n"
        "User-agent: *\nDisallow: /\n"
    )
    site.page("/yes")
    assert fetcher.fetch(site.url + "/yes").outcome is None
    assert fetcher.fetch(site.url + "/no").outcome is Outcome.ROBOTS_DENIED


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_4xx_robots_txt_allows_everything(site, fetcher, status):
    site.robots("", status)
    site.page("/a")
    assert fetcher.fetch(site.url + "/a").outcome is None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_robots_txt_that_cannot_be_read_denies_everything_with_its_status(site, fetcher, status):
    site.robots("", status)
    site.page("/a")
    response = fetcher.fetch(site.url + "/a")
    assert response.outcome is Outcome.ROBOTS_DENIED
    assert f"HTTP {status}" in response.reason
    assert "/a" not in site.paths


def test_robots_txt_is_fetched_again_after_a_day(site, make_fetcher):
    now = [1000.0]
    fetcher = make_fetcher(environment=Environment(clock=lambda: now[0]))
    site.page("/a")
    for hours in (0, 23, 2):
        now[0] += hours * 3600
        fetcher.fetch(site.url + "/a")
    assert site.paths.count("/robots.txt") == 2


def test_a_failed_robots_txt_is_fetched_again_after_ten_minutes(site, make_fetcher):
    now = [1000.0]
    fetcher = make_fetcher(environment=Environment(clock=lambda: now[0]))
    site.robots("", 500)
    site.page("/a")
    assert fetcher.fetch(site.url + "/a").outcome is Outcome.ROBOTS_DENIED
    site.robots("User-agent: *\nDisallow:\n")
    assert fetcher.fetch(site.url + "/a").outcome is Outcome.ROBOTS_DENIED
    now[0] += 601
    assert fetcher.fetch(site.url + "/a").outcome is None


def test_robots_may_redirect_to_another_host(site, make_site, fetcher):
    other = make_site()
    other.robots("User-agent: *\nDisallow: /a\n")
    site.redirect("/robots.txt", other.url + "/robots.txt")
    source = Source("s", "S", homepage=site.url)
    assert fetcher.fetch(site.url + "/a", source=source).outcome is Outcome.ROBOTS_DENIED


def test_only_the_first_500_kb_of_robots_txt_are_read(site, fetcher):
    site.robots("User-agent: *\n" + "# filler\n" * 60_000 + "Disallow: /\n")
    site.page("/a")
    assert fetcher.fetch(site.url + "/a").outcome is None


def test_every_redirect_hop_is_checked_against_robots_txt(site, fetcher):
    site.robots("User-agent: *\nDisallow: /secret\n")
    site.redirect("/a", "/secret")
    assert fetcher.fetch(site.url + "/a").outcome is Outcome.ROBOTS_DENIED
    assert "/secret" not in site.paths


def test_the_readable_lines_of_a_malformed_robots_txt_apply(site, fetcher):
    site.robots("\ufeffUSER-AGENT: *\r\nnonsense\r\nDisallow: /a*b$\r\nCrawl-delay: soon\r\n")
    site.page("/a-c")
    assert fetcher.fetch(site.url + "/a-b").outcome is Outcome.ROBOTS_DENIED
    assert fetcher.fetch(site.url + "/a-c").outcome is None


def test_sitemap_lines_are_returned(site, fetcher):
    site.robots("Sitemap: https://herald.example/a.xml\nUser-agent: x\nSitemap: /b.xml\n")
    assert fetcher.sitemaps(site.url + "/")[0] == "https://herald.example/a.xml"


def test_a_host_that_cannot_be_reached_is_unreachable_and_not_denied(make_fetcher):
    def nowhere(name, port):
        return ["127.0.0.1"]

    fetcher = make_fetcher(environment=Environment(resolver=nowhere))
    assert fetcher.fetch("http://herald.example:9/a").outcome is Outcome.UNREACHABLE


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [("Dateline/0.1 (x)", "Dateline"), ("desk-bot", "desk-bot"), ("", "*")],
)
def test_product_token(user_agent, token):
    assert product_token(user_agent) == token
