"""The scores of the plain-text benchmark, on cases that can be counted by hand."""

import random

import pytest

from benchmarks.text import scraped_text
from benchmarks.text.scraped_cases import HALVES, Planted, plant
from pipeline.models import Article, RemovedBlock
from pipeline.text import normalise

PARAGRAPHS = [
    "The old pier of Brevik sank on Monday in the third storm, the harbour master said.",
    "Quay 4",
    "Nobody stood on it when the last of the piles gave way at four in the morning.",
]


def case(**more):
    lines = ["Share this article", "Most read"]
    return Planted("text", "Old pier sinks", PARAGRAPHS, lines, ["By Ines Moor"], **more)


def scored(monkeypatch, found, **more):
    monkeypatch.setattr(scraped_text, "extract_text", lambda text: found)
    monkeypatch.setattr(scraped_text, "clean_article", lambda article, memory: article)
    return scraped_text.planted_scores("seen hosts", [case(**more)])


def test_a_correct_result_loses_nothing_and_leaves_nothing(monkeypatch):
    found = Article(None, None, "Old pier sinks", "\n\n".join(PARAGRAPHS), authors=("Ines Moor",))
    figures = scored(monkeypatch, found, author="Ines Moor")
    for score in ("lines left", "made lines left", "paragraphs lost", "sentences lost"):
        assert figures[f"planted/seen hosts/{score}"] == 0
    assert figures["planted/seen hosts/title"] == 1
    assert figures["planted/seen hosts/authors"] == 1
    assert "planted/seen hosts/day" not in {k for k, v in figures.items() if v}


def test_losses_and_errors_are_shares_of_what_was_planted(monkeypatch):
    text = "\n\n".join([PARAGRAPHS[0], "Most read", "By Ines Moor"])
    found = Article(None, None, "Old pier sinks", text, published_at="2022-01-03")
    figures = scored(monkeypatch, found, author="Ines Moor", day="2022-01-02", comments=3)
    of = "planted/seen hosts/"
    assert figures[f"{of}lines left"] == 1 / 2
    assert figures[f"{of}made lines left"] == 1
    assert figures[f"{of}paragraphs lost"] == pytest.approx(2 / 3)
    assert figures[f"{of}sentences lost"] == 1 / 2, "Quay 4 is not a sentence"
    assert [figures[f"{of}{what}"] for what in ("authors", "day", "comment count")] == [0, 0, 0]
    assert [figures[f"{of}n.{what}"] for what in ("lines", "paragraphs", "sentences")] == [2, 3, 2]


def test_a_note_that_is_kept_as_metadata_is_not_lost(monkeypatch):
    note = RemovedBlock(PARAGRAPHS[2], "update_note")
    gone = RemovedBlock(PARAGRAPHS[1], "also_read")
    found = Article(None, None, None, PARAGRAPHS[0], removed=(note, gone))
    figures = scored(monkeypatch, found)
    assert figures["planted/seen hosts/paragraphs lost"] == pytest.approx(1 / 3)


def test_planting_keeps_the_order_of_paragraphs_and_adds_every_line():
    donor = [
        {"line": "Skip to content", "where": "before", "kind": "nav"},
        {"line": "Share", "where": "before", "kind": "share"},
        {"line": "Most read", "where": "inside", "kind": "related"},
        {"line": "About us", "where": "after", "kind": "footer"},
    ]
    for seed in range(20):
        made = plant(("Old pier sinks", PARAGRAPHS), donor, random.Random(seed))
        lines = [normalise(line) for line in made.text.split("\n")]
        own = [lines.index(normalise(p)) for p in PARAGRAPHS]
        assert own == sorted(own)
        assert {normalise(x) for x in (*made.lines, *made.made)} <= set(lines)
        assert lines.index("skip to content") < lines.index("old pier sinks") < lines.index("share")


def test_the_table_gives_both_halves_with_their_counts():
    figures = {f"{b}/{n}/{s}": 0.5 for _, _, b, s in scraped_text._ROWS for n in HALVES}
    counts = ("sentences lines paragraphs title titles authors day pages").split()
    for n in HALVES:
        for bench in ("planted", "dumps"):
            figures |= {f"{bench}/{n}/n.{c}": 7.0 for c in (*counts, "made lines", "comment count")}
    figures |= {"clean/all/paragraphs lost": 0.001, "clean/all/n.paragraphs": 3000.0}
    table = scraped_text.table(figures)
    assert table.count("50.0 (7)") == 2 * len(scraped_text._ROWS)
    assert "0.10 (3,000)" in table
