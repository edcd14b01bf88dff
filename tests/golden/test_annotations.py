"""The annotator finds in 40 texts what was recorded with its rules version."""

import pytest

from pipeline.annotate.model_version import RULES_VERSION
from tests.golden.annotations import TEXTS, digests, recorded

pytestmark = pytest.mark.slow

ADVICE = (
    "the annotator's results changed: raise RULES_VERSION in pipeline/annotate/model_version.py "
    "and run `python -m tests.golden.annotations`, or correct the change"
)


def test_annotations_are_those_of_the_rules_version():
    before = recorded()
    found = digests()
    assert len(found) == TEXTS
    changed = [page for page in found if found[page] != before["texts"].get(page)]
    assert not changed, ADVICE
    assert before["rules_version"] == RULES_VERSION, ADVICE
