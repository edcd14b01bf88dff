"""Counts in the marts with and without copies, and the agency of a group of copies."""

import re

import pytest

from pipeline.dedupe.groups import Membership
from pipeline.models import Annotation, Contributor, Match, Mention, Quote, Speaker, StatedTitle
from pipeline.warehouse.annotations import save_annotations
from pipeline.warehouse.duplicates import (
    dedup_lock,
    save_groups,
    save_matches,
    update_group_agencies,
)
from pipeline.warehouse.marts import refresh
from pipeline.warehouse.publishes import begin_publish, run_checks
from pipeline.warehouse.reprocessing import (
    ReprocessedVersion,
    store_reprocessed,
    stored_versions,
)
from pipeline.warehouse.verification import verify
from tests.warehouse.stories import begin, fetched, items, load_batch, loaded, story, story_url

COUNTED = re.compile(r"(?:article|mention|quote|wire_copy|edited|word|source)_count$")
NOT_MULTIPLIED = {
    ("articles", "word_count"): "a fact of one article",
    ("text_spread", "article_count"): "one row is one text",
    ("text_spread", "source_count"): "one row is one text",
    ("silent_edits", "word_count"): "a fact of one edit",
    ("article_speakers", "quote_count"): "a fact of one article",
    ("removed_blocks", "article_count"): "one row is one block of one article",
    ("stories", "source_count"): "outlets that print an event, whoever wrote it",
    ("story_changes", "article_count"): "a fact of one step of the log",
    ("quote_spread", "article_count"): "how far words went, in copies too, is what it tells",
    ("quote_spread", "source_count"): "how far words went, in copies too, is what it tells",
}
"""Counts that wire copies cannot inflate, each with the reason."""
TEXT = "The council of Port Amber voted on the bridge on Friday, Ida Marlow said."
AFP, TASS = "Agence France-Presse", "TASS"


@pytest.fixture
def print_story(store):
    """Return a function that stores an article of an outlet and returns its article_id."""
    run_id = begin(store)

    def one(number, outlet="harbour", published="2026-11-20T10:00:00+00:00", **credit):
        article = story(number, TEXT, outlet, published_at=published, **credit)
        pairs = fetched(store, run_id, [number], outlet)
        load_batch(store, run_id, f"{outlet}-{number}", items(pairs, [article], outlet=outlet))
        query = "select article_id from news.articles where canonical_url = %s"
        return store.execute(query, (story_url(number, outlet),)).fetchone()[0]

    return one


def join(store, original, *others):
    members = (original, *others)
    matches = [Match(original, other, "duplicate", 0.9, 1.0, 0.9, 14) for other in others]
    with dedup_lock(store):
        save_matches(store, [], matches)
        save_groups(store, members, [Membership(None, original, members)])


def wire_facts(store):
    """Return (origin_agency, is_wire_copy) by article_id."""
    rows = store.execute("select article_id, origin_agency, is_wire_copy from mart.articles")
    return {article_id: facts for article_id, *facts in rows}


def test_every_count_has_one_of_originals_beside_it(store):
    rows = store.execute(
        "select table_name, column_name from mart.column_catalogue where table_schema = 'mart'"
    ).fetchall()
    columns = set(rows)
    counts = {
        (table, column)
        for table, column in columns
        if COUNTED.search(column) and not column.startswith(("original_", "credited_", "undated_"))
    }
    alone = {
        (table, column) for table, column in counts if (table, f"original_{column}") not in columns
    }
    assert alone <= set(NOT_MULTIPLIED), alone - set(NOT_MULTIPLIED)
    assert len(counts - alone) >= 12


def test_the_credit_on_one_copy_counts_for_all(store, print_story):
    stripped = print_story(1, published="2026-11-20T08:00:00+00:00")
    credited = print_story(2, "valley", agency=AFP, credit_kind="whole")
    other = print_story(3, "valley")
    join(store, stripped, credited)
    assert wire_facts(store) == {
        stripped: [AFP, True],
        credited: [AFP, True],
        other: [None, False],
    }


def test_a_credit_counts_before_copies_are_looked_for(store, print_story):
    whole = print_story(1, agency=AFP, credit_kind="whole")
    part = print_story(2, agency=AFP, credit_kind="part")
    own = print_story(3, agency=AFP, credit_kind="own")
    nameless = print_story(4, credit_kind="whole")
    assert wire_facts(store) == {
        whole: [AFP, True],
        part: [None, False],
        own: [AFP, False],
        nameless: [None, True],
    }


def test_the_agencys_own_page_is_no_wire_copy_and_its_copies_are(store, print_story):
    own = print_story(1, agency=TASS, credit_kind="own")
    copy = print_story(2, "valley", agency=AFP, credit_kind="part")
    join(store, own, copy)
    assert wire_facts(store) == {own: [TASS, False], copy: [TASS, True]}


