"""Training data and results of the peers: labels, spans, folder names."""

import pytest
import spacy
from spacy.tokens import Doc

from benchmarks.language.peer_data import named_paragraphs, split_held_out
from benchmarks.language.peers import (
    SMALL_ENGLISH,
    _paragraphs,
    _parts,
    _quotations,
    _runs,
    named_by_spacy,
)
from benchmarks.language.train_peers import PEERS
from training.corpora import Document


def test_every_twentieth_article_is_held_out():
    nlp = spacy.blank("en")
    articles = [[nlp.make_doc(f"{number} a"), nlp.make_doc("b")] for number in range(45)]
    parts = split_held_out(articles)
    assert [doc.text for doc in parts.held_out] == ["0 a", "b", "20 a", "b", "40 a", "b"]
    assert len(parts.train) == 84


def test_names_keep_their_places_in_paragraphs_and_those_inside_a_token_are_left_out():
    text = "Ada Lund went.\n\nTo Oslo, from Bergenhus.\n\n"
    spans = ((0, 8, "Person"), (19, 23, "Location"), (30, 36, "Location"))
    docs = named_paragraphs(spacy.blank("en"), Document("a", text, spans, "entities"))
    found = [[(entity.text, entity.label_) for entity in doc.ents] for doc in docs]
    assert found == [[("Ada Lund", "Person")], [("Oslo", "Location")]]


def test_names_of_the_small_english_pipeline_are_in_the_classes_of_worldwide():
    pytest.importorskip(SMALL_ENGLISH, reason="the peer is installed by `uv sync --group peers`")
    text = "Angela Merkel went to the United Kingdom.\n\nShe paid two dollars on Monday."
    (found,) = named_by_spacy(SMALL_ENGLISH, [text])
    named = {text[start:end]: label for start, end, label in found}
    assert named["Angela Merkel"] == "Person"
    assert named["United Kingdom"] == "Location"
    assert named["Monday"] == "Date"


def test_runs_of_tokens_and_paragraphs_keep_their_places():
    doc = spacy.blank("en")("Ada Lund and Ole Berg said so")
    tokens = [doc[4], doc[0], doc[1], doc[3]]
    assert [doc.text[a:b] for a, b in _runs(doc, tokens)] == ["Ada Lund", "Ole Berg"]
    text = "One.\n\nTwo.\n"
    assert list(_paragraphs(text)) == [(0, "One."), (6, "Two.")]


def test_a_peer_trained_on_other_data_has_another_folder(tmp_path):
    peer = PEERS["names"]
    file = tmp_path / peer.files[0]
    file.parent.mkdir(parents=True)
    file.write_bytes(b"one")
    first = peer.folder(tmp_path)
    file.write_bytes(b"two")
    assert first != peer.folder(tmp_path)
    assert first.name.startswith("names-")


def parsed(closing):
    """“We will sail at dawn” said the tall mate, parsed by hand."""
    words = f"“ We will sail at dawn {closing} said the tall mate".split()
    deps = "punct nsubj aux ccomp case obl punct ROOT det amod nsubj".split()
    heads = [3, 3, 3, 7, 5, 3, 3, 7, 10, 10, 7]
    pos = "PUNCT PRON AUX VERB ADP NOUN PUNCT VERB DET ADJ NOUN".split()
    lemmas = ["“", "we", "will", "sail", "at", "dawn", closing, "say", "the", "tall", "mate"]
    nlp = spacy.blank("en")
    return Doc(nlp.vocab, words=words, deps=deps, heads=heads, pos=pos, lemmas=lemmas)


def test_textacys_quotation_becomes_an_attribution_with_the_head_or_the_whole_phrase():
    pytest.importorskip("textacy", reason="the peer is installed by `uv sync --group peers`")
    doc = parsed("”")
    ((_, triple),) = _quotations(lambda _: doc, "")
    short, whole = _parts(doc, triple), _parts(doc, triple, shift=5, whole=True)
    assert [doc.text[a:b] for a, b in short.content] == ["“ We will sail at dawn ”"]
    assert [doc.text[a:b] for a, b in short.source] == ["mate"]
    assert [doc.text[a - 5 : b - 5] for a, b in whole.source] == ["the tall mate"]


def test_an_odd_number_of_marks_is_refused_by_textacy():
    pytest.importorskip("textacy", reason="the peer is installed by `uv sync --group peers`")
    assert _quotations(lambda _: parsed("now"), "") is None
