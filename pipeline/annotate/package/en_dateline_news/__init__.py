"""Names and quotes of English news, as a package that ``spacy.load("en_dateline_news")`` finds.

The code and the model are Dateline's (``pipeline.annotate``); here is only what spaCy looks for in
a package of its own: this module's ``load``, ``meta.json`` and ``config.cfg``.
"""

import json
from pathlib import Path

from spacy.language import Language

from pipeline.annotate.spacy_component import load_pipeline

__version__: str = json.loads(Path(__file__).with_name("meta.json").read_text("utf-8"))["version"]


def load(**overrides: object) -> Language:
    """Load the pipeline; takes what ``spacy.load`` takes: vocab, disable, enable, exclude, config.

    Raises:
        ModelError: the model is missing or broken.
    """
    return load_pipeline(**overrides)
