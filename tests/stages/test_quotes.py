"""Decisions about quotes hold when the article is annotated again, and can be withdrawn."""

import pytest

from pipeline.errors import UsageError
from pipeline.models import Annotation, Quote, Speaker
from pipeline.settings import settings
from pipeline.stages.quotes import decide, decisions, undo
from pipeline.warehouse.annotations import save_annotations
from pipeline.warehouse.marts import refresh
from tests.warehouse.stories import loaded

TEXT = "“We will rebuild,” Ida Marlow said. The council said that the bridge was safe."


def annotation(shift=0):
    """Return two graded quotes of TEXT; with a shift one more stands in front of them."""

    def quote(words, kind, speaker):
        start = TEXT.index(words)
        return Quote(
            kind,
            ((start, start + len(words)),),
            speakers=(Speaker(speaker, "PERSON"),),
            confidence=0.9,
            speaker_method="full_name",
            grade="A",
        )

    first = quote("“We will rebuild,”", "direct", "Ida Marlow")
    second = quote("that the bridge was safe", "indirect", "Ida Marlow")
    extra = quote("Ida Marlow said", "indirect", "Ida Marlow")
    return Annotation(quotes=(*[extra] * shift, first, second), model_version="m")


@pytest.fixture
def version(store, store_dsn, monkeypatch):
    """The version of an article with two quotes, in the store that the settings name."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    (number,) = loaded(store, [1], text=TEXT).new_versions
    save_annotations(store, "m1", [(number, annotation())])
    yield number
    settings.cache_clear()


def shown(store, view="who_said_what"):
    rows = store.execute(
        f"select quote_text, speaker_name, grade, grade_reason, speaker_method from mart.{view}"
        " where quote_text like 'We will%' or quote_text like 'that%' order by quote_text"
    )
    return rows.fetchall()


def test_a_rejected_quote_leaves_the_default_view_and_stays_out(store, version):
    assert decide("1", "2", reason="not hers", decided_by="ida") == "that the bridge was safe"
    kept = [("We will rebuild", "Ida Marlow", "A", None, "full_name")]
    assert shown(store) == kept
    # A new annotation numbers the quotes differently: the words decide.
    save_annotations(store, "m2", [(version, annotation(shift=1))])
    assert shown(store) == kept
    assert shown(store, "all_attributions")[1][2:4] == ("C", "rejected")
    refresh(store)
    counted = store.execute("select sum(quote_count) from mart.daily_speaker_quotes").fetchone()
    assert counted == (2,)


def test_a_corrected_speaker_replaces_the_one_found_and_can_be_withdrawn(store, version):
    decide("1", "that the bridge", ("Port Amber Council", "ORG"), decided_by="ida")
    corrected = ("that the bridge was safe", "Port Amber Council", "A", None, "decision")
    assert shown(store)[1] == corrected
    save_annotations(store, "m2", [(version, annotation(shift=1))])
    assert shown(store)[1] == corrected
    entity = store.execute(
        "select entity_type, entity_name"
        " from news.quote_decisions join news.entities using (entity_id)"
    )
    assert entity.fetchall() == [("ORG", "Port Amber Council")]
    assert [each.speaker_name for each in decisions()] == ["Port Amber Council"]
    assert undo("1", "that the bridge") == ["that the bridge was safe"]
    assert shown(store)[1][1] == "Ida Marlow"
    assert decisions() == []


def test_a_later_decision_replaces_an_earlier_one(store, version):
    decide("1", "1", decided_by="ida")
    decide("1", "1", ("Roy Dane", "PERSON"), reason="his words", decided_by="roy")
    [decision] = decisions()
    assert (decision.decision, decision.decided_by) == ("corrected", "roy")
    assert decision.quote_text == "We will rebuild"


@pytest.mark.parametrize(
    ("article", "quote", "speaker", "complaint"),
    [
        ("99", "1", None, "no article 99"),
        ("1", "9", None, "0 of the 2 quotes of article 1 fit '9'"),
        ("1", "nobody said", None, "0 of the 2 quotes"),
        ("1", "1", (" ", "PERSON"), "no name"),
    ],
)
def test_what_cannot_be_decided_is_refused(store, version, article, quote, speaker, complaint):
    with pytest.raises(UsageError, match=complaint):
        decide(article, quote, speaker, decided_by="ida")
    assert decisions() == []


def test_nothing_decided_is_nothing_to_undo(store, version):
    with pytest.raises(UsageError, match="nothing was decided"):
        undo("1", "1")
