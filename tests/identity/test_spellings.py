"""Spellings: what differs between two addresses of one page."""

import pytest

from pipeline.identity.likeness import PageText, tell_one_story
from pipeline.identity.parameters import ParameterEvidence, is_telling
from pipeline.identity.spellings import differing_parameter, plain_address, plain_host
from pipeline.urls import canonical_url
from tests.fix_stories import edited, first_part, story

BASE = "https://www.lakeshore.example/2027/ferry"


@pytest.mark.parametrize(
    "spelling",
    [
        "http://www.lakeshore.example/2027/ferry",
        "https://lakeshore.example/2027/ferry",
        "https://m.lakeshore.example/2027/ferry",
        "https://mobile.lakeshore.example/2027/ferry",
        "https://amp.lakeshore.example/2027/ferry",
        f"{BASE}/amp",
        f"{BASE}/amp/",
        f"{BASE}.amp",
        "https://www.lakeshore.example/amp/2027/ferry",
        f"{BASE}/print",
        f"{BASE}/printable/",
        f"{BASE}/",
        f"{BASE}/index.html",
        f"{BASE}/index.php",
        f"{BASE}/default.aspx",
        "https://www.lakeshore.example//2027//ferry",
        f"{BASE}?ref=home",
        f"{BASE}/amp/?page=all#!",
    ],
)
def test_spellings_have_one_plain_address(spelling):
    assert plain_address(canonical_url(spelling)) == plain_address(BASE)


@pytest.mark.parametrize(
    "other",
    [
        "https://sport.lakeshore.example/2027/ferry",
        "https://lakeshore.example:8443/2027/ferry",
        "https://www.lakeshore.example/2027/Ferry",
        "https://www.lakeshore.example/2027/ferry-2",
        "https://www.lakeshore.example/2027/ferry/2",
        "https://www.lakeshore.example/2027",
        f"{BASE}#!/2",
    ],
)
def test_other_addresses_have_others(other):
    assert plain_address(canonical_url(other)) != plain_address(BASE)


def test_marks_inside_a_name_stay():
    assert plain_host("https://m.example/") == "m.example"
    assert plain_host("https://amplify.example/") == "amplify.example"
    assert plain_address("https://n.example/lamp") == "n.example/lamp"
    assert plain_address("https://n.example/amp") == "n.example"


@pytest.mark.parametrize(
    ("one", "other", "name"),
    [
        ("?ref=a", "?ref=b", "ref"),
        ("?id=1&ref=a", "?id=1&ref=b", "ref"),
        ("?REF=a", "?ref=b", "ref"),
        ("?a=1&a=2", "?a=2", None),
        ("?ref=a", "", None),
        ("?id=1&ref=a", "?id=2&ref=b", None),
        ("?a-story", "?b-story", None),
        ("?123", "?124", None),
        ("?page=1", "?page=all", "page"),
    ],
)
def test_the_parameter_in_which_two_addresses_differ(one, other, name):
    assert differing_parameter(f"{BASE}{one}", f"{BASE}{other}") == name
    assert differing_parameter(f"{BASE}{other}", f"{BASE}{one}") == name
    assert differing_parameter(f"{BASE}{one}", f"https://other.example/{other}") is None


def page_text(title, text):
    return PageText(title, text, f"{title}{text}".encode())


@pytest.mark.parametrize("seed", range(5))
def test_versions_of_a_story_are_told_from_other_stories(seed):
    one = page_text("Harbour vote", story(seed))
    assert tell_one_story(one, page_text("Harbour vote", edited(one.text, 0.2)))
    assert tell_one_story(one, page_text("Vote at the harbour", edited(one.text, 0.1)))
    assert tell_one_story(page_text("Harbour", first_part(one.text, 0.3)), one)
    assert not tell_one_story(one, page_text("Harbour vote", story(seed + 100)))
    assert not tell_one_story(one, page_text("Another", story(seed + 200)))


def test_texts_of_a_few_words_are_compared_word_by_word():
    assert tell_one_story(page_text(None, "The pier is shut"), page_text(None, "Pier is shut"))
    assert not tell_one_story(page_text(None, "The pier is shut"), page_text("A", "Rain at noon"))
    assert not tell_one_story(page_text(None, ""), page_text(None, "Rain"))


def test_a_parameter_is_noise_only_as_long_as_no_value_gave_another_body():
    assert not ParameterEvidence("n.example", "ref").is_noise
    assert ParameterEvidence("n.example", "ref", same=1).is_noise
    assert not ParameterEvidence("n.example", "id", same=9, other=1).is_noise
    assert is_telling(story(1, 60))
    assert not is_telling("This video is not available where you are.")
