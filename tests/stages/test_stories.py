"""The stage stories: which articles are on one event, and what people decide about that."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.errors import UsageError
from pipeline.models import Annotation, Mention
from pipeline.settings import settings
from pipeline.stages import stories
from pipeline.stages.dedupe import dedupe
from pipeline.stages.takedown import find_target, take_down
from pipeline.warehouse.annotations import pending_versions, save_annotations, version_texts
from tests.warehouse.stories import NOON, later, loaded, story_url

ROOT = Path(__file__).parents[2]
NAMES = {
    "Ida Marlow": "PERSON",
    "Tomas Brandt": "PERSON",
    "Quillon Freight": "ORG",
    "Port Amber": "GPE",
    "Vessel Safety Board": "ORG",
    "Lake Orrin": "LOC",
}
CRANE = (
    (
        "Crane topples onto quay in Port Amber, two dockers hurt",
        "A container crane toppled onto the northern quay of Port Amber on Thursday night and"
        " injured two dockers. The crane, which Quillon Freight had bought in spring, buckled"
        " in a gust while it lifted a container. Mayor Ida Marlow closed the quay until the"
        " Vessel Safety Board has looked at the wreck. A docker said that its boom had creaked"
        " for weeks.",
    ),
    (
        "Quillon Freight halts cranes after collapse",
        "Quillon Freight has halted all its cranes after one of them collapsed in Port Amber"
        " and hurt two dockers. Inspectors of the Vessel Safety Board climbed the wreck on the"
        " northern quay on Friday and photographed the buckled boom. The gust that night was"
        " not unusual, said Tomas Brandt, who speaks for the dockers. Quillon Freight would"
        " not say who had serviced the crane.",
    ),
    (
        "Buckled boom: what the inspectors of the crane found",
        "The boom of the crane that fell onto the northern quay of Port Amber had rusted from"
        " within, the Vessel Safety Board said. Its inspectors found that bolts of the boom"
        " were missing. Both dockers who were injured when the crane buckled are out of"
        " hospital. Quillon Freight said that it would scrap the wreck.",
    ),
)
BUDGET = (
    (
        "Council of Port Amber passes budget without library cuts",
        "The council of Port Amber passed its budget for next year after a debate of nine"
        " hours. Mayor Ida Marlow dropped the cuts to libraries for which Tomas Brandt had"
        " reproached her. Parking fees will double instead, and the swimming pool opens an"
        " hour later. Three councillors abstained from the vote on the budget.",
    ),
    (
        "Libraries spared as Marlow's budget doubles parking fees",
        "Libraries in Port Amber keep their hours: the budget that the council passed late at"
        " night doubles parking fees instead of cutting them. Ida Marlow called the budget"
        " painful but fair. Councillors who abstained said that the swimming pool would pay"
        " for it. Tomas Brandt said that the debate of nine hours had been worth it.",
    ),
)
LAKE = (
    "Pike return to Lake Orrin",
    "Anglers at Lake Orrin have caught pike again for the first time in twelve years."
    " Biologists had put fry into the lake after the sewage works stopped leaking. Reeds"
    " grow along its eastern shore once more, and herons nest there. The fishing club asks"
    " its members to throw small fish back.",
)


@pytest.fixture
def here(store, store_dsn, monkeypatch):
    """Run the stage in this test's database."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    yield store
    settings.cache_clear()


def put(conn, number, told, hours=0, outlet="harbour", name="run", **changes):
    """Load an article of this title and text, some hours after noon."""
    title, text = told
    at = later(hours)
    changes = {"published_at": at.isoformat(), **changes}
    loaded(
        conn, [number], f"{name}-{number}-{hours}", at, outlet, title=title, text=text, **changes
    )


def annotate(conn, model="m1"):
    """Annotate what waits, with the names of NAMES."""
    waiting = version_texts(conn, pending_versions(conn))
    save_annotations(conn, model, [(v.article_version_id, names_in(v.text)) for v in waiting])


def names_in(text):
    mentions = []
    for name, label in NAMES.items():
        at = text.find(name)
        if at >= 0:
            mentions.append(Mention(at, at + len(name), name, label, name))
    return Annotation(tuple(sorted(mentions, key=lambda each: each.start)))


def tell(conn):
    annotate(conn)
    return stories.tell(1)


def told(conn):
    """Return the stories as sorted lists of the numbers in their articles' URLs."""
    found = conn.execute(
        "select array_agg(substring(a.canonical_url from '[0-9]+$')::int) from"
        " mart.story_articles join news.articles as a using (article_id) group by story_id"
    )
    return sorted(sorted(row[0]) for row in found)


