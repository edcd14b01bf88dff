"""Each measured page is judged by the models of its fold, and afterwards by the shipped ones."""

import gzip
import json
import shutil

import pytest

from benchmarks.text import fold_models
from benchmarks.text.extractors import OURS
from benchmarks.text.fold_models import model_of, words_of
from benchmarks.text.page_sets import FOLDS, Page, fold_of
from benchmarks.text.web_pages import measure
from pipeline.extract import article_end, page_kind
from tests.extract.page_kind_pages import guide

REFUSES, ADMITS = 99.0, -99.0


def written(place, cut):
    file = json.loads(page_kind.MODEL.read_text())
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(file | {"cut": cut}))


@pytest.fixture
def models(tmp_path, monkeypatch):
    """Models of five folds: that of the first refuses every page, those of the others none."""
    monkeypatch.setattr(fold_models, "RUNS", tmp_path)
    for fold in range(FOLDS):
        written(model_of("page_kind", fold), ADMITS if fold else REFUSES)
        model = model_of("article_end", fold)
        model.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(article_end.MODEL, model)
        shutil.copy(article_end.WORDS, words_of(model))


@pytest.fixture
def pages(tmp_path):
    url, body = guide()
    stored = tmp_path / "page.html.gz"
    stored.write_bytes(gzip.compress(body))
    domains = {fold_of(f"{name}.example"): f"{name}.example" for name in map(str, range(40))}
    gold = {"text": "a guide"}
    return [
        Page(str(fold), url, domains[fold], "en", "wcxb", "article", gold, stored)
        for fold in range(FOLDS)
    ]


def test_a_page_is_judged_by_the_models_of_its_fold(models, pages):
    found = measure(pages, [OURS])[OURS]
    outcomes = [found[page.id].outcome for page in pages]
    assert outcomes == ["not_an_article", "ok", "ok", "ok", "ok"]


def test_the_shipped_models_decide_again_afterwards(models, pages):
    measure(pages, [OURS])
    found = measure(pages, [OURS], shipped=True)[OURS]
    assert {each.outcome for each in found.values()} == {"ok"}
