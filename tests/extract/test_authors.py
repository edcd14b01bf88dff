"""The authors of a page, read from whole pages."""

import re

import pytest

from pipeline.extract.page import extract_page
from tests.extract.pages import linked_data, page
from tests.fix_languages import STORIES


def authors(**parts):
    found = extract_page(page(**parts), url="https://lakeshore.example/ferry")
    return found.authors, found.authors_origin


def data(author):
    return linked_data(headline="Ferry", author=author, publisher={"name": "Lakeshore Post"})


@pytest.mark.parametrize(
    ("parts", "names", "origin"),
    [
        ({"head": data({"@type": "Person", "name": "Ines Moor"})}, ("Ines Moor",), "json_ld"),
        ({"head": data([{"name": "INES MOOR"}, {"name": "AP"}])}, ("Ines Moor",), "json_ld"),
        ({"head": "<meta name='author' content='Moor, Ines'>"}, ("Ines Moor",), "meta"),
        ({"before": "<p>By Ines Moor and Per Aasen in Brevik</p>"}, ("Ines Moor", "Per Aasen"),
         "visible"),
        ({"before": "<div>ByInes Moor</div>"}, ("Ines Moor",), "visible"),
        ({"before": "<p class='byline'>by <a rel='author'>Ines Moor</a> and Per Aasen</p>"},
         ("Ines Moor", "Per Aasen"), "visible"),
        ({"before": "<a href='/staff/ines-moor'>Ines Moor</a>"}, ("Ines Moor",), "visible"),
        ({"before": "<span class='post-author'>von ferrywatcher7</span>"}, ("ferrywatcher7",),
         "visible"),
        ({"before": "<p>Written by</p><p>Ines Moor</p>"}, ("Ines Moor",), "visible"),
        ({"before": "<dl><dt>von</dt><dd>Ines Moor</dd></dl>"}, ("Ines Moor",), "visible"),
        ({"before": "<p>Julia Moor • 4 March 2024</p>"}, ("Julia Moor",), "visible"),
        ({"before": "<p>Ines Moor | Senior Writer | March 4, 2024</p>"}, ("Ines Moor",),
         "visible"),
        ({"before": "<p>4 March 2024 | Brevik Harbour</p>"}, (), None),
        ({"before": "<p>Author: H.G. Tarn<br>Released: June 17, 2025 by Oar Books</p>"},
         (), None),
        ({"after": f"<div class='blog-author'><b>Ines Moor</b><p>{'Ines writes. ' * 30}</p></div>"},
         ("Ines Moor",), "visible"),
        ({}, (), None),
    ],
)  # fmt: skip
def test_authors_have_the_origin_they_were_read_from(parts, names, origin):
    assert authors(**parts) == (names, origin)


def test_a_visible_person_is_preferred_to_the_newsroom_in_json_ld():
    head = data({"@type": "Organization", "name": "Lakeshore Post"})
    assert authors(head=head)[0] == ("Lakeshore Post",)
    assert authors(head=head, before="<p>By Ines Moor</p>") == (("Ines Moor",), "visible")


def test_a_name_above_the_text_counts_where_json_ld_names_a_newsroom():
    head = data({"name": "Lakeshore Newsroom"})
    assert authors(head=head, before="<p>Ines Moor / Per Aasen</p>")[0] == (
        "Ines Moor",
        "Per Aasen",
    )
    assert authors(before="<p>Related Topics</p>")[0] == ()


def test_authors_of_comments_and_other_stories_are_ignored():
    after = (
        "<div class='comments'><span class='author'>Lars Holm</span></div>"
        "<aside><span class='author-name'>Kim Berg</span></aside>"
        "<div class='related-card'><span class='author-name'>Kim Berg</span></div>"
    )
    assert authors(after=after)[0] == ()


def test_two_author_cards_are_not_one_byline():
    cards = "".join(
        f"<div><div><p><span class='author-name'>{name}</span></p></div></div>"
        for name in ("Ines Moor", "Kim Berg")
    )
    assert authors(before=cards)[0] == ("Ines Moor",)


def test_an_element_with_thousands_of_parts_is_no_byline():
    deep = "<div class='author'>" * 150 + "<i></i>" * 15_000 + "Ines Moor" + "</div>" * 150
    assert authors(before=deep)[0] == ()


@pytest.mark.parametrize(
    "line",
    ["<h2>Limits by October</h2>", "<p>Books by Women</p>", "<p>Photos by Ann Moor</p>",
     "<p>Music by Philip Aasen</p>", "<p>Translated by Ann Moor</p>", "<h2>Poems by Ann Moor</h2>"],
)  # fmt: skip
def test_photographers_and_translators_are_no_authors(line):
    assert authors(before=line) == ((), None)


