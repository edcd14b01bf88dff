"""The annotator with the shipped model: batches, order, languages, odd input, other pipelines."""

import json
import shutil
from functools import cache
from importlib import invalidate_caches
from itertools import islice, repeat

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.language.names_and_quotes import measure_seeds
from pipeline.annotate import annotator
from pipeline.annotate.annotator import Annotator
from pipeline.annotate.labels import LABELS
from pipeline.annotate.model_version import model_version
from pipeline.annotate.spacy_component import load_pipeline
from pipeline.errors import ModelError
from pipeline.models import Annotation
from pipeline.outcomes import AnnotationOutcome

STORY = """Harbour talks resume in Port Salina

The mayor of Port Salina, Marta Ellingsen, said on Monday that the city would buy 40 ferries.

“We cannot wait for the ministry any longer,” Ellingsen told reporters in Norway.

The ministry in Oslo did not answer. “We have waited for nine years,” she added."""
FRENCH = (
    "Le président de la République a déclaré que la situation était grave et que les mesures "
    "nécessaires seraient prises dans les plus brefs délais pour protéger les citoyens et les "
    "entreprises du pays tout entier, selon un communiqué publié mardi soir à Paris."
)


@cache
def shared() -> Annotator:
    return Annotator.load()


def annotate(text: str, title: str | None = None) -> Annotation:
    return next(shared().annotate([text], [title]))


def check_offsets(text: str, found: Annotation) -> None:
    for mention in found.mentions:
        assert text[mention.start : mention.end] == mention.text
        assert mention.label in LABELS
    for quote in found.quotes:
        for start, end in (*quote.content, *quote.cue, *quote.source):
            assert 0 <= start < end <= len(text)


def test_a_story():
    found = annotate(STORY)
    check_offsets(STORY, found)
    assert {m.name for m in found.mentions if m.label == "PERSON"} == {"Marta Ellingsen"}
    direct = [quote for quote in found.quotes if quote.kind == "direct"]
    assert [quote.speaker for quote in direct] == ["Marta Ellingsen", "Marta Ellingsen"]
    assert found.outcome is AnnotationOutcome.LOADED
    assert found.model_version == model_version()


def test_seed_articles(seed_articles):
    figures = measure_seeds(shared(), seed_articles)
    assert figures["seeds.direct.n"] == 5
    for what in ("found", "exact", "kind", "speaker"):
        assert figures[f"seeds.direct.{what}"] == 1.0
    assert figures["seeds.entities.name"] >= 0.9
    assert figures["seeds.indirect.found"] >= 0.8


def test_annotations_come_in_the_order_of_the_texts(monkeypatch):
    monkeypatch.setattr(annotator, "BATCH_CHARACTERS", 200)
    texts = [f"Ida Holm came to town number {number}." * (number % 4 + 1) for number in range(20)]
    alone = [annotate(text).mentions for text in texts]
    assert [found.mentions for found in shared().annotate(texts)] == alone


def test_at_most_one_batch_is_read_ahead(monkeypatch):
    monkeypatch.setattr(annotator, "BATCH_CHARACTERS", 100)
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield "Ida Holm came to the port of Salina on Monday with nobody else."

    assert len(list(islice(shared().annotate(endless()), 3))) == 3
    assert len(taken) < 8


@pytest.mark.parametrize("pair", [("", None), ("", "Port " * 1000)])
def test_empty_texts_and_long_titles_fill_a_batch_too(monkeypatch, pair):
    monkeypatch.setattr(annotator, "BATCH_CHARACTERS", 100)
    text, title = pair
    taken = []

    def endless():
        while len(taken) < 1000:
            taken.append(1)
            yield text

    next(shared().annotate(endless(), repeat(title)))
    assert len(taken) <= (100 if title is None else 1)


def test_titles_help_with_names():
    found = annotate("Holm came to the port of Salina on Monday.", "Minister Ida Holm at the port")
    assert [m.name for m in found.mentions if m.label == "PERSON"] == ["Ida Holm"]


def test_a_text_in_another_language_gets_no_annotation():
    found = annotate(FRENCH)
    assert (found.outcome, found.mentions, found.quotes) == (AnnotationOutcome.NO_PIPELINE, (), ())


