import pytest

from pipeline.clean.credits import dateline_agency, read_credit


@pytest.mark.parametrize(
    ("line", "agency"),
    [
        ("Source: Anadolu Agency", "Anadolu Agency"),
        ("(Reuters)", "Reuters"),
        ("— AFP", "Agence France-Presse"),
        ("dpa/AFP", "dpa"),
        ("The Associated Press", "Associated Press"),
        ("Source: Brevik Port Authority", None),
    ],
)
def test_credit_lines(line, agency):
    credit = read_credit(line)
    assert (credit.line, credit.agency) == (line, agency)


@pytest.mark.parametrize(
    "line", ["The source: a leaking pipe. It was found late.", "AP exams begin on Monday.", ""]
)
def test_text_is_no_credit(line):
    assert read_credit(line) is None


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("GENEVA (AP) — The talks opened.", "Associated Press"),
        ("BREVIK, Norway, Jan 11 (Reuters) - The talks opened.", "Reuters"),
        ("(AFP) - The talks opened.", "Agence France-Presse"),
        ("The agency (AP) said so.", None),
        ("The talks opened.", None),
    ],
)
def test_agency_in_the_dateline(text, agency):
    assert dateline_agency(text) == agency
