"""Contracts of the marts: they say what is there, and nothing promised is taken back."""

import copy
import importlib.util
from pathlib import Path

import pytest

from pipeline.warehouse.marts import refresh
from tests.warehouse.stories import loaded

_SPEC = importlib.util.spec_from_file_location(
    "docs_contracts", Path(__file__).parents[2] / "docs" / "contracts.py"
)
contracts = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(contracts)


def test_no_promised_column_is_gone_or_has_another_type_or_place(store):
    broken = contracts.broken_promises(contracts.written(), contracts.contracts(store))
    assert broken == [], (
        "write the change into CHANGELOG.md and raise the major of VERSION in docs/contracts.py, "
        "or take it back"
    )


def test_the_contracts_say_what_is_there(store):
    assert contracts.written() == contracts.contracts(store), "run `make docs`"


def test_the_quality_rules_hold_in_a_live_store(store):
    loaded(store, [1, 2, 3])
    refresh(store)
    broken = {
        mart: rule["description"]
        for mart, contract in contracts.written().items()
        for rule in contract["schema"][0].get("quality", ())
        if store.execute(rule["query"].encode()).fetchone() != (rule["mustBe"],)
    }
    assert broken == {}
    assert set(contracts.KEYS) <= set(contracts.written())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda properties: properties.pop(3), "is gone"),
        (lambda properties: properties[3].update(physicalType="bigint"), "is bigint and was text"),
        (lambda properties: properties.insert(3, {"name": "new", "physicalType": "text"}), "moved"),
        (lambda properties: properties[3].update(name="other"), "is gone"),
    ],
)
def test_taking_back_a_promise_needs_a_new_major(change, words):
    before = contracts.written()
    now = copy.deepcopy(before)
    change(now["articles"]["schema"][0]["properties"])
    assert any(words in each for each in contracts.broken_promises(before, now))
    now["articles"]["version"] = "2.0.0"
    assert contracts.broken_promises(before, now) == []


def test_a_new_column_at_the_end_and_a_new_mart_break_nothing():
    before = contracts.written()
    now = copy.deepcopy(before)
    now["articles"]["schema"][0]["properties"].append({"name": "new", "physicalType": "text"})
    now["more"] = now["articles"]
    assert contracts.broken_promises(before, now) == []
    del now["articles"]
    assert contracts.broken_promises(before, now) == ["mart.articles is gone"]
