"""Names of entities are the same in whichever order articles come."""

import pytest

from pipeline.warehouse.annotations import find_or_insert_entities

SHOUTED = (("GPE", "nairobi"), "NAIROBI")
SPOKEN = (("GPE", "nairobi"), "Nairobi")
BOTH_ORDERS = [(SHOUTED, SPOKEN), (SPOKEN, SHOUTED)]


def names(store):
    return dict(store.execute("select entity_type, entity_name from news.entities").fetchall())


@pytest.mark.parametrize("order", BOTH_ORDERS)
def test_a_name_in_lower_case_is_kept_in_any_order(store, order):
    ids = [find_or_insert_entities(store, [named]) for named in order]
    assert ids[0] == ids[1]
    assert names(store) == {"GPE": "Nairobi"}


@pytest.mark.parametrize("order", BOTH_ORDERS)
def test_a_name_in_lower_case_is_kept_within_one_batch(store, order):
    find_or_insert_entities(store, order)
    assert names(store) == {"GPE": "Nairobi"}


def test_an_acronym_keeps_its_capitals(store):
    find_or_insert_entities(store, [(("ORG", "unicef"), "UNICEF")])
    find_or_insert_entities(store, [(("ORG", "unicef"), "Unicef")])
    assert names(store) == {"ORG": "UNICEF"}
