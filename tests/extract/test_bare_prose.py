"""Paragraphs that are not in a ``p``, and subheads in a ``header``, are part of the article."""

import pytest

from pipeline.extract.page import extract_page
from tests.extract.pages import PARAGRAPHS, TITLE, URL, linked_data, page

LEAD = (
    "The ferry line across the sound will stay closed until the autumn, the county said on Monday."
)
REST = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)


def text_of(body, around="<div>{}</div>"):
    html = f"<html lang='en'><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1>"
    html += f"{around.format(body)}</article></body></html>"
    return extract_page(html.encode(), url=URL).text.split("\n\n")


@pytest.mark.parametrize(
    "lead",
    [
        f"<div>{LEAD}</div>",
        f"<strong>{LEAD}</strong>",
        f"<span class='dropcap'>{LEAD[0]}</span>{LEAD[1:]}",
        LEAD,
        f"<div class='photo'><img src='a.jpg'></div>{LEAD}<br><br>",
    ],
)
def test_a_lead_without_p_is_the_first_line(lead):
    assert text_of(lead + REST) == [LEAD, *PARAGRAPHS]


def test_a_lead_before_line_breaks_is_the_first_line():
    assert text_of("<br><br>".join((LEAD, *PARAGRAPHS))) == [LEAD, *PARAGRAPHS]


def test_a_div_between_and_after_paragraphs_is_a_paragraph():
    first, second = (f"<p>{a}</p><p>{b}</p>" for a, b in (PARAGRAPHS[:2], PARAGRAPHS[2:4]))
    found = text_of(f"{first}<div>{LEAD}</div>{second}<div>{PARAGRAPHS[4]}</div>")
    assert found == [*PARAGRAPHS[:2], LEAD, *PARAGRAPHS[2:]]


@pytest.mark.parametrize(
    "boilerplate",
    [
        "<span class='media-caption'>{}</span>",
        "<div class='newsletter'>{}</div>",
        "<div class='box-77'>{}</div>",
        "<div><a href='/x'>{}</a></div>",
        "© {}",
    ],
)
def test_a_caption_or_a_newsletter_box_is_not_restored(boilerplate):
    assert LEAD not in "".join(text_of(boilerplate.format(LEAD) + REST))


@pytest.mark.parametrize(
    "box", ["<div><span>Note</span><div>{}</div></div>", "<div><div>{}</div></div>"]
)
def test_prose_in_nested_boxes_without_names_is_a_paragraph(box):
    first, second = (f"<p>{'</p><p>'.join(some)}</p>" for some in (PARAGRAPHS[:3], PARAGRAPHS[3:]))
    assert LEAD in text_of(first + box.format(LEAD) + second)


STEPS = (
    "Steel for the two new piers comes by barge from Holm in the first week of the spring.",
    "Divers from Brevik clear the bed of the sound of all that the storm has left there.",
    "The last of the boats is taken out of the water and painted in the yard at the mill.",
)


def test_steps_in_boxes_of_their_own_are_part_of_the_text():
    boxes = "".join(
        f"<div class='step-box'><div class='step-text'>{step}</div></div>" for step in STEPS
    )
    first, second = (f"<p>{'</p><p>'.join(some)}</p>" for some in (PARAGRAPHS[:3], PARAGRAPHS[3:]))
    assert text_of(first + boxes + second) == [*PARAGRAPHS[:3], *STEPS, *PARAGRAPHS[3:]]


def test_one_box_with_an_offer_between_many_paragraphs_is_no_text():
    offer = (
        "<div class='offer'><div class='b'>Read all of our pages for one crown a week.</div></div>"
    )
    lines = [f"<p>{line}</p>" for line in (*PARAGRAPHS, *STEPS)]
    assert "one crown" not in "".join(text_of("".join([*lines[:4], offer, *lines[4:]])))


def test_a_quotation_in_a_figure_is_no_caption():
    quote = "<figure class='q'><blockquote><p>{}</p></blockquote></figure>"
    lines = [f"<p>{line}</p>" for line in PARAGRAPHS]
    lines[3:3] = [quote.format(step) for step in STEPS]
    assert [step for step in STEPS if step not in text_of("".join(lines))] == []


def test_a_subhead_of_one_word_before_a_paragraph_is_kept():
    lines = [f"<p>{line}</p>" for line in PARAGRAPHS]
    lines.insert(3, "<div class='s'><h3>Verdict</h3></div>")
    assert text_of("".join(lines))[3] == "Verdict"


def test_the_linked_name_of_an_entry_above_its_paragraph_is_kept():
    entries = "".join(
        f"<h3><a href='/{n}'>Boat {n}</a></h3><p>{s}</p>" for n, s in enumerate(STEPS)
    )
    lines = [f"<p>{line}</p>" for line in PARAGRAPHS]
    found = text_of("".join([*lines[:3], entries, *lines[3:]]))
    assert [f"Boat {n}" for n in range(3) if f"Boat {n}" not in found] == []


def test_the_linked_name_of_an_entry_above_its_address_is_kept():
    entries = "".join(
        f"<h2><a href='/{n}'>Inn {n}</a></h2><h3>{n} Quay Street, Brevik</h3><p>{step}</p>"
        for n, step in enumerate(STEPS)
    )
    lines = [f"<p>{line}</p>" for line in PARAGRAPHS]
    found = text_of("".join([*lines[:3], entries, *lines[3:]]))
    assert [f"Inn {n}" for n in range(3) if f"Inn {n}" not in found] == []


def test_subheads_in_headers_are_kept_without_their_times():
    items = "".join(
        f"<div><header><time>1{n}:00 CEST</time><h2>Pier number {n} examined</h2></header>"
        f"<p>{text}</p></div>"
        for n, text in enumerate(PARAGRAPHS)
    )
    found = text_of(items)
    assert [line for line in found if line.startswith("Pier number")] == [
        f"Pier number {n} examined" for n in range(len(PARAGRAPHS))
    ]
    assert "CEST" not in "".join(found)


def test_short_subheads_of_a_live_blog_are_restored():
    posts = "".join(
        f"<article class='block'><header><time>1{n}:00</time><h2>Pier {word}</h2></header>"
        f"<p>{text}</p></article>"
        for n, (word, text) in enumerate(zip(("lost", "closed", "gone"), PARAGRAPHS, strict=False))
    )
    found = text_of(posts, "<div class='live'>{}</div>")
    assert [line for line in found if line.startswith("Pier")] == [
        "Pier lost", "Pier closed", "Pier gone"
    ]  # fmt: skip


def test_the_captions_of_a_gallery_are_its_text():
    figures = "".join(
        f"<figure><img src='{n}.jpg'><figcaption>{text}</figcaption></figure>"
        for n, text in enumerate(PARAGRAPHS)
    )
    head = linked_data(**{"@type": "ImageGallery"}, name=TITLE)
    found = extract_page(page(head=head, paragraphs=(LEAD,), inside=figures), url=URL)
    assert (found.kind, str(found.outcome)) == ("gallery", "loaded")
    assert found.text.split("\n\n") == [LEAD, *PARAGRAPHS]
