"""Text and removed blocks together are what a reader of the page's main part sees."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean.cleaner import clean_article
from pipeline.extract.page import extract_page
from pipeline.text import normalise
from tests.extract.pages import PARAGRAPHS, TITLE, URL, page

BOXES = {
    "a table": "<table><tr><td>Pier {n}</td><td>{n} metres</td></tr></table>",
    "a teaser": "<div class='teaser'><a href='/{n}'>Harbour story {n} of the week</a></div>",
    "a box": "<div class='box-{n}'>Tide at the pier number {n}</div>",
    "an aside": "<aside><p>The bridge number {n} was built long before the war began.</p></aside>",
    "a form": "<form>Send me letter {n} every week <input type='text'></form>",
    "a list": "<ul class='facts'><li>Fact {n}</li><li>{n} boats</li></ul>",
    "a picture": "<figure><img src='a.jpg'><figcaption>Boats at quay {n}</figcaption></figure>",
    "a label": "<span>Label {n}</span>",
    "definitions": "<dl><dt>Draught {n}</dt><dd>{n} feet at low water</dd></dl>",
    "code": "<pre>tide.set({n})</pre>",
}


def reasons(html):
    found = clean_article(extract_page(html, url=URL), None)
    return {block.text: block.reason for block in found.removed}


def seen_in(html):
    found = clean_article(extract_page(html, url=URL), None)
    removed = [block.text for block in found.removed]
    return normalise("\n".join([found.title or "", found.text or "", *removed]))


def test_a_box_that_is_not_taken_is_named():
    html = page(inside="<div class='box-3'>High water at noon</div>")
    assert reasons(html)["High water at noon"] == "left_out"


def test_the_reason_is_what_the_markup_or_the_wording_says():
    found = reasons(
        page(
            before="<div class='byline-tools'>Share this article</div>",
            inside="<figure><img src='a.jpg'><figcaption>Boats at Holm quay</figcaption></figure>"
            "<div class='more-on-this'><a href='/x'>Why the bridge never opened</a></div>",
        )
    )
    assert found["Boats at Holm quay"] == "caption"
    assert found["Why the bridge never opened"] == "related"
    assert found["Share this article"] == "share_bar"


def test_navigation_and_footer_are_no_part_of_the_article():
    found = reasons(page(inside="<div class='box-3'>High water at noon</div>"))
    assert not {"Home", "News", "Home News", "© 2024 Lakeshore Post"} & set(found)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(BOXES)), st.integers(0, 5)), max_size=8))
def test_nothing_in_the_article_is_unaccounted_for(boxes):
    lines = [f"<p>{line}</p>" for line in PARAGRAPHS]
    wanted = []
    for n, (name, place) in enumerate(boxes, 2):
        lines.insert(min(place, len(lines)), BOXES[name].format(n=n))
        wanted.append(str(n))
    html = page(paragraphs=(), inside="".join(lines))
    seen = seen_in(html)
    assert normalise(TITLE) in seen
    words = set(seen.split())
    assert [n for n in wanted if not any(n in word for word in words)] == []
    assert [line for line in PARAGRAPHS if normalise(line) not in seen] == []
