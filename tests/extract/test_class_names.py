"""Every row of the table of class names, read as a page has it."""

import re

import pytest
from lxml.html import fromstring

from pipeline.extract.html_layout import labels_of, text_blocks
from pipeline.tables import read_rows

ROWS = list(read_rows("pipeline.extract", "class_names.tsv", columns=4))


def labels(name):
    page = fromstring(f'<html><body><div class="{name}">Four words of text</div></body></html>')
    (block,) = text_blocks(page)
    return labels_of(block, ())


@pytest.mark.parametrize(("label", "names", "yes", "no"), ROWS)
def test_a_class_says_what_its_text_is(label, names, yes, no):
    assert re.search(names, yes, re.IGNORECASE)
    assert label in labels(yes)
    assert label not in labels(no)
