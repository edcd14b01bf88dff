"""Texts that may be walls: held, decided by later visits, and no trace of them in the edits."""

import random

import pytest

from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.warehouse.held_versions import find_held, refuse
from pipeline.warehouse.load import load_batch
from tests.warehouse.stories import begin, count, fetched, items, later, story, story_url

_WORDS = """
council harbour bridge ferry mayor budget ballot river storm repair engineer school market hospital
station tunnel library museum island village election report inquiry witness lawyer farmer
fisherman captain teacher nurse driver baker painter singer record season summer winter lantern
orchard anchor meadow harvest granite furnace turbine pavement cathedral parliament glacier
""".split()


def text_of(seed, words=120):
    """Return sentences of which no other seed has any, over words of its own."""
    draw = random.Random(f"{seed}")
    own = [f"{word}{draw.randrange(10_000)}" for word in draw.sample(_WORDS, 20)]
    chosen = [draw.choice(own) for _ in range(words)]
    return ". ".join(" ".join(chosen[at : at + 12]) for at in range(0, words, 12)) + "."


WALL = text_of("wall", 90)
NUMBERS = range(1, 7)


def visit(conn, hour, texts, **changes):
    """Load pages of several stories in one batch, and return their outcomes by number."""
    run_id = begin(conn, f"run-{hour}-{count(conn, 'ops.runs')}")
    at = later(hour)
    pairs = fetched(conn, run_id, list(texts), at=at)
    articles = [story(number, text, **changes) for number, text in texts.items()]
    load_batch(conn, run_id, f"visit-{run_id}", items(pairs, articles, at))
    found = conn.execute(
        "select l.url, a.outcome from ops.link_attempts as a join ops.links as l using (link_id)"
        " where a.run_id = %s",
        (run_id,),
    ).fetchall()
    return {int(url.rpartition("/")[2]): Outcome(outcome) for url, outcome in found}


def genuine(numbers=NUMBERS):
    return {number: text_of(number) for number in numbers}


@pytest.fixture
def outlet(store):
    """A store with six stories of one host, read at noon."""
    assert set(visit(store, 0, genuine()).values()) == {Outcome.LOADED}
    return store


def held(conn, columns="decision, decided_at"):
    return conn.execute(
        f"select {columns} from news.held_versions order by held_version_id"
    ).fetchall()


def edits(conn):
    return conn.execute("select seen_at from news.article_edits order by seen_at").fetchall()


def test_a_wall_before_all_addresses_is_held_and_withdrawn_when_it_has_gone(outlet):
    for hour in (1, 3, 9, 30):
        assert set(visit(outlet, hour, dict.fromkeys(NUMBERS, WALL)).values()) == {
            Outcome.SUSPECTED_WALL
        }
    assert held(outlet, "shown_count, held_at") == [(4, later(1))] * 6
    assert set(visit(outlet, 31, genuine()).values()) == {Outcome.UNCHANGED}
    assert held(outlet) == [("withdrawn", later(31))] * 6
    assert count(outlet, "news.article_versions") == 6
    assert edits(outlet) == []


def test_a_rewrite_from_scratch_becomes_an_edit_of_the_time_when_it_was_first_shown(outlet):
    rewrite = text_of("another story")
    assert visit(outlet, 1, {1: rewrite}) == {1: Outcome.SUSPECTED_WALL}
    assert visit(outlet, 2.5, {1: rewrite, **genuine(range(2, 7))})[1] is Outcome.SUSPECTED_WALL
    assert edits(outlet) == []
    assert visit(outlet, 7.5, {1: rewrite}) == {1: Outcome.LOADED}
    assert edits(outlet) == [(later(1),)]
    assert held(outlet) == [("repeated", later(7.5))]
    ((first, last, version),) = outlet.execute(
        "select v.first_seen_at, v.last_seen_at, h.article_version_id = v.article_version_id"
        " from news.article_versions as v join news.held_versions as h using (article_id)"
        " where v.is_current"
    ).fetchall()
    assert (first, last, version) == (later(1), later(7.5), True)
    assert visit(outlet, 9, {1: rewrite}) == {1: Outcome.UNCHANGED}


def test_a_wall_before_some_requests_only_never_becomes_a_version(outlet):
    draw = random.Random(3)
    for hour in (1, 2.2, 5, 8.4, 15, 22, 30, 49):
        shown = {n: WALL if draw.random() < 0.5 else text_of(n) for n in NUMBERS}
        outcomes = visit(outlet, hour, shown)
        assert all((o is Outcome.SUSPECTED_WALL) == (shown[n] == WALL) for n, o in outcomes.items())
    assert count(outlet, "news.article_versions") == 6
    assert edits(outlet) == []


