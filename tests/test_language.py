"""The language of a text, the annotator's gate, and what pages and sources state."""

import pytest

from pipeline.language import FEWEST_WORDS, is_english, language_of, with_language
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


@pytest.mark.parametrize("text", [ENGLISH, short(FRENCH), "", "12 " * 60])
def test_the_annotator_may_read_english_and_undecided_texts(text):
    assert is_english(text)


@pytest.mark.parametrize("text", [FRENCH, NORWEGIAN])
def test_the_annotator_may_not_read_other_languages(text):
    assert not is_english(text)


@pytest.mark.parametrize(
    ("text", "stated", "declared", "language"),
    [
        (ENGLISH, "fr", "fr", "en"),
        (FRENCH, "en", "en", "fr"),
        (NORWEGIAN, "da", "no", "da"),
        (NORWEGIAN, None, "da", "da"),
        # "en" is also what a source has whose file names no language.
        (short(ENGLISH), "fr", "en", "fr"),
        (short(ENGLISH), "en", "fr", "fr"),
        (short(ENGLISH), None, "en", "en"),
        (short(ENGLISH), "fr", None, "fr"),
        (short(ENGLISH), None, None, None),
    ],
)
def test_what_page_and_source_state_counts_where_the_text_does_not_decide(
    text, stated, declared, language
):
    found = with_language(article(text, language=stated), declared)
    assert found.language == language
    expected = Outcome.LOADED if language in {None, "en"} else Outcome.NOT_ENGLISH
    assert found.outcome is expected


def test_only_an_article_that_would_be_loaded_becomes_not_english():
    listing = article(FRENCH, outcome=Outcome.NOT_AN_ARTICLE)
    found = with_language(listing)
    assert (found.language, found.outcome) == ("fr", Outcome.NOT_AN_ARTICLE)
