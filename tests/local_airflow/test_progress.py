"""The lines that the commands print about their progress."""

import io

import pytest
from rich.console import Console

from pipeline.local_airflow.progress import Progress


@pytest.fixture
def output():
    return io.StringIO()


@pytest.fixture
def progress(output):
    return Progress(Console(file=output))


def test_seconds_are_in_one_column_with_and_without_brackets(progress, output):
    progress.print_done("ingest: open_run", 0.2)
    progress.print_done("ingest: fetch [merrow_post]", 12.3)
    first, second = output.getvalue().splitlines()
    assert first.startswith("✓ ingest: open_run ")
    assert second.startswith("✓ ingest: fetch [merrow_post] ")
    assert len(first) == len(second)


def test_a_step_that_fails_is_not_printed_as_done(progress, output):
    with pytest.raises(ValueError, match="no"), progress.step("starting", "started"):
        raise ValueError("no")
    assert output.getvalue().splitlines() == ["… starting"]
