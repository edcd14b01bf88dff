"""A page that loads the next story below the one that was asked for gives that one alone."""

import pytest

from pipeline.clean.cleaner import clean_article
from pipeline.extract.page import extract_page

FERRY = "Ferry line closes after storm"
BREAD = "Rye bread of the old town wins"
STORIES = {
    FERRY: (
        "The ferry line across the sound closed on Tuesday after a storm broke two of its piers, "
        "and nobody at the county could say when it would open again.",
        "“We will not sail before the divers have been down,” harbour master Per Aasen said.",
        "Some four hundred people use the line every day to reach the mills on the far shore.",
        "The county said it would run buses over the northern bridge until the end of the month.",
    ),
    BREAD: (
        "A bakery in the old town won the first prize for rye bread at the fair on Sunday, its "
        "third such prize in six years, before a hall full of bakers.",
        "The baker, Liv Berge, bakes eighty loaves a night in an oven that her father built.",
        "She said the secret was time, because the dough rests for two days before the oven.",
        "Judges from four counties tasted sixty loaves, and most went back to hers for a second.",
    ),
}


def story(title, level="h1"):
    text = "".join(f"<p>{each}</p>" for each in STORIES[title])
    return f"<article><header><{level}>{title}</{level}></header><div>{text}</div></article>"


def extract(title, body):
    html = (
        f"<html lang='en'><head><title>{title} | Lakeshore Post</title>"
        f"<meta property='og:title' content='{title}'></head>"
        f"<body><main>{body}</main></body></html>"
    )
    return clean_article(extract_page(html.encode(), url="https://lakeshore.example/1"), None)


@pytest.mark.parametrize("asked", STORIES)
def test_the_story_of_the_title_is_kept_wherever_it_stands(asked):
    found = extract(asked, story(FERRY) + story(BREAD))
    other = BREAD if asked == FERRY else FERRY
    assert found.text.split("\n\n") == list(STORIES[asked])
    assert {b.text for b in found.removed if b.reason == "other_story"} == {other, *STORIES[other]}


def test_a_story_within_the_article_stays():
    entries = f"<article><h1>{FERRY}</h1>{story(BREAD, 'h2')}{story(FERRY, 'h2')}</article>"
    found = extract(FERRY, entries)
    assert all(text in found.text for texts in STORIES.values() for text in texts)


def test_nothing_is_taken_where_no_headline_is_the_title():
    found = extract("Two stories of the week", story(FERRY) + story(BREAD))
    assert not [block for block in found.removed if block.reason == "other_story"]


def test_the_text_may_stand_apart_from_its_headline():
    found = extract(FERRY, f"<article><h1>{FERRY}</h1></article>{story(BREAD)}")
    assert STORIES[BREAD][1] in found.text
