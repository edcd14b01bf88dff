"""The registry of outlets: all of it can be read, and an error costs one outlet only."""

import importlib.util
import re
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.sources.files import read_source
from pipeline.sources.registry import enable, read_registry, registry_folder
from tests.fix_data import needs_data

ROOT = Path(__file__).parents[2]
GOOD = '[herald]\nname = "H"\nhomepage = "https://h.example/"\nlanguage = "en"\ncountry = "IE"\n'


def test_every_shipped_outlet_can_be_enabled_and_says_where_it_is(tmp_path):
    registry = read_registry(registry_folder())
    assert registry.problems == ()
    assert len(registry.outlets) >= 150
    assert len({outlet.country for outlet in registry.outlets.values()}) >= 40
    for outlet in registry.outlets.values():
        path = enable(outlet, registry.places[outlet.key], tmp_path)
        assert read_source(path) == outlet
    undated = [key for key, outlet in registry.outlets.items() if outlet.time_zone is None]
    assert undated == ["globalnews"]


def test_every_shipped_file_says_where_its_addresses_come_from_and_that_none_was_tried():
    for path in registry_folder().glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        assert re.search(r"flairNLP/fundus.*commit\s+[\s#]*\(?[0-9a-f]{40}", text, re.DOTALL), path
        assert "None of these addresses was tried" in text
        assert all(line.startswith("#") for line in text.partition("\n\n")[0].splitlines())


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ('[post]\nname = "P"\nfeed = ["https://p.example/"]\n', "[post]: unknown field 'feed'"),
        ('[post]\nname = "P"\nhomepage = "p.example"\n', "[post]: homepage = 'p.example'"),
        ('[Post]\nname = "P"\nhomepage = "https://p.example/"\n', "small letters"),
        ("post = 3\n[other]\n", "Write it below a line [key]"),
    ],
)
def test_a_typo_costs_one_outlet_and_the_error_is_one_line_with_file_and_key(
    tmp_path, broken, words
):
    text = broken + GOOD if not broken.startswith("post") else broken + 'name = "O"\n' + GOOD
    (tmp_path / "ie.toml").write_text(text)
    registry = read_registry(tmp_path)
    assert "herald" in registry.outlets
    messages = [str(problem) for problem in registry.problems]
    assert any(words in message for message in messages)
    assert all("ie.toml" in message and "\n" not in message for message in messages)


def test_a_file_that_is_not_toml_costs_that_file_only(tmp_path):
    (tmp_path / "ie.toml").write_text(GOOD)
    (tmp_path / "it.toml").write_text("[herald\n")
    (tmp_path / "nz.toml").write_text(GOOD)
    registry = read_registry(tmp_path)
    assert list(registry.outlets) == ["herald"]
    assert "it.toml" in str(registry.problems[0])
    assert "taken by ie.toml" in str(registry.problems[1])


def test_outlets_are_chosen_by_key_country_and_language():
    registry = read_registry(registry_folder())
    assert [outlet.key for outlet in registry.chosen(["bbc"])] == ["bbc"]
    assert {outlet.language for outlet in registry.chosen(country="IT", language="de")} == {"de"}
    with pytest.raises(SourceError, match="Did you mean spiegel"):
        registry.chosen(["spiegle"])
    with pytest.raises(SourceError, match=r"no outlet of country XX\. It has AT, AU"):
        registry.chosen(country="XX")


def test_an_outlet_that_is_enabled_already_is_left_as_it_is(tmp_path):
    registry = read_registry(registry_folder())
    (tmp_path / "bbc.toml").write_text("mine")
    with pytest.raises(SourceError, match="exists already"):
        enable(registry.outlets["bbc"], registry.places["bbc"], tmp_path)
    assert (tmp_path / "bbc.toml").read_text() == "mine"


def test_the_registry_is_what_the_list_of_outlets_gives(tmp_path):
    listed = needs_data("outlets") / "outlets.tsv"
    place = ROOT / "sources" / "make_registry.py"
    spec = importlib.util.spec_from_file_location("make_registry", place)
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    maker.write_registry(maker.read_outlets(listed), tmp_path)
    made, shipped = (
        {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.toml")}
        for folder in (tmp_path, registry_folder())
    )
    assert made == shipped, "run `make registry`"
