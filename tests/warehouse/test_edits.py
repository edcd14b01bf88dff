"""Edits: changes of the publisher, by paragraph and quote, and changes that are none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.models import Annotation, Quote, RemovedBlock, Speaker
from pipeline.outcomes import Outcome
from pipeline.warehouse import article_columns
from pipeline.warehouse import articles as articles_module
from pipeline.warehouse.annotations import save_annotations
from pipeline.warehouse.articles import ReprocessedPage
from pipeline.warehouse.load import load_batch
from tests.warehouse.stories import begin, count, fetched, items, later, loaded, story

VOTE = "The council of Port Amber voted on Friday to keep the old ferry for another year."
COST = "It will cost the harbour twelve million over ten years, said mayor Ida Marlow."
SAID = "“The boats would have sunk without the money,” captain Jon Ash said on the pier."
COUNT = "The vote was nine to four, with two members away on holiday until the autumn."
PROMO = "Readers of the Gazette get the weekend edition brought to their door for nothing."


def text(*lines):
    return "\n\n".join(lines)


def read(conn, hour, body, removed=(), **changes):
    """Load story 1 as read at an hour, and return its outcome."""
    blocks = tuple(RemovedBlock(block, "promo") for block in removed)
    report = loaded(
        conn,
        [1],
        run_name=f"run-{hour}-{count(conn, 'ops.runs')}",
        at=later(hour),
        text=body,
        removed=blocks,
        **changes,
    )
    (outcome,) = report.outcomes
    return outcome


def edit(conn, columns):
    """Return these columns of the only edit."""
    (row,) = conn.execute(f"select {columns} from mart.silent_edits").fetchall()
    return row


def test_an_edit_has_its_paragraphs_size_and_delay(store):
    read(store, 0, text(VOTE, COST, COUNT))
    twenty = COST.replace("twelve", "twenty")
    read(store, 2, text(VOTE, twenty, COUNT, SAID))
    added, removed, share, minutes, headline, announced = edit(
        store,
        "paragraphs_added, paragraphs_removed, change_share, minutes_after_publication,"
        " is_headline_only, is_announced",
    )
    assert (added, removed) == ([twenty, SAID], [COST])
    words = [len(line.split()) for line in (VOTE, COST, COUNT, SAID)]
    assert share == pytest.approx((2 * words[1] + words[3]) / (2 * sum(words[:3]) + words[3]))
    assert minutes == 345  # published 08:15, seen at 14:00
    assert (headline, announced) == (False, False)


def test_typography_in_a_real_edit_is_no_changed_paragraph(store):
    read(store, 0, text(VOTE, SAID))
    read(store, 1, text(VOTE, SAID.replace("“", '"').replace("”", '"'), COUNT))
    assert edit(store, "paragraphs_added, paragraphs_removed") == ([COUNT], [])


def test_a_headline_alone(store):
    read(store, 0, text(VOTE, COST))
    read(store, 1, text(VOTE, COST), title="Council keeps ferry")
    row = edit(store, "is_headline_only, is_title_changed, paragraphs_added, change_share")
    assert row == (True, True, [], 0)


def test_minutes_are_null_where_only_a_day_is_known(store):
    read(store, 0, VOTE, published_at="2026-11-20")
    read(store, 1, COST, published_at="2026-11-20")
    assert edit(store, "minutes_after_publication") == (None,)


def test_a_new_note_alone_is_no_version_and_with_an_edit_it_is_announced(store):
    note = "This article was corrected on Friday: the sum was wrong."
    assert read(store, 0, text(VOTE, COST)) == Outcome.LOADED
    assert read(store, 1, text(VOTE, COST), update_note=note) == Outcome.UNCHANGED
    assert store.execute(
        "select update_note, version_no from news.article_versions"
    ).fetchall() == [(note, 1)]
    more = f"{note} So was the year."
    assert read(store, 2, text(VOTE, COUNT), update_note=more) == Outcome.LOADED
    assert edit(store, "is_announced, update_note") == (True, more)


def test_a_stated_time_announces_the_edit_it_came_with_and_no_later_one(store):
    read(store, 0, text(VOTE, COST))
    read(store, 1, text(VOTE, COST), modified_at="2026-11-20T12:30:00Z")
    read(store, 2, text(VOTE, COUNT), modified_at="2026-11-20T12:30:00Z")
    read(store, 3, text(VOTE, SAID), modified_at="2026-11-20T14:30:00Z")
    read(store, 4, text(VOTE, SAID), modified_at="2026-11-20T15:30:00Z")
    told = store.execute("select edit_no, is_announced from mart.silent_edits order by edit_no")
    assert told.fetchall() == [(1, False), (2, True)]


def test_a_cleaner_text_is_a_version_and_no_edit(store):
    read(store, 0, text(VOTE, PROMO, COST))
    assert read(store, 1, text(VOTE, COST), removed=[PROMO]) == Outcome.UNCHANGED
    current = "select body_text, made_by, version_no from news.article_versions where is_current"
    assert store.execute(current).fetchall() == [(text(VOTE, COST), "reprocess", 2)]
    assert count(store, "mart.silent_edits") == count(store, "news.article_edits") == 0


def test_a_text_with_more_boilerplate_is_the_stored_one(store):
    read(store, 0, text(VOTE, COST), removed=[PROMO])
    assert read(store, 1, text(VOTE, PROMO, COST)) == Outcome.UNCHANGED
    assert count(store, "news.article_versions") == 1


def test_an_older_page_that_is_cleaner_changes_nothing(store):
    read(store, 5, text(VOTE, PROMO, COST))
    assert read(store, 1, text(VOTE, COST), removed=[PROMO]) == Outcome.UNCHANGED
    assert count(store, "news.article_versions") == 1


def test_copies_of_a_text_that_is_current_again_are_looked_for(store):
    for hour, body in enumerate([VOTE, COST, VOTE]):
        store.execute("update news.article_versions set deduplicated_at = now()")
        read(store, hour, body)
    assert count(store, "news.article_versions where is_current and deduplicated_at is null") == 1
    assert count(store, "news.article_edits") == 2


def read_by_new_code(conn, monkeypatch, hour, body, earlier_body):
    """Load story 1 by a new extraction, with its stored page as that one reads it."""
    monkeypatch.setattr(article_columns, "EXTRACTION_VERSION", "999.1")
    monkeypatch.setattr(articles_module, "EXTRACTION_VERSION", "999.1")
    run_id = begin(conn, f"new-{hour}")
    (item,) = items(fetched(conn, run_id, [1], at=later(hour)), [story(1, body)], later(hour))
    reprocessed = ReprocessedPage(1, 1, later(0), story(1, earlier_body)) if earlier_body else None
    (outcome,) = load_batch(conn, run_id, "new", [replace(item, reprocessed=reprocessed)]).outcomes
    return outcome


def test_a_difference_made_by_new_code_is_no_edit(store, monkeypatch):
    read(store, 0, text(VOTE, COST))
    found = read_by_new_code(store, monkeypatch, 1, text(VOTE, COST, SAID), text(VOTE, COST, SAID))
    assert found == Outcome.UNCHANGED
    assert count(store, "news.article_edits") == 0
    assert store.execute(
        "select made_by, body_text from news.article_versions where is_current"
    ).fetchall() == [("reprocess", text(VOTE, COST, SAID))]


def test_an_edit_seen_by_new_code_starts_from_the_old_page_as_it_reads_it(store, monkeypatch):
    read(store, 0, text(VOTE, COST))
    found = read_by_new_code(store, monkeypatch, 1, text(VOTE, SAID, COUNT), text(VOTE, COST, SAID))
    assert found == Outcome.LOADED
    assert edit(store, "paragraphs_added, paragraphs_removed") == ([COUNT], [COST])
    versions = "select version_no, made_by, is_current from news.article_versions order by 1"
    assert store.execute(versions).fetchall() == [
        (1, "page", False),
        (2, "reprocess", False),
        (3, "page", True),
    ]


def test_an_edit_between_two_extractions_without_the_old_page_is_not_shown(store, monkeypatch):
    read(store, 0, text(VOTE, COST))
    assert read_by_new_code(store, monkeypatch, 1, text(VOTE, SAID), None) == Outcome.LOADED
    assert count(store, "news.article_edits where not is_comparable") == 1
    assert count(store, "mart.silent_edits") == 0


def annotated(conn, *quotes):
    """Annotate the current version with these quotes: words and speaker."""
    number, body = conn.execute(
        "select article_version_id, body_text from news.article_versions where is_current"
    ).fetchone()
    found = [
        Quote(
            "direct", ((at := body.index(words), at + len(words)),), speakers=(Speaker(who, None),)
        )
        for words, who in quotes
    ]
    save_annotations(conn, "m1", [(number, Annotation(quotes=tuple(found)))])


@pytest.mark.parametrize("hour_with_quote", [0, 1])
def test_a_quote_in_parts_whose_paragraph_stays_is_no_change(store, hour_with_quote):
    told = (
        "The council asked, on Monday evening, for the bridge to open by January, Ida Marlow said."
    )
    parts = ((0, 17), (told.index("for the"), told.index(", Ida")))
    quote = Quote("mixed", parts, speakers=(Speaker("Ida Marlow", None),))
    for hour, other in enumerate([VOTE, COUNT]):
        read(store, hour, text(told, other))
        (number,) = store.execute(
            "select article_version_id from news.article_versions where is_current"
        ).fetchone()
        found = (quote,) if hour == hour_with_quote else ()
        save_annotations(store, "m1", [(number, Annotation(quotes=found))])
    assert edit(store, "quotes_added, quotes_removed") == ([], [])


def test_removed_and_added_quotes_have_their_speakers(store):
    sunk, safe = "The boats would have sunk without the money", "Nobody was in danger"
    read(store, 0, text(VOTE, SAID))
    annotated(store, (sunk, "Jon Ash"))
    read(store, 1, text(VOTE, f"“{safe},” the harbour master Tom Reed said later that day."))
    assert edit(store, "quotes_added, quotes_removed") == ([], [])
    annotated(store, (safe, "Tom Reed"))
    assert edit(store, "quotes_added, quotes_removed") == (
        [f"Tom Reed: {safe}"],
        [f"Jon Ash: {sunk}"],
    )
    rows = store.execute(
        "select change_kind, speaker_name, quote_text from mart.edited_quotes order by 1"
    ).fetchall()
    assert rows == [("added", "Tom Reed", safe), ("removed", "Jon Ash", sunk)]


def test_a_quote_that_the_model_missed_the_second_time_has_not_vanished(store):
    read(store, 0, text(VOTE, SAID))
    annotated(store, ("The boats would have sunk without the money", "Jon Ash"))
    read(store, 1, text(VOTE, SAID, COUNT))
    annotated(store)
    assert edit(store, "quotes_added, quotes_removed") == ([], [])


LEAD = " ".join((VOTE, COST, "The debate went on until the evening, and the gallery was full."))
LINES = st.lists(st.sampled_from([VOTE, COST, SAID, COUNT]), min_size=1, max_size=4, unique=True)


@given(st.lists(st.tuples(LINES, st.booleans()), min_size=1, max_size=4))
@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_loading_twice_stores_one_version_and_promos_make_no_edit(store, pages):
    """Pages of an article one after the other, each loaded twice, with a promo or without."""
    store.execute("truncate news.articles, ops.links, ops.load_batches, ops.runs cascade")
    texts = []
    for hour, (lines, has_promo) in enumerate(pages):
        body = text(LEAD, *lines, *([PROMO] if has_promo else []))
        first = read(store, hour, body, removed=[] if has_promo else [PROMO])
        changed = not texts or texts[-1] != lines
        assert first == (Outcome.LOADED if changed else Outcome.UNCHANGED)
        before = count(store, "news.article_versions"), count(store, "news.article_edits")
        assert read(store, hour, body, removed=[] if has_promo else [PROMO]) == Outcome.UNCHANGED
        assert before == (count(store, "news.article_versions"), count(store, "news.article_edits"))
        texts.append(lines)
    edits = sum(left != right for left, right in pairwise(texts))
    assert count(store, "news.article_edits") == edits
    assert count(store, "news.article_versions where is_current") == 1


def read_at(conn, at, body):
    report = loaded(conn, [1], run_name=f"run-{at.isoformat()}", at=at, text=body)
    (outcome,) = report.outcomes
    return outcome


def test_a_text_stored_by_a_clock_that_was_ahead_does_not_hide_the_edits_of_the_day(store):
    now = datetime.now(UTC)
    tomorrow = now + timedelta(days=1)
    read_at(store, now - timedelta(hours=3), text(VOTE, COST))
    read_at(store, tomorrow, text(VOTE, COUNT))
    read_at(store, tomorrow + timedelta(minutes=1), text(VOTE, SAID))
    assert read_at(store, now, text(VOTE, COST, SAID)) == Outcome.LOADED
    assert read_at(store, now + timedelta(seconds=1), text(VOTE, COST, SAID)) == Outcome.UNCHANGED
    current = "select body_text from news.article_versions where is_current"
    assert store.execute(current).fetchall() == [(text(VOTE, COST, SAID),)]
    order = "select e.edit_no, b.version_no, a.version_no from news.article_edits as e"
    order += " join news.article_versions as b on b.article_version_id = e.from_version_id"
    order += " join news.article_versions as a on a.article_version_id = e.to_version_id"
    edits = store.execute(f"{order} order by e.seen_at, e.edit_no").fetchall()
    assert edits == [(1, 1, 2), (2, 2, 3), (3, 3, 4)]
    ahead = "select max(last_seen_at) from news.article_versions"
    assert store.execute(ahead).fetchone()[0] <= now + timedelta(seconds=1)


def test_a_capture_of_the_past_brings_no_time_back(store):
    now = datetime.now(UTC)
    tomorrow = now + timedelta(days=1)
    read_at(store, tomorrow, text(VOTE, COUNT))
    read_at(store, now - timedelta(days=30), text(VOTE, SAID))
    current = "select body_text, last_seen_at from news.article_versions where is_current"
    assert store.execute(current).fetchall() == [(text(VOTE, COUNT), tomorrow)]