@pytest.mark.parametrize(
    "stated",
    [
        {"agency": AFP, "credit_kind": "part", "credit_line": "With inputs from AFP"},
        {"credit_line": "Additional reporting by AFP."},
        {"credit_line": "Source: Brevik Port Authority"},
    ],
)
def test_a_page_that_states_the_agencys_share_decides_it(store, print_story, stated):
    staff = print_story(1, **stated)
    credited = print_story(2, "valley", agency=AFP, credit_kind="whole")
    join(store, staff, credited)
    assert wire_facts(store) == {staff: [None, False], credited: [AFP, True]}
    refresh(store)
    rows = "select source_key, uncredited_article_count from mart.daily_agency_copies"
    assert store.execute(rows).fetchall() == [("valley", 0)]


def test_a_long_report_that_holds_an_agencys_brief_is_no_wire_copy(store, print_story):
    report, brief, reprint = print_story(1), print_story(2, "valley"), print_story(3, "valley")
    credited = print_story(4, "valley", agency=AFP, credit_kind="whole")
    join(store, report, brief, reprint, credited)
    with dedup_lock(store):
        save_matches(
            store,
            [],
            [
                Match(report, credited, "b_in_a", 0.3, 0.3, 1.0, 40),
                Match(brief, credited, "a_in_b", 0.5, 1.0, 0.5, 40),
            ],
        )
    # Nothing relates the reprint to the credited one but a third text.
    assert wire_facts(store) == {
        report: [None, False],
        brief: [AFP, True],
        reprint: [AFP, True],
        credited: [AFP, True],
    }


def test_copies_are_not_looked_up_for_other_columns(store):
    def plan(columns):
        rows = store.execute(f"explain select {columns} from mart.articles").fetchall()
        return "\n".join(line for (line,) in rows)

    assert "text_reuse" in plan("is_wire_copy")
    assert "text_reuse" not in plan("article_id, title, published_date, is_original, agency")


def test_a_later_copy_sets_the_agency_of_the_group(store, print_story):
    first, second = print_story(1), print_story(2, "valley")
    join(store, first, second)
    assert wire_facts(store)[first] == [None, False]
    third = print_story(3, "valley", agency=AFP, credit_kind="whole")
    with dedup_lock(store):
        save_groups(store, [first, second, third], [Membership(1, first, (first, second, third))])
    assert wire_facts(store) == {each: [AFP, True] for each in (first, second, third)}


def test_an_undone_group_has_no_agency(store, print_story):
    first = print_story(1)
    second = print_story(2, "valley")
    third = print_story(3, "valley", agency=AFP, credit_kind="whole")
    join(store, first, second, third)
    with dedup_lock(store):
        save_groups(store, [first, second, third], [Membership(1, first, (first, second))])
    assert wire_facts(store) == {
        first: [None, False],
        second: [None, False],
        third: [AFP, True],
    }


def test_an_agency_without_a_crediting_member_is_removed(store, print_story):
    first, second = print_story(1, agency=AFP, credit_kind="whole"), print_story(2, "valley")
    join(store, first, second)
    store.execute("update news.article_versions set agency = null, credit_kind = null")
    update_group_agencies(store, [second])
    assert store.execute("select origin_agency from news.duplicate_groups").fetchall() == [(None,)]


def test_a_credit_found_by_reprocessing_sets_the_agency_of_the_group(store, print_story):
    first, second = print_story(1), print_story(2, "valley")
    join(store, first, second)
    (version,) = store.execute(
        "select article_version_id from news.article_versions where article_id = %s", (second,)
    ).fetchone()
    (stored,) = stored_versions(store, [version])
    credited = story(2, TEXT, "valley", agency=AFP, credit_kind="whole")
    assert store_reprocessed(store, 1, [ReprocessedVersion(stored, credited)]) == {
        version: "corrected"
    }
    assert wire_facts(store) == {first: [AFP, True], second: [AFP, True]}


def test_who_printed_it_first_and_how_far_it_went(store, print_story):
    first = print_story(1, "valley", "2026-11-20T06:00:00+00:00")
    print_story(2, "harbour", "2026-11-20T09:00:00+00:00", agency=AFP, credit_kind="whole")
    print_story(3, "harbour", "2026-11-20T18:00:00+00:00")
    join(store, first, 2, 3)
    refresh(store)
    (row,) = store.execute(
        "select origin_agency, first_source_key, first_article_id, first_title, spread_hours,"
        " median_delay_hours, article_count, source_count, credited_count, source_keys"
        " from mart.text_spread"
    )
    title = "Council votes on bridge 1"
    spread = (12, 3, 3, 2, 1, ["valley", "harbour"])
    assert row == (AFP, "valley", first, title, *spread)


