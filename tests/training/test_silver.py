"""Silver labels: names that a model found, with the classes that people gave their phrases."""

import pytest

from training.silver import with_classes_of


def span(text: str, words: str, label: str) -> tuple[int, int, str]:
    start = text.index(words)
    return start, start + len(words), label


@pytest.mark.parametrize(
    ("text", "name", "found", "phrase", "label"),
    [
        ("President Ida Holm left.", "Ida Holm", "Organization", "President Ida Holm", "Person"),
        ("He left the Tarn Post.", "Tarn Post", "Person", "the Tarn Post", "Organization"),
        ("He left Tarn Hall.", "Tarn Hall", "Facility", "Tarn Hall", "Location"),
    ],
)
def test_a_name_has_the_class_of_the_phrase_that_ends_with_it(
    text: str, name: str, found: str, phrase: str, label: str
) -> None:
    phrases = [span(text, phrase, label)]
    expected = found if found == "Facility" else label
    assert with_classes_of(text, [span(text, name, found)], phrases) == [span(text, name, expected)]


@pytest.mark.parametrize(
    ("text", "name", "found", "phrase", "label"),
    [
        (
            "The winner of the Tarn Prize",
            "Tarn Prize",
            "Misc",
            "The winner of the Tarn Prize",
            "Person",
        ),
        ("Kenya won.", "Kenya", "Location", "Kenya", "Organization"),
        ("A Kenyan left.", "Kenyan", "NORP", "A Kenyan", "Person"),
        ("Holm left Oslo.", "Holm", "Person", "Oslo", "Location"),
    ],
)
def test_other_phrases_say_nothing_of_a_name(
    text: str, name: str, found: str, phrase: str, label: str
) -> None:
    names = [span(text, name, found)]
    assert with_classes_of(text, names, [span(text, phrase, label)]) == names
