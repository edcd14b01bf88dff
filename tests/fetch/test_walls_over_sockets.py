"""Walls met over real sockets: the outcome names them, at every status and for every vendor."""

import tomllib
from pathlib import Path

import pytest

from pipeline.fetch import walls
from pipeline.fetch.throttle import FAILURES
from pipeline.models import Source
from pipeline.outcomes import Outcome
from tests.fetch.test_walls import response_of

_SIGNATURES = tomllib.loads(Path(walls.__file__).with_suffix(".toml").read_text("utf-8"))[
    "signature"
]
_OF_VENDOR = {each["vendor"]: each for each in reversed(_SIGNATURES)}
_VENDORS = ["Cloudflare", "Akamai", "DataDome", "PerimeterX/HUMAN", "Imperva", "AWS WAF"]


@pytest.mark.parametrize("vendor", _VENDORS)
def test_a_wall_ends_the_page_as_blocked_with_the_vendor_and_is_asked_once(site, fetcher, vendor):
    status, headers, body, _ = response_of(_OF_VENDOR[vendor]["example"])
    site.page("/a", body, status, **dict(headers))
    response = fetcher.fetch(site.url + "/a")
    assert (response.outcome, response.status) == (Outcome.BLOCKED, status)
    assert vendor in (response.reason or "")
    assert site.paths == ["/robots.txt", "/a"]
    assert response.exchanges[-1].body == body


def test_a_wall_with_status_200_is_blocked_and_gives_no_body_to_read(site, fetcher):
    site.page("/a", "<script>window._cf_chl_opt={};</script><p>Hold on.</p>")
    response = fetcher.fetch(site.url + "/a")
    assert (response.outcome, response.status, response.body) == (Outcome.BLOCKED, 200, b"")


def test_an_empty_challenge_known_by_its_header_is_blocked(site, fetcher):
    site.page("/a", b"", 202, X_Amzn_Waf_Action="challenge")
    assert fetcher.fetch(site.url + "/a").outcome is Outcome.BLOCKED


def test_a_challenge_that_says_when_to_come_again_keeps_that_time(site, fetcher):
    site.page("/a", "<div id='px-captcha'></div>", 429, Retry_After="90")
    response = fetcher.fetch(site.url + "/a")
    assert (response.outcome, response.retry_after) == (Outcome.BLOCKED, 90.0)


def test_a_redirect_to_a_vendors_consent_page_is_a_consent_wall_and_is_not_followed(site, fetcher):
    site.redirect("/a", "https://consent.yahoo.com/v2/collectConsent?sessionId=1")
    response = fetcher.fetch(site.url + "/a", source=Source("s", "S", homepage=site.url))
    assert response.outcome is Outcome.CONSENT_WALL
    assert "Yahoo" in (response.reason or "")


def test_a_redirect_to_the_sites_own_consent_page_is_a_consent_wall(site, fetcher):
    site.redirect("/a", "/zustimmung?url=%2Fa")
    site.page("/zustimmung", "<h1>Choose</h1><button>Yes</button>")
    assert fetcher.fetch(site.url + "/a").outcome is Outcome.CONSENT_WALL


def test_a_block_page_in_place_of_a_feed_is_blocked(site, fetcher):
    site.page("/feed", "<html><div id='px-captcha'></div></html>")
    response = fetcher.fetch(site.url + "/feed", kind="document")
    assert response.outcome is Outcome.BLOCKED


def test_a_host_that_blocks_page_after_page_is_left_alone_for_a_while(site, fetcher):
    for number in range(FAILURES + 2):
        site.page(f"/{number}", "<div id='px-captcha'></div>", 403)
    responses = [fetcher.fetch(f"{site.url}/{number}") for number in range(FAILURES + 2)]
    assert {response.outcome for response in responses} == {Outcome.BLOCKED}
    assert len(site.paths) == 1 + FAILURES
