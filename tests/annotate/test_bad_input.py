"""Text that is no news prose: all entry points accept it, and all offsets are valid."""

import io
import json
import sys
from collections import Counter
from functools import cache

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotate.annotator import Annotator, TaggedText, annotate_spans
from pipeline.annotate.labels import LABELS
from pipeline.annotate.spans import CharSpan
from pipeline.annotate.tagging.tokenizer import LONGEST_RUN
from pipeline.cli.annotate import annotated_rows
from pipeline.cli.filters import run_filter
from pipeline.models import Annotation
from pipeline.outcomes import AnnotationOutcome

pytestmark = pytest.mark.slow

STORY = """Harbour talks resume in Port Salina

The mayor of Port Salina, Marta Ellingsen, said on Monday that the city would buy 40 ferries.

“We cannot wait for the ministry any longer,” Ellingsen told reporters who had come to the \
port of the city in the north of Norway, and she said that it was not the first time.
"""
GERMAN = (
    "Der Präsident der Republik hat am Dienstag in Berlin erklärt, dass die Lage ernst sei und "
    "dass die notwendigen Maßnahmen so schnell wie möglich getroffen würden, um die Bürger und "
    "die Unternehmen des ganzen Landes zu schützen, wie aus einer Mitteilung hervorgeht."
)
SWAHILI = (
    "Rais wa Jamhuri alisema siku ya Jumanne kwamba hali ni mbaya na kwamba hatua zinazohitajika "
    "zitachukuliwa haraka iwezekanavyo ili kuwalinda wananchi na makampuni ya nchi nzima, kwa "
    "mujibu wa taarifa iliyotolewa jioni mjini Dodoma na ofisi ya rais baada ya mkutano wa baraza "
    "la mawaziri uliofanyika asubuhi."
)
ODD = {
    "nothing": "",
    "blanks": " \t  ",
    "line ends": "\n" * 9_000,
    "line ends of all kinds": "A\u2028B\x85C\r\nD\x0bE\x0cF\x1cG",
    "one token": "x" * 40_000,
    "one token in a sentence": f"Ida Holm said {'x' * 40_000} to Per Dahl.",
    "runs just below the limit of the tokeniser": ('"' * (LONGEST_RUN - 1) + " ") * 3,
    "abbreviations without blanks": "U.S.A." * 4_000,
    "straight marks": '"' * 9_000,
    "straight marks with blanks": '" ' * 500,
    "opening marks": "“ " * 500,
    "closing marks": "” a " * 400,
    "apostrophes": "'a " * 1_500,
    "double marks that open": '"a ' * 1_500,
    "marks of direction around a name": "\u2067Ida Holm\u2069 said \u200fIda Holm\u200f left.",
    "guillemets": "«a» »b« ‹c› " * 400,
    "nested quotes": "“a ‘b " * 500 + "c’ d” " * 500,
    "paragraphs that only open": "“We go home and stay.\n\n" * 80,
    "dense attributions": "“a,” he said, “b,” she said, " * 30,
    "one-word lines": "word\n" * 5_000,
    "lines of names": "Ida Holm\nPer Dahl\n" * 800,
    "NUL": "\x00Ida Holm\x00 said “we go\x00 home now.”\x00",
    "controls": "".join(map(chr, range(32))) + "\x7f said",
    "lone surrogates": "Ida \ud800 said “hello my \udfff dear old friends.” \ud83d",
    "zero width": "Ida\u200bHolm \u2060said\ufeff “we\u200d go\u00ad home.”",
    "two directions": "\u202eIda Holm\u202c said \u2066“we go home”\u2069 שלום مرحبا",
    "combining marks": "Zoe\u0301 said “e\u0301" + "\u0301" * 900 + " is home”.",
    "emoji": "👩‍👩‍👧 🇳🇴 said “👍🏽👍🏽 we go home” 🙂 " * 40,
    "beyond the first plane": "𝕀𝕕𝕒 ℍ𝕠𝕝𝕞 said “𝔀𝓮 𝓰𝓸 home now”. 𠀀𠀁",
    "code": "def f(x):\n    return {'a': [1, 2], \"b\": x[0]}  # said\n" * 60,
    "markup": '<p class="quote">“We go home,” <b>said</b> Ida&nbsp;Holm</p>\n' * 30,
    "a table": "1\t2\tKenya\t3\n" * 300,
    "a table of pipes": "| Ida | Holm | 3,000 |\n|---|---|---|\n" * 100,
    "numbers": "1,234.5 " * 300,
    "links": "https://example.org/a?b=c&d=%20e#f " * 100,
    "lower case": STORY.lower(),
    "capitals": STORY.upper(),
    "Windows line ends": STORY.replace("\n", "\r\n"),
    "one line": STORY.replace("\n", " "),
    "a letter a line": "\n".join(STORY),
    "spaced letters": " ".join(STORY),
    "Chinese": "他说：“我们现在回家。”奥斯陆市长说。" * 20,
}


