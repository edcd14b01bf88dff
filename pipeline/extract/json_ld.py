"""Reads what a page says about itself in JSON-LD (schema.org), as far as news needs it.

Publishers nest, list and break it in every way, so anything odd is passed over, never raised.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from lxml.html import HtmlElement, fragment_fromstring

from pipeline.extract.html_head import language_code
from pipeline.text import squeeze, tokens, visible

_ARTICLE = re.compile(
    r"(News|Opinion|Analysis|Report|Review|Backgrounder|AskPublic|Satirical|Tech|Scholarly|Advertiser\w*)?"
    r"(NewsArticle|Article)|BlogPosting|LiveBlogPosting|Report|SocialMediaPosting|Review|"
    r"DiscussionForumPosting"
)
_LISTING = frozenset({"CollectionPage", "SearchResultsPage", "ItemList", "ProfilePage"})
_MEDIA = {"VideoObject": "video", "ImageGallery": "gallery", "MediaGallery": "gallery"}
_OTHER_WORKS = frozenset((*_MEDIA, "Recipe", "PodcastEpisode", "RadioEpisode"))
"""What a page may be about in place of an article; of several such nodes none is the page's."""
_MAX_NODES = 3000
_MAX_DEPTH = 40
_BROKEN_ENDS = re.compile(r"^\s*(?:<!\[CDATA\[|<!--|//<!\[CDATA\[)?|(?:\]\]>|-->|//\]\]>|;)?\s*$")


@dataclass(frozen=True, slots=True)
class LinkedData:
    """The article node's fields; None or empty where the page is silent."""

    types: frozenset[str] = frozenset()
    headline: str | None = None
    description: str | None = None
    body: str | None = None
    authors: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    """Authors that the page itself calls organisations."""
    published: str | None = None
    modified: str | None = None
    sections: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    image: str | None = None
    publisher: str | None = None
    is_free: bool | None = None
    language: str | None = None
    is_article: bool = False
    media: str | None = None
    """``video`` or ``gallery`` where the page is one and no article."""
    is_profile: bool = False
    """Whether the page says that it is one of a person: an author's."""
    is_listing: bool = False
    article_count: int = 0
    """Article nodes with a headline: a listing may describe its teasers as articles."""
    walled_classes: tuple[str, ...] = ()
    """Classes of the elements that the page says are not free (``hasPart``, ``cssSelector``)."""
    word_count: int | None = None
    breadcrumbs: tuple[str, ...] = ()
    """The names on the way to the page, from the front page down."""


def read_linked_data(root: HtmlElement) -> LinkedData:
    """Return what the page's JSON-LD says of its main article."""
    nodes = [node for script in _scripts(root) for node in _walk(_parse(script))]
    types = frozenset(name for node in nodes for name in _types(node))
    articles = [node for node in nodes if any(_ARTICLE.fullmatch(name) for name in _types(node))]
    media = next((kind for name, kind in _MEDIA.items() if name in types), None)
    title = root.findtext(".//title") or ""
    works = [node for node in nodes if _is_work(node, title)]
    about = LinkedData(
        types=types,
        media=media,
        is_listing=bool(types & _LISTING),
        is_profile="ProfilePage" in types,
        breadcrumbs=_breadcrumbs(nodes),
    )
    if articles:
        about = replace(about, media=None, is_listing=False, is_article=True)
        return _described(about, max(articles, key=_weight), nodes, articles)
    return _described(about, works[0], nodes, ()) if len(works) == 1 else about


def _described(
    about: LinkedData,
    main: dict[str, Any],
    nodes: list[dict[str, Any]],
    articles: Sequence[dict[str, Any]],
) -> LinkedData:
    """Add the fields of the main node to what the page's data are about."""
    named = {
        node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and "name" in node
    }
    authors, organisations = _authors(_resolved(main.get("author") or main.get("creator"), named))
    return replace(
        about,
        types=frozenset(_types(main)) if articles else about.types,
        headline=_text(main.get("headline") or main.get("name")),
        description=_text(main.get("description")),
        body=_body(main.get("articleBody")),
        authors=authors,
        organisations=organisations,
        published=_text(
            main.get("datePublished") or main.get("dateCreated") or main.get("uploadDate")
        ),
        modified=_text(main.get("dateModified")),
        sections=tuple(_texts(main.get("articleSection"))),
        keywords=tuple(word for line in _texts(main.get("keywords")) for word in _words(line)),
        image=_image(main.get("image") or main.get("thumbnailUrl")),
        publisher=next(_names(_resolved(main.get("publisher"), named)), None),
        is_free=_is_free(main),
        article_count=len({_text(n.get("headline")) for n in articles if n.get("headline")}),
        walled_classes=tuple(_walled_classes(main)),
        word_count=_number(main.get("wordCount")),
        language=language_code(_text(main.get("inLanguage"))),
    )


