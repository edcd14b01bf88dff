"""Read what a page states about its article in JSON-LD, with the vocabulary of schema.org.

Publishers nest, list and break it in every way, so anything unexpected is skipped and never raises.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from lxml.html import HtmlElement, fragment_fromstring

from pipeline.extract.html_head import language_code
from pipeline.models import Contributor, ContributorRole
from pipeline.text import squeeze, tokens, visible

_ARTICLE_TYPE = re.compile(
    r"(News|Opinion|Analysis|Report|Review|Backgrounder|AskPublic|Satirical|Tech|Scholarly|Advertiser\w*)?"
    r"(NewsArticle|Article)|BlogPosting|LiveBlogPosting|Report|SocialMediaPosting|Review|"
    r"DiscussionForumPosting"
)
_NO_PAGE = re.compile(
    r"(Collection|SearchResults|Profile|Checkout|Contact)Page|ItemList|WebSite|Person|\w*Organization|Comment|"
    r"Answer|\w*Review|ImageObject|VideoObject|AudioObject|Clip|Event|Offer|Product|Dataset"
)
"""Types of nodes whose dates are not the page's."""
_BROKEN_FIELD = re.compile(
    r'"(@type|headline|datePublished|dateModified)"\s*:\s*"((?:[^"\\]|\\.)*)"'
)
_LISTING_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ItemList", "ProfilePage"})
_MEDIA_TYPES = {"VideoObject": "video", "ImageGallery": "gallery", "MediaGallery": "gallery"}
_OTHER_WORKS = frozenset((*_MEDIA_TYPES, "Recipe", "PodcastEpisode", "RadioEpisode"))
"""Types that a page may be about in place of an article; of several such nodes none is used."""
_CONTRIBUTORS: dict[str, ContributorRole] = {
    "illustrator": "illustrator",
    "photographer": "photographer",
    "translator": "translator",
    "editor": "editor",
    "reviewedBy": "reviewer",
}
_MAX_NODES = 3000
_MAX_DEPTH = 40
"""Nodes and levels that are read: hostile pages have millions."""
_MAX_REFERENCES = 20
"""Authors by reference that are resolved."""
_BROKEN_ENDS = re.compile(r"^\s*(?:<!\[CDATA\[|<!--|//<!\[CDATA\[)?|(?:\]\]>|-->|//\]\]>|;)?\s*$")


