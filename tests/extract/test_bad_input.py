"""Bad input to ``dateline extract``: pages and texts that are empty, huge, broken or other data.

Each gets a named outcome and a reason that says what to do, within bounded time and memory, and
leaves the rows before and after it unchanged.
"""

import base64
import gzip
import io
import json
import re
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.cli.extract import transform
from pipeline.cli.filters import run_filter
from pipeline.extract.encoding import repair
from pipeline.extract.page import extract_page
from pipeline.extract.plain_text import extract_text_bytes
from pipeline.outcomes import Outcome
from tests.extract.bad_pages import (
    CHARSETS,
    ENGLISH,
    FOREIGN_CHARSETS,
    GERMAN,
    LANGUAGES,
    PERSIAN,
    REFUSED,
    SURROUNDINGS,
    declared,
    misread,
    story,
)
from tests.extract.pages import PARAGRAPHS, TITLE, URL, linked_data, page

pytestmark = pytest.mark.usefixtures("preloaded")
SECONDS = 20
"""CPU seconds for one page at most; the slowest takes less than one."""
TEXT = "\n\n".join(PARAGRAPHS)
WITH_ACCENTS = "\n\n".join(ENGLISH)


def through(*rows):
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    out = io.StringIO()
    run_filter(io.BytesIO(lines.encode()), out, lambda given: transform(given, jobs=1))
    assert out.getvalue().isascii()
    return [json.loads(line) for line in out.getvalue().splitlines()]


def one(**row):
    """Return the result of one row that is between two good ones, which must not be affected."""
    started = time.process_time()
    before, found, after = through(
        {"id": 1, "url": URL, "html": page().decode()},
        {"id": 2, **row},
        {"id": 3, "text": TEXT},
    )
    assert time.process_time() - started < SECONDS
    assert (before["outcome"], before["text"]) == ("ok", TEXT)
    assert (after["outcome"], after["text"]) == ("ok", TEXT)
    return found


def of_bytes(tmp_path, body, name="page.html"):
    (tmp_path / name).write_bytes(body)
    return one(url=URL, path=str(tmp_path / name))


def shown(found):
    """Return all values of a result as JSON."""
    return json.dumps({key: value for key, value in found.items() if key != "id"})


@pytest.mark.parametrize("name", REFUSED)
def test_pages_without_an_article_have_an_outcome_and_a_reason(name, tmp_path):
    bad = REFUSED[name]
    found = of_bytes(tmp_path, bad.body)
    assert found["outcome"] == bad.outcome
    assert re.search(bad.reason, found["reason"])


def attributes(count):
    return " ".join(f'a{number}="v"' for number in range(count))