def story_ids(conn):
    return [row[0] for row in conn.execute("select story_id from mart.stories order by 1")]


def put_all(conn):
    """Store three articles on a crane (1 to 3), two on a budget (4, 5), one on a lake (6)."""
    put(conn, 1, CRANE[0])
    put(conn, 4, BUDGET[0], 2, "valley")
    put(conn, 6, LAKE, 3)
    put(conn, 2, CRANE[1], 20, "valley")
    put(conn, 5, BUDGET[1], 21)
    put(conn, 3, CRANE[2], 45)


def test_articles_on_one_event_meet_and_the_same_people_elsewhere_do_not(here):
    put_all(here)
    assert tell(here) == {"told": 6, "in_stories": 5}
    assert told(here) == [[1, 2, 3], [4, 5]]
    rows = here.execute(
        "select headline, article_count, original_article_count, source_count,"
        " first_source_key, hours, lead_url from mart.stories order by article_count desc"
    ).fetchall()
    assert rows[0][1:6] == (3, 3, 2, "harbour", 45)
    assert rows[0][0] in {title for title, _ in CRANE}
    assert rows[1][1:6] == (2, 2, 2, "valley", 19)
    timeline = here.execute(
        "select position_no, canonical_url from mart.story_timeline where article_count = 3"
        " order by 1"
    ).fetchall()
    assert timeline == [
        (1, story_url(1)),
        (2, story_url(2, "valley")),
        (3, story_url(3)),
    ]
    assert stories.tell(2) == {"told": 0, "in_stories": 0}


@pytest.mark.parametrize("turn", range(4))
def test_the_order_of_arrival_does_not_matter(here, turn):
    articles = [
        (1, CRANE[0], 0, "harbour"),
        (4, BUDGET[0], 2, "valley"),
        (6, LAKE, 3, "harbour"),
        (2, CRANE[1], 20, "valley"),
        (5, BUDGET[1], 21, "harbour"),
        (3, CRANE[2], 45, "harbour"),
    ]
    articles = articles[::-1] if turn == 3 else articles[turn * 2 :] + articles[: turn * 2]
    for number, text, hours, outlet in articles:
        put(here, number, text, hours, outlet)
        tell(here)
    assert told(here) == [[1, 2, 3], [4, 5]]


def test_the_same_words_weeks_later_are_another_event(here):
    put(here, 1, CRANE[0])
    put(here, 2, CRANE[1], 24 * 25, "valley")
    tell(here)
    assert told(here) == []


@pytest.mark.parametrize("is_undated_first", [False, True])
def test_a_page_without_a_time_may_tell_of_any_day(here, is_undated_first):
    undated = (1, CRANE[0], 0), {"published_at": None}
    years_ago = (2, CRANE[1], 1), {"outlet": "valley", "published_at": "2019-03-08T10:00:00+00:00"}
    elsewhere = (4, BUDGET[0], 2), {"published_at": "2019-03-08T12:00:00+00:00"}
    first, second = (undated, years_ago) if is_undated_first else (years_ago, undated)
    for words, facts in (first, elsewhere, second):
        put(here, *words, **facts)
        tell(here)
    assert told(here) == [[1, 2]]
    assert here.execute("select started_at::date::text, hours from mart.stories").fetchall() == [
        ("2019-03-08", 0)
    ]


def test_copies_of_one_day_and_a_third_article_wait_together(here):
    put(here, 1, CRANE[0])
    put(here, 2, CRANE[0], 1, "valley")
    put(here, 3, CRANE[1], 2)
    dedupe(1)
    tell(here)
    assert told(here) == [[1, 2, 3]]


def test_two_articles_that_wait_together_are_one_story(here):
    put(here, 1, CRANE[0], published_at=None)
    put(here, 2, CRANE[1], 1, "valley", published_at="2019-03-08T10:00:00+00:00")
    tell(here)
    assert told(here) == [[1, 2]]
    put(here, 2, CRANE[1], 2, "valley", published_at="2019-03-08T11:00:00+00:00")
    tell(here)
    assert told(here) == [[1, 2]]


def test_a_page_without_a_time_joins_the_news_of_its_day(here):
    put(here, 1, CRANE[0], published_at=None)
    put(here, 2, CRANE[1], 4, "valley")
    put(here, 4, BUDGET[0], 5, published_at=None)
    tell(here)
    assert told(here) == [[1, 2]]


