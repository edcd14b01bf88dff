"""Quotes of the same words in several outlets: who had them first, and how they were altered."""

import re

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from pipeline.models import Annotation, Quote, Speaker
from pipeline.settings import settings
from pipeline.stages import stories
from pipeline.stages.takedown import find_target, take_down
from pipeline.stories.quote_forms import is_one_quote, quote_keys, quote_words
from pipeline.warehouse.annotations import pending_versions, save_annotations, version_texts
from tests.warehouse.stories import later, loaded

WHOLE = "We will rebuild the old bridge before the first frost comes to the valley this year"
ALTERED = "We will rebuild the bridge before the first frost comes to the valley this year"
SHORT = "rebuild the old bridge before the first frost comes"
OTHER = "Nobody has asked the people of the valley what they think about another bridge"


@pytest.fixture
def here(store, store_dsn, monkeypatch, tmp_path):
    """Run the stage in this test's database."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    monkeypatch.setenv("DATELINE_ARCHIVE", str(tmp_path))
    settings.cache_clear()
    yield store
    settings.cache_clear()


def put(conn, number, quote, hours, outlet="harbour", kind="direct"):
    """Load and annotate an article with one quote of Ida Marlow, and run the stage."""
    text = f"“{quote}”, Ida Marlow said on day {number}."
    at = later(hours)
    loaded(conn, [number], f"q{number}", at, outlet, text=text, published_at=at.isoformat())
    for version in version_texts(conn, pending_versions(conn)):
        start = version.text.index("“") + 1
        found = Quote(
            kind,
            ((start, version.text.index("”")),),
            speakers=(Speaker("Ida Marlow", "PERSON"),),
            confidence=0.9,
        )
        save_annotations(conn, "m1", [(version.article_version_id, Annotation(quotes=(found,)))])
    stories.tell(1)


def spread(conn):
    return conn.execute(
        "select quote_text, speaker_name, first_source_key, source_count, article_count,"
        " form_count, is_altered, other_forms from mart.quote_spread order by quote_family_id"
    ).fetchall()


def test_the_first_outlet_and_the_altered_forms_are_told(here):
    put(here, 1, ALTERED, 5, "valley")
    assert spread(here) == []
    put(here, 2, WHOLE, 0)
    put(here, 3, OTHER, 1)
    put(here, 4, SHORT, 9, "valley")
    assert spread(here) == [
        (WHOLE, "Ida Marlow", "harbour", 2, 3, 3, True, spread(here)[0][7]),
    ]
    assert sorted(spread(here)[0][7]) == sorted([ALTERED, SHORT])


def test_an_altered_form_shows_the_words_that_changed(here):
    put(here, 1, WHOLE, 0)
    put(here, 2, ALTERED.replace("rebuild", "restore") + "!", 5, "valley")
    found = here.execute(
        "select first_source_key, source_key, words_removed, words_added, changed_text"
        " from mart.quote_alterations"
    ).fetchall()
    assert found == [
        (
            "harbour",
            "valley",
            ["rebuild", "old"],
            ["restore"],
            "We will [-rebuild-] {+restore+} the [-old-] bridge before the first frost comes to"
            " the valley this year!",
        )
    ]


WORDS = st.lists(st.sampled_from(["the", "old", "bridge", "Bridge,", "stays", "“closed”", "桥"]))


@given(WORDS, WORDS)
@settings_of_hypothesis(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_changed_words_lead_from_one_text_to_the_other(store, before, after):
    removed, added, marked = store.execute(
        "select words_removed, words_added, marked from news.word_changes(%s, %s)",
        (" ".join(before), " ".join(after)),
    ).fetchone()
    without_removed = re.sub(r"\[-.*?-\]", " ", marked)
    assert re.sub(r"\{\+|\+\}", " ", without_removed).split() == after
    assert re.findall(r"\[-(.*?)-\]", marked) == removed
    assert re.findall(r"\{\+(.*?)\+\}", marked) == added
    kept = len(after) - len(" ".join(added).split())
    assert kept == len(before) - len(" ".join(removed).split())


def test_a_quote_of_thousands_of_other_words_is_one_change(store):
    [(removed, added)] = store.execute(
        "select words_removed, words_added from news.word_changes(%s, %s)",
        ("x " + "a b " * 2_000, "x " + "c d " * 2_000),
    ).fetchall()
    assert [len(removed), len(added)] == [1, 1]


def test_a_quote_of_one_outlet_a_short_one_and_indirect_speech_do_not_spread(here):
    put(here, 1, WHOLE, 0)
    put(here, 2, WHOLE, 1)
    put(here, 3, "We are very proud", 2)
    put(here, 4, "We are very proud", 3, "valley")
    put(here, 5, OTHER, 4, kind="indirect")
    put(here, 6, OTHER, 5, "valley", kind="indirect")
    assert spread(here) == []


def test_a_takedown_leaves_the_rest_of_the_family(here):
    put(here, 1, WHOLE, 0)
    put(here, 2, ALTERED, 5, "valley")
    put(here, 3, SHORT, 9)
    take_down(find_target("1"), reason="court order", requested_by="ida")
    assert [row[:6] for row in spread(here)] == [(ALTERED, "Ida Marlow", "valley", 2, 2, 2)]
    for number in ("2", "3"):
        take_down(find_target(number), reason="court order", requested_by="ida")
    for table in ("quote_families", "quote_forms"):
        assert here.execute(f"select count(*) from news.{table}").fetchone() == (0,)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (WHOLE, WHOLE.upper() + "!", True),
        (WHOLE, ALTERED, True),
        (WHOLE, SHORT, True),
        (WHOLE, OTHER, False),
        ("We will rebuild it before the frost", "We will destroy all of it after harvest", False),
        ("", WHOLE, False),
        ("word " * 5_000, WHOLE, False),
    ],
)
def test_forms_of_one_quote(one, other, expected):
    assert is_one_quote(quote_words(one), quote_words(other)) is expected
    assert is_one_quote(quote_words(other), quote_words(one)) is expected


@pytest.mark.parametrize("other", [ALTERED, SHORT])
def test_an_altered_form_is_found_by_its_keys(other):
    assert {*quote_keys(quote_words(WHOLE))} & {*quote_keys(quote_words(other))}
