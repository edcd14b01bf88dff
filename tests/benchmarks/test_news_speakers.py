"""The gold set of attributions: its labelling aid, its file, and how found quotes are judged."""

import pytest

from benchmarks.language import label_sheet, news_articles, news_speakers
from benchmarks.language.news_articles import AttributionLabel
from benchmarks.language.news_speakers import judge
from pipeline.models import Quote, Speaker
from tests.fix_data import data_folder, needs_data

TEXT = (
    "Anna Berg, the mayor, said the bridge was “far too dear” and would stay shut.\n\n"
    "“We waited,” she said. “Nobody came.”\n\n"
    "“And then it rained.”"
)


def words(spans: tuple[tuple[int, int], ...]) -> list[str]:
    return [TEXT[start:end] for start, end in spans]


def quote(kind: str, *parts: str, speaker: str | None = None) -> Quote:
    spans = tuple((TEXT.index(part), TEXT.index(part) + len(part)) for part in parts)
    speakers = (Speaker(speaker, "PERSON"),) if speaker else ()
    return Quote(kind, spans, speakers=speakers)  # type: ignore[arg-type]


MIXED = label_sheet.resolve(
    TEXT, "0m | the bridge .. shut | said | Anna Berg, the mayor | Anna Berg = Berg"
)
DIRECT = label_sheet.resolve(TEXT, "1d | q | said | she | Anna Berg = Berg")
GOES_ON = label_sheet.resolve(TEXT, "2d | q | - | - | Anna Berg = Berg")
OPEN = label_sheet.resolve(TEXT, "0i? | would stay shut | said | Anna Berg | Anna Berg")


def test_a_line_of_a_sheet_becomes_positions() -> None:
    assert words(MIXED.content) == ["the bridge was “far too dear” and would stay shut"]
    assert words(MIXED.cue) == ["said"]
    assert words(MIXED.source) == ["Anna Berg, the mayor"]
    assert MIXED.also == {"Anna Berg": ["Berg"]}
    assert words(DIRECT.content) == ["“We waited,”", "“Nobody came.”"]
    assert (GOES_ON.cue, OPEN.statement) == ((), False)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("1d | q | said | she", "five fields"),
        ("1x | q | said | she | Berg", "paragraph and kind"),
        ("1d | it snowed | said | she | Berg", "stands 0 times"),
        ("1d | q | shouted | she | Berg", "does not stand"),
    ],
)
def test_a_line_that_does_not_fit_the_text_is_refused(line: str, complaint: str) -> None:
    with pytest.raises(label_sheet.SheetError, match=complaint):
        label_sheet.resolve(TEXT, line)


def test_found_quotes_are_right_ragged_open_or_wrong() -> None:
    found = [
        quote("mixed", "the bridge was “far too dear” and would stay shut", speaker="Berg"),
        quote("indirect", "would stay shut"),
        quote("direct", "“We waited,”", speaker="Ida Holm"),
        quote("indirect", "the mayor"),
    ]
    judged, missed = judge([MIXED, DIRECT, OPEN], found)
    assert [one.verdict for one in judged] == ["right", "open", "right", "wrong"]
    assert [one.name_right for one in judged[:3]] == [True, False, False]
    assert missed == (DIRECT,)
    ragged, _ = judge([MIXED], [quote("direct", "“far too dear”")])
    assert ragged[0].verdict == "ragged"


def test_a_quotation_over_two_paragraphs_finds_both_labels() -> None:
    whole = quote("direct", "“We waited,”", "“Nobody came.”", "“And then it rained.”")
    judged, missed = judge([DIRECT, GOES_ON], [whole])
    assert judged[0].verdict == "right"
    assert missed == ()


def test_no_name_is_right_only_where_the_article_has_none() -> None:
    unnamed = AttributionLabel("direct", DIRECT.content)
    assert judge([unnamed], [quote("direct", "“We waited,”", "“Nobody came.”")])[0][0].name_right
    judged, _ = judge([unnamed], [quote("direct", "“We waited,”", "“Nobody came.”", speaker="X")])
    assert not judged[0].name_right


def test_a_domain_is_in_one_half_and_the_halves_are_of_a_size() -> None:
    articles = news_articles.read_articles()
    halves = {half: {a.domain for a in articles if a.half == half} for half in ("read", "kept")}
    assert not halves["read"] & halves["kept"]
    assert {a.half for a in articles} == {"read", "kept"}
    assert min(len(domains) for domains in halves.values()) >= 20


def test_positions_point_into_the_texts_that_were_labelled() -> None:
    needs_data("web-pages")
    texts = news_articles.gold_texts(data_folder())
    for article in news_articles.read_articles():
        text = news_articles.checked_text(article, texts)
        for label in article.attributions:
            for start, end in (*label.content, *label.cue, *label.source):
                assert 0 <= start < end <= len(text)


def test_a_changed_text_is_refused() -> None:
    article = news_articles.read_articles()[0]
    with pytest.raises(ValueError, match=article.id):
        news_articles.checked_text(article, {article.id: {"text": "Another text."}})


def test_the_page_has_a_row_for_each_half() -> None:
    needs_data("web-pages")
    articles = news_articles.read_articles()
    few = [next(a for a in articles if a.half == half) for half in ("read", "kept")]
    page = news_speakers.page(news_speakers.measure(data_folder(), articles=few))
    assert "| read | all |" in page
    assert "| kept | all |" in page
