"""The generated part of the model card: it replaces what is between the marks, nothing else."""

import re

import pytest

from benchmarks.language.model_card import BEGIN, CARD, END, classes, figures, regions, replaced
from tests.benchmarks.test_language_tables import made_up


def test_the_tables_have_classes_roles_and_regions():
    scores = made_up(peers=False)
    assert "| Worldwide-NER dev | all nine | 3 | 80.0 |" in classes(scores)
    assert "| PolNeAR dev | cue | 1 | 0.00 |" in classes(scores)
    assert "| asia | 1 | 2 | 66.7 | 66.7 |" in regions(scores)


def test_only_what_is_between_the_marks_changes():
    card = f"# Card\n\nabove\n\n{BEGIN}\nold\n{END}\n\nbelow\n"
    new = replaced(card, "new")
    assert new == f"# Card\n\nabove\n\n{BEGIN}\n\nnew\n\n{END}\n\nbelow\n"
    assert replaced(new, "new") == new


def test_a_card_without_marks_is_refused():
    with pytest.raises(ValueError, match="must have one"):
        replaced("# Card", "new")


def test_the_shipped_card_has_the_marks_and_a_class_table_that_spacys_meta_can_read():
    card = CARD.read_text(encoding="utf-8")
    assert replaced(card, "") != card
    assert re.search(r"^\| Worldwide-NER dev \| all nine \| 4,513 \| \d\d\.\d \|$", card, re.M)
    assert figures(made_up()).startswith("Exact spans")