def _is_work(node: dict[str, Any], title: str) -> bool:
    """Tell a gallery, a recipe, an episode, and a video that the page's title is about.

    A story has videos of other stories in it, with days of their own.
    """
    types = _types(node)
    if "VideoObject" in types:
        named = set(tokens(_text(node.get("name")) or ""))
        return bool(named) and 2 * len(named & set(tokens(title))) >= len(named)
    return bool(_OTHER_WORKS.intersection(types))


def _scripts(root: HtmlElement) -> Iterator[str]:
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            yield script.text


def _parse(script: str) -> Any:
    plain = _BROKEN_ENDS.sub("", script)
    for attempt in (plain, unescape(plain), re.sub(r",\s*([}\]])", r"\1", plain)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a document in order, bounded in number and depth."""
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
    return [name.rpartition("/")[2] for name in _texts(node.get("@type"))]


def _weight(node: dict[str, Any]) -> tuple[bool, int]:
    """The main article has a date and the most to say; teasers of others have a name and a URL."""
    wanted = ("headline", "datePublished", "author", "articleBody", "description", "publisher")
    news = any("News" in name for name in _types(node))
    return ("datePublished" in node, sum(key in node for key in wanted) * 2 + news)


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [text for item in listed if (text := _text(item))]


def _text(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, str):
        return None
    return squeeze(visible(unescape(value))) or None


def _names(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, list):
            yield from _names(item)
        elif isinstance(item, dict) and isinstance(item.get("name"), list):
            yield from _names(item["name"])
        elif name := _text(item):
            yield name


def _authors(value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    listed = value if isinstance(value, list) else [value]
    organisations = [
        item
        for item in listed
        if isinstance(item, dict) and "Organization" in str(item.get("@type"))
    ]
    people = [item for item in listed if item not in organisations]
    return tuple(_names(people)), tuple(_names(organisations))


def _resolved(value: Any, named: dict[str, dict[str, Any]]) -> Any:
    """Put the named node in place of a reference: {"@id": "#jane"} becomes {"name": "Jane Doe"}."""
    if isinstance(value, list):
        return [_resolved(item, named) for item in value[:20]]
    if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
        return named.get(value["@id"], value)
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
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return visible(value).strip() or None if isinstance(value, str) else None


def _walled_parts(main: dict[str, Any]) -> list[dict[str, Any]]:
    parts = main.get("hasPart")
    listed = parts if isinstance(parts, list) else [parts]
    nodes = [part for part in listed if isinstance(part, dict)]
    return [part for part in nodes if _boolean(part.get("isAccessibleForFree")) is False]


def _is_free(main: dict[str, Any]) -> bool | None:
    """Return False where the article or a part of it is not free."""
    return False if _walled_parts(main) else _boolean(main.get("isAccessibleForFree"))


def _walled_classes(main: dict[str, Any]) -> Iterator[str]:
    for part in _walled_parts(main):
        for selector in _texts(part.get("cssSelector")):
            yield from re.findall(r"\.([\w-]+)", selector)


def _number(value: Any) -> int | None:
    found = re.fullmatch(r"\s*(\d{1,6})\s*(?:words?)?\s*", str(value), re.ASCII)
    return int(found[1]) if found else None


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).strip().lower())


def _body(value: Any) -> str | None:
    """Return ``articleBody`` with its line breaks, markup dropped."""
    if isinstance(value, list):
        value = "\n".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str) or not value.strip():
        return None
    plain = visible(unescape(value))  # JSON escapes may name NUL and lone surrogates
    if re.search(r"</?(p|br|div|a|strong|em|h\d)\b", plain):
        plain = re.sub(r"</(p|div|h\d|li)>|<br ?/?>", r"\g<0>\n", plain)
        plain = "".join(fragment_fromstring(plain, create_parent="div").itertext())
    return plain
