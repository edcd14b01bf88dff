import pytest

from pipeline.extract.trees import trees_of

STUMP = {"columns": [], "thresholds": [], "children": [], "leaves": [0.5]}
TREE = {
    "columns": [0, 1],
    "thresholds": [1, 2],
    "children": [(-1, 1), (-2, -3)],
    "leaves": [10, 20, 30],
}


def trees(*given, classes=("article",)):
    return trees_of({"features": ["words", "links"], "classes": classes, "cut": 0, "trees": given})


@pytest.mark.parametrize(
    ("row", "score"),
    [((0, 0), 10.5), ((1, 9), 10.5), ((1.5, 2), 20.5), ((1.5, 2.5), 30.5)],
)
def test_a_row_goes_left_up_to_the_threshold(row, score):
    assert trees(TREE, STUMP).scores([row]).tolist() == [[score]]


def test_trees_vote_for_the_classes_in_turn():
    found = trees(TREE, STUMP, STUMP, TREE, classes=("article", "forum"))
    assert found.scores([(0, 0), (2, 3)]).tolist() == [[10.5, 10.5], [30.5, 30.5]]


def test_no_rows_get_no_scores():
    assert trees(TREE).scores([]).shape == (0, 1)
