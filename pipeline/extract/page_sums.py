"""Measure what a page consists of: the features of the model that tells articles from other pages.

All of them come from what the extraction has computed already: the text, the text blocks, the
head, the JSON-LD and the address. ``page_words.tsv`` lists the words that are counted in class
names, addresses, types and texts.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median
from string import digits
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from pipeline.extract.html_head import Head
from pipeline.extract.html_layout import TextBlock
from pipeline.extract.json_ld import LinkedData
from pipeline.models import Article
from pipeline.tables import read_rows
from pipeline.text import ends_sentence, word_count

_PROSE_WORDS, _BOXED_WORDS = 8, 15
"""Words of a block from which it is prose, and from which its place says where the story is."""
_MAX_LINK_DENSITY = 0.3
_LABEL_WORDS = 4
"""A block of so few words is a label, a price, a name."""
_MAX_CHARS = 400_000
_ORIGINS = ("", "url", "visible", "feed", "meta", "json_ld")
_PARAGRAPHS = frozenset(("p", "blockquote", "li"))
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_CLASSES = etree.XPath("//body//@class", smart_strings=False)
_ITEM_TYPES = etree.XPath("//@itemtype", smart_strings=False)
_YEARS = frozenset(map(str, range(1990, 2040)))
_SINGLE_PAGE = re.compile(r"(^|\s)(single|postid)(-|\s|$)")


@dataclass(frozen=True, slots=True)
class ExaminedPage:
    """A page with what the extraction has found on it."""

    article: Article
    """Its text and metadata, with the quality score."""
    root: HtmlElement
    """The page without scripts."""
    head: Head
    data: LinkedData
    blocks: list[TextBlock]


def page_sums(page: ExaminedPage) -> dict[str, float]:
    """Return the features of a page by name."""
    return {
        **_sums_of_text(page.article, page.blocks),
        **_sums_of_blocks(page.blocks),
        **_sums_of_boxes(page.blocks),
        **_sums_of_elements(page.root),
        **_sums_of_head(page.article, page.head, page.data),
        **_sums_of_address(page.article),
        **_sums_of_words(page),
    }


def _sums_of_text(article: Article, blocks: Sequence[TextBlock]) -> dict[str, float]:
    text = article.text or ""
    lines = [line for line in text.split("\n") if line]
    lengths = [word_count(line) for line in lines] or [0]
    words = max(1, sum(lengths))
    sentences = sum(
        length for line, length in zip(lines, lengths, strict=False) if ends_sentence(line)
    )
    shown = set(lines)
    places = [place for place, block in enumerate(blocks) if block.text in shown]
    own = [blocks[place] for place in places]
    own_words = max(1, sum(block.words for block in own))
    in_headings, in_items, in_paragraphs = (
        sum(block.words for block in own if block.tag in tags) / own_words
        for tags in (_HEADINGS, ("li", "dd", "dt"), ("p",))
    )
    return {
        "text words": sum(lengths),
        "text lines": len(lines),
        "text mean line": sum(lengths) / len(lengths),
        "text median line": median(lengths),
        "text longest line": max(lengths),
        "text sentences": sentences / words,
        "text short lines": sum(each <= _LABEL_WORDS for each in lengths) / len(lengths),
        "text share": sum(lengths) / max(1, sum(block.words for block in blocks)),
        "text quality": article.quality_score or 0.0,
        "text begins": places[0] / len(blocks) if places else 1.0,
        "text spread": (places[-1] - places[0] + 1) / len(places) if places else -1.0,
        "text in headings": in_headings,
        "text in items": in_items,
        "text in paragraphs": in_paragraphs,
        "text linked": sum(block.link_density * block.words for block in own) / own_words,
        "text headings": sum(block.tag in _HEADINGS for block in own),
        "text questions": text.count("?") / words,
        "text quotes": sum(map(text.count, '"“«„')) / words,
        "text digits": sum(map(text.count, digits)) / max(1, len(text)),
    }


def _sums_of_blocks(blocks: Sequence[TextBlock]) -> dict[str, float]:
    count, words = max(1, len(blocks)), max(1, sum(block.words for block in blocks))
    prose = [
        block.words
        for block in blocks
        if block.words >= _PROSE_WORDS
        and block.link_density <= _MAX_LINK_DENSITY
        and ends_sentence(block.text)
    ] or [0]
    tags = Counter(block.tag for block in blocks)
    return {
        "words": words,
        "linked words": sum(block.link_density * block.words for block in blocks) / words,
        "link blocks": sum(block.link_density > 1 - _MAX_LINK_DENSITY for block in blocks) / count,
        "prose blocks": len(prose),
        "prose words": sum(prose),
        "prose share": sum(prose) / words,
        "prose median": median(prose),
        "prose longest": max(prose),
        "labels": sum(block.words <= _LABEL_WORDS for block in blocks) / count,
        "repeated": 1 - len({block.key for block in blocks}) / count,
        **{f"{tag} blocks": tags[tag] for tag in ("h2", "h3", "h4", "p", "li", "div", "td", "pre")},
        **{f"{tag} share": tags[tag] / count for tag in ("h3", "li", "div")},
    }


def _sums_of_boxes(blocks: Sequence[TextBlock]) -> dict[str, float]:
    """Tell how the prose is boxed: a story is in one element, posts and cards have a box each."""
    boxes: Counter[HtmlElement] = Counter()
    outer_boxes: Counter[HtmlElement] = Counter()
    looks: Counter[tuple[str, str, str]] = Counter()
    words_of_looks: Counter[tuple[str, str, str]] = Counter()
    for block in blocks:
        parent = block.element.getparent()
        look = (block.tag, _first_class(block.element), _first_class(parent))
        looks[look] += 1
        words_of_looks[look] += block.words
        if block.words < _BOXED_WORDS or block.link_density > _MAX_LINK_DENSITY or parent is None:
            continue
        box = parent if block.tag in _PARAGRAPHS else block.element
        boxes[box] += block.words
        outer = box.getparent()
        if outer is not None:
            outer_boxes[outer] += block.words
    largest = [*(words for _, words in boxes.most_common(2)), 0, 0]
    commonest = [*(number for _, number in looks.most_common(3)), 0, 0, 0]
    boxed, count = max(1, sum(boxes.values())), max(1, len(blocks))
    return {
        "boxes": len(boxes),
        "largest box": largest[0] / boxed,
        "largest box words": largest[0],
        "second box": largest[1] / boxed,
        "largest outer box": max(outer_boxes.values(), default=0) / boxed,
        "looks": len(looks) / count,
        "commonest look": commonest[0],
        "commonest look share": commonest[0] / count,
        "commonest look words": max(words_of_looks.values(), default=0)
        / max(1, sum(words_of_looks.values())),
        "third look": commonest[2],
    }


def _first_class(element: HtmlElement | None) -> str:
    return "" if element is None else (element.get("class") or "").partition(" ")[0]


def _sums_of_elements(root: HtmlElement) -> dict[str, float]:
    tags = Counter(element.tag for element in root.iter())
    count = max(1, sum(tags.values()))
    shares = ("a", "img", "p", "li", "div", "span")
    return {
        "elements": count,
        **{f"<{tag}>": tags[tag] for tag in ("article", "form", "time", "code", "label", "figure")},
        **{f"<{tag}> share": tags[tag] / count for tag in shares},
    }


def _sums_of_head(article: Article, head: Head, data: LinkedData) -> dict[str, float]:
    og_type = (head.first("og:type") or "").lower()
    return {
        "og article": og_type == "article",
        "og website": og_type in ("website", "blog"),
        "og other": og_type not in ("", "website", "blog", "article"),
        "published meta": "article:published_time" in head.meta,
        "author meta": head.first("author", "article:author") is not None,
        "published": _ORIGINS.index(article.published_origin or ""),
        "authors": len(article.authors),
        "tags": len(article.tags),
        "title words": word_count(article.title or ""),
        "is article": data.is_article,
        "articles": data.article_count,
        "crumbs": len(data.breadcrumbs),
        "single class": _SINGLE_PAGE.search(head.page_class) is not None,
    }


def _sums_of_address(article: Article) -> dict[str, float]:
    address = urlsplit(article.url or article.canonical_url or "")
    path = address.path.strip("/")
    last = path.rpartition("/")[2]
    return {
        "path depth": path.count("/") + bool(path),
        "path length": len(path),
        "path digits": sum(map(str.isdigit, path)),
        "last part length": len(last),
        "last part hyphens": last.count("-") + last.count("_"),
        "query": bool(address.query),
        "front page": bool(address.netloc) and not path,
        "folder": bool(path) and address.path.endswith("/"),
        "subdomain": address.netloc.removeprefix("www.").count("."),
    }


def _sums_of_words(page: ExaminedPage) -> dict[str, float]:
    lists, article = _word_lists(), page.article
    classes = _CLASSES(page.root)
    class_names = " ".join(classes)[:_MAX_CHARS].lower()
    address = urlsplit((article.url or article.canonical_url or "").lower())
    place = f"{address.netloc}{address.path}"
    types = " ".join((*page.data.all_types, *_ITEM_TYPES(page.root)))
    shown = " ".join(block.key for block in page.blocks)[:_MAX_CHARS]
    told = (article.text or "").lower().replace("’", "'").split()
    known = _counted_words()
    in_page = Counter(filter(known.__contains__, shown.split()))
    in_story = Counter(filter(known.__contains__, told))
    return {
        **{
            f"class {name}": class_names.count(words) / max(1, len(classes))
            for name, words in lists["class"]
        },
        **{f"url {name}": re.search(words, place) is not None for name, words in lists["url"]},
        **{f"type {name}": any(map(types.count, words.split())) for name, words in lists["type"]},
        **{f"word {name}": _total(in_page, words) for name, words in lists["text"]},
        **{
            f"story {name}": _total(in_story, words) / max(1, len(told))
            for name, words in lists["story"]
        },
        "word price": _prices(shown),
        "word years": sum(in_page[year] for year in _YEARS),
    }


def _total(counts: Mapping[str, int], words: str) -> int:
    return sum(counts[word] for word in words.split())


def _prices(text: str) -> int:
    """Count the words that begin with a sign of money, or end in the euro's: "$12", "12€"."""
    padded = f" {text} "
    return sum(map(padded.count, (" $", " €", " £", "€ "))) - padded.count(" € ")


@cache
def _word_lists() -> dict[str, list[tuple[str, str]]]:
    """Return names and words of the table by the place in which they are looked for."""
    lists: dict[str, list[tuple[str, str]]] = {}
    for place, name, words, _ in read_rows(__package__, "page_words.tsv", columns=4):
        lists.setdefault(place, []).append((name, words))
    return lists


@cache
def _counted_words() -> frozenset[str]:
    lists = _word_lists()
    words = (words for place in ("text", "story") for _, words in lists[place])
    return _YEARS.union(*(each.split() for each in words))