def test_a_text_within_one_outlet_has_no_delay(store, print_story):
    join(store, print_story(1), print_story(2))
    refresh(store)
    assert store.execute(
        "select source_count, median_delay_hours, spread_hours from mart.text_spread"
    ).fetchall() == [(1, None, 0)]


def test_first_seen_does_not_count_as_publication(store, print_story):
    """A print version without a date, found weeks later, does not stretch the spread."""
    first = print_story(1, "valley", "2026-11-01T06:00:00+00:00")
    second = print_story(2, "harbour", "2026-11-01T09:00:00+00:00")
    undated = print_story(3, "harbour", None)
    join(store, first, second, undated)
    refresh(store)
    spread = (
        "select first_article_id, extract(day from last_published_at), spread_hours,"
        " median_delay_hours, article_count from mart.text_spread"
    )
    assert store.execute(spread).fetchall() == [(first, 1, 3, 3, 3)]
    later = "select article_id, extract(epoch from published_later) / 3600 from mart.copies"
    assert dict(store.execute(later).fetchall()) == {second: 3, undated: None}
    delay = "select article_count, extract(epoch from median_delay) / 3600 from mart.syndication"
    assert store.execute(delay).fetchall() == [(2, 3)]


def test_without_two_times_there_is_no_spread(store, print_story):
    join(store, print_story(1, "valley"), print_story(2, "harbour", None))
    refresh(store)
    spread = "select spread_hours, median_delay_hours, article_count from mart.text_spread"
    assert store.execute(spread).fetchall() == [(None, None, 2)]
    assert store.execute("select median_delay from mart.syndication").fetchall() == [(None,)]


def test_pairs_declared_different_are_no_syndication(store, print_story):
    join(store, print_story(1), print_story(2, "valley"), print_story(3, "valley"))
    refresh(store)
    count = "select article_count, original_article_count from mart.syndication"
    assert store.execute(count).fetchall() == [(2, 1)]
    store.execute(
        "insert into news.duplicate_decisions (article_id_a, article_id_b, decision, decided_by)"
        " values (1, 2, 'not_duplicate', 'ida')"
    )
    refresh(store)
    assert store.execute(count).fetchall() == [(1, 1)]
    store.execute("delete from news.duplicate_decisions")
    refresh(store)
    assert store.execute(count).fetchall() == [(2, 1)]


def test_who_reuses_whom_counts_pairs_and_texts(store, print_story):
    first = print_story(1, "valley", "2026-11-20T06:00:00+00:00")
    print_story(2, "harbour", "2026-11-20T09:00:00+00:00", agency=AFP, credit_kind="whole")
    print_story(3, "harbour", "2026-11-20T18:00:00+00:00")
    join(store, first, 2, 3)
    refresh(store)
    (row,) = store.execute(
        "select origin_source, reuse_source, article_count, original_article_count,"
        " wire_copy_count, original_wire_copy_count, extract(epoch from median_delay) / 3600"
        " from mart.syndication"
    )
    assert row == ("valley", "harbour", 2, 1, 2, 1, 7.5)


def test_agencies_by_day_and_outlet(store, print_story):
    first = print_story(1, published="2026-11-20T06:00:00+00:00")
    second = print_story(2, "valley", agency=AFP, credit_kind="whole")
    print_story(3, "valley", agency=TASS, credit_kind="whole")
    join(store, first, second)
    refresh(store)
    rows = store.execute(
        "select source_key, origin_agency, article_count, original_article_count,"
        " uncredited_article_count from mart.daily_agency_copies order by 1, 2"
    ).fetchall()
    assert rows == [
        ("harbour", AFP, 1, 1, 1),
        ("valley", AFP, 1, 0, 0),
        ("valley", TASS, 1, 1, 0),
    ]
    volume = store.execute(
        "select source_key, article_count, original_article_count, wire_copy_count,"
        " original_wire_copy_count from mart.daily_volume order by 1"
    ).fetchall()
    assert volume == [("harbour", 1, 1, 1, 1), ("valley", 2, 1, 2, 1)]


def annotate(store):
    """Annotate every stored article with two names and one quote."""
    at = {word: TEXT.index(word) for word in ("Port Amber", "Ida Marlow")}
    mentions = tuple(
        Mention(at[word], at[word] + len(word), word, label, word)
        for word, label in (("Port Amber", "GPE"), ("Ida Marlow", "PERSON"))
    )
    quote = Quote(
        kind="indirect",
        content=((0, at["Ida Marlow"] - 2),),
        source=((at["Ida Marlow"], at["Ida Marlow"] + 10),),
        cue=((TEXT.index("said"), TEXT.index("said") + 4),),
        speakers=(Speaker("Ida Marlow", "PERSON"),),
    )
    versions = store.execute("select article_version_id from news.article_versions").fetchall()
    annotation = Annotation(mentions=mentions, quotes=(quote,))
    save_annotations(store, "m1", [(version, annotation) for (version,) in versions])


