"""The language of a text, how sure it is, and what pages, sources and settings say."""

import pytest

from pipeline.language import (
    FEWEST_WORDS,
    language_of,
    refused_if_unwanted,
    shown_language,
    with_language,
)
from pipeline.models import Article
from pipeline.outcomes import Outcome

ENGLISH = (
    "The harbour of Velmark was closed for a second day, and the ferries that carry workers to the "
    "islands stayed at the pier. A spokesman for the port said that the storm had damaged two of "
    "the cranes, and that nobody could say when the first of them would be repaired."
)
FRENCH = (
    "Le port de Velmark est resté fermé pour la deuxième journée, et les bateaux qui transportent "
    "les ouvriers vers les îles sont restés à quai. Un porte-parole a déclaré que la tempête avait "
    "endommagé deux des grues et que personne ne savait quand la première serait réparée."
)
NORWEGIAN = (
    "Havnen i Velmark var stengt for andre dag på rad, og fergene som frakter arbeidere til øyene "
    "ble liggende ved kaien. En talsmann for havnen sa at stormen hadde skadet to av kranene, og "
    "at ingen kunne si når den første av dem ville være reparert igjen."
)
CHINESE = (
    "维尔马克港口连续第二天关闭,运送工人前往各岛屿的渡轮停泊在码头。"
    "港口发言人表示,风暴损坏了两台起重机。"
)


def article(text: str, **given: object) -> Article:
    return Article(url=None, canonical_url=None, title=None, text=text, **given)


def short(text: str) -> str:
    """Return the beginning of a text, one word too short for its language to be decided."""
    return " ".join(text.split()[: FEWEST_WORDS - 1])


@pytest.mark.parametrize(
    ("text", "language"),
    [(ENGLISH, "en"), (FRENCH, "fr"), (NORWEGIAN, "no"), (CHINESE, "zh")],
)
def test_the_text_shows_its_language(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["", short(ENGLISH), short(FRENCH), "1.5 2% $30 ( ) " * 40])
def test_texts_that_are_short_or_without_letters_are_undecided(text):
    assert language_of(text) is None


def test_the_script_that_holds_more_decides():
    assert language_of(f"{ENGLISH}\n\n{ENGLISH}\n\n{CHINESE}") == "en"
    assert language_of(f"{CHINESE}\n\n{CHINESE}\n\n{ENGLISH}") == "zh"


def test_a_quotation_at_the_top_of_a_long_text_does_not_decide():
    assert language_of("\n\n".join([FRENCH, *[ENGLISH] * 12])) == "en"


@pytest.mark.parametrize("text", [ENGLISH, FRENCH])
def test_a_text_that_shows_its_language_is_sure_of_it(text):
    assert 0.9 <= shown_language(text).confidence <= 1


@pytest.mark.parametrize("text", [NORWEGIAN, CHINESE])
def test_a_text_that_may_be_in_a_similar_language_is_less_sure(text):
    assert 0.4 < shown_language(text).confidence < shown_language(FRENCH).confidence


@pytest.mark.parametrize(
    ("text", "stated", "declared", "language", "origin"),
    [
        (ENGLISH, "fr", "fr", "en", "text"),
        (FRENCH, "en", "en", "fr", "text"),
        (NORWEGIAN, "da", "no", "da", "text"),
        (NORWEGIAN, None, "da", "da", "text"),
        # "en" is also what a source has whose file names no language.
        (short(ENGLISH), "fr", "en", "fr", "page"),
        (short(ENGLISH), "en", "fr", "fr", "source"),
        (short(ENGLISH), None, "en", "en", "source"),
        (short(ENGLISH), "fr", None, "fr", "page"),
        (short(ENGLISH), None, None, None, None),
    ],
)
def test_what_page_and_source_state_counts_where_the_text_does_not_decide(
    text, stated, declared, language, origin
):
    found = with_language(article(text, language=stated), declared)
    assert (found.language, found.language_origin) == (language, origin)
    assert found.outcome is Outcome.LOADED
    if origin in ("page", "source"):
        assert found.language_confidence == 0.5
    else:
        assert (found.language_confidence is None) is (origin is None)


@pytest.mark.parametrize(
    ("text", "wanted", "outcome"),
    [
        (FRENCH, (), Outcome.LOADED),
        (FRENCH, ("de", "fr"), Outcome.LOADED),
        (FRENCH, ("de", "en"), Outcome.LANGUAGE_NOT_WANTED),
        # Only the page's word: such a text is kept.
        (short(FRENCH), ("de",), Outcome.LOADED),
    ],
)
def test_a_language_is_refused_only_where_the_text_shows_one_that_is_not_wanted(
    text, wanted, outcome
):
    found = with_language(article(text, language="fr"))
    assert refused_if_unwanted(found, wanted).outcome is outcome


def test_a_page_that_is_refused_already_keeps_its_outcome():
    listing = with_language(article(FRENCH, outcome=Outcome.NOT_AN_ARTICLE))
    assert refused_if_unwanted(listing, ("de",)).outcome is Outcome.NOT_AN_ARTICLE