HUGE = {
    "one word of 50 MB": (lambda: b"<p>" + b"a" * 50_000_000, "characters, 600000 are the most"),
    "one line of 50 MB": (
        lambda: b"<html><p>" + b"The ferry sails. " * 3_000_000,
        "characters, 600000 are the most",
    ),
    "200,000 nested divs": (lambda: b"<div>" * 200_000 + b"text", "more than 200 levels"),
    "200,000 divs in a story": (
        lambda: page(inside="<div>" * 200_000 + "text"),
        "more than 200 levels",
    ),
    "100,000 unclosed tags": (lambda: page(inside="<b><i>" * 50_000), "more than 200 levels"),
    **{
        f"{count:,} attributes on a tag": (
            lambda count=count: page(inside=f"<p {attributes(count)}>The ferry sails.</p>"),
            f"a <p> with {count} attributes, 3000 are the most",
        )
        for count in (20_000, 40_000, 500_000)
    },
    "60,000 paragraphs": (
        lambda: page(inside="<p>The ferry sails at nine.</p>" * 60_000),
        "elements, 20000 are the most",
    ),
    "1 MB of links": (lambda: page(inside="<a>" * 330_000), "elements, 20000 are the most"),
    "10,000 meta tags": (
        lambda: page(head="<meta name='author' content='A B'><meta name=k content=v>" * 10_000),
        "elements, 20000 are the most",
    ),
    "a title of 1 MB": (
        lambda: page(h1="Ferry " * 170_000),
        "characters, 600000 are the most",
    ),
    "100 MB of zeros in gzip": (lambda: gzip.compress(b"<p>" + bytes(100_000_000)), "no text"),
    "6,000 blocks of one letter": (
        lambda: b"<title>A</title>" + b"<div>a</div>" * 6_000 + b"b",
        "no story|looks like",
    ),
    "a redirect of blanks": (
        lambda: b"<meta http-equiv=refresh content='" + b" " * 1_000_000 + b"'><p>Moved",
        "1 word is no story",
    ),
    "JSON-LD of 20 MB before the text": (
        lambda: page(head=linked_data(articleBody="The ferry sails. " * 1_200_000)),
        "only the first 10000000 of 2[0-9]+ bytes",
    ),
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_pages_are_refused_within_seconds(name, tmp_path):
    body, reason = HUGE[name]
    found = of_bytes(tmp_path, body())
    assert found["outcome"] in (Outcome.BAD_CONTENT, Outcome.NOT_AN_ARTICLE)
    assert re.search(reason, found["reason"])
    assert len(found["text"] or "") <= 100_000


def test_the_visible_text_of_a_huge_page_is_kept(tmp_path):
    found = of_bytes(tmp_path, page(inside="<div>" * 200_000))
    assert all(text in found["text"] for text in PARAGRAPHS)


@pytest.mark.parametrize(
    "inside",
    [
        f"<script>for (i = 0; i<n ; i++) {{ {'the sea ' * 3000} }}</script>",
        f'<p title="{"the sea " * 3000} < 5">The ferry sails.</p>',
        f"<p>{'the sea ' * 3000}</p>",
        f"<p {attributes(400)}>The ferry sails.</p>",
        "<p>1 <2 " + "the sea " * 3000 + "</p>",
    ],
)
def test_words_that_are_no_attributes_are_not_counted_as_such(inside, tmp_path):
    found = of_bytes(tmp_path, page(inside=inside))
    assert found["outcome"] == "ok"
    assert "attributes" not in (found.get("reason") or "")


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_a_story_in_hostile_markup_is_extracted(name, tmp_path):
    found = of_bytes(tmp_path, page(**SURROUNDINGS[name]()))
    assert (found["outcome"], found["title"]) == ("ok", TITLE)
    assert found["text"].endswith(TEXT)
    assert found["canonical_url"] == URL


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory needs /proc")
def test_fifty_megabytes_fit_into_little_memory(tmp_path):
    """One process reads 50 MB as a page, as a text, within a row, and from a compression bomb."""
    (tmp_path / "line.html").write_bytes(b"<p>" + b"The ferry sails. " * 3_000_000)
    (tmp_path / "line.txt").write_bytes(b"a" * 50_000_000)
    (tmp_path / "bomb.html").write_bytes(gzip.compress(b"<p>" + b"a" * 100_000_000, 1))
    rows = [{"id": name, "path": str(tmp_path / name)} for name in ("line.html", "line.txt")]
    rows += [{"id": "bomb", "path": str(tmp_path / "bomb.html")}, {"id": "z", "text": TEXT}]
    rows[2:2] = [{"id": key, key: "a" * 50_000_000} for key in ("html", "text")]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    # ru_maxrss will not do: a process inherits it from the one that started it.
    code = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from pipeline.cli import main\n"
        "try: main()\n"
        "finally:\n"
        "    status = Path('/proc/self/status').read_text()\n"
        "    print(re.search(r'VmHWM:\\s+(\\d+)', status)[1], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "extract", "--jobs", "1", str(tmp_path / "rows.jsonl")],
        capture_output=True,
        check=True,
        text=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in found] == [row["id"] for row in rows]
    assert [row["outcome"] for row in found] == [Outcome.BAD_CONTENT] * 5 + ["ok"]
    assert int(done.stderr.split()[-1]) < 1_000_000  # kB; a row of 50 MB is held three times


