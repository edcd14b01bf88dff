"""The dedupe stage: groups, people's decisions, the order of articles, kills and parallel runs."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.cli.dedupe import find_copies
from pipeline.cli.filters import Row
from pipeline.dedupe.compare import CONTAINED, PARTIAL_WORDS, SAME_STORY, SAME_TEXT
from pipeline.dedupe.fingerprints import METHOD_VERSION
from pipeline.errors import UsageError
from pipeline.models import Match
from pipeline.settings import settings
from pipeline.stages.dedupe import decisions, dedupe, redo, undo
from pipeline.warehouse.duplicates import dedup_lock, save_matches
from pipeline.warehouse.store import connect
from tests.fix_stories import edited, first_part, page, story
from tests.warehouse.stories import HARBOUR, VALLEY, loaded, story_url

ROOT = Path(__file__).parents[2]
BASE = story("base", 300)
COPIES = [BASE, edited(BASE, 0.05, 1), edited(BASE, 0.05, 2), first_part(BASE, 0.4)]


@pytest.fixture
def here(store, store_dsn, monkeypatch):
    """Run the stage in this test's database."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    yield store
    settings.cache_clear()


def put(store, texts, first=1, outlet="harbour", name="run"):
    """Load texts as articles numbered from ``first``."""
    for number, text in enumerate(texts, first):
        loaded(store, [number], run_name=f"{name}-{number}", outlet=outlet, text=text)


def groups(store):
    """Return the groups as sorted lists of the numbers in their articles' URLs."""
    found = store.execute(
        "select array_agg(substring(canonical_url from '[0-9]+$')::int order by article_id)"
        " from news.articles where duplicate_group_id is not null group by duplicate_group_id"
    )
    return sorted(sorted(row[0]) for row in found)


def links(store):
    return store.execute(
        "select article_id_a, article_id_b, relation, jaccard, containment_a, containment_b,"
        " shared_words, method_version from news.text_reuse order by 1, 2"
    ).fetchall()


def test_articles_declared_different_share_no_group_until_redo(here):
    put(here, COPIES)
    dedupe(1)
    assert groups(here) == [[1, 2, 3, 4]]
    measured = links(here)
    assert undo(story_url(2), "3", reason="two matches", decided_by="ida") == [(2, 3)]
    split = groups(here)
    assert sorted(each for found in split for each in found) == [1, 2, 3, 4] or len(split) == 1
    assert not any({2, 3} <= set(found) for found in split)
    assert links(here) == measured
    assert [(each.reason, each.decided_by, each.url_a) for each in decisions()] == [
        ("two matches", "ida", story_url(2))
    ]
    put(here, [edited(BASE, 0.03, 3)], first=5)
    loaded(here, [2], run_name="again", text=edited(BASE, 0.02, 4))
    dedupe(2)
    assert not any({2, 3} <= set(found) for found in groups(here))
    assert redo("3", story_url(2)) == [(2, 3)]
    assert groups(here) == [[1, 2, 3, 4, 5]]
    assert decisions() == []


def test_redo_restores_the_group_and_its_id(here):
    put(here, COPIES)
    dedupe(1)
    before = here.execute(
        "select article_id, duplicate_group_id, is_group_original from news.articles order by 1"
    ).fetchall()
    undo("1", "4", decided_by="ida")
    undo("2", decided_by="ida")
    assert groups(here) == [[1, 3]]
    redo("2")
    redo("4")
    after = here.execute(
        "select article_id, duplicate_group_id, is_group_original from news.articles order by 1"
    ).fetchall()
    assert after == before


def test_undo_takes_an_article_out_of_its_group(here):
    put(here, COPIES)
    dedupe(1)
    assert undo("1", decided_by="ida") == [(1, 2), (1, 3), (1, 4)]
    assert groups(here) == [[2, 3, 4]]
    put(here, [BASE], first=6)
    dedupe(2)
    assert next(found for found in groups(here) if 2 in found)[:3] == [2, 3, 4]
    assert not any(1 in found and {2, 3, 4} & set(found) for found in groups(here))


def test_decisions_take_ids_or_urls_and_refuse_others_with_a_reason(here):
    put(here, [*COPIES[:2], story("alone", 200)])
    dedupe(1)
    with pytest.raises(UsageError, match="no article 99"):
        undo("99", "1", decided_by="ida")
    with pytest.raises(UsageError, match="the same article"):
        undo("1", story_url(1) + "?utm_source=feed", decided_by="ida")
    with pytest.raises(UsageError, match="no group of copies"):
        undo("3", decided_by="ida")
    with pytest.raises(UsageError, match="nothing was decided"):
        redo("1", "2")
    undo("1", "3", decided_by="ida", reason="other story")
    undo("3", "1", decided_by="bram")
    assert [(each.reason, each.decided_by) for each in decisions()] == [("other story", "bram")]
    assert groups(here) == [[1, 2]]


