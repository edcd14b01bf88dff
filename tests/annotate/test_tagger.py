"""The tagger with the shipped model: sentences, odd input, other processes, damaged files."""

import json
import multiprocessing
import shutil
from functools import cache
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from pipeline.annotate.model_files import SHIPPED
from pipeline.annotate.tagging.tagger import TaggedSpans, Tagger, TokenSpan, has_vnni
from pipeline.errors import ModelError

NLP = spacy.blank("en")
STORY = """Harbour talks resume in Port Salina

The mayor of Port Salina, Marta Ellingsen, said on Monday that the city would buy 40 ferries.

“We cannot wait for the ministry any longer,” Ellingsen told reporters in Norway.

According to the Norwegian Coastal Authority, the harbour lost $3 million in 2019."""
ROLES = {"Source", "Cue", "Content"}
ENTITIES = set("Person Organization NORP Date Money Facility Product Misc Location".split())


@cache
def shared() -> Tagger:
    return Tagger.load()


@pytest.fixture
def tagger() -> Tagger:
    return shared()


def texts(doc: Doc, spans: tuple[TokenSpan, ...], label: str) -> list[str]:
    return [doc[span.start : span.end].text for span in spans if span.label == label]


def test_plain_sentences(tagger: Tagger) -> None:
    doc = NLP.make_doc(STORY)
    (tagged,) = tagger.tag([doc])
    assert "Marta Ellingsen" in texts(doc, tagged.entities, "Person")
    assert "Norway" in texts(doc, tagged.entities, "Location")
    assert "$3 million" in texts(doc, tagged.entities, "Money")
    assert "told" in texts(doc, tagged.attribution, "Cue")
    assert "Ellingsen" in texts(doc, tagged.attribution, "Source")
    quote = "“We cannot wait for the ministry any longer,”"
    assert quote in texts(doc, tagged.attribution, "Content")


def test_straight_quotation_marks_are_understood(tagger: Tagger) -> None:
    doc = NLP.make_doc(STORY.replace("“", '"').replace("”", '"'))
    (tagged,) = tagger.tag([doc])
    quote = '"We cannot wait for the ministry any longer,"'
    assert quote in texts(doc, tagged.attribution, "Content")


def test_spans_do_not_depend_on_other_documents(tagger: Tagger) -> None:
    docs = [NLP.make_doc(text) for text in (STORY, "", STORY[40:200], "Peru won 2-1.\n" * 90)]
    assert tagger.tag(docs) == [tagger.tag([doc])[0] for doc in docs]


def check(doc: Doc, tagged: TaggedSpans) -> None:
    for spans, labels in ((tagged.entities, ENTITIES), (tagged.attribution, ROLES)):
        end = 0
        for span in spans:
            assert end <= span.start < span.end <= len(doc)
            assert span.label in labels
            assert 0 <= span.score <= 1.0001
            assert "\n" not in doc[span.start : span.end].text
            assert not doc[span.start].is_space
            assert not doc[span.end - 1].is_space
            end = span.end


ODD = [
    "",
    "\n",
    "\x00",
    "x" * 40_000,
    "a.b!" * 10_000,
    "?!—“”…" * 50,
    "🇳🇴👩\u200d👩\u200d👧🙂 " * 40,
    "'",
    "\u0301",
    "said " * 3_000,
    "他说" * 500,
    "A\u2028B\x85C\r\nD",
]


@pytest.mark.parametrize("text", ODD)
def test_odd_input_gives_valid_spans(tagger: Tagger, text: str) -> None:
    doc = NLP.make_doc(text)
    (tagged,) = tagger.tag([doc])
    check(doc, tagged)


@given(st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_text_gives_valid_spans(text: str) -> None:
    doc = NLP.make_doc(text.encode("utf-8", "ignore").decode())
    check(doc, shared().tag([doc])[0])


def test_no_documents(tagger: Tagger) -> None:
    assert tagger.tag([]) == []


def tag_one(tagger: Tagger, text: str) -> TaggedSpans:
    return tagger.tag([NLP.make_doc(text)])[0]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_another_process_opens_its_own_session(tagger: Tagger, method: str) -> None:
    here = tag_one(tagger, STORY)
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.apply(tag_one, (tagger, STORY)) == here


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("config.json", "vocab.txt", "model.onnx"):
        shutil.copyfile(SHIPPED / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", ["config.json", "vocab.txt", "model.onnx"])
def test_the_error_for_a_missing_file_names_it(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        Tagger.load(folder)


def test_truncated_weights_are_refused(folder: Path) -> None:
    weights = folder / "model.onnx"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(ModelError, match=r"model\.onnx has sha256 .*, expected .*"):
        Tagger.load(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model_sha256": 1}'])
def test_a_config_of_another_format_is_refused(folder: Path, text: str) -> None:
    (folder / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="make train"):
        Tagger.load(folder)


def test_a_model_without_its_heads_is_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    del config["heads"]["attribution"]
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match="attribution"):
        Tagger.load(folder)


@pytest.mark.parametrize(
    ("flags", "found"),
    [
        ("fpu avx avx2 avx512f avx512_vnni", True),
        ("fpu avx avx2 avx_vnni", True),
        ("fpu avx avx2 avx512f avx512bw", False),
    ],
)
def test_exact_8_bit_sums_are_known_by_the_processors_flags(tmp_path, flags, found):
    info = tmp_path / "cpuinfo"
    info.write_text(f"processor\t: 0\nmodel name\t: vnni\nflags\t\t: {flags}\n\nprocessor\t: 1\n")
    assert has_vnni(info) is found
    assert not has_vnni(tmp_path / "none")
