"""The tables on names and quotes, from invented scores: every row is there with its count."""

import pytest

from benchmarks.language.attribution_scores import AttributionScore, Parts
from benchmarks.language.language_tables import page, readme_lines
from benchmarks.language.names_and_quotes import CNN, DATELINE, LINKER, RULES, TAGGER, Scores
from benchmarks.language.span_scores import SpanScore
from benchmarks.tables import Line, MeasuredLines, lines_table, percent

TEXT = "“We will sail at dawn,” Ada Lund said."
TEXTACY = "textacy 0.13.0, as it comes"


def names():
    score = SpanScore()
    score.add([(0, 3, "Person"), (5, 9, "Location")], [(0, 3, "Person")], "asia")
    score.add([(0, 3, "Person")], [(0, 3, "Person")], "africa")
    return score


def roles():
    score = SpanScore()
    score.add([(24, 32, "Source"), (33, 37, "Cue"), (0, 23, "Content")], [(24, 32, "Source")])
    return score


def quotes():
    score = AttributionScore()
    score.add(TEXT, [Parts(((0, 23),), ((24, 32),))], [Parts(((0, 23),))])
    return score


def made_up(peers=True):
    seeds = {"entities": 1.0, "quotes": 0.5}
    scores = Scores(
        names={DATELINE: names(), TAGGER: names()},
        roles={TAGGER: roles(), DATELINE: roles(), RULES: roles()},
        attributions={DATELINE: quotes(), LINKER: quotes(), RULES: quotes()},
        seeds={f"seeds.{key}.right": share for key, share in seeds.items()}
        | {f"seeds.{key}.n": 4.0 for key in seeds},
        articles=84,
    )
    if peers:
        scores.names[CNN] = names()
        scores.attributions[TEXTACY] = quotes()
        scores.roles[TEXTACY] = roles()
        scores.refused = {TEXTACY: 7}
    return scores


def test_the_page_has_every_table_with_peers_and_regions():
    text = page(made_up())
    assert "| all nine | 3 | 81; 83 | 80.0 (66.7–100.0) |" in text
    assert "| asia | 1 | 2 | 66.7 (-13.3) |" in text
    assert f"{TEXTACY}: an error in 7 of 84 articles" in text
    assert "BERT-CofeNet" in text
    assert "| quotes: kind, content, speaker | 2 of 4 |" in text


def test_cues_of_peers_are_not_measured():
    row = next(line for line in page(made_up()).split("\n") if line.startswith(f"| {RULES} |"))
    assert row.split(" | ")[2] == "–"


def test_the_page_says_so_where_peers_are_missing():
    text = page(made_up(peers=False))
    assert "textacy was not installed in this run." in text
    assert CNN not in text


def test_the_short_table_names_peers_beside_ours():
    table = lines_table([MeasuredLines("2026-11-30", readme_lines(made_up()))])
    assert "spaCy CNN trained on the same 80.0" in table
    assert "textacy 0.13.0 as it comes 100.0" in table
    assert (
        "| names with type and canonical name | the two example articles (4) | yes | **100.0** | – "
        "| 2026-11-30 |" in table
    )


def test_a_set_of_which_nobody_said_what_was_tuned_on_it_is_refused():
    with pytest.raises(ValueError, match="a new set"):
        lines_table([MeasuredLines("2026-11-30", [Line("names, F1", "a new set (10)", 0.5)])])


def test_small_shares_have_two_decimals():
    assert percent(0.0033) == "0.33"
    assert percent(0.5) == "50.0"