@cache
def annotator() -> Annotator:
    return Annotator.load()


@cache
def nlp() -> Language:
    return spacy.load("en_dateline_news")


def check(text: str, found: Annotation) -> None:
    for mention in found.mentions:
        assert mention.text
        assert text[mention.start : mention.end] == mention.text
        assert mention.label in LABELS
        assert mention.name.strip()
    for quote in found.quotes:
        assert quote.content
        assert 0 <= quote.confidence <= 1
        for start, end in (*quote.content, *quote.cue, *quote.source):
            assert 0 <= start < end <= len(text)
            assert text[start:end].strip()


def check_doc(text: str, doc: Doc) -> None:
    assert len(doc.text) == len(text)
    spans = [*doc.ents, *(span for group in doc.spans.values() for span in group)]
    for span in spans:
        assert 0 <= span.start_char < span.end_char <= len(text)
        assert doc.text[span.start_char : span.end_char] == span.text


def test_marks_of_direction_are_no_part_of_a_name() -> None:
    text = "\u200fIda Holm\u200f said \u2067Roy Dane\u2069 was home, and \u202bIda Holm\u202c left."
    [found] = annotator().annotate([text])
    assert {mention.name for mention in found.mentions} == {"Ida Holm", "Roy Dane"}


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u202b", "\u2067", "\u2069", "\u00ad"])
def test_marks_inside_a_name_are_no_part_of_its_name(mark: str) -> None:
    text = (
        f"Ida {mark}Holm said the pier of Tarn{mark} Harbour Council was safe. The Tarn Harbour "
        f"{mark}Council agreed, Ida{mark} Holm said. “We go home now,” said Ida Holm."
    )
    [found] = annotator().annotate([text])
    assert {mention.name for mention in found.mentions} == {"Ida Holm", "Tarn Harbour Council"}
    assert {quote.speaker for quote in found.quotes if quote.kind == "direct"} == {"Ida Holm"}
    check(text, found)


@pytest.mark.parametrize("name", ODD)
def test_odd_texts_are_annotated(name: str) -> None:
    """Each text is tried alone, and beside English prose, with which it counts as English."""
    for text in (ODD[name], f"{STORY}\n{ODD[name]}", f"{ODD[name]}\n{STORY}"):
        (found,) = annotator().annotate([text], [ODD[name][:200]])
        check(text, found)


def test_a_stream_of_odd_texts_gives_a_document_each() -> None:
    texts = [STORY, *ODD.values(), STORY]
    docs = list(nlp().pipe(texts))
    for text, doc in zip(texts, docs, strict=True):
        check_doc(text, doc)
    assert [entity.text for entity in docs[-1].ents] == [entity.text for entity in docs[0].ents]
    assert len(docs[0].ents) >= 4


def _names(number: int) -> list[tuple[str, str]]:
    """Return the ten names of a line; one line in ten has the same given name."""
    who, where = f"{'ABCDEFGHIJ'[number % 10]}da", f"Port {'KLMNOPQRST'[number // 10 % 10]}arn"
    surname = f"Holm{chr(97 + number // 100 % 26)}{chr(97 + number // 2600 % 26)}"
    people = [f"{who} {surname}", surname, who, f"{who} K. {surname}"]
    bodies = [f"{where} Council", "PTC", f"{where} Shipping Ltd", f"{where} Shipping"]
    return [
        *((name, "PERSON") for name in people),
        *((name, "ORG") for name in bodies),
        (where, "GPE"),
        ("Norway", "GPE"),
    ]


WORDS = "Ida Holm said he she it told that “We Mr. U.S. the mayor according to Monday 3".split()
SIGNS = " \n\t\x00.,:;!?()[]-—'\"“”‘’«»‹›„`´…&/\u200b\u200d\u202e\u0301\ud800\udc00\u2028é中👧ﬁİſ"
FRAGMENT = st.sampled_from([*SIGNS, "\r\n", *WORDS])