@pytest.mark.parametrize(
    "line",
    [
        "<p>By <a rel='author'>Ines Moor</a> North of Holm correspondent</p>",
        "<aside>By <a rel='author'>Ines Moor</a> North of Holm correspondent</aside>",
        "<div><span>Por Ines Moor</span><time datetime='2024-03-02'>02/03/2024</time></div>",
        "<div>Penulis: Ines Moor</div>",
        "<div class='writer'>Ines Moor</div>",
        "<p>Submitted by Ines Moor on Sat, 03/02/2024 - 17:02</p>",
        "<div class='meta'><span class='author vcard'><a class='fn'>Ines Moor</a></span></div>",
        "<div class='elementor-widget'><span itemprop='author'>Ines Moor</span></div>",
    ],
)
def test_the_name_is_read_in_various_markup(line):
    assert authors(before=line) == (("Ines Moor",), "visible")


def test_names_in_the_footer_of_the_article_are_read():
    line = (
        "<footer>By <a>Ines Moor</a> and <a>Per Aasen</a><time>2 March 2024, 14:02</time></footer>"
    )
    assert authors(before=line) == (("Ines Moor", "Per Aasen"), "visible")
    own = "<footer class='entry-meta'>by <a rel='author'>Ines Moor</a></footer>"
    assert authors(inside=own) == (("Ines Moor",), "visible")


@pytest.mark.parametrize("name", ["Super User", "Administrator", "Lakeshore Post", "Lakeshore"])
def test_a_visible_person_is_preferred_to_a_placeholder_in_meta(name):
    head = f"<meta name='author' content='{name}'>"
    assert authors(head=head, before="<p>By Ines Moor</p>") == (("Ines Moor",), "visible")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("<div><span>Ines Moor</span><span>Environment correspondent</span></div>", ("Ines Moor",)),
        ("<div>Ines Moor</div><div>Health Reporter</div>", ("Ines Moor",)),
        ("<div>Related Topics</div><div>Harbour Bridge</div>", ()),
    ],
)
def test_a_name_without_by_counts_where_a_role_follows(line, names):
    assert authors(before=line)[0] == names


@pytest.mark.parametrize(
    ("stated", "shown", "names"),
    [
        (["Kate Moor"], "By Kate Moor and Tom Berg", ("Kate Moor", "Tom Berg")),
        (["Kate Moor", "Tom Berg"], "By Kate Moor", ("Kate Moor",)),
        (["Lars Holm"], "By Kate Moor", ("Kate Moor",)),
        (["Kate Moor"], "By Kate Moor Post correspondent", ("Kate Moor",)),
        (["Kate Moor"], "Books by Women", ("Kate Moor",)),
    ],
)
def test_the_byline_at_the_headline_corrects_linked_data(stated, shown, names):
    head = data([{"@type": "Person", "name": name} for name in stated])
    assert authors(head=head, before=f"<p>{shown}</p>")[0] == names


def test_those_who_did_other_work_stand_apart():
    head = data([{"name": "Kate Moor"}, {"name": "Lars Holm"}])
    before = "<p>By Kate Moor</p><div>Reviewed by Lars Holm</div><div>Photos by Ann Berg</div>"
    found = extract_page(page(head=head, before=before), url="https://lakeshore.example/ferry")
    assert found.authors == ("Kate Moor",)
    works = [(each.name, each.role) for each in found.contributors]
    assert works == [("Lars Holm", "reviewer"), ("Ann Berg", "photographer")]


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ("<meta name='author' content='kate moor'>", ("Kate Moor",)),
        ("<meta name='author' content='Tom Read'>", ("Tom Read",)),
        ("<meta name='author' content='Kate Press'>", ("Kate Press",)),
        ("<meta name='author' content='Axel Springer'>", ()),
        ("<meta name='author' content='Axel Springer'>"
         "<meta property='article:author' content='Kate Moor'>", ("Kate Moor",)),
        ("<meta property='article:author' content='https://lakeshore.example/staff/kate-b-moor'>",
         ("Kate B. Moor",)),
    ],
)  # fmt: skip
def test_names_of_meta_tags(head, names):
    assert authors(head=head)[0] == names


def test_bylines_of_other_stories_are_ignored():
    boxes = "".join(
        f"<div class='box'><a href='/a'>Another story</a><span class='author'>{name}</span></div>"
        for name in ("by Kate Moor", "by Tom Berg")
    )
    assert authors(inside=boxes)[0] == ()
    menu = "<div class='menu'><span itemprop='author'>Kate Moor</span></div>"
    assert authors(before=menu)[0] == ()


def test_a_name_without_by_counts_where_a_date_follows():
    before = "<div>Kate Moor</div><div>Published: 3 March 2024</div>"
    assert authors(before=before)[0] == ("Kate Moor",)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_the_byline_below_the_headline_is_read_in_any_language(story):
    name = re.split("[:：] ?|^(?:Von|Par|โดย) ", story.byline)[-1]
    found = extract_page(story.page().encode(), url="https://ferry.example/story")
    assert found.authors == (name,)
