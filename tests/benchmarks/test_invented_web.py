"""The invented web: its events are the committed ones, and its servers keep HTTP's rules."""

from pathlib import Path

import pytest

from benchmarks.collect import web as webs
from benchmarks.collect.transport import Servers
from benchmarks.collect.web import DAY, HOUR, make_web
from pipeline.discover.feeds import read_feed

SMALL_TRACE = Path(webs.__file__).with_name("small_trace.txt")


@pytest.fixture(scope="module")
def web():
    return make_web(60, 2)


@pytest.fixture(scope="module")
def servers(web):
    return Servers(web)


@pytest.fixture(scope="module")
def outlet(web):
    """An outlet with a feed, validators of both kinds, and nothing that goes wrong."""
    return next(
        each
        for each in web.outlets
        if each.validators == "both"
        and not each.faults
        and len(each.documents) == 1
        and each.stories[-1].published > 0
        and each.documents[0].kind in ("rss", "atom")
        and (each.feed_moved_at, each.feed_gone_at, each.readdressed_at) == (None, None, None)
    )


def test_the_events_are_those_that_were_committed():
    assert webs.trace_sha256(make_web()) == webs.parameters()["trace_sha256"]


def test_the_small_trace_is_the_one_in_the_repository():
    small = make_web(20, 2, most_per_day=20.0)
    assert "\n".join(webs.trace(small)) + "\n" == SMALL_TRACE.read_text(encoding="utf-8")


def test_a_feed_lists_what_was_published_before_and_nothing_else(servers, outlet):
    url = outlet.url + outlet.documents[0].path
    answer = servers.answer(url, {}, DAY)
    entries = read_feed(answer.body, url).entries
    expected = [story for story in outlet.stories if story.published <= DAY]
    assert [servers.story(entry.url) for entry in entries if servers.story(entry.url)] == [
        *reversed(expected[-outlet.documents[0].window :])
    ]


def test_validators_give_304_until_something_is_published(servers, outlet):
    url = outlet.url + outlet.documents[0].path
    first = dict(servers.answer(url, {}, 0).headers)
    conditional = {"if-none-match": first["ETag"]}
    news = next(story.published for story in outlet.stories if story.published > 0)
    assert servers.answer(url, conditional, news - 1).status == 304
    assert servers.answer(url, conditional, news).status == 200


def test_a_page_shows_the_version_of_its_time(web, servers):
    outlet, story = next(
        (outlet, story)
        for outlet in web.outlets
        for story in outlet.stories
        if len(story.versions) == 2 and 0 < story.published < story.versions[1].at < 2 * DAY - HOUR
    )
    bodies = [
        servers.answer(servers.page_url(outlet, story, at), {}, at).body
        for at in (story.published, story.versions[1].at - 1, story.versions[1].at)
    ]
    if outlet.validators != "changing":
        assert bodies[0] == bodies[1]
    assert bodies[1] != bodies[2]


def test_every_address_that_a_document_lists_is_answered(web, servers):
    for outlet in web.outlets:
        for story in outlet.stories:
            at = max(0, story.published)
            answer = servers.answer(servers.page_url(outlet, story, at), {}, at)
            assert answer.failure or answer.status in (200, 403, 404, 405, 410, 429, 503)


def test_a_story_is_listed_in_the_spans_in_which_it_is_said_to_be(servers, outlet):
    document = outlet.documents[0]
    url = outlet.url + document.path
    for story in outlet.stories[:20]:
        for start, end in servers.visible(outlet, story):
            for at, listed in ((start, True), (end - 1, True), (end, end == 2 * DAY)):
                entries = read_feed(servers.answer(url, {}, at).body, url).entries
                assert (story in [servers.story(entry.url) for entry in entries]) is listed
