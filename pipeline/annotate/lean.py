"""Imports spaCy without its command line, in half the time.

``import spacy`` takes 1.8 CPU seconds, and 0.8 of them go into ``spacy.cli`` (typer, requests,
httpx, jinja2), all for the function ``spacy.info``; each worker process would pay that. A module
that stands in for ``spacy.cli.info`` during the import, and is gone after it, saves them; the
command line itself stays importable, and ``spacy.info`` fetches the real one when it is called.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

_PACKAGE = "spacy"
_INFO = "spacy.cli.info"


def import_spacy() -> ModuleType:
    """Import spaCy, or return it as it is where somebody has imported it before."""
    if _PACKAGE in sys.modules:
        return sys.modules[_PACKAGE]
    stand_in = ModuleType(_INFO)
    stand_in.info = _info  # type: ignore[attr-defined]
    sys.modules[_INFO] = stand_in
    try:
        spacy = importlib.import_module(_PACKAGE)
    finally:
        del sys.modules[_INFO]
    spacy.__getattr__ = _attribute  # type: ignore[method-assign]
    return spacy


def _info(*arguments: Any, **options: Any) -> Any:
    return importlib.import_module(_INFO).info(*arguments, **options)


def _attribute(name: str) -> Any:
    """Import ``spacy.cli`` when it is asked for: plain ``import spacy`` would have done so."""
    if name == "cli":
        return importlib.import_module("spacy.cli")
    raise AttributeError(f"module {_PACKAGE!r} has no attribute {name!r}")
