"""The text of pages with various layouts, each a small page of the invented Lakeshore Post."""

import json
import time

import pytest

from pipeline.clean.cleaner import clean_article
from pipeline.extract.body import find_body
from pipeline.extract.html_layout import parse, text_blocks
from pipeline.extract.page import extract_page
from pipeline.outcomes import Outcome
from tests.extract.pages import PARAGRAPHS, TITLE, URL, linked_data, page

MORE = (
    "Aasen said the older of the two broken piers had last been mended eleven winters ago.",
    "A tug from the yard at Holm took the last cars back to the near shore before nightfall.",
    "The council will meet on Thursday to hear how much a new pier of steel would cost the county.",
    "Schools on the far shore opened two hours late, and the bakery there ran out of bread.",
)
ALL = PARAGRAPHS + MORE
TEASERS = "".join(
    f"<article class='card'><h3><a href='/{n}'>Harbour story number {n} of the week</a></h3>"
    f"<p>A short word about story number {n}.</p></article>"
    for n in range(6)
)


def whole(body, head=""):
    return (
        f"<html lang='en'><head><title>{TITLE}</title>{head}</head><body>"
        f"<nav><a href='/'>Home</a></nav>{body}<footer>© 2024 Lakeshore Post</footer></body></html>"
    ).encode()


def text_of(body):
    found = extract_page(body, url=URL)
    assert found.outcome is Outcome.LOADED, found.reason
    return found.text


def paragraphs(lines=ALL):
    return "".join(f"<p>{line}</p>" for line in lines)


