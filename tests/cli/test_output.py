"""Print result sets as tables and blocks, and the name of the command in hints."""

import io
import sys

import pytest

from pipeline.cli.output import own_command, print_table


def printed(rows, columns):
    out = io.StringIO()
    print_table(rows, columns, out=out)
    return out.getvalue().splitlines()


def test_many_columns_are_printed_as_one_block_per_row_with_whole_headings():
    columns = [f"heading_number_{number:02}" for number in range(20)]
    lines = printed([["a value of four words"] * 20, [None] * 20], columns)
    assert "heading_number_07  a value of four words" in map(str.rstrip, lines)
    assert sum(line.startswith("── row") for line in lines) == 2
    assert lines[-1] == "(2 rows)"


def test_a_long_value_is_cut_only_in_a_block_with_a_note_in_the_last_line():
    text = "river " * 400
    wide = printed([[text] * 12], [f"column_{number}" for number in range(12)])
    assert len(wide) < 60
    assert wide[-1] == "(1 row, long values cut: --json and --csv give them whole)"
    alone = printed([[text]], ["text"])
    assert sum(line.count("river") for line in alone) == 400
    assert alone[-1] == "(1 row)"


def test_the_last_line_of_an_empty_result_counts_zero_rows():
    assert printed([], ["a_rather_long_heading"] * 20) == ["(0 rows)"]


def test_few_columns_are_a_table_even_if_a_cell_is_long():
    lines = printed([["harbour", "word " * 50, 3]], ["outlet", "quote", "copies"])
    assert lines[1].split() == ["outlet", "quote", "copies"]


@pytest.mark.parametrize(
    ("called", "found", "shown"),
    [
        (".venv/bin/dateline", None, ".venv/bin/dateline"),
        ("{here}/.venv/bin/dateline", None, ".venv/bin/dateline"),
        ("/else where/bin/dateline", None, "'/else where/bin/dateline'"),
        ("/else/bin/dateline", "/else/bin/dateline", "dateline"),
        ("/else/pipeline/__main__.py", None, "dateline"),
    ],
)
def test_hints_name_the_command_as_the_shell_finds_it(monkeypatch, tmp_path, called, found, shown):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [called.format(here=tmp_path)])
    monkeypatch.setattr("pipeline.cli.output.shutil.which", lambda _name: found)
    assert own_command() == shown


def test_control_characters_of_a_value_are_replaced():
    shown = "\n".join(printed([["Storm\x1b[2J\x9b31m\rover\tHalvane"]], ["title"]))
    assert not set(shown) & {"\x1b", "\x9b", "\r"}
    assert "Storm\ufffd[2J" in shown
