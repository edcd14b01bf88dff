"""What the tagger takes for names and what is none; names that have one class."""

import pytest

from pipeline.annotate.annotator import TaggedText, annotate_spans
from pipeline.annotate.labels import LABELS
from pipeline.annotate.names.known_classes import NO_NAME
from pipeline.annotate.spans import CharSpan
from pipeline.tables import read_rows


def found(text: str, **names: str) -> list[tuple[str, str]]:
    """Annotate a text in which the given names (label=names separated by |) were tagged once."""
    spans = []
    for label, listed in names.items():
        for name in listed.split("|"):
            start = text.index(name)
            spans.append(CharSpan(start, start + len(name), label))
    mentions = annotate_spans(text, TaggedText(tuple(sorted(spans)))).mentions
    return [(mention.text, mention.label) for mention in mentions]


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("The phone has a new CPU and no fan.", "ORG", "CPU"),
        ("Age: N/A. The rest was read.", "MISC", "N/A"),
        ("Gen Zers said that the pier was old.", "PERSON", "Zers"),
        ("Gen Z workers like the pier.", "MISC", "Gen Z"),
        ("Robotic process automation (RPA) came late to Tarn.", "ORG", "RPA"),
        ("They fund new small harbour lights (SHL) in Tarn.", "ORG", "SHL"),
        ("Write to ida.holm@tarn.example today.", "PERSON", "ida.holm"),
        ("Thanks to @tarnharbour for the picture.", "ORG", "tarnharbour"),
        ("See www.tarn.example/Holm for more.", "PERSON", "Holm"),
        ("The council met. The rest went home.", "ORG", "The"),
        ("Khandwa (east)32 Ujjain (west)29 came.", "GPE", "32"),
        ("Ajmer23 Churu14 Dausa13", "DATE", "Ajmer23 Churu14 Dausa13"),
        ("It went to K & M Shipping.", "MONEY", "K & M"),
        ("The Tarn council asked the assembly for help.", "ORG", "assembly"),
        ("Team P W D L Pts", "ORG", "P W D L Pts"),
        ("Velmark Rest 38 29 6 3 93", "ORG", "Velmark Rest"),
        ("Adjusted EBITDA rose by a fifth.", "ORG", "EBITDA"),
        ("“It is late,” she wrote on X.", "DATE", "X."),
        ("The KPIs of the port were read.", "PERSON", "KPIs"),
        ("The assembly voted 219-210 to go home.", "MONEY", "219-210"),
        ("The share (NYSE: HPB) fell.", "ORG", "HPB"),
        ("The share (HPB.L) fell.", "ORG", "HPB.L"),
        ("Then the DGP went home.", "ORG", "DGP"),
    ],
)
def test_no_names(text, label, name):
    assert found(text, **{label: name}) == []


def test_a_body_in_small_letters_keeps_its_abbreviation():
    text = "The special inquiry team (SIT) met in Tarn. Later SIT said no."
    assert ("SIT", "ORG") in found(text, ORG="SIT")


def test_letters_in_parentheses_that_are_no_shares_stay_a_name():
    assert found("The inquiry (UNEP) met in Tarn.", ORG="UNEP") == [("UNEP", "ORG")]


def test_a_row_of_a_table_keeps_what_the_prose_names():
    text = "Velmark Rest 38 29 6 3 93\n\nOn Friday Velmark Rest won in Tarn."
    first, second = 0, text.rindex("Velmark")
    spans = tuple(CharSpan(start, start + 12, "ORG") for start in (first, second))
    mentions = annotate_spans(text, TaggedText(spans)).mentions
    assert [mention.start for mention in mentions] == [first, second]


@pytest.mark.parametrize(
    ("text", "label", "name", "wanted"),
    [
        ("He left the NHL. Hathaway stayed.", "PERSON", "NHL. Hathaway", "NHL/ORG Hathaway/PERSON"),
        (
            "An Oklahoma Republican won.",
            "ORG",
            "Oklahoma Republican",
            "Oklahoma/GPE Republican/NORP",
        ),
        ("It has Western democratic roots.", "NORP", "Western democratic", "Western/NORP"),
        ("The West African port lies idle.", "NORP", "West African", "West African/NORP"),
        ("St. Hild met Gov. Ida Holm there.", "PERSON", "Gov. Ida Holm", "Ida Holm/PERSON"),
        ("The UN Special Rapporteur came.", "ORG", "UN Special Rapporteur", "UN/ORG"),
        ("The Cabinet of Tarn met.", "ORG", "Cabinet of", "Cabinet/ORG"),
        ("Ida Holm @idaholm wrote it.", "PERSON", "Ida Holm @idaholm", "Ida Holm/PERSON"),
        ("Tarn West1 1 came to the Sound.", "GPE", "Tarn West1", "Tarn West/GPE"),
        ("Moody's cut its rating.", "ORG", "Moody", "Moody's/ORG"),
        ("Fitter Ruth Lamm said so.", "PERSON", "Fitter Ruth Lamm", "Ruth Lamm/PERSON"),
        ("Walter Paul Holm said so.", "PERSON", "Walter Paul Holm", "Walter Paul Holm/PERSON"),
    ],
)
def test_borders(text, label, name, wanted):
    assert " ".join(f"{word}/{kind}" for word, kind in found(text, **{label: name})) == wanted


@pytest.mark.parametrize(
    ("text", "label", "name", "wanted"),
    [
        ("Bitcoin fell by a tenth.", "ORG", "Bitcoin", "MISC"),
        ("It drew with Manchester City on Friday.", "GPE", "Manchester City", "ORG"),
        ("The SLS rocket flew.", "ORG", "SLS", "PRODUCT"),
        ("Brexit has divided Tarn.", "PERSON", "Brexit", "EVENT"),
        ("The Velmark Rovers won.", "GPE", "Velmark Rovers", "ORG"),
        ("The Velmark Treaty holds.", "PERSON", "Velmark Treaty", "LAW"),
    ],
)
def test_classes_that_the_tagger_does_not_decide(text, label, name, wanted):
    assert found(text, **{label: name}) == [(name, wanted)]


def test_an_agreement_gives_its_class_to_an_abbreviation_made_of_beginnings():
    text = "The U.S.-Korea Free Trade Agreement (KORUS) holds. Few know KORUS."
    assert found(text, MISC="U.S.-Korea Free Trade Agreement", ORG="KORUS")[1:] == [
        ("KORUS", "LAW"),
        ("KORUS", "LAW"),
    ]


def test_every_row_of_the_table_has_a_label_and_an_example_with_the_name():
    rows = list(read_rows("pipeline.annotate.names", "known_classes.tsv", columns=3))
    names = [name for name, _, _ in rows]
    assert len(names) == len(set(names))
    for name, label, example in rows:
        assert label in {*LABELS, NO_NAME}, name
        assert name in example, name
