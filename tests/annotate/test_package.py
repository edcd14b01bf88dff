"""en_dateline_news as a spaCy package: loading by name, saving, pickling, disabling."""

import importlib.metadata
import pickle
import sys
from functools import cache
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import load_model_from_config

from pipeline.annotate import package_metadata
from pipeline.annotate.annotator import Annotator
from pipeline.annotate.model_files import ModelFiles
from pipeline.annotate.model_version import model_version
from pipeline.annotate.tagging.tokenizer import LONGEST_TEXT, GuardedTokenizer
from pipeline.errors import ModelError

NAME = "en_dateline_news"
STORY = """Harbour talks resume

“We cannot wait for the ministry any longer,” Marta Ellingsen told reporters in Norway. \
“We have waited,” the mayor added, “for nine years.”"""
FRENCH = (
    "Le président de la République a déclaré que la situation était grave et que les mesures "
    "nécessaires seraient prises dans les plus brefs délais pour protéger les citoyens et les "
    "entreprises du pays tout entier, selon un communiqué publié mardi soir à Paris."
)


@cache
def shared() -> Language:
    return spacy.load(NAME)


@pytest.fixture
def nlp() -> Language:
    return shared()


def found(doc: Doc) -> list[object]:
    return [
        [(entity.text, entity.label_, entity._.name, entity._.role) for entity in doc.ents],
        [(span.text, span._.speaker, span._.confidence) for span in doc.spans["quotes"]],
        doc._.quotes,
    ]


def test_a_quote_has_its_parts(nlp: Language) -> None:
    doc = nlp(STORY)
    quotes, sources, cues = (doc.spans[group] for group in ("quotes", "sources", "cues"))
    assert [span.text for span in quotes] == [
        "“We cannot wait for the ministry any longer,”",
        "“We have waited,”",
        "“for nine years.”",
    ]
    assert [span.id_ for span in quotes] == ["0", "1", "1"]
    assert {(span._.kind, span.label_) for span in quotes} == {("direct", "direct")}
    assert [span.text for span in quotes[0]._.cue] == ["told"]
    assert [span.text for span in quotes[2]._.source] == ["the mayor"]
    assert [span.id_ for span in (*sources, *cues)] == ["0", "1", "0", "1"]
    assert quotes[0]._.speaker == doc._.quotes[0]["speaker"] == "Marta Ellingsen"
    assert quotes[0]._.speakers[0]["label"] == "PERSON"
    assert 0 < quotes[0]._.confidence <= 1
    assert quotes[0]._.quote is doc._.quotes[0]
    assert doc._.outcome == "loaded"


def test_other_spans_belong_to_no_quote(nlp: Language) -> None:
    doc = nlp(STORY)
    span = doc[0:2]
    assert (span._.quote, span._.speaker, span._.source) == (None, None, [])
    assert spacy.blank("en")("Nobody")._.quotes == []


def test_sentences_end_with_their_paragraph(nlp: Language) -> None:
    sentences = [sentence.text.strip() for sentence in nlp(STORY).sents]
    assert len(sentences) == 3
    assert sentences[0] == "Harbour talks resume"
    assert sentences[2].startswith("“We have waited,”")


def test_another_language_gets_no_annotation_and_an_outcome(nlp: Language) -> None:
    french, english = nlp.pipe([FRENCH, STORY])
    assert (french._.outcome, french._.quotes, french.ents) == ("no_pipeline", [], ())
    assert len(french.spans["quotes"]) == 0
    assert found(english) == found(nlp(STORY))


@pytest.mark.parametrize("size", [1, 2, 50])
def test_results_do_not_depend_on_the_batch_size(nlp: Language, size: int) -> None:
    texts = [STORY, "", FRENCH, "Ida Holm left.", STORY.lower()] * 3
    alone = [found(nlp(text)) for text in texts]
    assert [found(doc) for doc in nlp.pipe(texts, batch_size=size)] == alone


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_results_do_not_depend_on_the_number_of_processes(nlp: Language) -> None:
    texts = [STORY, "Ida Holm left.", STORY.replace("Norway", "Kenya")]
    alone = [found(nlp(text)) for text in texts]
    assert [found(doc) for doc in nlp.pipe(texts, n_process=2, batch_size=1)] == alone