def test_a_decision_holds_for_later_versions(here):
    put(here, [BASE, story("alone", 200)])
    dedupe(1)
    undo("1", "2", decided_by="ida")
    loaded(here, [2], run_name="update", text=COPIES[1])
    dedupe(2)
    assert len(links(here)) == 1
    assert groups(here) == []


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [5, 3, 1, 4, 2, 0]])
def test_the_order_of_articles_does_not_change_the_matches(here, order):
    texts = [*COPIES[:3], *(page("harbour", story(f"own {number}", 120)) for number in range(3))]
    for turn, place in enumerate(order):
        loaded(here, [place], run_name=f"run-{turn}", text=texts[place])
        dedupe(turn)
    pairs = here.execute(
        "select least(a.canonical_url, b.canonical_url), greatest(a.canonical_url, b.canonical_url)"
        " from news.text_reuse as r join news.articles as a on a.article_id = r.article_id_a"
        " join news.articles as b on b.article_id = r.article_id_b"
        " where r.relation <> 'partial' order by 1, 2"
    ).fetchall()
    assert pairs == [tuple(map(story_url, pair)) for pair in ((0, 1), (0, 2), (1, 2))]
    assert groups(here) == [[0, 1, 2]]


def test_a_passage_counts_again_when_new_versions_lack_it(here):
    # A header on five pages is boilerplate; when three of them lose it, two are not enough.
    header = story("header", 170)
    texts = [header + "\n\n" + story(f"own {number}", 130) for number in range(5)]
    put(here, texts)
    dedupe(1)
    assert links(here) == []
    for number in (3, 4, 5):
        loaded(here, [number], run_name=f"new-{number}", text=story(f"own {number - 1}", 130))
        dedupe(1)
    left = links(here)
    assert [row[:2] for row in left] == [(1, 2)]
    assert left[0][2] == "duplicate"


def test_print_and_amp_pages_of_one_outlet_are_copies(here):
    put(here, [BASE, BASE.upper(), BASE.replace("\n\n", "\n")])
    dedupe(1)
    assert groups(here) == [[1, 2, 3]]


def test_templated_news_is_no_copy_in_any_order_and_its_family_is_known(here):
    places = ["Arkholme", "Bellsford", "Corriedale", "Dunholt", "Eskerby"]
    texts = [
        f"The outlook for {place} today: a high of {11 + 3 * n} degrees after noon and a low of"
        f" {2 * n - 5} degrees before dawn. The wind blows with up to {14 + 7 * n} kilometres an"
        f" hour, and the chance of rain is {91 - 9 * n} percent. The same is expected for the"
        " villages around. Our outlook is made from the model of the national weather office twice"
        " a day, and no meteorologist has read it, so please look at the sky before you set sail."
        for n, place in enumerate(places)
    ]
    copy = f"{texts[1]}\n\nSource: Coast News"
    for turn, number in enumerate([4, 1, 0, 3, 2]):
        put(here, [texts[number]], first=number, outlet=["harbour", "valley"][number % 2])
        dedupe(turn)
    put(here, [copy], first=5)
    dedupe(9)
    assert groups(here) == [[1, 5]]
    stored = sorted(
        here.execute(
            "select least(a.canonical_url, b.canonical_url), is_one_template"
            " from mart.shared_texts as s join mart.articles as a on a.article_id = s.article_id_a"
            " join mart.articles as b on b.article_id = s.article_id_b"
        ).fetchall()
    )
    assert [is_one for _, is_one in stored].count(True) == len(stored) - 1 == 14
    rows = [Row(number, {"text": text}) for number, text in enumerate([*texts, copy])]
    found = list(find_copies(iter(rows)))
    assert [each["group"] for each in found] == [1, 2, 3, 4, 5, 2]
    matches = sorted(
        (round(match["jaccard"], 3), match["relation"])
        for each in found
        for match in each["matches"]
    )
    assert matches == sorted(2 * [(round(row[3], 3), row[2]) for row in links(here)])


@pytest.mark.parametrize(
    ("jaccard", "containment", "shared", "is_one_template"),
    [
        (SAME_TEXT, 0.55, 40, True),
        (SAME_TEXT - 0.01, 0.55, 49, False),
        (0.1, CONTAINED, 40, True),
        (0.1, CONTAINED - 0.01, 400, False),
        (SAME_STORY, 0.4, PARTIAL_WORDS, True),
        (SAME_STORY, 0.4, PARTIAL_WORDS - 1, False),
        (SAME_STORY - 0.01, 0.4, 400, False),
    ],
)
def test_a_template_is_what_shares_as_much_as_copies_and_is_none(
    here, jaccard, containment, shared, is_one_template
):
    put(here, [story(1, 50), story(2, 50)])
    with dedup_lock(here):
        for relation in ("partial", "duplicate"):
            match = Match(1, 2, relation, jaccard, containment, 0.3, shared)
            save_matches(here, [], [match])
            row = here.execute("select is_one_template from mart.shared_texts").fetchone()
            assert row == (is_one_template and relation == "partial",)