@pytest.mark.parametrize("name", CHARSETS)
def test_any_charset_and_mojibake_give_the_same_text(name, tmp_path):
    found = of_bytes(tmp_path, CHARSETS[name])
    assert (found["outcome"], found["text"]) == ("ok", WITH_ACCENTS)


def test_emoji_written_as_two_surrogates_are_read(tmp_path):
    body = story((*ENGLISH, "The crew waved 😀 as the last ferry left the quay."))
    written = body.replace("😀", "\ud83d\ude00").encode("utf-8", "surrogatepass")
    found = of_bytes(tmp_path, written)
    assert "waved 😀 as" in found["text"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_text_files_may_have_any_charset(encoding, tmp_path):
    found = of_bytes(tmp_path, "\n".join((TITLE, *ENGLISH)).encode(encoding), "story.txt")
    assert (found["outcome"], found["title"], found["text"]) == ("ok", TITLE, WITH_ACCENTS)


def test_mojibake_in_the_text_of_a_row_is_repaired():
    for read in (misread, lambda text: misread(misread(text))):
        found = one(text="\n".join((TITLE, *map(read, ENGLISH))))
        assert found["text"] == WITH_ACCENTS
        found = one(html=story(map(read, ENGLISH)))
        assert found["text"] == WITH_ACCENTS


@pytest.mark.parametrize("name", FOREIGN_CHARSETS)
def test_charsets_of_other_languages_are_decoded(name, tmp_path):
    language, encoding = FOREIGN_CHARSETS[name]
    html = declared(story(LANGUAGES[language]), name).replace("©", "")
    found = of_bytes(tmp_path, html.encode(encoding))
    assert (found["outcome"], found["language"]) == ("ok", language)
    assert found["text"] == "\n\n".join(LANGUAGES[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_in_other_languages_keep_their_text(language):
    text = "\n\n".join(LANGUAGES[language])
    for found in (
        one(html=story(LANGUAGES[language]).replace("lang='en'", f"lang='{language}'")),
        one(html=story(LANGUAGES[language])),
    ):
        assert (found["outcome"], found["language"]) == ("ok", language)
        assert found["text"] == text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_plain_text_in_other_languages_keeps_its_text(language, between):
    found = one(text=between.join((TITLE, *LANGUAGES[language])))
    assert (found["outcome"], found["language"]) == ("ok", language)
    kept = f"{found['title']}\n\n{found['text']}".split("\n\n")
    assert kept[-len(LANGUAGES[language]) :] == list(LANGUAGES[language])


@pytest.mark.parametrize("language", [*LANGUAGES])
def test_repair_changes_no_text_without_mojibake(language):
    text = " ".join(LANGUAGES[language])
    assert repair(text) == text
    assert repair(misread(text)) == text or language in ("zh", "ja")


@pytest.mark.parametrize(
    "text",
    [
        "NESCAFÉ® and NESCAFÉ® and NESCAFÉ®",
        "Il dit : « Un café\u00a0», puis « Été\u00a0».",
        "für £5 – “größer”",
        "IRMÃ e irmão",
        "5 × 3 ÷ 2 = 7½ °C",
        "ÀÉÎÕÜ ÁÉÍÓÚ",
    ],
)
def test_adjacent_accents_are_no_mojibake(text):
    assert repair(text) == text


@given(st.text(st.characters(codec="utf-8"), max_size=60))
@example("\u0085\u0080â€")
def test_the_repaired_text_can_always_be_encoded(text):
    repair(text).encode()


def test_the_language_of_most_of_the_text_decides():
    for more in (LANGUAGES["zh"][:1], LANGUAGES["ar"], GERMAN[:1]):
        found = one(html=story((*ENGLISH, *more)))
        assert (found["outcome"], found["language"]) == ("ok", "en")
        assert found["text"] == "\n\n".join((*ENGLISH, *more))
    for language in LANGUAGES:
        found = one(text="\n\n".join((*LANGUAGES[language], "The ferry sails at nine.")))
        assert found["language"] == language
        assert found["text"].endswith("nine.")


MARKS = ["\u200e", "\u200f", "\u202b", "\u202e", "\u2066", "\u2069", "\u200b", "\ufeff", "\u00ad"]


@pytest.mark.parametrize("mark", MARKS, ids=ascii)
def test_invisible_characters_are_dropped_from_pages_and_texts(mark):
    with_marks = [text.replace("e", f"e{mark}", 3) for text in ENGLISH]
    title = TITLE.replace("i", f"i{mark}")
    for found in (
        one(html=story(with_marks, h1=title)),
        one(text="\n".join((title, *with_marks))),
    ):
        assert (found["title"], found["text"]) == (TITLE, WITH_ACCENTS)


def test_joiners_in_persian_and_emoji_are_kept():
    family = "The family 👨‍👩‍👧 came by ferry on Tuesday and went home on foot in the evening."
    for found in (one(html=story((*ENGLISH, family))), one(text="\n".join((*ENGLISH, family)))):
        assert family in found["text"]
    assert one(html=story(PERSIAN))["text"] == "\n\n".join(PERSIAN)


@pytest.mark.parametrize("sign", ["\x00", "\ud800", "\udc00\ud83d", "\x01\x1b", "\x80\x9f"])
def test_no_value_contains_nul_surrogates_or_controls(sign):
    with_marks = [text.replace(" ", f"{sign} ", 3) for text in ENGLISH]
    title = TITLE.replace("line", f"li{sign}ne")
    data = {
        "headline": title,
        "articleSection": f"Har{sign}bour",
        "keywords": f"fer{sign}ry, storm",
        "author": {"name": f"Ines{sign} Moor"},
        "publisher": {"name": f"Lake{sign}shore"},
        "image": f"/pier{sign}.jpg",
        "datePublished": f"2024-03-02{sign}",
    }
    html = story().replace("<head>", "<head>" + linked_data(**data))
    for old, new in zip((TITLE, *ENGLISH), (title, *with_marks), strict=True):
        html = html.replace(f">{old}", f">{new}")
    for found in (one(html=html), one(text="\n".join((title, *with_marks)))):
        assert (found["outcome"], found["title"], found["text"]) == ("ok", TITLE, WITH_ACCENTS)
        assert not re.search(r"\\u00[01]|\\ud[89a-f]", shown(found))


def test_escaped_surrogates_in_json_ld_are_dropped():
    body = "The ferry\x00 sails\ud800 at nine. " * 40
    found = one(html="<body><p>x</p>" + linked_data(headline="A\x00 ferry", articleBody=body))
    assert found["text"].startswith("The ferry sails at nine.")
    assert not re.search(r"\\u00[01]|\\ud[89a-f]", shown(found))


DATES = ["9999-99-99", "9999-12-31T23:59:59-12:00", "2099-01-01", "1650-05-05", "0000-00-00"]
DATES += ["2024-02-30T25:61:00", "-1", "9" * 30, "2024-03-02T08:00:00+99:99", "\x00", "٢٠٢٤-٠٣-٠٢"]


@pytest.mark.parametrize("date", DATES, ids=ascii)
def test_impossible_dates_are_refused(date):
    head = linked_data(headline=TITLE, datePublished=date, dateModified=date)
    found = one(url=URL, html=story(head=head))
    assert found["outcome"] == "ok"
    assert found["published_at"][:10] == "2024-03-02"
    assert "+99" not in found["published_at"]
    if date[:4] in ("2099", "1650"):
        assert f"json_ld {date}" in found["refused_dates"]


CANONICALS = ["https://lakeshore.example/" + "x" * 5000, "javascript:alert(1)", "data:text/html,x"]
CANONICALS += ["file:///etc/hosts", "//", "http://[", "https://elsewhere.example/story", "#", " "]


@pytest.mark.parametrize("link", CANONICALS)
def test_an_invalid_or_foreign_canonical_link_is_not_believed(link):
    head = f"<link rel=canonical href='{link}'><meta property='og:url' content='{link}'>"
    assert one(url=URL, html=story(head=head))["canonical_url"] == URL


def test_the_list_of_authors_is_bounded():
    people = [
        {"name": "Ines " + "".join(map(chr, (65 + n % 26, 97 + n // 26)))} for n in range(999)
    ]
    found = one(html=story(head=linked_data(headline=TITLE, author=people * 10)))
    assert found["outcome"] == "ok"
    assert len(found["authors"]) <= 30


def test_a_title_of_many_words_is_cut():
    found = one(html=story(h1="Ferry " * 10_000).replace(f"<title>{TITLE}", "<title>"))
    assert found["outcome"] == "ok"
    assert len(found["title"] or "") <= 500


@pytest.mark.parametrize("width", [60, 72, 1000])
def test_a_page_in_one_pre_element_gives_its_paragraphs(width):
    wrapped = "\n\n".join("\n".join(textwrap.wrap(text, width)) for text in PARAGRAPHS)
    html = f"<html><title>{TITLE}</title><body><pre>{TITLE}\n\n{wrapped}</pre></body></html>"
    assert (found := one(html=html))["outcome"] == "ok"
    assert found["text"] == TEXT


BAD_TEXTS = {
    "empty": ("", "bad_content", "empty"),
    "blank": (" \n\u3000\t", "bad_content", "empty"),
    "invisible": ("\u200b\ufeff" * 40, "bad_content", "empty"),
    "emoji": ("🚢" * 4000, "bad_content", "no letter in 4000"),
    "digits": ("1 2 3 4 5\n" * 40, "bad_content", "no letter"),
    "buttons": ("Search\nShare\nAdvertisement", "not_an_article", "boilerplate"),
    "brackets": ("[" * 700_000, "bad_content", "no article has 700000 characters, 600000"),
}


@pytest.mark.parametrize("name", BAD_TEXTS)
def test_texts_without_an_article_have_an_outcome_and_a_reason(name):
    text, outcome, reason = BAD_TEXTS[name]
    found = one(text=text)
    assert found["outcome"] == outcome
    assert reason in found["reason"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.pdf.txt", b"%PDF-1.7\n%\xe2\xe3"),
        ("picture.txt", b"\xff\xd8\xff\xe0" + bytes(range(256))),
        ("line.txt", b"The ferry sails. " * 3_000_000),
        ("bomb.txt.gz", gzip.compress(b"a " * 40_000_000)),
    ],
)
def test_binary_and_oversized_text_files_are_refused(name, body, tmp_path):
    found = of_bytes(tmp_path, body, name)
    assert found["outcome"] == "bad_content"
    assert re.search("no text: it begins with|no article has [0-9]+", found["reason"])


SLOW = ["<script>", "<div ", "<", "&amp;", "a\n", "**", "[a](", "#" * 7, "a-\n", "“", "By A B\n"]


@pytest.mark.clock
@pytest.mark.parametrize("part", SLOW)
def test_texts_that_make_patterns_backtrack_take_seconds_at_most(part):
    started = time.process_time()
    extract_text_bytes((part * (550_000 // len(part))).encode(), url=None)
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("key", ["html", "text", "path", "url"])
@pytest.mark.parametrize("value", [5, 1.5, True, ["a"], {"a": 1}])
def test_a_value_that_is_no_string_is_an_error_with_key_and_type(key, value):
    [found] = through({"id": 2, "text": TEXT, key: value})
    assert f"'{key}' must be a string, not {type(value).__name__}" in found["error"]


def test_null_counts_as_a_missing_value():
    [found] = through({"id": 2, "text": None, "html": None})
    assert '"html", "text" and "path"; this one has none' in found["error"]


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
@example(base64.b64decode("//4="))
@example(b"<\x00p\x00>\x00")
def test_no_bytes_raise_in_either_entry_point(body):
    for found in (extract_page(body, url=URL), extract_text_bytes(body, url=URL)):
        assert "broke" not in (found.reason or "")
        (found.text or "").encode()
        assert found.outcome is Outcome.LOADED or found.reason
