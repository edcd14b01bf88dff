"""Which texts are the stub before a paywall, read from whole pages."""

import pytest

from pipeline.extract.page import extract_page
from tests.extract.pages import PARAGRAPHS, linked_data, page

LOCKED = "<meta property='article:content_tier' content='locked'>"
WALLED_PART = {"isAccessibleForFree": False, "cssSelector": ".story-rest"}
LONG = tuple(f"{text} It was the case number {n} of the year." for n in range(4)
             for text in PARAGRAPHS)  # fmt: skip


def read(**parts):
    return extract_page(page(**parts), url="https://lakeshore.example/ferry")


def test_a_short_text_on_a_page_that_is_not_free_is_a_stub():
    found = read(head=linked_data(headline="x", isAccessibleForFree="False"))
    assert found.is_paywalled
    assert str(found.outcome) == "paywalled"
    assert read(head=LOCKED).is_paywalled


def test_a_long_text_is_no_stub_whatever_the_page_states():
    assert not read(head=linked_data(headline="x", isAccessibleForFree=False), paragraphs=LONG
                    ).is_paywalled  # fmt: skip


def test_the_stated_word_count_reveals_a_long_stub():
    head = linked_data(headline="x", isAccessibleForFree=False, wordCount=1200)
    assert read(head=head, paragraphs=LONG[:12]).is_paywalled
    head = linked_data(headline="x", isAccessibleForFree=False, wordCount=230)
    assert not read(head=head, paragraphs=LONG[:12]).is_paywalled


def test_the_words_in_the_walled_element_decide():
    head = linked_data(headline="x", hasPart=WALLED_PART)
    empty = "<div class='story-rest'></div>"
    full = f"<div class='a story-rest'>{''.join(f'<p>{text}</p>' for text in LONG[:8])}</div>"
    assert read(head=head, inside=empty).is_paywalled
    assert not read(head=head, inside=full).is_paywalled


@pytest.mark.parametrize(
    "wording",
    [
        "Subscribe to continue reading",
        "This article is for subscribers only",
        "You have reached your monthly limit of free articles.",
        "Dieser Artikel ist nur für Abonnenten",
        "Cet article est réservé aux abonnés",
        "Il vous reste 80 % de cet article à lire",
        "Contenido exclusivo para suscriptores",
        "Articolo riservato agli abbonati",
        "Conteúdo exclusivo para assinantes",
        "Dit artikel is exclusief voor abonnees",
    ],
)
def test_the_wording_of_a_wall_after_a_short_text_makes_a_stub(wording):
    assert read(paragraphs=PARAGRAPHS[:3], after=f"<div>{wording}</div>").is_paywalled


@pytest.mark.parametrize(
    "prompt",
    ["Subscribe to our newsletter", "Support our journalism: subscribe today", "Jetzt abonnieren"],
)
def test_an_offer_below_a_text_makes_no_stub(prompt):
    assert not read(after=f"<div>{prompt}</div>").is_paywalled


def test_a_page_that_states_it_is_free_is_no_stub():
    head = linked_data(headline="x", isAccessibleForFree=True)
    assert not read(head=head, after="<div>Subscribe to continue reading</div>").is_paywalled


def test_a_wall_directly_after_a_longer_text_makes_a_stub():
    wall = "<div>Subscribe to read the full story</div>"
    assert read(paragraphs=LONG[:12], after=wall).is_paywalled