SHAPES = {
    "line breaks": f"<div id='story'><h1>{TITLE}</h1>{'<br><br>'.join(ALL)}</div>",
    "a table": (
        f"<table><tr><td width='20%'><a href='/a'>Home</a></td><td><h1>{TITLE}</h1>"
        f"{paragraphs()}</td></tr></table>"
    ),
    "nested articles": f"<article><header><h1>{TITLE}</h1></header><article>{paragraphs()}"
    "</article></article>",
    "teasers behind": f"<article><h1>{TITLE}</h1>{paragraphs()}</article><section>{TEASERS}"
    "</section>",
    "boxes between advertisements": f"<h1>{TITLE}</h1>"
    + "".join(
        f"<section class='chunk'><p>{line}</p></section><div class='ad-slot'>Advertisement</div>"
        for line in ALL
    ),
    "accelerated mobile page": f"<article class='amp-article'><amp-img src='a.jpg'></amp-img>"
    f"<h1>{TITLE}</h1>{paragraphs()}<amp-ad></amp-ad></article>",
    "a container called share": f"<div class='content-share'><h1>{TITLE}</h1>{paragraphs()}</div>",
    "inline elements": f"<article><h1>{TITLE}</h1>"
    + paragraphs(
        line.replace(" the ", " <b>the</b> ").replace("piers", "<i>pi</i>ers") for line in ALL
    )
    + "</article>",
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_text_is_complete_in_every_layout(name):
    text = text_of(whole(SHAPES[name]))
    assert [line for line in ALL if line not in text] == []
    assert "Harbour story number" not in text
    assert "Advertisement" not in text


def test_a_drop_cap_stays_with_its_word():
    first = f"<p><span class='dropcap'>{ALL[0][0]}</span>{ALL[0][1:]}</p>"
    text = text_of(whole(f"<article><h1>{TITLE}</h1>{first}{paragraphs(ALL[1:])}</article>"))
    assert text.startswith(ALL[0])


def test_a_paragraph_wrapped_in_the_source_is_one_line():
    wrapped = ALL[3].replace(" would ", "\n    would ").replace(" until ", "\n    until ")
    text = text_of(page(paragraphs=(*ALL[:3], wrapped, *ALL[4:])))
    assert ALL[3] in text.split("\n\n")


def test_a_wrapped_paragraph_with_code_is_one_line_and_stands_once():
    words = (
        "The county<br-> set <code>FERRY=off</code> in its<br-> timetable and reads<br-> it back."
    )
    wrapped = words.replace("<br->", "\n   ")
    lines = text_of(page(paragraphs=(*ALL[:3], wrapped, *ALL[3:]))).split("\n\n")
    whole_line = "The county set FERRY=off in its timetable and reads it back."
    assert lines == [*ALL[:3], whole_line, *ALL[3:]]


REFRAIN = (
    "And the ferry goes over, and the ferry comes home, with the mail and the milk and the men of "
    "the mill, and the bell on the quay is the last sound of all."
)


def test_a_paragraph_that_was_written_twice_stands_twice():
    story = [ALL[0], REFRAIN, *ALL[1:3], REFRAIN, *ALL[3:]]
    found = clean_article(extract_page(page(paragraphs=story), url=URL), None)
    assert found.text.split("\n\n") == story


@pytest.mark.parametrize("place", ["before", "inside"])
def test_a_paragraph_that_the_layout_repeats_stands_once(place):
    box = {place: f"<div class='summary-box'><p>{REFRAIN}</p></div>"}
    found = extract_page(page(paragraphs=(ALL[0], REFRAIN, *ALL[1:]), **box), url=URL)
    assert found.text.count(REFRAIN) == 1


STANDFIRST_WORDS = "Divers will look at the piers of the sound crossing before a boat sails again."


@pytest.mark.parametrize("name", ["promo-layout", "share-page", "related-rail-page"])
def test_the_name_of_what_holds_the_headline_says_nothing_of_the_standfirst(name):
    story = f"<h1>{TITLE}</h1><p class='article-subheading'>{STANDFIRST_WORDS}</p>{paragraphs()}"
    lines = text_of(whole(f"<main class='{name}'>{story}</main>")).split("\n\n")
    assert [line for line in lines if line != TITLE] == [STANDFIRST_WORDS, *ALL]


POINTS = (
    "Two of the piers of the sound crossing broke in the storm on Monday night",
    "Nobody at the county could say when the line would open again",
)


def below_the_headline(items):
    listed = "".join(f"<li>{item}</li>" for item in items)
    story = f"<h1>{TITLE}</h1><ul class='bullets'>{listed}</ul><p class='byline'>By Ida Lund</p>"
    lines = text_of(whole(f"<article>{story}<div class='body'>{paragraphs()}</div></article>"))
    return [line for line in lines.split("\n\n") if line != TITLE]


def test_key_points_between_headline_and_text_are_kept():
    assert below_the_headline(POINTS) == [*POINTS, *ALL]


def test_links_between_headline_and_text_are_no_key_points():
    assert below_the_headline(f"<a href='/{n}'>{point}</a>" for n, point in enumerate(POINTS)) == [
        *ALL
    ]


def test_a_paragraph_with_a_credit_in_front_stands_once():
    credit = "<span class='caption'>© Provided by the Lakeshore Post to all on the sound</span>"
    story = (f"{credit}{ALL[0]}", *ALL[1:])
    assert text_of(page(paragraphs=story)).count(ALL[0]) == 1


def test_lists_within_the_text_are_kept():
    items = "".join(f"<li>Bus {n} leaves the northern bridge at {n} o'clock.</li>" for n in (7, 8))
    text = text_of(page(inside=f"<p>{MORE[0]}</p><ul>{items}</ul><p>{MORE[1]}</p>"))
    assert "Bus 7 leaves" in text
    assert "Bus 8 leaves" in text


def test_a_story_behind_an_early_end_of_the_page_is_read():
    head = "<nav><a href='/'>Home</a></nav></body></html>"
    text = text_of(whole(f"{head}<div class='blog'><h1>{TITLE}</h1>{paragraphs()}</div>"))
    assert [line for line in ALL if line not in text] == []


def test_short_items_of_a_list_between_paragraphs_are_kept():
    items = ("Steel from Holm", "Divers from Brevik", "Two tugs")
    made = "".join(f"<li>{item}</li>" for item in items)
    text = text_of(
        whole(
            f"<article><h1>{TITLE}</h1>{paragraphs(ALL[:4])}<ul>{made}</ul>"
            f"{paragraphs(ALL[4:])}</article>"
        )
    )
    assert [item for item in items if item not in text.split("\n\n")] == []


def test_a_menu_between_paragraphs_is_no_text():
    made = "".join(f"<li><a href='/{n}'>Harbour news {n}</a></li>" for n in range(4))
    text = text_of(
        whole(
            f"<article><h1>{TITLE}</h1>{paragraphs(ALL[:4])}<ul>{made}</ul>"
            f"{paragraphs(ALL[4:])}</article>"
        )
    )
    assert "Harbour news" not in text


def test_a_subhead_that_links_to_itself_is_kept():
    head = "<h2 id='piers'><a href='#piers'>The two older piers</a></h2>"
    text = text_of(
        whole(
            f"<article><h1>{TITLE}</h1>{paragraphs(ALL[:4])}{head}{paragraphs(ALL[4:])}</article>"
        )
    )
    assert "The two older piers" in text.split("\n\n")


@pytest.mark.parametrize("box", ["<p>{}</p>", "<div class='w'><p>{}</p></div>"])
def test_a_paragraph_that_is_one_link_is_kept(box):
    made = [box.format(line) for line in ALL]
    made[4] = box.format(f"<a href='/live'><strong>{ALL[4]}</strong></a>")
    made[6] = box.format(f"<a href='/other'>{ALL[6]}</a>")
    text = text_of(whole(f"<article><h1>{TITLE}</h1>{''.join(made)}</article>"))
    assert [line for line in ALL if line not in text] == []


def test_a_headline_that_is_one_link_is_no_paragraph():
    made = [f"<p>{line}</p>" for line in ALL]
    made.insert(
        4,
        "<p><a href='/x'>Mayor of Holm says the new bridge will open before the "
        "winter storms arrive</a></p>",
    )
    assert "Mayor of Holm" not in text_of(
        whole(f"<article><h1>{TITLE}</h1>{''.join(made)}</article>")
    )


def test_sentences_in_spans_that_touch_are_parted():
    first, second = "All day long the quay was empty.", "The mill on the hill stood still."
    box = f"<div><span>{first}</span><span>{second}</span></div>"
    text = text_of(
        whole(f"<article><h1>{TITLE}</h1>{paragraphs(ALL[:4])}{box}{paragraphs(ALL[4:])}</article>")
    )
    assert f"{first} {second}" in text
    words = "<p>The <span>ferry</span><span>man</span> rested for the whole of the long night.</p>"
    assert "The ferryman rested" in text_of(whole(f"<article>{paragraphs()}{words}</article>"))


def test_a_table_in_a_box_of_its_own_below_the_text_is_kept():
    rows = "".join(
        f"<tr><td>The {pier} pier</td><td>{depth} metres of water</td></tr>"
        for pier, depth in (("north", 4), ("south", 6), ("old", 3))
    )
    table = f"<table><thead><tr><th>Pier</th><th>Depth</th></tr></thead>{rows}</table>"
    body = f"<article><h1>{TITLE}</h1><div class='field'>{paragraphs()}</div>"
    lines = text_of(whole(f"{body}<div class='field'>{table}</div></article>")).split("\n\n")
    assert lines == [
        *ALL,
        "Pier Depth",
        "The north pier 4 metres of water",
        "The south pier 6 metres of water",
        "The old pier 3 metres of water",
    ]


def test_table_rows_have_no_bars():
    rows = "".join(f"<tr><td>Pier {n}</td><td>{n} cars</td></tr>" for n in range(1, 6))
    text = text_of(page(inside=f"<table>{rows}</table><p>{MORE[0]}</p><p>{MORE[1]}</p>"))
    assert "Pier 3 3 cars" in text
    assert "|" not in text


def test_subheads_between_paragraphs_are_kept():
    body = "".join(
        f"<div class='chunk text'><h3>Question {n} of the day</h3><p>{line}</p></div>"
        for n, line in enumerate(ALL)
    )
    text = text_of(whole(f"<h1>{TITLE}</h1>{body}"))
    assert [n for n in range(1, len(ALL)) if f"Question {n} of the day" not in text] == []


@pytest.mark.parametrize("break_", ["\n\n", "</p><p>"])
def test_a_page_without_visible_text_gives_its_article_body(break_):
    data = linked_data(headline=TITLE, datePublished="2024-03-02", articleBody=break_.join(ALL))
    text = text_of(whole("<div id='root'></div>", head=data))
    assert all(line in text for line in ALL)


def test_an_article_body_in_markdown_gives_its_words():
    body = "\n\n".join((*ALL, *ALL[:3]))
    written = body.replace("ferry line", "[ferry line](https://a.example/b?c=1)")
    written = written.replace("Tuesday", "*Tuesday*").replace("county", "**county**{: .small}")
    html = whole("<main id='app'></main>", linked_data(articleBody=f"+++dropcap\n\n{written}"))
    assert [line for line in ALL if line not in text_of(html).split("\n\n")] == []


def test_the_article_body_of_a_page_with_a_paywall_is_not_used():
    data = linked_data(
        headline=TITLE,
        datePublished="2024-03-02",
        isAccessibleForFree=False,
        articleBody="\n".join(ALL),
    )
    found = extract_page(page(head=data, paragraphs=PARAGRAPHS[:2]), url=URL)
    assert (found.outcome, MORE[3] in found.text) == (Outcome.PAYWALLED, False)


def test_a_paragraph_in_the_article_body_is_restored():
    odd = f"<div class='chunk'><div>{MORE[3]}</div></div>"
    body = f"<article><h1>{TITLE}</h1>{paragraphs(ALL[:4])}{odd}{paragraphs(ALL[4:8])}</article>"
    data = linked_data(headline=TITLE, articleBody=" ".join(ALL))
    assert MORE[3] in text_of(whole(body, head=data))


def test_an_article_body_that_repeats_the_description_changes_nothing():
    data = linked_data(headline=TITLE, articleBody="Ferry line closed.", description="Ferry line.")
    assert text_of(page(head=data)) == text_of(page())


def test_a_page_of_pictures_is_refused_with_a_reason():
    pictures = "".join(f"<img src='{n}.png' alt='page {n}'>" for n in range(9))
    found = extract_page(whole(f"<h1>{TITLE}</h1>{pictures}"), url=URL)
    assert found.outcome is Outcome.NOT_AN_ARTICLE
    assert found.reason


def test_captions_are_no_part_of_the_text():
    figure = "<figure><img src='a'><figcaption>Divers at the quay on Tuesday.</figcaption></figure>"
    found = extract_page(page(inside=figure + f"<p>{MORE[0]}</p>"), url=URL)
    assert "Divers at the quay" not in found.text


def test_finding_the_body_does_not_change_the_tree():
    root = parse(whole(SHAPES["boxes between advertisements"]).decode())
    before = [(element.tag, element.text, element.tail) for element in root.iter()]
    find_body(root, text_blocks(root), None, "An article body of some words.")
    assert [(element.tag, element.text, element.tail) for element in root.iter()] == before


BIG = {
    "nested divs": b"<div>" * 200_000 + b"text",
    "levels": b"<div>" * 230 + b"<p>text</p>",
    "one line": b"<p>" + b"word " * 10_000_000,
    "many paragraphs": b"<p>one two three four five six seven.</p>" * 60_000,
    "long data": b"<script type='application/ld+json'>"
    + json.dumps({"@type": "NewsArticle", "articleBody": "word " * 900_000}).encode()
    + b"</script><p>x",
}


@pytest.mark.clock
@pytest.mark.parametrize("name", BIG)
def test_oversized_pages_have_an_outcome_within_seconds(name):
    extract_page(page(), url=URL)
    start = time.process_time()
    found = extract_page(BIG[name], url=URL)
    assert time.process_time() - start < 10
    assert found.outcome in (Outcome.BAD_CONTENT, Outcome.NOT_AN_ARTICLE)
    assert found.reason


TABLE_LINKS = "".join(f"<a href='/{word}'>{word} news</a><br>" for word in ("world", "harbour"))
OLD_STYLES = {
    "paragraphs": "".join(f"<p>{line}" for line in ALL),
    "fonts": "".join(f"<p><font face='Arial'>{line}</font>" for line in ALL),
    "line breaks": f"<br><br>{'<br><br>'.join(ALL)}",
    "a table in the cell": f"<table><tr><td>{paragraphs()}</td></tr></table>",
}


@pytest.mark.parametrize("inner", OLD_STYLES.values(), ids=OLD_STYLES)
def test_a_story_in_a_table_cell_gives_its_paragraphs(inner):
    body = (
        f"<table width=750><tr><td>{TABLE_LINKS}</td><td><font size=5><b>{TITLE}</b></font>{inner}"
        "</td><td><b>Quick poll</b><br>Should the county build a new pier?<br>Yes<br>No</td></tr>"
        "</table>"
    )
    lines = text_of(whole(body)).split("\n\n")
    assert [line for line in lines if line != TITLE] == list(ALL)


def quoted(markup):
    story = [f"<p>{line}</p>" for line in ALL]
    return whole(f"<article><h1>{TITLE}</h1>{''.join([*story[:4], markup, *story[4:]])}</article>")


REPEATED = "We will not sail again before the divers have been down"
PULL_QUOTES = {
    "a blockquote": f"<blockquote>{REPEATED}</blockquote>",
    "a class": f"<div class='pull-quote'><p>“{REPEATED}.”</p></div>",
    "with a name": f"<blockquote><p>{REPEATED}</p><cite>Per Aasen, master</cite></blockquote>",
}


@pytest.mark.parametrize("markup", PULL_QUOTES.values(), ids=PULL_QUOTES)
def test_a_pull_quote_is_removed_with_its_name(markup):
    found = extract_page(quoted(markup), url=URL)
    assert found.text.split("\n\n") == list(ALL)


def test_a_block_quote_that_the_text_does_not_repeat_is_kept():
    quote = "Nobody told the mills that the line would close for so long a time."
    lines = text_of(quoted(f"<blockquote><p>{quote}</p></blockquote>")).split("\n\n")
    assert lines == [*ALL[:4], quote, *ALL[4:]]


def test_a_story_in_noscript_is_read_where_scripts_build_the_page():
    story = f"<article><h1>{TITLE}</h1>{paragraphs()}</article>"
    built = f"<div id='app'></div><noscript>{story}</noscript>"
    assert text_of(whole(built)).split("\n\n") == list(ALL)


STORY = f"<main><article><h1>{TITLE}</h1>{paragraphs()}</article></main>"
IN_DROPPED = {
    "an open button": f"<div><button class='menu'><span>Menu</span>{STORY}</div>",
    "an open picture": f"<div><svg viewBox='0 0 9 9'><path d='M0 0h9'>{STORY}</div>",
    "a button of paragraphs": f"<div><button><div><h1>{TITLE}</h1>{paragraphs()}</div></div>",
    "an embed": f"<div><embed src='/player'>{STORY}</div>",
    "an open video": f"<div><video controls><source src='/v.mp4'>{STORY}</div>",
    "an open sound": f"<div><audio><track src='/a.vtt'><source src='/a.mp3'>{STORY}</div>",
    "an object": f"<div><object data='/player'>{STORY}</div>",
    "a canvas": f"<div><canvas>{STORY}</div>",
    "a map of areas": f"<div><map name='m'><area href='/a'>{STORY}</map></div>",
    "a shadow root": f"<lake-page><template shadowrootmode='open'>{STORY}</template></lake-page>",
    "a form": f"<form id='aspnetForm' action='/'><input type='hidden' name='state'>{STORY}</form>",
    "a dialog": f"<dialog open>{STORY}</dialog>",
    "details": f"<details open><summary>Read the story</summary>{STORY}</details>",
    "a hidden box": f"<div hidden id='app'>{STORY}</div>",
    "a box hidden from readers of screens": f"<div aria-hidden='true'>{STORY}</div>",
    "a box that a script shows": f"<div style='display:none' class='fade'>{STORY}</div>",
    "an aside": f"<aside>{STORY}</aside>",
    "a footer": f"<footer>{STORY}</footer>",
    "a menu": f"<menu>{STORY}</menu>",
    "navigation": f"<nav><a href='/'>Home</a><div>{STORY}</div></nav>",
    "a figure": f"<figure>{STORY}</figure>",
    "a heading": f"<h2>News<div>{STORY}</div></h2>",
    "a link": f"<a href='/story'>{STORY}</a>",
    "a label": f"<label>{STORY}</label>",
}


@pytest.mark.parametrize("body", IN_DROPPED.values(), ids=IN_DROPPED)
def test_a_story_is_kept_in_whatever_element_it_stands(body):
    assert text_of(whole(body)).split("\n\n") == list(ALL)


def test_a_guide_in_a_menu_without_an_end_is_kept_with_all_its_parts():
    parts = "".join(
        f"<div class='builder'><div class='builder'><div><h2>Part {n}</h2>{paragraphs(lines)}"
        "</div></div></div>"
        for n in range(3)
        for lines in ([f"{line} So it was in part {n}." for line in ALL],)
    )
    cards = "".join(
        f"<li><a href='/{n}'><h3>Guide {n}</h3></a><p>In guide number {n} of this series we show "
        "how the people of the coast mend their nets in winter.</p></li>"
        for n in range(8)
    )
    text = text_of(
        whole(
            f"<header><nav><a href='/'>Home</a><div class='grow'><div><h1>{TITLE}</h1>{parts}"
            f"</div><ul>{cards}</ul></div>"
        )
    )
    assert [text.count(f"So it was in part {n}.") for n in range(3)] == [len(ALL)] * 3


CONTROLS = {
    "a button": "<button><p>Subscribe now for full access to all of our stories.</p></button>",
    "a choice": "<select><option>Europe</option><option>Asia</option></select>",
    "a video": "<video><p>Your browser does not play videos. Try another one.</p></video>",
    "a template": f"<template><p>{'This comes where a reader scrolls. ' * 20}</p></template>",
    "a drawing": "<svg><title>Lake</title><text>Depth of the lake in metres</text></svg>",
}


@pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)
def test_controls_and_pictures_beside_a_story_are_no_text(control):
    lines = paragraphs(ALL[:3]) + control + paragraphs(ALL[3:])
    text = text_of(whole(f"<article><h1>{TITLE}</h1>{lines}</article>"))
    assert text.split("\n\n") == list(ALL)


