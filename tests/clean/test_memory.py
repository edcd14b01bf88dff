import hashlib

from hypothesis import given
from hypothesis import strategies as st

from pipeline.clean.article import clean_article
from pipeline.clean.memory import MemorySiteMemory, fingerprint
from pipeline.records import Article

FURNITURE = "The Lakeshore Post is printed on the old mill island and read in nine parishes."
BOTTOM = "Write to the desk at the mill"
SUBHEAD = "What happens now"


def sentence(number, place):
    digest = hashlib.sha256(f"{number}/{place}".encode()).hexdigest()
    words = " ".join(digest[at : at + 4] for at in range(0, 48, 4))
    return f"On the day {number} the council heard {words} and went home again."


def page(number, *, body=None, bottom=(FURNITURE, BOTTOM)):
    url = f"https://lakeshore.example/{number}"
    blocks = body or [sentence(number, 1), SUBHEAD, sentence(number, 2)]
    text = "\n\n".join([*blocks, *bottom])
    return Article(url=url, canonical_url=url, title=None, text=text)


def test_the_third_article_of_a_host_loses_what_the_host_repeats():
    memory = MemorySiteMemory()
    found = [clean_article(page(number), memory) for number in range(3)]
    assert [FURNITURE in article.text for article in found] == [True, True, False]
    assert [(block.text, block.reason) for block in found[2].removed] == [
        (FURNITURE, "site_memory"),
        (BOTTOM, "site_memory"),
    ]


def test_the_first_articles_profit_when_they_are_cleaned_again():
    memory = MemorySiteMemory()
    for number in range(3):
        clean_article(page(number), memory)
    assert FURNITURE not in clean_article(page(0), memory).text


def test_the_same_page_twice_counts_once():
    memory = MemorySiteMemory()
    found = [clean_article(page(1), memory) for _ in range(5)]
    assert all(FURNITURE in article.text for article in found)


def test_hosts_do_not_share_their_memory():
    memory = MemorySiteMemory()
    for number in range(5):
        clean_article(page(number), memory)
    other = Article("https://other.example/1", "https://other.example/1", None, page(9).text)
    assert FURNITURE in clean_article(other, memory).text


def test_copies_of_one_story_keep_their_sentences():
    memory = MemorySiteMemory()
    body = [sentence(0, place) for place in range(6)]
    found = [clean_article(page(number, body=body, bottom=()), memory) for number in range(4)]
    assert found[-1].text == "\n\n".join(body)


def test_furniture_goes_even_from_copies_of_one_story():
    memory = MemorySiteMemory()
    for number in range(12):
        clean_article(page(number), memory)
    body = [sentence(0, place) for place in range(6)]
    found = [clean_article(page(f"copy-{n}", body=body), memory) for n in range(3)]
    assert found[-1].text == "\n\n".join(body)


def test_what_two_articles_quote_stays():
    memory = MemorySiteMemory()
    quote = "“The quay was built by our grandfathers, and it shows,” said Ines Moor of the port."
    for number in range(2):
        body = [sentence(number, 1), quote, sentence(number, 2)]
        found = clean_article(page(number, body=body, bottom=()), memory)
        assert quote in found.text


def test_background_between_own_sentences_stays_until_it_is_everywhere():
    memory = MemorySiteMemory()
    background = (
        "The port has been in dispute since the mill island was sold to the county in 2019."
    )
    for number in range(5):
        body = [sentence(number, 1), background, sentence(number, 2)]
        assert background in clean_article(page(number, body=body, bottom=()), memory).text


def test_a_subhead_that_few_articles_share_stays():
    memory = MemorySiteMemory()
    for number in range(20):
        clean_article(page(number, body=[sentence(number, 1), sentence(number, 2)]), memory)
    found = [clean_article(page(number), memory) for number in range(20, 24)]
    assert SUBHEAD in found[-1].text


def test_fingerprints_never_change():
    assert fingerprint("Close this search box.") == fingerprint(" CLOSE this search  box. ")
    assert fingerprint("Close this search box.") == -4307965898143937855


@given(st.text())
def test_fingerprints_fit_a_bigint(block):
    assert -(2**63) <= fingerprint(block) < 2**63
