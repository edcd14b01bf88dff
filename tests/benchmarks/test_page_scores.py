"""Scores of pages and comparisons of runs, on pages that are easy to count."""

from pathlib import Path

import pytest

from benchmarks.text.extractors import OURS, Found
from benchmarks.text.page_scores import compare, figure, scores_of
from benchmarks.text.page_sets import FOLDS, Page, fold_of, load_pages
from benchmarks.text.web_pages import compare_runs, load, report, save, worst_pages
from tests.fix_data import needs_data

TEXT = "The ferry to Holm sails at six in the morning and comes back at noon."


def page(name="a", *, of="naeb", kind="article", **gold):
    known = dict.fromkeys(("title", "authors", "date", "text", "with", "without")) | gold
    return Page(name, None, f"{name}.example", "en", of, kind, known, Path("unused"))


def scores(of_page, **found):
    return dict(scores_of(of_page, Found(**found)))


def test_the_text_itself_is_exact():
    found = scores(page(text=TEXT), text=TEXT)
    assert figure([found["text"]]) == 1
    assert figure([found["exact"]]) == 1
    assert figure([found["emptied"]]) == 0


def test_precision_is_a_mean_over_the_pages_with_a_text():
    whole, none = scores(page(text=TEXT), text=TEXT), scores(page(text=TEXT))
    # precision 1 of one page, recall 1 and 0: F1 is 2 * 1 * 0.5 / 1.5
    assert figure([whole["text"], none["text"]]) == pytest.approx(2 / 3)
    assert figure([whole["emptied"], none["emptied"]]) == 0.5


def test_wcxb_counts_words_and_segments_whatever_their_case():
    given = page(of="wcxb", text=TEXT, **{"with": ["FERRY to  Holm"], "without": ["Subscribe"]})
    found = scores(given, text=f"{TEXT} Subscribe subscribe")
    # 15 words are right, 2 too many
    assert figure([found["text"]]) == pytest.approx(30 / 32)
    assert figure([found["with"]]) == figure([found["without"]]) == 1


def test_a_page_of_another_kind_is_scored_by_its_outcome_alone():
    found = scores(page(of="wcxb-other", kind="forum", text=TEXT, title="Ferries"), outcome="x")
    assert {name: figure([score]) for name, score in found.items()} == {"refused": 1}


def test_facts_are_right_apart_from_typography():
    given = page(title="The ferry’s back", authors=["Ida Lund"], date="2026-05-03T08:00:00+02:00")
    found = scores(
        given, title="The ferry's back", authors=("Ida Lund", "A. Moe"), day="2026-05-03"
    )
    assert [figure([found[name]]) for name in ("title", "authors", "day")] == [1, 0, 1]


def test_a_run_compared_with_itself_differs_by_nothing():
    pages = [page(name, text=TEXT) for name in "abc"]
    run = {each.id: scores(each, text=TEXT[:40])["text"] for each in pages}
    found = compare(pages, run, run)
    assert found.before == found.after
    assert (found.low, found.high) == (0, 0)


def test_pages_that_all_get_better_give_an_interval_above_zero():
    pages = [page(name, text=TEXT) for name in "abcdefgh"]
    before = {each.id: scores(each, text=TEXT[:40])["text"] for each in pages}
    after = {each.id: scores(each, text=TEXT)["text"] for each in pages}
    assert compare(pages, before, after).low > 0


def test_saved_runs_are_read_back_and_compared(tmp_path):
    pages = [page("a", text=TEXT, title="Ferries"), page("b", of="wcxb", text=TEXT)]
    run = {OURS: {each.id: Found(text=TEXT, authors=("Ida Lund",)) for each in pages}}
    save(tmp_path / "run.gz", run)
    assert load(tmp_path / "run.gz") == run
    assert "| naeb: text, F1 | 1 | 1.0000 | 1.0000 |" in compare_runs(pages, run, run)
    assert "| NAEB, news of 2023: title (1) | 0.00 |" in report(pages, run)


def test_worst_pages_show_what_was_lost_and_what_is_extra():
    given = page(text=f"{TEXT}\n\nNobody was on board that day.")
    lines = list(worst_pages([given], {"a": Found(text=f"{TEXT}\n\nSign up for our letter.")}, 1))
    assert "  - Nobody was on board that day." in lines
    assert "  + Sign up for our letter." in lines
    assert not any(TEXT in line for line in lines)


def test_folds_are_the_same_everywhere_and_about_as_large():
    names = [f"outlet{number}.example" for number in range(500)]
    assert [fold_of(name) for name in ("a.example", "c.example")] == [0, 2]
    assert all(70 < [fold_of(name) for name in names].count(fold) < 130 for fold in range(FOLDS))


@pytest.mark.data
def test_a_domain_is_in_one_fold_whatever_its_set():
    data = needs_data("web-pages").parent
    folds: dict[str, set[int]] = {}
    for each in load_pages(data):
        folds.setdefault(each.domain, set()).add(each.fold)
    assert all(len(each) == 1 for each in folds.values())
    sample = list(load_pages(data, ["naeb"], one_in=3))
    assert {each.fold for each in sample} == set(range(FOLDS))
