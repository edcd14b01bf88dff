"""Which class and which spelling a name has is decided by counts, in any order."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.entities.joining import Decided, NamedEntity, join_names, long_form


def representatives(given):
    """Return entity id → the one that stands for it, in a family about which nobody decided."""
    of = {each.entity_id: each for each in given}
    found = join_names({"tarn": given}, {}, Decided())
    return {each.entity_id: of[each.stands_for_it or each.entity_id] for each in found}


def members(*rows):
    return [NamedEntity(n, kind, name, count) for n, (kind, name, count) in enumerate(rows, 1)]


def test_the_class_of_most_texts_stands_for_all():
    found = representatives(members(("ORG", "rpa", 3), ("MISC", "rpa", 9), ("MISC", "r p a", 1)))
    assert {each.entity_id for each in found.values()} == {2}


def test_a_person_with_texts_of_its_own_is_no_place():
    rows = (("GPE", "jordan", 9), ("PERSON", "jordan", 4), ("ORG", "jordan", 1))
    found = representatives(members(*rows))
    assert {number: each.entity_id for number, each in found.items()} == {1: 1, 2: 2, 3: 1}


def test_a_person_seen_once_is_a_mistake():
    found = representatives(members(("GPE", "molenbeek", 9), ("PERSON", "molenbeek", 1)))
    assert found[2].entity_id == 1


def test_a_language_is_no_people():
    found = representatives(members(("NORP", "hausa", 9), ("LANGUAGE", "hausa", 1)))
    assert found[2].entity_id == 2


rows = st.lists(
    st.tuples(
        st.sampled_from(["PERSON", "ORG", "GPE", "MISC", "LANGUAGE"]),
        st.sampled_from(["tarn", "tarn-bay", "tarn bay"]),
        st.integers(0, 9),
    ),
    unique_by=lambda row: row[:2],
    min_size=1,
)


@given(rows, st.randoms())
def test_neither_keys_nor_order_decide(given_rows, random):
    shuffled = list(given_rows)
    random.shuffle(shuffled)

    def named(some):
        found = representatives(members(*some))
        return {
            (each.entity_type, each.normalized_name): (best.entity_type, best.normalized_name)
            for each in members(*some)
            for best in [found[each.entity_id]]
        }

    assert named(given_rows) == named(shuffled)


@given(rows)
def test_who_stands_for_others_stands_for_itself(given_rows):
    found = representatives(members(*given_rows))
    assert all(found[best.entity_id].entity_id == best.entity_id for best in found.values())


def test_an_acronym_has_a_long_form_where_texts_agree():
    assert long_form({"tarn harbor board": 4, "tarn hill bank": 1}) == "tarn harbor board"
    assert long_form({"tarn harbor board": 1, "tarn hill bank": 1}) is None
    assert long_form({}) is None
