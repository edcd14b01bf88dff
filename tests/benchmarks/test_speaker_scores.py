"""The scores of speakers on an invented example, and the form and offsets of the gold set."""

import json
from collections import Counter
from itertools import pairwise

import pytest

from benchmarks.language.attribution_scores import Parts, is_marked
from benchmarks.language.names_and_quotes import gold_parts
from benchmarks.language.speakers import (
    FORMS,
    GOLD,
    GoldQuote,
    errors,
    match_gold,
    read_gold,
    report,
    score,
)
from pipeline.models import Annotation, Quote, Speaker
from tests.fix_data import needs_data
from training import corpora


def quote(start, end, *names, behalf=()):
    speakers = [Speaker(name, "PERSON") for name in names]
    speakers += [Speaker(name, "ORG", role="on_behalf_of") for name in behalf]
    return Quote(kind="direct", content=((start, end),), speakers=tuple(speakers))


def gold(start, end, speaker, form="full_name", **more):
    row = {"id": "a", "content": [[start, end]], "speaker": speaker, "form": form}
    return GoldQuote.of(row | more)


EXAMPLE = [
    (gold(0, 10, "Ilva Brandt", form="surname"), quote(1, 9, " ilva BRANDT ")),
    (gold(20, 30, "Harbour Council", also={"Harbour Council": ["HC"]}), quote(20, 30, "HC")),
    (gold(40, 50, ["Ilva Brandt", "Oru Tesk"]), quote(40, 50, "Oru Tesk", "Ilva Brandt")),
    (gold(60, 70, ["Ilva Brandt", "Oru Tesk"], form="role"), quote(60, 70, "Oru Tesk")),
    (gold(80, 90, "Oru Tesk", form="pronoun"), quote(80, 90)),
    (gold(100, 110, "Oru Tesk", form="pronoun", doubtful=True), quote(106, 119, "Oru Tesk")),
    (
        gold(120, 130, "Mai Ron", on_behalf_of="Oru Tesk"),
        quote(120, 130, "Mai Ron", behalf=["Oru Tesk"]),
    ),
    (
        gold(140, 150, None, form="unnamed", unnamed="an aide"),
        quote(140, 150, "Oru Tesk"),
    ),
    (gold(160, 170, None, form="unnamed", unnamed="an aide"), quote(160, 170, "An aide")),
    (
        gold(180, 190, None, form="unnamed", unnamed="an envoy", on_behalf_of="Oru Tesk"),
        quote(180, 190, behalf=["Ilva Brandt"]),
    ),
]
"""All pairs overlap by ½ or more, except 100–110 with 4 of 19 characters."""


def results():
    found = Annotation(quotes=tuple(found for _, found in EXAMPLE))
    return match_gold([one for one, _ in EXAMPLE], {"a": found})


def test_verdicts():
    assert [result.verdict for result in results()] == [
        *["right"] * 3,
        "wrong",
        "unknown",
        "missed",
        "right",
        "wrong",
        "right",
        "right",
    ]


def test_figures():
    figures = score(results())
    assert figures["n"] == 7
    assert figures["found"] == pytest.approx(6 / 7)
    assert figures["answered.all"] == pytest.approx(5 / 7)
    assert figures["answered.found"] == pytest.approx(5 / 6)
    assert figures["unknown.all"] == pytest.approx(2 / 7)
    assert figures["unknown.found"] == pytest.approx(1 / 6)
    # Four right of five answered, and one name given to a source without one.
    assert figures["precision"] == pytest.approx(4 / 6)
    assert figures["right"] == pytest.approx(4 / 7)
    assert figures["sure.n"] == 6
    assert figures["sure.unknown.all"] == pytest.approx(1 / 6)
    assert (figures["pronoun.n"], figures["pronoun.unknown.all"]) == (2, 1)
    assert (figures["unnamed.n"], figures["unnamed.right"]) == (3, pytest.approx(2 / 3))
    assert (figures["behalf.n"], figures["behalf.right"]) == (2, 0.5)


def test_an_unnamed_quote_that_was_not_found_is_missed():
    one = gold(0, 10, None, form="unnamed", unnamed="an aide")
    results = match_gold([one], {"a": Annotation()})
    assert results[0].verdict == "missed"
    figures = score(results)
    assert (figures["unnamed.n"], figures["unnamed.right"], figures["precision"]) == (1, 0, 0)


def test_a_name_beside_the_right_one_is_wrong():
    one = gold(0, 10, "Ilva Brandt")
    found = Annotation(quotes=(quote(0, 10, "Ilva Brandt", "Oru Tesk"),))
    assert match_gold([one], {"a": found})[0].verdict == "wrong"


def test_accents_may_be_composed_or_not():
    one = gold(0, 10, "Jos\u00e9 Lund")
    found = Annotation(quotes=(quote(0, 10, "Jose\u0301 Lund"),))
    assert match_gold([one], {"a": found})[0].verdict == "right"


def test_report_has_a_row_for_each_form():
    text = report(score(results()))
    assert all(f"\n{form}" in text for form in FORMS)


def test_errors_are_listed_and_their_text_only_on_demand():
    text = "x" * 200
    assert not any(text[:20] in line for line in errors(results()))
    listed = [json.loads(line) for line in errors(results())]
    assert [line["verdict"] for line in listed] == ["wrong", "unknown", "missed", "wrong", "right"]
    assert listed[-1]["for_given"] == ["Ilva Brandt"]
    assert any(text[:20] in line for line in errors(results(), {"a": text}))


FIELDS = {"id", "content", "speaker", "form"}
OPTIONAL = {"also", "unnamed", "on_behalf_of", "doubtful", "doubt"}


def gold_rows():
    return list(corpora.read_rows(GOLD))


def test_gold_is_well_formed():
    rows = gold_rows()
    assert len(rows) >= 150
    for row in rows:
        assert set(row) >= FIELDS
        assert set(row) <= FIELDS | OPTIONAL
        places = [place for span in row["content"] for place in span]
        assert all(a <= b for a, b in pairwise(places))
        assert all(a < b for a, b in row["content"])
        assert row["form"] in FORMS
        assert (row["speaker"] is None) == ("unnamed" in row) == (row["form"] == "unnamed")
        assert ("doubt" in row) == row.get("doubtful", False)


def test_gold_is_sorted_and_each_quote_there_once():
    places = [(quote.id, quote.content[0][0]) for quote in read_gold()]
    assert places == sorted(set(places))
    assert max(Counter(name for name, _ in places).values()) <= 4


def test_other_forms_belong_to_names_of_their_row():
    for one in read_gold():
        assert set(one.also) <= {*one.speakers, one.on_behalf_of}


def test_offsets_are_those_of_marked_attributions():
    data = needs_data("polnear")
    articles = {row["id"]: row for row in corpora.read_rows(data / "dev.jsonl")}
    for one in read_gold():
        article = articles[one.id]
        assert one.content in {parts.content for parts in gold_parts(article)}
        assert is_marked(article["text"], Parts(one.content))
        words = " ".join(article["text"][a:b] for a, b in one.content).split()
        assert len(words) >= 4
