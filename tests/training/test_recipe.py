"""Checks of a run's folder against the options, and the snapshots that are due."""

import json
from dataclasses import asdict

import pytest

from training.recipe import OtherRecipe, Recipe, check_recipe, due_snapshots
from training.silver import is_written


def test_a_run_with_the_same_recipe_continues(tmp_path):
    check_recipe(tmp_path / "checkpoint.pt", asdict(Recipe(seed=3)), Recipe(seed=3))


def test_another_recipe_is_refused_with_both_values_and_what_to_do(tmp_path):
    path = tmp_path / "checkpoint.pt"
    with pytest.raises(OtherRecipe) as refusal:
        check_recipe(path, asdict(Recipe(minutes=80.0)), Recipe(seed=3, minutes=95.0))
    said = str(refusal.value)
    assert "minutes was 80.0 and is 95.0" in said
    assert "seed was 1 and is 3" in said
    assert "epochs" not in said
    assert f"delete the folder {tmp_path}" in said


def test_an_option_newer_than_the_checkpoint_had_its_default_value(tmp_path):
    stored = asdict(Recipe())
    del stored["snapshots"]
    check_recipe(tmp_path / "checkpoint.pt", stored, Recipe())
    with pytest.raises(OtherRecipe, match=r"snapshots was '0\.52' and is '0\.62'"):
        check_recipe(tmp_path / "checkpoint.pt", stored, Recipe(snapshots="0.62"))


def test_each_snapshot_is_due_once_from_its_share_on(tmp_path):
    recipe = Recipe(snapshots="0.52,0.62")

    def due(share):
        return [path.name for path in due_snapshots(recipe, tmp_path, share)]

    assert due(0.51) == []
    assert due(0.53) == ["snapshot-52.pt"]
    (tmp_path / "snapshot-52.pt").touch()
    assert due(0.53) == []
    assert due(1.0) == ["snapshot-62.pt"]
    assert due_snapshots(Recipe(snapshots=""), tmp_path, 1.0) == []


def test_silver_labels_of_another_model_are_refused(tmp_path):
    path = tmp_path / "silver.jsonl"
    assert not is_written(path, "f00d")
    path.write_text(json.dumps({"model_sha256": "f00d"}) + "\n")
    assert is_written(path, "f00d")
    with pytest.raises(OtherRecipe, match=r"model f00d, the present one is beef: delete"):
        is_written(path, "beef")
    path.write_text(json.dumps({"id": "a", "spans": []}) + "\n")
    with pytest.raises(OtherRecipe, match="unknown"):
        is_written(path, "f00d")