def test_a_killed_stage_gives_the_same_result_when_called_again(here, store_dsn):
    put(here, [*COPIES, *(story(each, 150) for each in range(30))])
    code = (
        "import pipeline.stages.dedupe as d; d._BATCH = 4;"
        "print('here', flush=True);"
        "mark = d.mark_deduplicated;"
        "d.mark_deduplicated = lambda *a: (mark(*a), __import__('time').sleep(0.05));"
        "d.dedupe(1)"
    )
    environ = os.environ | {"DATELINE_DSN": store_dsn}
    for kills in range(40):
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environ)
        if kills < 2:
            wait_for_batches(here, kills + 1)
            process.send_signal(signal.SIGKILL)
        if process.wait() == 0:
            break
    assert waiting(here) == 0
    assert groups(here) == [[1, 2, 3, 4]]
    found = links(here)
    here.execute("update news.article_versions set deduplicated_at = null")
    dedupe(2)
    assert links(here) == found
    assert groups(here) == [[1, 2, 3, 4]]


def waiting(store):
    return store.execute(
        "select count(*) from news.article_versions where is_current and deduplicated_at is null"
    ).fetchone()[0]


def wait_for_batches(store, batches):
    total = waiting(store)
    deadline = time.monotonic() + 600
    while waiting(store) > total - 4 * batches and time.monotonic() < deadline:
        time.sleep(0.01)


def test_two_stages_and_a_decision_in_parallel(here, store_dsn, monkeypatch):
    monkeypatch.setattr("pipeline.stages.dedupe._BATCH", 3)
    put(here, COPIES[:3])
    dedupe(1)
    put(here, [*COPIES, *(story(each, 150) for each in range(12))], first=10, outlet="valley")
    failures = []

    def run(work, *arguments, **options):
        try:
            work(*arguments, **options)
        except Exception as error:  # a thread's error must reach the test
            failures.append(error)

    threads = [
        threading.Thread(target=run, args=(dedupe, 1)),
        threading.Thread(target=run, args=(dedupe, 2)),
        threading.Thread(target=run, args=(undo, "1", "2"), kwargs={"decided_by": "ida"}),
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []
    assert waiting(here) == 0
    with closing(connect(store_dsn)) as other:
        assert not any({1, 2} <= set(found) for found in groups(other))
    redo("1", "2")
    assert groups(here) == [[1, 2, 3, 10, 11, 12, 13]]
    assert {HARBOUR.key, VALLEY.key} == {
        row[0] for row in here.execute("select source_key from mart.articles")
    }


def test_every_match_has_its_survivor_method_and_decision(here):
    put(here, [*COPIES[:3], story("alone", 100) + "\n\n" + first_part(BASE, 0.3)])
    dedupe(1)
    undo("1", "3", decided_by="ida", reason="two matches")
    rows = here.execute(
        "select article_id_a, article_id_b, relation, is_one_group, survivor_article_id,"
        " decided_by, method_version from mart.shared_texts order by 1, 2"
    ).fetchall()
    assert {row[6] for row in rows} == {METHOD_VERSION}
    by_pair = {row[:2]: row[2:6] for row in rows}
    assert by_pair[1, 3] == ("duplicate", False, None, "ida")
    together = [pair for pair, (_, is_one, _, _) in by_pair.items() if is_one]
    assert len(together) == 1
    assert by_pair[together[0]][2] == min(together[0])
    assert by_pair[1, 4][:3] == ("partial", False, None)


def test_the_commands_store_and_list_decisions(here):
    put(here, COPIES[:2])
    dedupe(1)
    runner = CliRunner()
    asked = ["dedupe", "undo", "1", story_url(2), "--reason", "two matches", "--by", "ida"]
    assert runner.invoke(build(), asked).exit_code == 0
    listed = runner.invoke(build(), ["dedupe", "decisions", "--json"])
    assert json.loads(listed.stdout) | {"decided_at": ""} == {
        "decided_at": "",
        "decided_by": "ida",
        "article_id_a": 1,
        "url_a": story_url(1),
        "article_id_b": 2,
        "url_b": story_url(2),
        "reason": "two matches",
    }
    assert groups(here) == []
    assert runner.invoke(build(), ["dedupe", "redo", "1"]).exit_code == 0
    assert groups(here) == [[1, 2]]
    assert runner.invoke(build(), ["dedupe", "decisions", "--json"]).stdout == ""