def test_a_short_text_in_another_language_is_annotated():
    assert annotate("Le président est là.").outcome is AnnotationOutcome.LOADED


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n ",
        "\x00Ida Holm\x00 said “we go home now.”\x00",
        '"' * 3000,
        "“ " * 2000,
        "'a " * 2000,
        "x" * 40_000 + " said Ida Holm.",
        "def f(x):\n    return {'a': [1, 2]}\n" * 50,
        "1\t2\tKenya\t3\n" * 100,
        "Zoe\u0301 said “e\u0301 👩‍👩‍👧 is going home now”.",
        "Ida \ud800 said “hello my dear old friends.”",
        STORY.replace("\n", "\r\n"),
        STORY.lower(),
        STORY.upper(),
    ],
)
def test_odd_input_never_raises(text):
    check_offsets(text, annotate(text))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_valid_offsets(text):
    check_offsets(text, annotate(text))


def test_the_error_for_a_missing_pipeline_names_it():
    with pytest.raises(ModelError, match="no_such_pipeline"):
        Annotator.load("no_such_pipeline")


def test_as_a_spacy_pipeline():
    nlp = load_pipeline()
    docs = list(nlp.pipe([STORY, "", "Ida Holm left."]))
    assert [doc.text for doc in docs] == [STORY, "", "Ida Holm left."]
    names = {entity._.name for entity in docs[0].ents if entity.label_ == "PERSON"}
    assert names == {"Marta Ellingsen"}
    quote = docs[0].spans["quotes"][1]
    assert (quote._.kind, quote._.speaker) == ("direct", "Marta Ellingsen")
    assert len(list(docs[0].sents)) > 3
    assert json.dumps(docs[0].to_json()["ents"])


def test_the_names_of_another_pipeline_replace_ours(tmp_path):
    other = spacy.blank("en")
    ruler = other.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": "PERSON", "pattern": "Marta Ellingsen"},
            {"label": "ORDINAL", "pattern": "Monday"},
        ]
    )
    other.to_disk(tmp_path / "other")
    other_annotator = Annotator.load(str(tmp_path / "other"))
    found = next(other_annotator.annotate([STORY]))
    people = {mention.name for mention in found.mentions if mention.label == "PERSON"}
    assert people == {"Marta Ellingsen"}
    assert "Marta Ellingsen" in {quote.speaker for quote in found.quotes}
    assert found.model_version != model_version()


def test_a_pipeline_of_another_language_finds_names_and_no_quotes(tmp_path):
    pipeline = spacy.blank("fr")
    patterns = [{"label": "PER", "pattern": "Élise Morvan"}, {"label": "LOC", "pattern": "Lanvec"}]
    pipeline.add_pipe("entity_ruler").add_patterns(patterns)
    pipeline.to_disk(tmp_path / "french")
    annotator = Annotator.load(None, [("fr", str(tmp_path / "french"))])
    text = f"« Le bac repart », dit Élise Morvan à Lanvec. {FRENCH}"
    texts = [text, STORY, "Élise Morvan repart.", "Élise Morvan fährt wieder."]
    languages = [None, None, "fr", "de"]
    french, english, short, german = annotator.annotate(texts, languages=languages)
    names = [(mention.text, mention.label) for mention in french.mentions]
    assert names == [("Élise Morvan", "PERSON"), ("Lanvec", "LOC")]
    assert french.quotes == ()
    assert [text[mention.start : mention.end] for mention in french.mentions] == [
        "Élise Morvan",
        "Lanvec",
    ]
    assert english.quotes
    assert [mention.name for mention in short.mentions] == ["Élise Morvan"]
    assert (german.outcome, german.mentions) == (AnnotationOutcome.NO_PIPELINE, ())


def test_a_pipeline_that_is_not_installed_is_named():
    with pytest.raises(ModelError, match=r"'fr_missing' of DATELINE_NLP_MODEL"):
        Annotator.load(None, [("fr", "fr_missing")])


def test_an_upgrade_of_another_pipeline_is_another_model(tmp_path):
    versions = []
    for number in ("1.0", "1.1"):
        other = spacy.blank("en", meta={"version": number})
        other.to_disk(tmp_path / "other")
        versions.append(model_version(str(tmp_path / "other")))
    assert versions[0] != versions[1]
    assert versions[1] == model_version(str(tmp_path / "other"))


def test_an_upgrade_of_an_installed_pipeline_is_another_model(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    versions = [model_version("en_other_upgrade")]
    for number in ("1.0", "1.1"):
        installed = tmp_path / f"en_other_upgrade-{number}.dist-info"
        installed.mkdir()
        (installed / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: en-other-upgrade\nVersion: {number}\n"
        )
        invalidate_caches()
        versions.append(model_version("en_other_upgrade"))
        shutil.rmtree(installed)
    assert len(set(versions)) == 3
