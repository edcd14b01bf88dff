"""Check what the three filters share: order, ids, bad lines, success or failure."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.filters import Row, RowError, run_filter


def run(lines, transform):
    out = io.StringIO()
    all_well = run_filter(io.BytesIO(b"\n".join(lines)), out, transform)
    return all_well, [json.loads(line) for line in out.getvalue().splitlines()]


def echo(rows):
    for row in rows:
        yield {"id": row.id}


def echo_after_reading_all(rows):
    yield from echo(list(rows))


def test_bad_lines_keep_their_place_and_later_lines_are_read():
    lines = [
        b'{"id": 1}',
        b"{nonsense",
        b'{"text": "x"}',
        b"[1]",
        b'{"id": "\xc3\xa4"}',
        b'{"id": null}',
    ]
    for transform in (echo, echo_after_reading_all):
        all_well, rows = run(lines, transform)
        assert not all_well
        assert [row["id"] for row in rows] == [1, None, None, None, "ä", None]
        assert [row.get("line") for row in rows] == [None, 2, 3, 4, None, 6]
        assert all(row["error"] for row in rows if row["id"] is None)


def test_null_keys_count_as_absent_and_blank_lines_are_no_rows():
    seen = []

    def record(rows):
        for row in rows:
            seen.append(row)
            yield {"id": row.id}

    all_well, rows = run([b'\xef\xbb\xbf{"id": 1, "text": null, "url": "u"}', b"", b"  "], record)
    assert all_well
    assert rows == [{"id": 1}]
    assert seen == [Row(1, {"url": "u"})]


def test_output_is_ascii_only():
    out = io.StringIO()
    run_filter(io.BytesIO('{"id": "é"}'.encode()), out, echo)
    assert out.getvalue() == '{"id": "\\u00e9"}\n'


def test_a_value_of_another_type_is_an_error_of_the_row():
    with pytest.raises(RowError, match="'text' must be a string, not int"):
        Row(1, {"text": 3}).text("text")


@given(
    st.lists(st.one_of(st.integers(), st.none(), st.text(max_size=3)), max_size=30),
    st.integers(1, 7),
)
def test_one_output_row_for_each_input_row_in_order(ids, ahead):
    def in_batches(rows):
        batch = []
        for row in rows:
            batch.append(row)
            if len(batch) == ahead:
                yield from echo(batch)
                batch = []
        yield from echo(batch)

    _, rows = run([json.dumps({"id": value}).encode() for value in ids], in_batches)
    assert [row["id"] for row in rows] == ids


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999"])
def test_a_number_that_json_cannot_express_is_a_bad_line(number):
    lines = [b'{"id": %s}' % number, b'{"id": 1, "text": [%s]}' % number, b'{"id": 1e9}']
    all_well, rows = run(lines, echo)
    assert not all_well
    assert [row["id"] for row in rows] == [None, None, 1e9]
    assert number.decode() in rows[0]["error"]
