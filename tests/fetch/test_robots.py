"""robots.txt by RFC 9309, over real sockets."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.fetch import address
from pipeline.fetch.robots import MemoryRobotsStore, RobotsFile
from pipeline.fetch.session import Environment
from pipeline.models import Source
from pipeline.outcomes import RETRYABLE, Outcome


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
def test_while_robots_txt_cannot_be_read_nothing_is_asked(site, fetcher, status):
    site.robots("", status)
    site.page("/a")
    response = fetcher.fetch(site.url + "/a")
    assert (response.outcome, response.status) == (Outcome.ROBOTS_UNREACHABLE, status)
    assert response.outcome in RETRYABLE
    assert f"HTTP {status}" in response.reason
    assert "/a" not in site.paths


def test_a_robots_txt_that_never_answers_is_out_of_reach(site, make_fetcher):
    site.raw("/robots.txt", lambda handler: time.sleep(0.4))
    response = make_fetcher(read_timeout=0.1, total_timeout=0.3).fetch(site.url + "/a")
    assert response.outcome is Outcome.ROBOTS_UNREACHABLE
    assert "0.3 s" in response.reason


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize(
    ("control", "hours"),
    [(None, 24), ("max-age=7200", 2), ("max-age=0", 1), ("no-cache", 1), ("max-age=9999999", 24)],
)
def test_robots_txt_is_fetched_again_when_its_headers_say_and_after_a_day(
    site, make_fetcher, clock, control, hours
):
    fetcher = make_fetcher(environment=Environment(now=clock))
    site.robots("", **({"Cache_Control": control} if control else {}))
    site.page("/a")
    for passed in (0, hours - 0.1, 0.2):
        clock.passes(hours=passed)
        fetcher.fetch(site.url + "/a")
    assert site.paths.count("/robots.txt") == 2


def test_a_failed_robots_txt_is_fetched_again_after_ten_minutes(site, make_fetcher, clock):
    fetcher = make_fetcher(environment=Environment(now=clock))
    site.robots("", 500)
    site.page("/a")
    assert fetcher.fetch(site.url + "/a").outcome is Outcome.ROBOTS_UNREACHABLE
    site.robots("User-agent: *\nDisallow:\n")
    assert fetcher.fetch(site.url + "/a").outcome is Outcome.ROBOTS_UNREACHABLE
    clock.passes(minutes=11)
    assert fetcher.fetch(site.url + "/a").outcome is None


def test_the_copy_read_last_holds_for_a_month_while_robots_txt_is_out_of_reach(
    site, make_fetcher, clock
):
    fetcher = make_fetcher(environment=Environment(now=clock))
    site.robots("User-agent: *\nDisallow: /no\n")
    site.page("/yes")
    assert fetcher.fetch(site.url + "/yes").outcome is None
    site.robots("", 503)
    clock.passes(days=29)
    assert fetcher.fetch(site.url + "/yes").outcome is None
    assert fetcher.fetch(site.url + "/no").outcome is Outcome.ROBOTS_DENIED
    clock.passes(days=2)
    assert fetcher.fetch(site.url + "/yes").outcome is Outcome.ROBOTS_UNREACHABLE


def test_a_clock_that_was_set_back_makes_robots_txt_out_of_date(site, make_fetcher, clock):
    fetcher = make_fetcher(environment=Environment(now=clock))
    for passed in (0, -2):
        clock.passes(days=passed)
        fetcher.fetch(site.url + "/a")
    assert site.paths.count("/robots.txt") == 2


def test_robots_txt_is_remembered_for_other_processes_with_its_requests(site, make_fetcher):
    puts: list[RobotsFile] = []

    class Store(MemoryRobotsStore):
        def put(self, file: RobotsFile) -> None:
            puts.append(file)
            super().put(file)

    store = Store()
    site.robots("User-agent: *\nDisallow: /a\n")
    for _ in range(2):
        assert make_fetcher(robots=store).fetch(site.url + "/a").outcome is Outcome.ROBOTS_DENIED
    assert site.paths == ["/robots.txt"]
    (file,) = puts
    assert (file.root, file.status, file.outcome) == (site.url, 200, None)
    assert [each.url for each in file.exchanges] == [site.url + "/robots.txt"]


def test_a_failed_attempt_is_put_into_the_store_too(site, make_fetcher):
    store = MemoryRobotsStore()
    site.robots("", 503)
    make_fetcher(robots=store).fetch(site.url + "/a")
    file = store.get(site.url)
    assert file is not None
    assert (file.status, file.outcome, file.body) == (503, Outcome.ROBOTS_UNREACHABLE, b"")
    assert "HTTP 503" in (file.reason or "")


@pytest.mark.parametrize("hops", [1, 5, 6])
def test_robots_txt_behind_more_than_five_redirects_means_no_rules(site, fetcher, hops):
    site.redirect("/robots.txt", "/1")
    for number in range(1, hops):
        site.redirect(f"/{number}", f"/{number + 1}")
    site.page(f"/{hops}", "User-agent: *\nDisallow: /a\n", Content_Type="text/plain")
    site.page("/a")
    assert fetcher.fetch(site.url + "/a").outcome is (Outcome.ROBOTS_DENIED if hops < 6 else None)


def test_a_robots_txt_that_redirects_to_itself_means_no_rules(site, fetcher):
    site.redirect("/robots.txt", "/robots.txt")
    site.page("/a")
    assert fetcher.fetch(site.url + "/a").outcome is None


def test_a_robots_txt_that_redirects_to_a_private_address_is_out_of_reach(
    site, make_fetcher, monkeypatch
):
    monkeypatch.setattr(address, "is_public", lambda text: text == "127.0.0.1")
    site.redirect("/robots.txt", "http://169.254.169.254/robots.txt")
    response = make_fetcher(allow=False).fetch(site.url + "/a")
    assert response.outcome is Outcome.ROBOTS_UNREACHABLE
    assert "169.254.169.254" in response.reason


def test_the_operators_token_is_obeyed_whatever_the_user_agent(site, make_fetcher):
    site.robots("User-agent: MyLab\nDisallow: /lab\n\nUser-agent: Other\nDisallow: /other\n")
    for path in ("/lab", "/other"):
        site.page(path)
    derived = make_fetcher(user_agent="Mozilla/5.0 (compatible; MyLab/1.0; +https://lab.example)")
    assert derived.fetch(site.url + "/lab").outcome is Outcome.ROBOTS_DENIED
    assert derived.fetch(site.url + "/other").outcome is None
    named = make_fetcher(robots_token="other")
    assert named.fetch(site.url + "/lab").outcome is None
    assert named.fetch(site.url + "/other").outcome is Outcome.ROBOTS_DENIED


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