def test_noscript_beside_a_story_is_not_read():
    note = "Please switch scripts on to see the comments of readers on this page. " * 9
    text = text_of(whole(f"<article><h1>{TITLE}</h1>{paragraphs()}</article><noscript>{note}"))
    assert text.split("\n\n") == list(ALL)


def test_a_note_above_the_headline_is_no_text():
    note = "<div class='strip'><p>You read this page with a browser that is older than it is.</p>"
    found = extract_page(whole(f"{note}</div><div><h1>{TITLE}</h1>{paragraphs()}</div>"), url=URL)
    assert found.text.split("\n\n") == list(ALL)


def test_a_registration_wall_is_no_text():
    wall = (
        "<div class='access-wall'><h2>Do you like our latest stories?</h2><ul><li>Read the harbour "
        "pages of our newsroom</li></ul></div>"
    )
    lines = text_of(whole(f"<article><h1>{TITLE}</h1>{paragraphs()}{wall}</article>"))
    assert lines.split("\n\n") == list(ALL)


def test_a_line_in_one_element_with_a_picture_is_its_caption():
    shown = "<p><img src='/pier.jpg'><br>The near pier on Wednesday morning</p>"
    found = extract_page(quoted(shown), url=URL)
    assert found.text.split("\n\n") == list(ALL)


def test_a_sentence_beside_a_picture_is_kept():
    quote = "The near pier leaned to one side on Wednesday morning."
    lines = text_of(quoted(f"<p><img src='/pier.jpg'><br>{quote}</p>")).split("\n\n")
    assert lines == [*ALL[:4], quote, *ALL[4:]]


def test_a_short_story_beside_a_longer_appeal_for_gifts_is_the_text():
    # trafilatura's default pass reads the appeal: its paragraphs stand in one box.
    story = "".join(f"<div class='cli'><p>{line}</p></div>" for line in PARAGRAPHS)
    appeal = "".join(
        f"<p>In the {nth} winter of this paper our reporters were on the piers and in the council, "
        "so that you know what is decided in your name and with your money.</p>"
        for nth in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
    )
    found = text_of(
        whole(
            f"<main><h1>{TITLE}</h1><section class='entry-content'>{story}<div class='cli'>"
            f"<div class='support__message'>{appeal}</div></div></section></main>"
        )
    )
    assert found.split("\n\n") == [*PARAGRAPHS]