def test_a_wall_that_a_first_visit_meets_makes_no_article_where_others_showed_it(outlet):
    assert visit(outlet, 1, {1: WALL}) == {1: Outcome.SUSPECTED_WALL}
    assert visit(outlet, 2, {7: WALL, 8: text_of(8)}) == {
        7: Outcome.SUSPECTED_WALL,
        8: Outcome.LOADED,
    }
    assert count(outlet, "news.articles") == 7
    assert visit(outlet, 3, {7: text_of(7)}) == {7: Outcome.LOADED}


def test_two_texts_held_one_after_the_other_are_two_rows_and_only_one_passes(outlet):
    assert visit(outlet, 1, {1: text_of("one")}) == {1: Outcome.SUSPECTED_WALL}
    assert visit(outlet, 2, {1: text_of("two")}) == {1: Outcome.SUSPECTED_WALL}
    visit(outlet, 3, genuine(range(2, 7)))
    assert visit(outlet, 9, {1: text_of("two")}) == {1: Outcome.LOADED}
    assert held(outlet) == [("withdrawn", later(9)), ("repeated", later(9))]
    assert edits(outlet) == [(later(2),)]


def test_an_edit_and_its_return_are_not_held(outlet):
    rewrite = f"{text_of(1)} {text_of('more')}"
    assert visit(outlet, 1, {1: rewrite}) == {1: Outcome.LOADED}
    assert visit(outlet, 2, genuine([1])) == {1: Outcome.LOADED}
    assert len(edits(outlet)) == 2


def test_what_a_person_refused_stays_held_and_makes_no_second_row(outlet):
    assert visit(outlet, 1, {1: text_of("x")}) == {1: Outcome.SUSPECTED_WALL}
    number = find_held(outlet, story_url(1)).held_version_id
    refuse(outlet, number)
    visit(outlet, 3, genuine(range(2, 7)))
    assert visit(outlet, 30, {1: text_of("x")}) == {1: Outcome.SUSPECTED_WALL}
    assert held(outlet, "decision, shown_count") == [("refused", 2)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("listing", Outcome.REDESIGNED), ("error_page", Outcome.SUSPECTED_WALL)],
)
def test_a_page_without_an_article_in_place_of_a_stored_one_has_an_outcome_of_its_own(
    outlet, kind, expected
):
    run_id = begin(outlet, "shells")
    pairs = fetched(outlet, run_id, [1, 9], at=later(2))
    shells = [
        Article(
            *(link.link.url, None, None, None),
            kind=kind,
            outcome=Outcome.NOT_AN_ARTICLE,
            reason="no text",
        )
        for link, _ in pairs
    ]
    report = load_batch(outlet, run_id, "shells", items(pairs, shells, later(2)))
    assert report.outcomes == {expected: 1, Outcome.NOT_AN_ARTICLE: 1}


def test_a_wall_that_is_a_first_version_is_no_edit_when_it_names_another_number(outlet):
    """No feed gave a title, so that nothing spoke against it at the first visit."""
    assert visit(outlet, 1, {7: WALL}) == {7: Outcome.LOADED}
    assert visit(outlet, 2, {1: f"{WALL} Number 17.", 7: f"{WALL} Number 18."}) == {
        1: Outcome.SUSPECTED_WALL,
        7: Outcome.SUSPECTED_WALL,
    }
    assert edits(outlet) == []


def test_a_wall_that_is_a_first_version_elsewhere_is_held_whatever_it_repeats(outlet):
    assert visit(outlet, 1, {7: WALL}) == {7: Outcome.LOADED}
    for hour in (2, 9, 30):
        shown = {1: WALL, 7: WALL, **genuine(range(2, 7))}
        assert visit(outlet, hour, shown)[1] is Outcome.SUSPECTED_WALL


def test_the_mart_shows_what_is_held_beside_what_is_stored(outlet):
    visit(outlet, 1, {1: WALL}, title="Stop")
    ((source, url, before, after, words, why),) = outlet.execute(
        "select source_key, canonical_url, title_stored, title_held, words_held, why"
        " from mart.held_versions"
    ).fetchall()
    assert (source, url, before, after) == (
        "harbour",
        story_url(1),
        "Council votes on bridge 1",
        "Stop",
    )
    assert words == 90
    assert "in place of" in why
    ((fate,),) = outlet.execute(
        "select reason from mart.url_fate where outcome = 'suspected_wall'"
    ).fetchall()
    assert fate == why