@settings(max_examples=100, deadline=None)
@given(st.lists(FRAGMENT, max_size=60).map("".join), st.lists(FRAGMENT, max_size=9).map(" ".join))
def test_any_text_and_title_give_valid_offsets(text: str, title: str) -> None:
    (found,) = annotator().annotate([text], [title])
    check(text, found)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(FRAGMENT, max_size=40).map(" ".join), max_size=4))
def test_any_stream_gives_valid_documents(texts: list[str]) -> None:
    for text, doc in zip(texts, nlp().pipe(texts), strict=True):
        check_doc(text, doc)


@pytest.mark.parametrize("text", ["x" * 10**6, '"' * 10**5, "“a”," * 25_000, "\n" * 10**6])
def test_a_long_text_without_a_blank_is_a_token(text: str) -> None:
    assert len(nlp().make_doc(text)) == 1
    (found,) = annotator().annotate([STORY + text])
    check(STORY + text, found)


def calls(text: str, spans: TaggedText | None = None) -> int:
    """Count the calls of functions while the rules read a text."""
    # Whichever test comes first loads the tables, in 14,000 calls.
    annotate_spans(text[:1_000], TaggedText())
    counted: Counter[str] = Counter()
    sys.setprofile(lambda _frame, event, _argument: counted.update([event]))
    try:
        annotate_spans(text, spans or TaggedText())
    finally:
        sys.setprofile(None)
    return counted["call"] + counted["c_call"]


@pytest.mark.parametrize(
    "unit", ['"a ', "“a ", '"a b c ', "“a ‘b “c ", "'a ", "”a ", '"a" ', "“a “b” c” ", "“a,” "]
)
def test_the_work_on_quotation_marks_is_linear(unit: str) -> None:
    few, many = (unit * (size // len(unit)) for size in (24_000, 48_000))
    assert calls(many) < 2.2 * calls(few)


@pytest.mark.parametrize("unit", ['"a ', "“a ", '"a b c ', "“a b. "])
def test_marks_that_never_close_cost_little(unit: str) -> None:
    """A quotation for each such mark costs about sixty calls."""
    marks = 4_000
    assert calls(unit * marks) < 25 * marks


def test_a_text_of_forty_thousand_mentions() -> None:
    """Names of people, places and bodies, full and short, ten different ones in each line."""

    def tagged(lines: int) -> tuple[str, TaggedText]:
        parts, spans, position = [], [], 0
        for number in range(lines):
            for place, (name, label) in enumerate(_names(number)):
                spans.append(CharSpan(position, position + len(name), label, 0.9))
                ending = ".\n" if place == 9 else " and "
                parts += [name, ending]
                position += len(name) + len(ending)
        return "".join(parts), TaggedText(tuple(spans))

    text, spans = tagged(4_000)
    assert len(spans.entities) == 40_000
    found = annotate_spans(text, spans)
    check(text, found)
    assert len(found.mentions) >= 40_000


def test_a_hundred_thousand_lines() -> None:
    text = STORY + "word\n" * 100_000 + "“Now,” Marta Ellingsen said.\n" * 200
    (found,) = annotator().annotate([text])
    check(text, found)
    assert found.quotes[-1].speaker == "Marta Ellingsen"


@pytest.mark.parametrize("text", [GERMAN, SWAHILI, ODD["Chinese"] + GERMAN])
def test_other_languages_have_no_pipeline(text: str) -> None:
    (found,) = annotator().annotate([text])
    assert (found.outcome, found.mentions, found.quotes) == (AnnotationOutcome.NO_PIPELINE, (), ())
    doc = nlp()(text)
    assert (doc._.outcome, doc.ents, doc._.quotes) == ("no_pipeline", (), [])


def test_quotes_are_found_in_lower_case() -> None:
    (found,) = annotator().annotate([ODD["lower case"]])
    assert [quote.kind for quote in found.quotes].count("direct") == 1


def test_the_command_gives_a_row_for_each_row() -> None:
    rows = [{"id": name, "text": text} for name, text in ODD.items()]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    out = io.StringIO()
    assert run_filter(io.BytesIO(lines.encode()), out, annotated_rows)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [answer["id"] for answer in answers] == list(ODD)
    assert {answer["outcome"] for answer in answers} <= {"ok", "no_pipeline"}