_MARKDOWN = re.compile(r"\[[^\]\n]+\]\(https?://|^\+\+\+[\w-]*$", re.MULTILINE)
_MARKDOWN_PARTS = (
    (re.compile(r"^\+\+\+[\w-]*$", re.MULTILINE), ""),
    (re.compile(r"!\[[^\]\n]*\]\([^)\s]*\)"), ""),
    (re.compile(r"\[([^\]\n]+)\]\((?:https?:/)?/[^)\s]*\)"), r"\1"),
    (re.compile(r"\{: ?\.[\w .-]*\}"), ""),
    (re.compile(r"(?<![\w*])(\*{1,2})(?=\S)([^*\n]+?)(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"^#{1,6} ", re.MULTILINE), ""),
)
"""Fences of a template, pictures, links, classes, emphasis and subheads."""


@dataclass(frozen=True, slots=True)
class LinkedData:
    """The fields of the article node; None or empty where the page does not state them."""

    types: frozenset[str] = frozenset()
    """Types of the article node, or of all nodes where there is none."""
    all_types: frozenset[str] = frozenset()
    """Types of all nodes."""
    headline: str | None = None
    description: str | None = None
    body: str | None = None
    """``articleBody``, with its line breaks."""
    authors: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    """Authors whose type is an organisation."""
    contributors: tuple[Contributor, ...] = ()
    published: str | None = None
    """As the page states it, like ``modified``."""
    modified: str | None = None
    sections: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    image: str | None = None
    publisher: str | None = None
    is_free: bool | None = None
    """``isAccessibleForFree`` of the article and its parts."""
    language: str | None = None
    is_article: bool = False
    media: str | None = None
    """``video`` or ``gallery`` where the page has such a node and no article."""
    is_profile: bool = False
    """Whether the page states that it is about a person, such as an author."""
    is_listing: bool = False
    article_count: int = 0
    """Different headlines of article nodes: a listing may describe its teasers as articles."""
    walled_classes: tuple[str, ...] = ()
    """Classes of the elements that are not free (``hasPart`` with ``cssSelector``)."""
    word_count: int | None = None
    breadcrumbs: tuple[str, ...] = ()
    """Names of the pages above this one, the front page first."""
    addresses: tuple[str, ...] = ()
    """``mainEntityOfPage`` and ``url`` of the article; empty where the page describes several."""


def read_linked_data(root: HtmlElement) -> LinkedData:
    """Return what the JSON-LD of a page states about its main article.

    Args:
        root: the page with its scripts.
    """
    nodes = [node for script in _scripts(root) for node in _walk(_parse(script))]
    types = frozenset(name for node in nodes for name in _types(node))
    articles = [
        node for node in nodes if any(_ARTICLE_TYPE.fullmatch(name) for name in _types(node))
    ]
    media = next((kind for name, kind in _MEDIA_TYPES.items() if name in types), None)
    title = root.findtext(".//title") or ""
    works = [node for node in nodes if _is_work(node, title)]
    page = LinkedData(
        types=types,
        all_types=types,
        media=media,
        is_listing=bool(types & _LISTING_TYPES),
        is_profile="ProfilePage" in types,
        breadcrumbs=_breadcrumbs(nodes),
    )
    if articles:
        page = replace(page, media=None, is_listing=False, is_article=True)
        page = _with_fields(page, max(articles, key=_importance), nodes, articles)
    elif len(works) == 1:
        page = _with_fields(page, works[0], nodes, ())
    return page if page.published else _with_dates(page, nodes)


def _with_dates(page: LinkedData, nodes: list[dict[str, Any]]) -> LinkedData:
    """Add the dates, and the authors if none are known, of the node that is about the page itself.

    It is of any type, such as ``WebPage``; nodes about other pages, people and media do not count,
    and where several nodes disagree none does.
    """
    dated = [
        node
        for node in nodes
        if "datePublished" in node
        and not any(_NO_PAGE.fullmatch(name) or name in _OTHER_WORKS for name in _types(node))
    ]
    dated = [node for node in dated if "WebPage" in _types(node)] or dated
    if len({_text(node["datePublished"]) for node in dated}) != 1:
        return page
    found = _with_fields(page, dated[0], nodes, ())
    return replace(
        page,
        published=found.published,
        modified=page.modified or found.modified,
        authors=page.authors or found.authors,
        organisations=page.organisations or found.organisations,
    )


def _with_fields(
    page: LinkedData,
    main: dict[str, Any],
    nodes: list[dict[str, Any]],
    articles: Sequence[dict[str, Any]],
) -> LinkedData:
    """Add the fields of the main node to what is known about the page.

    Args:
        page: the types of the nodes.
        main: the node that the page is about.
        nodes: all nodes, to which the main one may refer.
        articles: the article nodes.
    """
    named_nodes = {
        node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and "name" in node
    }
    authors, organisations = _authors(
        _resolved(main.get("author") or main.get("creator"), named_nodes)
    )
    article_count = len({_text(n.get("headline")) for n in articles if n.get("headline")})
    return replace(
        page,
        types=frozenset(_types(main)) if articles else page.types,
        headline=_text(main.get("headline") or main.get("name")),
        description=_text(main.get("description")),
        body=_body(main.get("articleBody")),
        authors=authors,
        organisations=organisations,
        contributors=tuple(
            Contributor(name, role)
            for key, role in _CONTRIBUTORS.items()
            for name in _names(_resolved(main.get(key), named_nodes))
        ),
        published=_text(
            main.get("datePublished") or main.get("dateCreated") or main.get("uploadDate")
        ),
        modified=_text(main.get("dateModified")),
        sections=tuple(_texts(main.get("articleSection"))),
        keywords=tuple(word for line in _texts(main.get("keywords")) for word in _words(line)),
        image=_image(main.get("image") or main.get("thumbnailUrl")),
        publisher=next(_names(_resolved(main.get("publisher"), named_nodes)), None),
        is_free=_is_free(main),
        article_count=article_count,
        addresses=() if article_count > 1 else tuple(_addresses(main)),
        walled_classes=tuple(_walled_classes(main)),
        word_count=_number(main.get("wordCount")),
        language=language_code(_text(main.get("inLanguage"))),
    )


def _is_work(node: dict[str, Any], title: str) -> bool:
    """Tell whether a node may be what the page is about: a gallery, a recipe, an episode, a video.

    A video counts only where the page's title names it, since stories contain videos of other
    stories with dates of their own.
    """
    types = _types(node)
    if "VideoObject" in types:
        name = set(tokens(_text(node.get("name")) or ""))
        return bool(name) and 2 * len(name & set(tokens(title))) >= len(name)
    return bool(_OTHER_WORKS.intersection(types))


def _scripts(root: HtmlElement) -> Iterator[str]:
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            yield script.text


def _parse(script: str) -> Any:
    """Return the JSON of a script, also with HTML entities or a comma too many.

    Of a script that is no JSON, as with a quotation mark in the headline, only its first headline
    and dates are returned.
    """
    plain = _BROKEN_ENDS.sub("", script)
    for attempt in (plain, unescape(plain), re.sub(r",\s*([}\]])", r"\1", plain)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    fields = _BROKEN_FIELD.findall(script)
    first = {key: value.replace('\\"', '"') for key, value in reversed(fields)}
    return {**first, "@type": [value for key, value in fields if key == "@type"]}


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON document in order, up to a limit in number and depth."""
    stack, seen = [(value, 0)], 0
    while stack and seen < _MAX_NODES:
        node, depth = stack.pop()
        seen += 1
        if depth > _MAX_DEPTH:
            continue
        if isinstance(node, dict):
            yield node
            stack += [(child, depth + 1) for key, child in node.items() if key != "review"]
        elif isinstance(node, list):
            stack += [(child, depth + 1) for child in reversed(node)]


def _types(node: dict[str, Any]) -> list[str]:
    """Return the types of a node without their namespace: "NewsArticle"."""
    return [name.rpartition("/")[2] for name in _texts(node.get("@type"))]


def _importance(node: dict[str, Any]) -> tuple[bool, int]:
    """Return a sort key that is greatest for the main article.

    That has a date and most fields; the teasers of others have a name and a URL.
    """
    wanted = ("headline", "datePublished", "author", "articleBody", "description", "publisher")
    news = any("News" in name for name in _types(node))
    return ("datePublished" in node, sum(key in node for key in wanted) * 2 + news)


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [text for item in listed if (text := _text(item))]


def _text(value: Any) -> str | None:
    """Return the text of a value, which may be in a list or an object; None where it has none."""
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, str):
        return None
    return squeeze(visible(unescape(value))) or None


def _names(value: Any) -> Iterator[str]:
    """Yield the names in a value that is a text, an object or a nested list of both."""
    for item in _flat(value):
        if isinstance(item, dict) and isinstance(item.get("name"), list):
            yield from _names(item["name"])
        elif name := _text(item):
            yield name


def _flat(value: Any) -> Iterator[Any]:
    """Yield the items of a list and of the lists in it."""
    for item in value if isinstance(value, list) else [value]:
        yield from _flat(item) if isinstance(item, list) else [item]


def _authors(value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the people and of the organisations among the authors."""
    listed = list(_flat(value))
    organisations = [
        item
        for item in listed
        if isinstance(item, dict) and "Organization" in str(item.get("@type"))
    ]
    people = [item for item in listed if item not in organisations]
    return tuple(_names(people)), tuple(_names(organisations))


def _resolved(value: Any, named_nodes: dict[str, dict[str, Any]]) -> Any:
    """Replace a reference by its node: {"@id": "#jane"} becomes {"name": "Jane Doe"}."""
    if isinstance(value, list):
        return [_resolved(item, named_nodes) for item in value[:_MAX_REFERENCES]]
    if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
        return named_nodes.get(value["@id"], value)
    return value


def _breadcrumbs(nodes: list[dict[str, Any]]) -> tuple[str, ...]:
    trail = next((node for node in nodes if "BreadcrumbList" in _types(node)), {})
    listed = trail.get("itemListElement")
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    names = (_text(item.get("name")) or _text(item.get("item")) for item in items)
    return tuple(name for name in names if name)


def _words(line: str) -> list[str]:
    return [word.strip() for word in line.split(",") if word.strip()]


def _image(value: Any) -> str | None:
    """Return the URL of the first image, which may be a text or an ``ImageObject``."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return visible(value).strip() or None if isinstance(value, str) else None


def _addresses(main: dict[str, Any]) -> Iterator[str]:
    """Yield the addresses in ``mainEntityOfPage`` and ``url``, each a text or an object."""
    for value in (main.get("mainEntityOfPage"), main.get("url")):
        named = (value.get("@id") or value.get("url")) if isinstance(value, dict) else value
        if isinstance(named, str) and visible(named).strip():
            yield visible(named).strip()


def _walled_parts(main: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parts of an article that are not free."""
    parts = main.get("hasPart")
    listed = parts if isinstance(parts, list) else [parts]
    nodes = [part for part in listed if isinstance(part, dict)]
    return [part for part in nodes if _boolean(part.get("isAccessibleForFree")) is False]


def _is_free(main: dict[str, Any]) -> bool | None:
    """Return whether the article and all its parts are free; None where it does not say."""
    return False if _walled_parts(main) else _boolean(main.get("isAccessibleForFree"))


def _walled_classes(main: dict[str, Any]) -> Iterator[str]:
    for part in _walled_parts(main):
        for selector in _texts(part.get("cssSelector")):
            yield from re.findall(r"\.([\w-]+)", selector)


def _number(value: Any) -> int | None:
    """Return a count such as 812, "812" or "812 words"; None for anything else."""
    found = re.fullmatch(r"\s*(\d{1,6})\s*(?:words?)?\s*", str(value), re.ASCII)
    return int(found[1]) if found else None


def _boolean(value: Any) -> bool | None:
    """Return a truth value such as True, "True" or "false"; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).strip().lower())


def _body(value: Any) -> str | None:
    """Return ``articleBody`` with its line breaks and without markup."""
    if isinstance(value, list):
        value = "\n".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str) or not value.strip():
        return None
    plain = visible(unescape(value))  # JSON escapes may stand for NUL and lone surrogates
    if re.search(r"</?(p|br|div|a|strong|em|h\d)\b", plain):
        plain = re.sub(r"</(p|div|h\d|li)>|<br ?/?>", r"\g<0>\n", plain)
        plain = "".join(fragment_fromstring(plain, create_parent="div").itertext())
    return _without_markdown(plain) if _MARKDOWN.search(plain) else plain


def _without_markdown(text: str) -> str:
    """Return the words of a text in Markdown, as some editorial systems keep it.

    >>> _without_markdown("+++dropcap\\nSee [a paper](https://a.example/b) in *Tides*{: .small}.")
    '\\nSee a paper in Tides.'
    """
    for pattern, words in _MARKDOWN_PARTS:
        text = pattern.sub(words, text)
    return text
