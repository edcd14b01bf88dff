"""Names in the credits of pictures and agencies are marked; the same names in the news are not."""

import pytest

from pipeline.annotate.names.credits import credited
from pipeline.annotate.spans import CharSpan
from pipeline.tables import read_rows

STORY = "The harbour board of Tarn met on Friday and closed the pier.\n\n"


def marks(text, *names, label="ORG"):
    spans = [CharSpan(text.rindex(name), text.rindex(name) + len(name), label) for name in names]
    return credited(text, spans)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Mara Dunnet/Getty Images", "Getty Images"),
        ("Mara Dunnet / AFP", "AFP"),
        ("Photo by Paul Voss/AFP via Getty Images", "AFP"),
        ("Photo by Paul Voss", "Paul Voss"),
        ("Picture: Tarn Herald", "Tarn Herald"),
        ("Source: Reuters", "Reuters"),
        ("Reuters", "Reuters"),
        ("The pier at low tide. (Photo: Mara Dunnet/AFP)", "AFP"),
        ("The pier at low tide [Mara Dunnet/Reuters]", "Reuters"),
        ("TARN, Oct 3 (Reuters) - The board met.", "Reuters"),
        ("TARN (AP) — The board met.", "AP"),
    ],
)
def test_credits(line, name):
    assert marks(STORY + line, name) == [True]
    assert marks(line + "\n\n" + STORY, name) == [True]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Mara Dunnet told Reuters that the pier was closed.", "Reuters"),
        ("Getty Images sued the makers of the picture.", "Getty Images"),
        ("The Tarn Herald (owned by AFP) said so.", "AFP"),
        ("Photo by photo, Ida Holm told her story. She began in Tarn.", "Ida Holm"),
        ("He joined the BBC/ITV talks.", "BBC"),
        ("Source close to Ida Holm spoke.", "Ida Holm"),
    ],
)
def test_no_credits(line, name):
    assert marks(STORY + line, name) == [False]


def test_every_agency_of_pictures_is_read_in_its_example():
    for name, example in read_rows("pipeline.annotate.names", "picture_agencies.tsv", columns=2):
        assert name in example.casefold()