def test_names_pairs_and_quotes_count_copies_once(store, print_story):
    originals = [print_story(1), print_story(2)]
    join(store, originals[0], print_story(3, "valley"))
    annotate(store)
    refresh(store)
    named = store.execute(
        "select entity_name, mention_count, original_mention_count, article_count,"
        " original_article_count, source_count, original_source_count"
        " from mart.daily_entity_mentions order by 1"
    ).fetchall()
    assert named == [("Ida Marlow", 3, 2, 3, 2, 2, 1), ("Port Amber", 3, 2, 3, 2, 2, 1)]
    pairs = "select article_count, original_article_count from mart.entity_co_mentions"
    assert store.execute(pairs).fetchall() == [(3, 2)]
    quoted = store.execute(
        "select speaker_name, quote_count, original_quote_count, article_count,"
        " original_article_count from mart.daily_speaker_quotes"
    ).fetchall()
    assert quoted == [("Ida Marlow", 3, 2, 3, 2)]


def test_analysts_see_what_a_page_states_and_where(store, print_story):
    print_story(
        1,
        tags=("bridges",),
        categories=("Local",),
        site_name="Harbour Post",
        image_url="https://harbour.example/bridge.jpg",
        title_origin="json_ld",
        title_alternatives=(StatedTitle("The bridge, explained", "og"),),
        contributors=(Contributor("Lu Ray", "illustrator"),),
        authors_origin="meta",
        modified_origin="visible",
        refused_dates=("json_ld: 1970-01-01",),
        update_note="Corrected: the vote was on Friday.",
    )
    (row,) = store.execute(
        "select host, site_name, tags, categories, image_url, title_origin, authors_origin,"
        " modified_origin, refused_dates, update_note, title_alternatives, contributors"
        " from mart.articles"
    )
    host = story_url(1, "harbour").split("/")[2]
    image, note = "https://harbour.example/bridge.jpg", "Corrected: the vote was on Friday."
    facts = ["json_ld", "meta", "visible", ["json_ld: 1970-01-01"], note]
    facts += [[{"title": "The bridge, explained", "origin": "og"}]]
    facts += [[{"name": "Lu Ray", "role": "illustrator"}]]
    assert row == (host, "Harbour Post", ["bridges"], ["Local"], image, *facts)


def findings(store, name):
    (run_id,) = store.execute("select max(run_id) from ops.runs").fetchone()
    results = run_checks(store, begin_publish(store, run_id))
    found = next(each.findings for each in results if each.check_name == name)
    return tuple(each.text for each in found)


def test_a_group_with_an_agency_that_no_member_credits_is_found(store, print_story):
    join(store, print_story(1, agency=AFP, credit_kind="whole"), print_story(2, "valley"))
    store.execute("update news.article_versions set deduplicated_at = now()")
    check = "groups_have_the_agency_of_a_member"
    assert findings(store, check) == ()
    store.execute("update news.duplicate_groups set origin_agency = 'TASS'")
    assert findings(store, check) == (
        "group 1 has agency TASS, its members credit Agence France-Presse",
    )
    store.execute("update news.duplicate_groups set origin_agency = null")
    assert len(findings(store, check)) == 1
    store.execute("update news.article_versions set agency = null, credit_kind = null")
    assert findings(store, check) == ()
    store.execute("update news.duplicate_groups set origin_agency = 'TASS'")
    assert len(findings(store, check)) == 1


def test_originals_are_no_more_than_all(store, print_story):
    join(store, print_story(1), print_story(2))
    found = {each.check_name: each.findings for each in verify(store)}
    assert found["originals_are_no_more_than_all"] == ()


def test_dimensions_join_to_the_facts(store):
    report = loaded(store, [1])
    mention = Mention(15, 25, "Port Amber", "GPE", "Port Amber")
    save_annotations(store, "m1", [(report.new_versions[0], Annotation((mention,), ()))])
    rows = store.execute(
        "select s.source_name, e.entity_name, d.is_weekend"
        " from mart.entity_mentions as m"
        " join mart.dim_source as s using (source_key)"
        " join mart.dim_entity as e using (entity_id)"
        " join mart.dim_date as d on d.day = m.best_date"
    )
    assert rows.fetchall() == [("The Harbour Gazette", "Port Amber", False)]
    store.execute(
        "insert into news.entities (entity_type, entity_name, normalized_name,"
        " merged_into_entity_id) select 'GPE', 'Amber', 'amber', entity_id from news.entities"
    )
    dimension = store.execute("select entity_name, aliases from mart.dim_entity")
    assert dimension.fetchall() == [("Port Amber", ["Amber"])]