def test_copies_are_in_one_story_always(here):
    put(here, 1, LAKE)
    put(here, 2, LAKE, 24 * 30, "valley")
    put(here, 4, BUDGET[0])
    dedupe(1)
    tell(here)
    assert told(here) == [[1, 2]]
    assert here.execute(
        "select article_count, original_article_count from mart.stories"
    ).fetchall() == [(2, 1)]
    with pytest.raises(UsageError, match="copies go together"):
        stories.split(story_ids(here)[0], ["1"], decided_by="ida")


def test_the_headline_follows_an_edit_of_its_article(here):
    put(here, 1, CRANE[0])
    put(here, 2, CRANE[1], 20, "valley")
    tell(here)
    ids = story_ids(here)
    for number, outlet in ((1, "harbour"), (2, "valley")):
        text = CRANE[number - 1][1] + " More to follow."
        put(
            here,
            number,
            ("Crane: what is known", text),
            22,
            outlet,
            published_at=later(0).isoformat(),
        )
    tell(here)
    assert told(here) == [[1, 2]]
    assert here.execute("select story_id, headline from mart.stories").fetchall() == [
        (ids[0], "Crane: what is known")
    ]


def test_the_number_of_a_story_is_never_given_again(here, tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_ARCHIVE", str(tmp_path))
    settings.cache_clear()
    put(here, 1, CRANE[0])
    put(here, 2, CRANE[1], 20, "valley")
    tell(here)
    (first,) = story_ids(here)
    for number in ("1", "2"):
        take_down(find_target(number), reason="court order", requested_by="ida")
    assert story_ids(here) == []
    assert here.execute("select headline from news.stories").fetchall() == [(None,)]
    put(here, 4, BUDGET[0])
    put(here, 5, BUDGET[1], 20, "valley")
    tell(here)
    assert story_ids(here)[0] > first


def test_annotating_again_changes_no_story(here):
    put_all(here)
    tell(here)
    before = here.execute("select * from news.story_articles order by 1").fetchall()
    here.execute("update news.article_versions set nlp_version = null, annotated_at = null")
    annotate(here, "m2")
    assert stories.tell(2)["told"] == 6
    assert here.execute("select * from news.story_articles order by 1").fetchall() == before
    here.execute("update news.story_texts set rules = 0")
    assert stories.redo()["told"] == 6
    assert here.execute("select * from news.story_articles order by 1").fetchall() == before


def test_redo_tells_what_was_stored_before_there_were_stories(here):
    put_all(here)
    annotate(here)
    here.execute("delete from ops.articles_to_tell")
    assert stories.tell(1)["told"] == 0
    assert stories.redo() == {"told": 6, "in_stories": 5}


def test_a_takedown_leaves_the_story_without_the_article(here, tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_ARCHIVE", str(tmp_path))
    settings.cache_clear()
    put(here, 1, CRANE[0])
    put(here, 2, CRANE[1], 20, "valley")
    put(here, 3, CRANE[2], 45)
    tell(here)
    before = here.execute("select headline, lead_article_id from news.stories").fetchall()
    lead = before[0][1]
    ids = story_ids(here)
    take_down(find_target(str(lead)), reason="court order", requested_by="ida")
    assert story_ids(here) == ids
    rows = here.execute(
        "select headline, article_count, lead_article_id from news.stories"
    ).fetchall()
    assert rows[0][1] == 2
    assert rows[0][0] != before[0][0]
    assert rows[0][2] != lead
    kept = here.execute(
        "select count(*) from news.story_terms where article_id = %s", (lead,)
    ).fetchone()
    assert kept == (0,)
    # The counts of words are those of the articles that are left.
    assert here.execute("select article_count from news.story_totals").fetchone() == (2,)
    wrong = here.execute(
        "select term from news.story_term_counts except select unnest(words || names) from"
        " news.story_texts"
    ).fetchall()
    assert wrong == []


def changes(conn):
    return conn.execute(
        "select kind, story_id, other_story_id, article_count, decided_by from"
        " mart.story_changes order by story_change_id"
    ).fetchall()


def test_merge_and_undo_bring_back_both_stories(here):
    put_all(here)
    tell(here)
    crane, budget = story_ids(here)
    before = here.execute("select story_id, article_id from news.story_articles order by 2")
    before = before.fetchall()
    heads = here.execute("select story_id, headline, article_count from mart.stories order by 1")
    heads = heads.fetchall()
    change = stories.merge(crane, budget, reason="one night", decided_by="ida")
    assert told(here) == [[1, 2, 3, 4, 5]]
    assert story_ids(here) == [crane]
    with pytest.raises(UsageError, match=f"it was merged into {crane}"):
        stories.merge(crane, budget, decided_by="ida")
    stories.undo(change.story_change_id, decided_by="tom")
    after = here.execute("select story_id, article_id from news.story_articles order by 2")
    assert after.fetchall() == before
    now = here.execute("select story_id, headline, article_count from mart.stories order by 1")
    assert now.fetchall() == heads
    assert changes(here) == [
        ("merge", crane, budget, 2, "ida"),
        ("undo", crane, budget, 2, "tom"),
    ]
    with pytest.raises(UsageError, match="nothing to undo"):
        stories.undo(change.story_change_id, decided_by="ida")


def test_a_split_stays_when_articles_are_compared_again_and_can_be_undone(here):
    put_all(here)
    tell(here)
    crane = story_ids(here)[0]
    change = stories.split(crane, [story_url(3)], reason="the inquiry", decided_by="ida")
    assert told(here) == [[1, 2], [3], [4, 5]]
    here.execute("update news.story_texts set rules = 0")
    stories.redo()
    more = (CRANE[2][0], CRANE[2][1] + " The board meets again in December.")
    put(here, 7, more, 50, "valley")
    tell(here)
    assert [3, 7] in told(here)
    stories.undo(change.story_change_id, decided_by="ida")
    assert [3, 7] not in told(here)
    assert any({1, 2, 3} <= set(each) for each in told(here))


def test_bad_numbers_and_articles_are_named(here):
    put_all(here)
    tell(here)
    crane, _budget = story_ids(here)
    for work, message in (
        (lambda: stories.merge(crane, crane, decided_by="ida"), "with itself"),
        (lambda: stories.merge(crane, 999, decided_by="ida"), "no story 999"),
        (lambda: stories.split(crane, [story_url(6)], decided_by="ida"), "is not in story"),
        (lambda: stories.split(crane, [], decided_by="ida"), "is not in story"),
        (lambda: stories.split(crane, ["999999"], decided_by="ida"), "no article"),
        (lambda: stories.undo(77, decided_by="ida"), "no change 77"),
        (lambda: stories.show(2**62), "no story"),
    ):
        with pytest.raises(UsageError, match=message):
            work()
    assert told(here) == [[1, 2, 3], [4, 5]]


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "Photo"},
        {"title": "A" * 10_000},
        {"title": None},
        {"published_at": "9999-12-31T23:59:59+00:00"},
        {"published_at": "0001-01-01T00:00:00+00:00"},
        {"published_at": None},
        {"text": "word " * 5_000},
        {"text": "汉字" * 3_000},
        {"text": "\u202e\u0000" + LAKE[1]},
    ],
    ids=lambda each: f"{next(iter(each))}",
)
def test_hostile_articles_break_nothing(here, changes):
    put(here, 1, CRANE[0])
    title, text = changes.pop("title", LAKE[0]), changes.pop("text", LAKE[1])
    put(here, 9, (title, text), 1, **changes)
    put(here, 2, CRANE[1], 20, "valley")
    tell(here)
    assert told(here) == [[1, 2]]


