"""Annotations become rows whose offsets give the words of the text."""

import re

import pytest

from pipeline.annotate.model_version import ModelVersions
from pipeline.models import Annotation, Mention, Quote, Speaker
from pipeline.warehouse.annotations import (
    pending_versions,
    printed_words,
    quoted_words,
    save_annotations,
    version_texts,
)
from pipeline.warehouse.reprocessing import Scope, queue_for_annotation
from tests.warehouse.stories import count, later, loaded

TEXT = "“We will rebuild,” Ida Marlow said on Friday, “and soon.” The council agreed."


def spans(text, *parts):
    return tuple((text.index(part), text.index(part) + len(part)) for part in parts)


def mention(text, part, label, name=None, role=None):
    ((start, end),) = spans(text, part)
    return Mention(start, end, part, label, name or part, role)


def annotation(text=TEXT):
    marlow = Speaker("Ida Marlow", "PERSON")
    council = Speaker("Port Amber Council", "ORG", "on_behalf_of")
    return Annotation(
        mentions=(
            mention(text, "Ida Marlow", "PERSON", role="mayor"),
            mention(text, "Friday", "DATE"),
            mention(text, "council", "ORG", "Port Amber Council"),
        ),
        quotes=(
            Quote(
                "direct",
                spans(text, "“We will rebuild,”", "“and soon.”"),
                spans(text, "said"),
                spans(text, "Ida Marlow"),
                speakers=(marlow, council),
                confidence=0.9,
                speaker_method="full_name",
                speaker_evidence="Ida Marlow",
                grade="A",
            ),
            Quote("indirect", spans(text, "The council agreed"), confidence=0.4),
        ),
        model_version="m1",
    )


@pytest.fixture
def annotated(store):
    (version,) = loaded(store, [1], text=TEXT).new_versions
    save_annotations(store, "m1", [(version, annotation())])
    return version


def test_quotes_have_one_row_a_speaker_and_words_without_marks(store, annotated):
    rows = store.execute(
        "select speaker_name, speaker_role, speaker_surface, quote_text, quote_kind, cue_text"
        " from mart.all_attributions order by quote_no, speaker_role desc"
    ).fetchall()
    words = "We will rebuild, and soon."
    assert rows == [
        ("Ida Marlow", "speaker", "Ida Marlow", words, "direct", "said"),
        ("Port Amber Council", "on_behalf_of", "Ida Marlow", words, "direct", "said"),
        (None, None, None, "The council agreed", "indirect", None),
    ]


def test_the_default_view_has_graded_rows_and_those_of_an_older_version(store, annotated):
    graded = "select grade, grade_reason, speaker_method, speaker_evidence from mart.{} order by 1"
    kept = store.execute(graded.format("who_said_what")).fetchall()
    assert kept == [("A", None, "full_name", "Ida Marlow")] * 2
    every = store.execute(graded.format("all_attributions")).fetchall()
    assert every == [*kept, ("C", None, "unknown", None)]
    store.execute("update news.quotes set grade = null, speaker_method = null where quote_no = 2")
    older = "select grade, grade_reason, quote_text from mart.who_said_what where grade is null"
    assert store.execute(older).fetchall() == [(None, "older_version", "The council agreed")]


def test_offsets_give_the_words_of_the_text(store, annotated):
    found = store.execute(
        "select m.surface_text, substring(v.body_text, m.start_char + 1, m.end_char - m.start_char)"
        " from news.entity_mentions as m join news.article_versions as v using (article_version_id)"
    ).fetchall()
    assert len(found) == 3
    assert all(stored == cut for stored, cut in found)
    (spans_stored,) = store.execute(
        "select content_spans from news.quotes where quote_no = 1"
    ).fetchone()
    parts = [TEXT[part.lower : part.upper] for part in spans_stored]
    assert parts == ["“We will rebuild,”", "“and soon.”"]