def test_a_saved_pipeline_gives_the_same_results(nlp: Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    assert found(again(STORY)) == found(nlp(STORY))
    assert again.max_length == LONGEST_TEXT
    assert isinstance(again.tokenizer, GuardedTokenizer)
    assert {key: again.meta[key] for key in ("name", "version", "performance")} == {
        key: nlp.meta[key] for key in ("name", "version", "performance")
    }


def test_a_saved_pipeline_keeps_its_own_model(nlp: Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path)
    (tmp_path / "dateline_annotator" / "model.onnx").write_bytes(b"another")
    with pytest.raises(ModelError, match=r"model\.onnx has sha256"):
        spacy.load(tmp_path)


def test_a_pipeline_from_bytes_gives_the_same_results(nlp: Language) -> None:
    again = load_model_from_config(nlp.config).from_bytes(nlp.to_bytes())
    assert found(again(STORY)) == found(nlp(STORY))


def test_damaged_bytes_are_refused(nlp: Language) -> None:
    packed = nlp.get_pipe("dateline_annotator")._tagger.files.pack()
    with pytest.raises(ModelError, match="sha256"):
        ModelFiles.unpack(packed | {"model.onnx": b""})
    with pytest.raises(ModelError, match=r"vocab\.txt"):
        ModelFiles.unpack({name: packed[name] for name in ("config.json", "model.onnx")})


def test_a_pickled_pipeline_gives_the_same_results(nlp: Language) -> None:
    again = pickle.loads(pickle.dumps(nlp))
    assert found(again(STORY)) == found(nlp(STORY))


def test_a_document_from_bytes_has_its_quotes(nlp: Language) -> None:
    doc = nlp(STORY)
    assert found(Doc(nlp.vocab).from_bytes(doc.to_bytes())) == found(doc)


def test_components_can_be_excluded_and_disabled(nlp: Language) -> None:
    assert spacy.load(NAME, exclude=["dateline_sentences"]).pipe_names == ["dateline_annotator"]
    quiet = spacy.load(NAME, disable=["dateline_annotator"])
    assert (quiet(STORY).ents, len(list(quiet(STORY).sents))) == ((), 3)
    quiet.enable_pipe("dateline_annotator")
    assert found(quiet(STORY)) == found(nlp(STORY))
    with nlp.select_pipes(disable="dateline_annotator"):
        assert nlp(STORY).ents == ()
    assert nlp(STORY).ents


def test_the_pipeline_can_be_analysed(nlp: Language) -> None:
    analysis = nlp.analyze_pipes()
    assert set(analysis["problems"]) == {"dateline_sentences", "dateline_annotator"}
    assert not any(analysis["problems"].values())
    assert "doc.ents" in analysis["summary"]["dateline_annotator"]["assigns"]


def test_the_component_works_in_another_pipeline() -> None:
    other = spacy.blank("en")
    other.add_pipe("dateline_annotator")
    assert [entity.text for entity in other(STORY).ents] == ["Marta Ellingsen", "Norway"]
    assert other.max_length == 1_000_000


def test_the_names_of_other_components_can_be_kept() -> None:
    other = spacy.blank("en")
    patterns = [{"label": "PER", "pattern": "Marta Ellingsen"}, {"label": "X", "pattern": "nine"}]
    other.add_pipe("entity_ruler").add_patterns(patterns)
    other.add_pipe("dateline_annotator", config={"overwrite_ents": False})
    doc = other(STORY)
    assert [(entity.text, entity.label_) for entity in doc.ents] == [
        ("Marta Ellingsen", "PER"),
        ("nine", "X"),
    ]
    assert doc.spans["quotes"][0]._.speaker == "Marta Ellingsen"


def test_spacy_knows_the_package() -> None:
    known = spacy.info(NAME)
    assert (known["name"], known["license"]) == ("dateline_news", "Apache-2.0")
    assert NAME in spacy.info()["pipelines"]
    assert importlib.metadata.version(NAME) == known["version"] == package_metadata.version()


def test_the_package_metadata_are_those_of_the_present_model() -> None:
    for path, content in package_metadata.files().items():
        assert path.read_text("utf-8") == content, (
            "run `python -m pipeline.annotate.package_metadata`"
        )


def test_figures_are_read_from_the_model_card() -> None:
    model_card = (
        "# Card\n\n## Made from\n\n| what | licence |\n|---|---|\n| texts of Salina | free |\n\n"
        "## Figures\n\n| set | label | gold spans | F1 |\n|---|---|---|---|\n"
        "| Worldwide-NER dev | all nine | 4,513 | 80.4 |\n"
        "| Worldwide-NER dev | Person | 9 | 85.0 |\n"
        "| PolNeAR dev | cue | 12 | 74.0 |\n\n## Rest\n\n| PolNeAR dev | source | 12 | 1.0 |\n"
    )
    assert package_metadata.performance(model_card) == {
        "ents_f": 0.804,
        "ents_per_type": {"Person": {"f": 0.85}},
        "attributions_per_part": {"cue": {"f": 0.74}},
    }
    assert package_metadata.sources(model_card) == [{"name": "texts of Salina", "license": "free"}]
    assert len(package_metadata.meta()["sources"]) >= 3


def test_the_name_of_our_package_in_the_setting_means_our_model() -> None:
    assert model_version(NAME) == model_version()
    assert Annotator.load(NAME).uses_own_entities


def test_an_installed_pipeline_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = spacy.blank("en")
    other.add_pipe("entity_ruler").add_patterns([{"label": "PER", "pattern": "Marta Ellingsen"}])
    (tmp_path / "en_other_names").mkdir()
    other.to_disk(tmp_path / "en_other_names" / "data")
    (tmp_path / "en_other_names" / "__init__.py").write_text(
        "import pathlib, spacy.util\n"
        "def load(**overrides):\n"
        "    data = pathlib.Path(__file__).parent / 'data'\n"
        "    return spacy.util.load_model_from_path(data, **overrides)\n"
    )
    installed = tmp_path / "en_other_names-2.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: en-other-names\nVersion: 2.0\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "en_other_names", raising=False)
    annotation = next(Annotator.load("en_other_names").annotate([STORY]))
    assert [(mention.text, mention.label) for mention in annotation.mentions] == [
        ("Marta Ellingsen", "PERSON")
    ]
    assert annotation.quotes[0].speaker == "Marta Ellingsen"
    assert annotation.model_version.startswith("en_other_names+")