def test_two_runs_at_once_tell_each_article_once(here, store_dsn):
    put_all(here)
    annotate(here)
    counts = []

    def work():
        counts.append(stories.tell(1)["told"])

    threads = [threading.Thread(target=work) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(counts) == 6
    assert told(here) == [[1, 2, 3], [4, 5]]


def test_an_article_changes_its_number_when_its_story_does(here):
    put_all(here)
    tell(here)
    here.execute("select news.number_changes()")
    last = here.execute("select max(changed_seq) from mart.story_articles").fetchone()[0]
    crane, budget = story_ids(here)
    stories.merge(crane, budget, decided_by="ida")
    here.execute("select news.number_changes()")
    changed = here.execute(
        "select count(*) from mart.story_articles where changed_seq > %s", (last,)
    ).fetchone()
    assert changed == (2,)


def test_the_command_lists_shows_merges_and_undoes(here):
    put_all(here)
    tell(here)
    crane, budget = story_ids(here)
    app, runner = build(), CliRunner()

    def run(*words):
        result = runner.invoke(app, ["story", *map(str, words)])
        assert result.exit_code == 0, result.output
        return result.output

    days = (NOON - later(0)) // timedelta(days=1) + 36_000
    assert CRANE[0][0][:10] in run("list", "--days", days) or "crane" in run("list", "--days", days)
    assert "harbour" in run("show", crane)
    assert f"story {crane} took 2 articles of story {budget} (change 1)" in run(
        "merge", crane, budget, "--by", "ida"
    )
    assert "merge" in run("show", crane)
    assert "(change 2)" in run("undo", 1)
    assert f"story {budget + 1} has 1 articles" in run("split", crane, story_url(3), "--by", "ida")
    assert "0 articles compared" in run("redo")
