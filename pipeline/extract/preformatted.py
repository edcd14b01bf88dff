"""Pages whose story is one ``pre``: releases and mails, wrapped at a column, become paragraphs.

How lines are joined is ``plain_lines``' to know.
"""

from lxml import etree
from lxml.html import HtmlElement

from pipeline.extract.plain_lines import paragraphs
from pipeline.words import word_count

_LEAST_WORDS = 60
_LEAST_SHARE = 0.5
"""Share of the page's words: a listing of code within an article stays as it is."""


def unfold(root: HtmlElement) -> None:
    """Make paragraphs of a ``pre`` that holds most of the page's words, in place."""
    for block in list(root.iter("pre")):
        text = "".join(block.itertext())
        words = word_count(text)
        if words >= _LEAST_WORDS and words >= _LEAST_SHARE * word_count("".join(root.itertext())):
            block.tag = "div"
            for child in list(block):
                block.remove(child)
            block.text = None
            for line in paragraphs(text):
                etree.SubElement(block, "p").text = line
