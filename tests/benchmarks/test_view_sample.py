"""The by-eye sample: rows are chosen by their words, verdicts survive a new annotator."""

import pytest

from benchmarks.language import view_sample
from benchmarks.language.view_sample import Verdict, kappa, key_of, matched
from benchmarks.language.view_sample_rows import Row, rows_of_page, shuffled
from pipeline.models import Quote, Speaker

TEXT = "Anna Berg said the bridge would open. She said it was late. She said nobody came."


def quote(words: str, grade: str = "A", speaker: str = "Anna Berg") -> Quote:
    start = TEXT.index(words)
    named = (Speaker(speaker, "PERSON"),) if speaker else ()
    return Quote("indirect", ((start, start + len(words)),), speakers=named, grade=grade)  # type: ignore[arg-type]


def rows(*quotes: Quote) -> list[Row]:
    return list(rows_of_page("p1", TEXT, quotes))


def read(row: Row, content: str, name: str, reader: str = "first") -> Verdict:
    return Verdict(row.page, row.content_sha256, row.kind, row.speaker, reader, content, name)


def test_only_the_default_view_is_sampled_and_no_words_twice() -> None:
    sampled = rows(quote("it was late"), quote("it was late"), quote("nobody came", grade="C"))
    assert [TEXT[slice(*row.quote.content[0])] for row in sampled] == ["it was late"]


def test_a_page_gives_few_rows_and_the_same_ones_when_another_is_lost() -> None:
    words = ("the bridge would open", "it was late", "nobody came")
    all_three = {row.content_sha256 for row in rows(*map(quote, words))}
    assert len(all_three) == 2
    for lost in words:
        left = {row.content_sha256 for row in rows(*(quote(w) for w in words if w != lost))}
        assert len(left & all_three) >= 1


def test_a_verdict_stays_while_the_words_do_and_falls_with_a_new_name() -> None:
    row = rows(quote("it was late"))[0]
    verdicts = [read(row, "right", "right")]
    same, renamed = (
        matched(rows(quote("it was late")), verdicts, "first"),
        matched(rows(quote("it was late", speaker="Ida Holm")), verdicts, "first"),
    )
    other = matched(rows(quote("nobody came")), verdicts, "first")
    assert (same[0].content, same[0].name) == ("right", "right")
    assert (renamed[0].content, renamed[0].name) == ("right", None)
    assert (other[0].content, other[0].name) == (None, None)
    assert matched([row], verdicts, "second")[0].content is None


def test_a_sheet_names_rows_by_their_key() -> None:
    row = rows(quote("it was late"))[0]
    verdict = next(view_sample.added_from([f"{key_of(row)} g m"], [row], "second"))
    assert (verdict.content, verdict.name, verdict.reader) == ("ragged", "missing", "second")
    with pytest.raises(ValueError, match="no row has this key"):
        next(view_sample.added_from(["000000 r r"], [row], "first"))


def test_the_report_counts_unread_rows_apart() -> None:
    two = rows(quote("it was late"), quote("nobody came"))
    report = view_sample.report(two, [read(two[0], "right", "wrong")])
    assert "| first | all | indirect | 1 | 0 | 0 |  | 1 | 100.0" in report
    assert "| first | all | speaker | 0 | 0 | 1 | 0 | 1 | 0.00" in report


def test_kappa_is_agreement_beyond_chance() -> None:
    assert kappa([("right", "right"), ("wrong", "wrong")]) == 1.0
    # Half of four agree, as chance would have it: .5 × .5 + .5 × .5.
    pairs = [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]
    assert kappa(pairs) == 0.0


def test_readers_have_orders_of_their_own() -> None:
    words = TEXT.replace(".", "").split()
    many = [
        Row("p1", "indirect", str(number), "", TEXT, quote("it was late"))
        for number in range(len(words))
    ]
    first, second = shuffled(many, "first"), shuffled(many, "second")
    assert first != second
    assert {row.key for row in first} == {row.key for row in second}
