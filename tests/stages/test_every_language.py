"""Pages in languages and scripts of the world are stored and found, through the real load stage."""

import sys
from collections import Counter
from dataclasses import replace

import pytest
import spacy

from pipeline.annotate.model_version import model_versions
from pipeline.cli.app import main
from pipeline.models import Source
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.stages.annotate import annotate, plan
from pipeline.stages.dedupe import dedupe
from pipeline.stages.quarantine import retry_refused
from pipeline.stages.reprocess import queue_for_stage
from pipeline.warehouse.reprocessing import Scope
from pipeline.warehouse.version_counts import older_versions
from tests.fix_languages import STORIES
from tests.stages import archived
from tests.stages.archived import fetched, html, loaded
from tests.warehouse.stories import HARBOUR, VALLEY, begin, story_url

NUMBERS = dict(zip(STORIES, range(1, 100), strict=False))
"""The number in the address of each story, by its language."""


@pytest.fixture
def archive(store, store_dsn, monkeypatch):
    """A store with an archive beside it, as the settings name them."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    return store


def pages(codes=STORIES):
    return {NUMBERS[code]: STORIES[code].page(url=story_url(NUMBERS[code])) for code in codes}


def found_by(conn, words, language=None):
    """Return the languages of the articles that a search finds."""
    rows = conn.execute(
        "select language_code from mart.articles where search_vector @@ mart.search_query(%s, %s)",
        (words, language),
    )
    return {code for (code,) in rows}


def test_articles_of_every_language_are_stored_with_their_language(archive):
    assert loaded(archive, pages()) == {"loaded": len(STORIES)}
    rows = archive.execute(
        "select language_code, language_origin, title, body_text from mart.articles"
        " where language_confidence >= 0.7"
    ).fetchall()
    assert {code for code, *_ in rows} == set(STORIES)
    for code, origin, title, text in rows:
        story = STORIES[code]
        assert (origin, title) == ("text", story.title)
        assert text == story.text


WORDS = [
    # Stemmed: another form than the story has.
    ("Fähren Insel", "de"),
    ("bateaux", "fr"),
    ("острова", "ru"),
    ("kapal", "id"),
    # Polish, Hebrew and Korean have no stemmer in Postgres.
    ("kredytu", "pl"),
    ("המעבורת", "he"),
    # By characters, which no blank separates from the rest.
    ("渡轮", "zh"),
    ("大桥", "zh"),
    ("渡し船", "ja"),
    ("エンジン", "ja"),
    ("나룻배", "ko"),
    ("เครื่องยนต์", "th"),
    ("สะพาน", "th"),
]


def test_a_search_finds_the_words_of_each_language(archive):
    loaded(archive, pages())
    for words, language in WORDS:
        assert language in found_by(archive, words), words
        assert found_by(archive, words, language) == {language}, words


def test_a_search_knows_phrases_alternatives_and_what_to_leave_out(archive):
    loaded(archive, pages(["de", "fr", "zh", "ja", "ru"]))
    assert found_by(archive, '"kleinen Booten"') == {"de"}
    assert found_by(archive, '"Booten kleinen"') == set()
    assert found_by(archive, "Brücke or pont or 渡し船") == {"de", "fr", "ja"}
    assert found_by(archive, "島") == {"ja"}
    assert found_by(archive, "六百 -橋") == {"zh"}
    assert found_by(archive, "船 六百 -大桥") == {"ja"}
    assert found_by(archive, "轮渡") == set()  # the letters of 渡轮 in another order
    # "die" is an article in German and a word in English.
    assert found_by(archive, "die Fähre -Kapitänin") == set()
    assert found_by(archive, "die Fähre") == {"de"}


def test_the_text_decides_against_a_wrong_statement_of_the_page(archive):
    german = STORIES["de"].page(stated="en", url=story_url(1))
    assert loaded(archive, {1: german}) == {"loaded": 1}
    row = archive.execute("select language_code, language_origin from mart.articles").fetchone()
    assert row == ("de", "text")
    assert found_by(archive, "Fähren", "de") == {"de"}


def test_a_page_in_two_languages_has_the_one_that_it_has_more_of(archive):
    quoted = "".join(f"<p>{line}</p>" for line in STORIES["fr"].paragraphs[:1])
    page = STORIES["de"].page(extra=quoted, url=story_url(1))
    assert loaded(archive, {1: page}) == {"loaded": 1}
    row = archive.execute("select language_code, body_text from mart.articles").fetchone()
    assert (row[0], STORIES["fr"].paragraphs[0] in row[1]) == ("de", True)


def test_copies_are_found_in_every_language(archive):
    loaded(archive, pages(["de", "ru", "ar"]))
    again = {code: STORIES[code].page(url=story_url(NUMBERS[code], "valley")) for code in STORIES}
    run_id, fetch_ids = fetched(
        archive,
        {NUMBERS[code]: again[code] for code in ("de", "ru", "ar")},
        "run-2",
        outlet="valley",
    )
    archived.load(run_id, fetch_ids)
    dedupe(run_id)
    rows = archive.execute(
        "select language_code, count(distinct duplicate_group_id), count(*) from mart.articles"
        " where duplicate_group_id is not null group by language_code"
    )
    assert sorted(rows) == [("ar", 1, 2), ("de", 1, 2), ("ru", 1, 2)]


def test_annotation_says_that_no_pipeline_is_installed(archive):
    run_id, fetch_ids = fetched(archive, pages(["fr", "zh"]) | {99: html(99)})
    archived.load(run_id, fetch_ids)
    ids = archive.execute("select article_version_id from mart.articles").fetchall()
    counts = annotate(run_id, [number for (number,) in ids])
    assert (counts["versions"], counts["no_pipeline"]) == (3, 2)
    rows = archive.execute("select language_code, annotation_outcome from mart.articles")
    assert sorted(rows) == [("en", "loaded"), ("fr", "no_pipeline"), ("zh", "no_pipeline")]


def test_installing_a_pipeline_queues_the_articles_of_its_language_alone(
    archive, monkeypatch, tmp_path
):
    def annotated(run_id):
        counts = Counter()
        for batch in plan(run_id):
            counts.update(annotate(run_id, batch))
        return {name: counts[name] for name in ("versions", "no_pipeline", "mentions")}

    run_id, fetch_ids = fetched(archive, pages(["fr", "ru"]))
    archived.load(run_id, fetch_ids)
    assert annotated(run_id) == {"versions": 2, "no_pipeline": 2, "mentions": 0}
    pipeline = spacy.blank("fr")
    patterns = [{"label": "LOC", "pattern": "Saint-Orban"}]
    pipeline.add_pipe("entity_ruler").add_patterns(patterns)
    pipeline.to_disk(tmp_path / "french")
    monkeypatch.setenv("DATELINE_NLP_MODEL", f"fr={tmp_path / 'french'}")
    settings.cache_clear()
    assert older_versions(archive, model_versions(settings().nlp_pipelines)) == (0, 1)
    assert annotated(run_id) == {"versions": 0, "no_pipeline": 0, "mentions": 0}
    assert queue_for_stage("annotate", Scope()) == {"harbour": {"marked": 1}}
    assert annotated(run_id) == {"versions": 1, "no_pipeline": 0, "mentions": 1}
    assert older_versions(archive, model_versions(settings().nlp_pipelines)) == (0, 0)
    rows = archive.execute("select language_code, annotation_outcome from mart.articles")
    assert sorted(rows) == [("fr", "loaded"), ("ru", "no_pipeline")]


WANTED = {
    "by the source": (("de", "fr"), "en ru"),
    "by the settings": ((), "de, fr"),
}


@pytest.mark.parametrize(("of_source", "of_settings"), WANTED.values(), ids=WANTED)
def test_languages_that_are_not_wanted_are_refused_until_they_are(
    archive, monkeypatch, of_source, of_settings
):
    def begun(outlet: Source):
        monkeypatch.setattr(
            archived, "begin", lambda conn, name: begin(conn, name, [outlet, VALLEY])
        )

    monkeypatch.setenv("DATELINE_LANGUAGES", of_settings)
    settings.cache_clear()
    begun(replace(HARBOUR, wanted_languages=of_source))
    counts = loaded(archive, pages(["de", "fr", "ru", "zh"]))
    assert counts == {"loaded": 2, "language_not_wanted": 2}
    reasons = archive.execute(
        "select reason from mart.url_fate where outcome = 'language_not_wanted' order by reason"
    ).fetchall()
    assert reasons == [
        ("the text is in 'ru'; wanted are de, fr",),
        ("the text is in 'zh'; wanted are de, fr",),
    ]
    monkeypatch.setenv("DATELINE_LANGUAGES", "")
    settings.cache_clear()
    begin(archive, "run-2", [HARBOUR, VALLEY])
    done = retry_refused(Outcome.LANGUAGE_NOT_WANTED)
    assert (done.outcomes, done.annotated) == ({"loaded": 2}, 2)
    rows = archive.execute("select language_code from mart.articles order by 1").fetchall()
    assert rows == [("de",), ("fr",), ("ru",), ("zh",)]
    assert retry_refused(Outcome.LANGUAGE_NOT_WANTED).outcomes == {}


def test_the_command_reads_files_of_any_language(archive, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "pages"
    folder.mkdir()
    for code in ("ar", "th", "tr"):
        (folder / f"{code}.html").write_text(STORIES[code].page(stated=""), encoding="utf-8")
    (folder / "short.html").write_text(
        "<html lang=sv><title>Färjan går igen</title><article><h1>Färjan går igen</h1>"
        "<p>Färjan mellan fastlandet och ön Videholm började gå igen på måndagen efter tre veckor. "
        "Kaptenen sade att motorn är lagad. Sexhundra familjer bor på ön hela året.</p></article>",
        encoding="utf-8",
    )
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "state"))
    settings.cache_clear()
    monkeypatch.setattr(sys, "argv", ["dateline", "run", str(folder)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0, capsys.readouterr()
    rows = archive.execute(
        "select language_code, language_origin, language_confidence < 0.6, annotation_outcome"
        " from mart.articles order by 1"
    )
    assert rows.fetchall() == [
        ("ar", "text", False, "no_pipeline"),
        ("sv", "page", True, "no_pipeline"),
        ("th", "text", False, "no_pipeline"),
        ("tr", "text", False, "no_pipeline"),
    ]
    assert found_by(archive, "familjerna", "sv") == {"sv"}
    assert found_by(archive, "الجزيرة or สะพาน") >= {"ar", "th"}
