"""Site memory: what a host repeats is removed, and what articles share by right is kept."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clean.cleaner import clean_article
from pipeline.clean.site_memory import (
    NO_HOST,
    History,
    MemorySiteMemory,
    SeenPage,
    block_fingerprint,
    fingerprint,
    host_of,
)
from pipeline.models import Article

FOOTER = "The Lakeshore Post is printed on the old mill island and read in nine parishes."
BOTTOM = "Write to the desk at the mill"
SUBHEAD = "What happens now"


def sentence(number, place):
    digest = hashlib.sha256(f"{number}/{place}".encode()).hexdigest()
    words = " ".join(digest[at : at + 4] for at in range(0, 48, 4))
    return f"On the day {number} the council heard {words} and went home again."


def page(number, *, body=None, bottom=(FOOTER, BOTTOM)):
    url = f"https://lakeshore.example/{number}"
    blocks = body or [sentence(number, 1), SUBHEAD, sentence(number, 2)]
    text = "\n\n".join([*blocks, *bottom])
    return Article(url=url, canonical_url=url, title=None, text=text)


def test_the_third_article_of_a_host_loses_what_the_host_repeats():
    memory = MemorySiteMemory()
    found = [clean_article(page(number), memory) for number in range(3)]
    assert [FOOTER in article.text for article in found] == [True, True, False]
    assert [(block.text, block.reason) for block in found[2].removed] == [
        (FOOTER, "site_memory"),
        (BOTTOM, "site_memory"),
    ]


def test_the_first_articles_lose_it_when_they_are_cleaned_again():
    memory = MemorySiteMemory()
    for number in range(3):
        clean_article(page(number), memory)
    assert FOOTER not in clean_article(page(0), memory).text


def test_the_same_page_twice_counts_once():
    memory = MemorySiteMemory()
    found = [clean_article(page(1), memory) for _ in range(5)]
    assert all(FOOTER in article.text for article in found)


def test_hosts_do_not_share_their_memory():
    memory = MemorySiteMemory()
    for number in range(5):
        clean_article(page(number), memory)
    other = Article("https://other.example/1", "https://other.example/1", None, page(9).text)
    assert FOOTER in clean_article(other, memory).text


def test_copies_of_one_story_keep_their_sentences():
    memory = MemorySiteMemory()
    body = [sentence(0, place) for place in range(6)]
    found = [clean_article(page(number, body=body, bottom=()), memory) for number in range(4)]
    assert found[-1].text == "\n\n".join(body)


def test_boilerplate_is_removed_even_from_copies_of_one_story():
    memory = MemorySiteMemory()
    for number in range(12):
        clean_article(page(number), memory)
    body = [sentence(0, place) for place in range(6)]
    found = [clean_article(page(f"copy-{n}", body=body), memory) for n in range(3)]
    assert found[-1].text == "\n\n".join(body)


def test_a_quote_in_two_articles_is_kept():
    memory = MemorySiteMemory()
    quote = "“The quay was built by our grandfathers, and it shows,” said Ines Moor of the port."
    for number in range(2):
        body = [sentence(number, 1), quote, sentence(number, 2)]
        found = clean_article(page(number, body=body, bottom=()), memory)
        assert quote in found.text


def test_background_between_own_sentences_is_kept():
    memory = MemorySiteMemory()
    background = (
        "The port has been in dispute since the mill island was sold to the county in 2019."
    )
    for number in range(5):
        body = [sentence(number, 1), background, sentence(number, 2)]
        assert background in clean_article(page(number, body=body, bottom=()), memory).text


def test_a_subhead_that_few_articles_share_is_kept():
    memory = MemorySiteMemory()
    for number in range(20):
        clean_article(page(number, body=[sentence(number, 1), sentence(number, 2)]), memory)
    found = [clean_article(page(number), memory) for number in range(20, 24)]
    assert SUBHEAD in found[-1].text


def test_a_removed_block_states_the_number_of_articles():
    memory = MemorySiteMemory()
    found = [clean_article(page(number), memory) for number in range(4)]
    assert [block.article_count for block in found[3].removed] == [4, 4]


def test_an_article_cleaned_again_is_not_counted_again():
    memory = MemorySiteMemory()
    for number in range(2):
        clean_article(page(number), memory)
    unknown = clean_article(page(7), memory, remember=False)
    assert FOOTER in unknown.text
    clean_article(page(2), memory)
    again = [clean_article(page(number), memory, remember=False) for number in (0, 1, 7)]
    assert not any(FOOTER in article.text for article in again)
    assert {block.article_count for article in again for block in article.removed} == {3}


def test_an_article_under_two_urls_counts_once():
    memory = MemorySiteMemory()
    quote = "“We have counted every plank of that bridge, and not one of them is sound,” he said."
    for number in range(2):
        for way in ("", "/amp"):
            body = [sentence(number, place) for place in range(4)]
            given_page = page(f"{number}{way}", body=[*body, quote], bottom=())
            assert quote in clean_article(given_page, memory).text


@pytest.mark.parametrize("host", ["www.lakeshore.example", "m.lakeshore.example"])
def test_the_www_and_mobile_host_share_a_memory(host):
    memory = MemorySiteMemory()
    for number in range(2):
        clean_article(page(number), memory)
    url = f"https://{host}/9"
    assert FOOTER not in clean_article(Article(url, url, None, page(9).text), memory).text


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Lakeshore.example/a", "lakeshore.example"),
        ("https://amp.lakeshore.example:8443/a", "lakeshore.example:8443"),
        ("http://127.0.0.1:8001/a", "127.0.0.1:8001"),
        ("https://sport.lakeshore.example/a", "sport.lakeshore.example"),
        ("https://m.example/a", "m.example"),
        ("file:///tmp/a.html", NO_HOST),
        (None, NO_HOST),
    ],
)
def test_a_host_is_its_name_and_port(url, host):
    assert host_of(url) == host


@pytest.mark.parametrize(
    "lines",
    [
        ("12 comments", "1 comment"),
        ("Page 2 of 9", "Page 3 of 11"),
        ("Updated 3 May, 10:15 am", "Updated 12 October, 9:05 pm"),
        ("1.2k views", "17K views"),
        ("3 people are reading this", "1,204 people are reading this"),
    ],
)
def test_short_lines_that_differ_in_numbers_count_as_one(lines):
    assert len({block_fingerprint(line) for line in lines}) == 1


@pytest.mark.parametrize(
    "form",
    [
        "The council spent {} crowns on the bridge across the river in the past year.",
        "She scored {} points.",
        "A{} motorway",
    ],
)
def test_sentences_and_names_keep_their_numbers(form):
    assert block_fingerprint(form.format(7)) != block_fingerprint(form.format(8))


def test_a_byline_with_varying_names_is_removed():
    memory = MemorySiteMemory()
    names = ("Ines Moor", "Per Aasen", "Adaeze Obi", "Li Wen", "Jon Ash", "Ida Marlow", "Bo Rask")
    for number, name in enumerate(names):
        byline = f"{name} · {number + 2} min read · {number}7 views"
        text = "\n\n".join((byline, sentence(number, 1), sentence(number, 2)))
        url = f"https://lakeshore.example/{number}"
        found = clean_article(Article(url, url, None, text), memory)
    assert byline not in found.text


def test_a_line_with_varying_names_between_sentences_is_kept():
    memory = MemorySiteMemory()
    for number in range(9):
        subhead = f"What {('Ada', 'Bea', 'Cid')[number % 3]} Moor{number} said next"
        body = [sentence(number, 1), subhead, sentence(number, 2)]
        assert subhead in clean_article(page(number, body=body), memory).text


def test_reports_on_one_topic_keep_their_background():
    memory = MemorySiteMemory()
    background = "Two fishing boats sank off that coast in the storms of the year before, it said."
    for number in range(24):
        on_topic = number % 3 == 0
        names = "Ines Moor and Per Aasen of Lighthouse Bay" if on_topic else f"Clerk Nam{number}x"
        body = [sentence(number, 1), f"On that day they met {names} at the quay of the old port."]
        blocks = [*body, background] if on_topic else body
        found = clean_article(page(number, body=blocks, bottom=(FOOTER,)), memory)
        assert (background in found.text) is on_topic


def test_unrelated_stories_lose_a_note_that_they_share():
    memory = MemorySiteMemory()
    note = "Two fishing boats carry the paper to the islands each morning, and one brings letters."
    for number in range(24):
        body = [sentence(number, 1), f"They met Clerk Nam{number}x at the quay of the old port."]
        blocks = [*body, note] if number % 3 == 0 else body
        clean_article(page(number, body=blocks, bottom=(FOOTER,)), memory)
    last = clean_article(page(21, body=[sentence(21, 1), note]), memory)
    assert note not in last.text


def test_a_closing_sentence_of_few_articles_is_kept():
    memory = MemorySiteMemory()
    for number in range(30):
        body = [sentence(number, 1), sentence(number, 2)]
        blocks = [*body, "The trial continues."] if number % 6 == 0 else body
        found = clean_article(page(number, body=blocks), memory)
        assert ("The trial continues." in found.text) is (number % 6 == 0)


def test_a_redesign_is_learned_in_three_pages_and_the_old_design_fades():
    memory = MemorySiteMemory()
    body = [sentence("x", 1), sentence("x", 2)]
    for number in range(30):
        clean_article(page(number), memory)
    new = "Read by lamplight since the flood"
    found = [clean_article(page(30 + n, bottom=(new,)), memory) for n in range(12)]
    assert [new in article.text for article in found[:3]] == [True, True, False]
    again = clean_article(page("old words", body=[*body, BOTTOM], bottom=(new,)), memory)
    assert BOTTOM in again.text
    assert new not in again.text
    assert BOTTOM not in clean_article(page(5), memory, remember=False).text


def test_boilerplate_of_two_years_ago_is_kept_today():
    start = datetime(2024, 3, 1, tzinfo=UTC)
    old = [SeenPage("h", n, (5,), (100 + n,), (), start) for n in range(9)]
    new = SeenPage("h", 99, (5,), (199,), (), start + timedelta(days=700))
    history = History([*old, new])
    assert history.occurrences(5, 99).stories == 1
    assert history.occurrences(5, 3).stories == 9


def test_texts_without_a_url_are_one_host_that_needs_twice_the_stories():
    memory = MemorySiteMemory()
    texts = [Article(None, None, None, page(number).text) for number in range(6)]
    found = [clean_article(text, memory) for text in texts]
    assert [FOOTER in article.text for article in found] == [True] * 5 + [False]


def test_the_same_text_without_a_url_counts_once():
    memory = MemorySiteMemory()
    for _ in range(9):
        assert FOOTER in clean_article(Article(None, None, None, page(1).text), memory).text


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sets(st.integers(0, 6), max_size=4)), max_size=60),
    st.integers(0, 40),
    st.integers(0, 6),
)
def test_a_block_has_at_most_as_many_stories_as_pages(seen, key, block):
    unique = {number: SeenPage("h", number, tuple(blocks), ()) for number, blocks in seen}
    history = History(list(unique.values()))
    found = history.occurrences(block, key)
    assert 0 <= found.stories <= sum(block in page.lines for page in unique.values())
    assert 0 <= found.share <= 1


def test_fingerprints_never_change():
    assert fingerprint("Close this search box.") == fingerprint(" CLOSE this search  box. ")
    assert fingerprint("Close this search box.") == -4307965898143937855


@given(st.text())
def test_fingerprints_fit_a_bigint(block):
    assert -(2**63) <= fingerprint(block) < 2**63


COPIES = (
    "The ferry company said on Sunday that its two boats would stay in port until the storm had "
    "passed, and that tickets would be valid for the rest of the week.",
    "About four hundred people were waiting at the quay in the evening, most of them on their way "
    "home from the market, and the town opened the school for them.",
)
NOTICE = (
    "Notice is hereby given that the court will hear the following matter in open session, and "
    "that anyone with an interest in it may attend or send a word in writing.",
    "Those who wish to be heard have to tell the clerk by noon on the day before, in writing, "
    "with their name, their address and the number of the matter.",
)


def last_of(texts, host=None):
    """Clean these texts twice as articles of one host and return the text of the last one."""
    memory = MemorySiteMemory()
    for _ in range(2):
        for number, text in enumerate(texts):
            url = f"https://{host}/{number}" if host else None
            found = clean_article(Article(url, url, None, text), memory)
    return found.text


@pytest.mark.parametrize("host", [None, "lakeshore.example"])
@pytest.mark.parametrize("copies", [3, 8, 20])
@pytest.mark.parametrize("ending", ["({})", "Desk of {}", "The words above came from {} by wire."])
def test_short_near_copies_keep_their_text(host, copies, ending):
    texts = ["\n\n".join([*COPIES, ending.format(f"Agency{n}x")]) for n in range(copies)]
    assert all(paragraph in last_of(texts, host) for paragraph in COPIES)


@pytest.mark.parametrize("host", [None, "lakeshore.example"])
@pytest.mark.parametrize("around", [3, 20])
def test_short_near_copies_among_other_texts_lose_only_boilerplate(host, around):
    others = [
        "\n\n".join([*(sentence(n, place) for place in range(4)), FOOTER]) for n in range(around)
    ]
    copies = ["\n\n".join([*COPIES, f"(Agency{n}x)", FOOTER]) for n in range(8)]
    left = last_of([*others, *copies], host)
    assert all(paragraph in left for paragraph in COPIES)
    assert (FOOTER in left) is (around == 3 and host is None)


@pytest.mark.parametrize("host", [None, "court.example"])
@pytest.mark.parametrize("notices", [6, 30])
def test_notices_of_one_form_keep_their_text(host, notices):
    texts = ["\n\n".join([NOTICE[0], sentence(n, 1), NOTICE[1]]) for n in range(notices)]
    assert all(paragraph in last_of(texts, host) for paragraph in NOTICE)


@pytest.mark.parametrize("number", [3, 4, 6, 20])
def test_a_long_blurb_is_removed_from_short_texts(number):
    blurb = f"{FOOTER[:-1]}, {COPIES[0]} {COPIES[1]}"
    texts = ["\n\n".join([sentence(n, 1), sentence(n, 2), blurb]) for n in range(number)]
    assert last_of(texts, "lakeshore.example") == texts[-1].removesuffix(f"\n\n{blurb}")


def test_a_page_of_boilerplate_alone_keeps_no_text():
    texts = ["\n\n".join([sentence(n, 1), sentence(n, 2), FOOTER]) for n in range(9)]
    assert last_of([*texts, FOOTER], "lakeshore.example") == ""


@pytest.mark.parametrize("line", ["Advertisement -", "Local weather »"])
def test_a_short_line_that_ends_in_a_sign_is_removed_at_three_pages(line):
    texts = ["\n\n".join([sentence(n, 1), line, sentence(n, 2)]) for n in range(3)]
    assert line not in last_of(texts, "lakeshore.example")


def test_a_short_line_that_a_text_repeats_is_removed_at_three_pages():
    texts = [
        "\n\n".join(
            [sentence(n, 1), "Local weather", sentence(n, 2), "Local weather", sentence(n, 3)]
        )
        for n in range(3)
    ]
    assert "weather" not in last_of(texts, "lakeshore.example")


@pytest.mark.parametrize("subhead", ["What happens next?", "What we know", "“We are here”"])
def test_a_subhead_on_five_pages_is_kept(subhead):
    texts = ["\n\n".join([sentence(n, 1), subhead, sentence(n, 2)]) for n in range(5)]
    assert subhead in last_of(texts, "lakeshore.example")