def test_dates_are_mentions_without_an_entity(store, annotated):
    names = store.execute("select entity_name from news.entities order by 1").fetchall()
    assert names == [("Ida Marlow",), ("Port Amber Council",)]


def test_annotating_twice_stores_the_same_rows(store, annotated):
    tables = ["news.entities", "news.entity_mentions", "news.quotes", "news.quote_speakers"]
    before = [count(store, table) for table in tables]
    save_annotations(store, "m1", [(annotated, annotation())])
    assert [count(store, table) for table in tables] == before == [2, 3, 2, 2]


def test_another_model_replaces_what_the_first_found(store, annotated):
    save_annotations(store, "m2", [(annotated, Annotation())])
    assert count(store, "news.quotes") == 0
    assert store.execute("select distinct nlp_version from news.article_versions").fetchall() == [
        ("m2",)
    ]


def test_versions_of_an_older_model_are_pending_only_once_marked(store, annotated):
    assert pending_versions(store) == []
    store.execute("update news.article_versions set nlp_version = 'm0'")
    assert pending_versions(store) == []
    queue_for_annotation(store, Scope(), ModelVersions("m1", {}), with_present=False)
    assert pending_versions(store) == [annotated]


def test_only_current_versions_are_pending(store, annotated):
    (second,) = loaded(store, [1], run_name="run-2", at=later(1), text="Other words.").new_versions
    assert pending_versions(store) == [second]
    (text,) = version_texts(store, [second, 999_999])
    assert (text.article_version_id, text.text) == (second, "Other words.")


def test_one_annotation_that_postgres_refuses_does_not_cost_the_others(store, annotated):
    (second,) = loaded(store, [2], run_name="run-2", text=TEXT).new_versions
    bad = Annotation(mentions=(Mention(5, 5, "", "PERSON", "Nobody"),))
    save_annotations(store, "m2", [(annotated, bad), (second, annotation())])
    rows = store.execute(
        "select article_version_id, annotation_outcome, nlp_version from news.article_versions"
        " order by 1"
    ).fetchall()
    assert rows == [(annotated, "quarantined", "m2"), (second, "loaded", "m2")]
    assert count(store, "news.quotes") == 2


def test_a_deleted_version_is_left_out(store, annotated):
    save_annotations(store, "m1", [(annotated + 1000, annotation()), (annotated, Annotation())])
    assert count(store, "news.quotes") == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"We won"', "We won"),
        ("‘We won’", "We won"),
        ("that it was “a joke”", "that it was “a joke”"),
        ("“a joke” to all", "“a joke” to all"),
        ("“one” and “two”", "“one” and “two”"),
        ("“She told me “no” twice,”", "She told me “no” twice"),
        ("“One paragraph.\n\n“And another.”", "One paragraph. And another."),
        ("“Left open by the next paragraph.", "Left open by the next paragraph."),
        ("and so on.”", "and so on."),
        ('"', ""),
        ("the players’ day", "the players’ day"),
        ("“  ”", ""),
        ("a\x00b", "ab"),
    ],
)
def test_quoted_words(text, words):
    assert quoted_words(text, [(0, len(text))]) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("«We ate», she said. «Then we left.»", "We ate. Then we left."),
        ("«We ate», she said, «and left.»", "We ate and left."),
        ("«We ate!» she said. «Then we left.»", "We ate! Then we left."),
    ],
)
def test_a_sentence_that_ends_with_its_speaker_ends_in_the_words(text, words):
    spans = [match.span() for match in re.finditer("«[^»]*»", text)]
    assert quoted_words(text, spans) == words


def test_punctuation_around_a_cue_is_removed() -> None:
    assert (
        printed_words("Berg said: “No.”", [(5, 10)])
        == printed_words("Berg said", [(5, 9)])
        == "said"
    )
    assert printed_words("Berg, said", [(0, 5)]) == "Berg"
    assert printed_words("–", [(0, 1)]) is None
