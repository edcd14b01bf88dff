"""Run the filter ``dateline annotate``: output rows, bad rows, streaming."""

import io
import json
import threading

import pytest

from pipeline.annotate.annotator import Annotator
from pipeline.cli.annotate import annotated_rows
from pipeline.cli.filters import Row, run_filter
from pipeline.settings import settings

TEXT = "“We will not wait any longer,” said Marta Ellingsen, the mayor, in Norway."


def run(*lines: str) -> tuple[list[dict], bool, str]:
    out = io.StringIO()
    all_well = run_filter(io.BytesIO("\n".join(lines).encode()), out, annotated_rows)
    return [json.loads(line) for line in out.getvalue().splitlines()], all_well, out.getvalue()


def test_a_row_comes_back_with_names_and_quotes():
    (row,), all_well, raw = run(json.dumps({"id": "a", "text": TEXT}))
    assert all_well
    assert raw.isascii()
    assert list(row) == ["id", "entities", "quotes", "outcome"]
    assert row["outcome"] == "ok"
    for entity in row["entities"]:
        assert TEXT[entity["start"] : entity["end"]] == entity["text"]
    (quote,) = row["quotes"]
    assert quote["kind"] == "direct"
    assert quote["speaker"] == "Marta Ellingsen"
    assert quote["speakers"] == [{"name": "Marta Ellingsen", "label": "PERSON", "role": "speaker"}]
    assert TEXT[slice(*quote["content"][0])] == "“We will not wait any longer,”"
    assert set(quote) == {
        "kind", "content", "cue", "source", "cue_class", "speaker", "speakers", "confidence",
        "speaker_method", "speaker_evidence", "grade", "grade_reason", "lost_mark",
    }  # fmt: skip


def test_bad_rows_keep_their_place():
    rows, all_well, _ = run(
        json.dumps({"id": 1, "text": TEXT}),
        "{oops",
        json.dumps({"id": 2}),
        json.dumps({"id": 3, "text": 7}),
        json.dumps({"id": 4, "text": "Nobody came.", "title": None}),
    )
    assert not all_well
    assert [row["id"] for row in rows] == [1, None, 2, 3, 4]
    assert [("error" in row) for row in rows] == [False, True, True, True, False]


def test_a_text_in_another_language_has_an_outcome_and_no_error():
    text = (
        "Die Regierung hat am Montag erklärt, dass sie den Hafen nicht schließen wird, weil die "
        "Arbeiter dort schon seit vielen Jahren auf eine Antwort warten und weil niemand sonst die "
        "Schiffe aus dem Norden entladen kann, wie ein Sprecher der Stadt am Abend sagte."
    )
    (row,), all_well, _ = run(json.dumps({"id": 1, "text": text}))
    assert all_well
    assert row == {"id": 1, "entities": [], "quotes": [], "outcome": "no_pipeline"}


def test_a_row_is_written_before_the_next_one_arrives():
    sent = []

    def one_at_a_time():
        for number in range(3):
            assert number == len(answers)
            sent.append(number)
            yield Row(number, {"text": TEXT})
            answered.wait(timeout=600)
            answered.clear()

    answers: list[int] = []
    answered = threading.Event()
    for row in annotated_rows(one_at_a_time()):
        answers.append(row["id"])
        answered.set()
    assert answers == sent == [0, 1, 2]


def test_an_exception_while_reading_is_raised_to_the_caller():
    def broken():
        yield Row(1, {"text": TEXT})
        raise OSError("the disk is gone")

    rows = annotated_rows(broken())
    with pytest.raises(OSError, match="the disk is gone"):
        list(rows)


def test_a_text_that_hangs_is_given_up_and_the_rest_goes_on(monkeypatch):
    annotate = Annotator.annotate

    def hang(self, texts, titles, languages):
        [text] = texts
        while "hostile" in text:
            pass
        return annotate(self, [text], titles, languages)

    monkeypatch.setattr(Annotator, "annotate", hang)
    monkeypatch.setenv("DATELINE_ANNOTATE_SECONDS", "5")
    settings.cache_clear()
    texts = [TEXT, f"{TEXT} hostile", TEXT]
    rows = list(annotated_rows(Row(n, {"text": text}) for n, text in enumerate(texts)))
    assert rows[1] == {"id": 1, "error": "annotation took longer than 5 s"}
    assert rows[0] == rows[2] | {"id": 0}
    assert rows[0]["quotes"]
