"""Judge each measured page by models that saw no page of its domain.

The models of the article's end and of page kinds are trained on the measured sets themselves, so
the shipped ones have seen the pages that they would be scored on. For each of the five folds there
is a second pair of models, trained on the other four. ``make train-text`` writes them beside its
figures; where a clone lacks them, ``benchmarks.text.web_pages`` trains them in some minutes.

They are in ``training/runs/``, which is not in the repository, in a folder named by the shipped
model's digest: after the shipped model changes, the old ones are not found any more.
"""

import hashlib
from pathlib import Path

from pipeline.extract import article_end, page_kind

RUNS = Path(__file__).parents[2] / "training" / "runs"
_SHIPPED = {"article_end": article_end.MODEL, "page_kind": page_kind.MODEL}
_SHIPPED_WORDS = article_end.WORDS


def model_of(name: str, fold: int) -> Path:
    """Return the file of a fold's model.

    Args:
        name: ``article_end``, beside whose model the words are (``words_of``), or ``page_kind``.
        fold: the fold whose pages it has not seen.
    """
    digest = hashlib.sha256(_SHIPPED[name].read_bytes()).hexdigest()[:12]
    return RUNS / f"{name}-{digest}" / f"fold_{fold}.json"


def words_of(model: Path) -> Path:
    """Return the file of the words that belong to a fold's model of the article's end."""
    return model.with_name(f"{model.stem}_words.tsv")


def use_end_of_fold(fold: int) -> None:
    """Let the extraction decide the article's end by the model of a fold."""
    article_end.MODEL = model_of("article_end", fold)
    article_end.WORDS = words_of(article_end.MODEL)


def use_models_of_fold(fold: int) -> None:
    """Let the extraction decide by the models of a fold."""
    use_end_of_fold(fold)
    page_kind.MODEL = model_of("page_kind", fold)


def use_shipped_models() -> None:
    """Let the extraction decide by the shipped models again."""
    article_end.MODEL, article_end.WORDS = _SHIPPED["article_end"], _SHIPPED_WORDS
    page_kind.MODEL = _SHIPPED["page_kind"]


def missing_models(folds: int) -> list[str]:
    """Return the names of the models whose folds are not trained yet."""
    return [name for name in _SHIPPED if not model_of(name, folds - 1).is_file()]
