"""Pagination: which pages go on where a section page ends.

A site's own links tell: ``rel="next"``, the number after that of the page, the link to older
articles. No words of a language are needed: an address that differs from that of the page by the
next number in one place is the next page, whatever the parameter is called. What was seen on one
section of a site is tried on another that shows no link.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urldefrag, urlsplit, urlunsplit

from lxml import html

from pipeline.discover.markup import absolute
from pipeline.discover.sections import base_of, parse_html
from pipeline.errors import PageError
from pipeline.text import squeeze
from pipeline.urls import is_web_url, site

# What the classes of templates call pagination, and the link to older articles in it.
_PAGER = re.compile(r"pagin|pager|page-?numbers|page-?nav|nav-?links|load-?more|infinite", re.I)
_OLDER = re.compile(r"next|older|nav-?previous|load-?more|show-?more|infinite", re.I)
_NEWER = re.compile(r"newer|(?<!nav-)prev(?!iew)|nav-?next", re.I)
_NEXT_URLS = ("data-next-url", "data-next-page", "data-next", "data-href", "data-url")
"""Attributes in which buttons hold the address that a script loads next."""
_NUMBER = re.compile(r"\d+")
_FIRST_STEP = re.compile(
    r"(?P<path>[/_.-](?:[a-z]{1,12}[-/_]?)?)(?P<number>\d{1,4})(?P<end>/?(?:\.[a-z]{3,5})?)", re.I
)
"""What the second page adds to a path: "/page/2/", "/2", "-2.html"."""
_PAGE_IN_PATH = re.compile(
    r"(?P<path>[-_](?=\d+\.)|(?:/[a-z]{1,12})?[-/_])(?P<number>\d{1,4})(?P<end>/?(?:\.[a-z]{3,5})?)$",
    re.I,
)
"""The end of a path with a page number: "/page/7/", "/seite-7", and "-7.html" of "news-7.html"."""
_ENCLOSING = 4
"""Levels around a link whose classes count for it."""
_MAX_DIGITS = 6
"""Digits of the largest page number; longer numbers name articles and days."""


def next_pages(
    body: bytes,
    url: str,
    content_type: str | None = None,
    *,
    learnt: Iterable[tuple[str, str]] = (),
) -> tuple[str, ...]:
    """Return the addresses of the pages that continue a section page, the likeliest first.

    Args:
        body: the page's HTML.
        url: its URL after redirects.
        content_type: its Content-Type, for the charset.
        learnt: pairs of a page and its next page that were found on the same site. They are used
            where the page itself names no next page.
    """
    try:
        tree = parse_html(body, content_type)
    except PageError:
        return ()
    base = base_of(tree, url)
    found: dict[int, dict[str, None]] = {}
    for confidence, link in _candidates(tree, url, base):
        if _is_continuation(link, url):
            found.setdefault(confidence, {})[link] = None
    best = min(found, default=None)
    if best is not None:
        return tuple(found[best])
    guesses = (_by_analogy(url, page, following) for page, following in learnt)
    return tuple(dict.fromkeys(guess for guess in guesses if guess))


def _candidates(tree: html.HtmlElement, url: str, base: str) -> Iterator[tuple[int, str]]:
    """Yield links with how sure they are: 0 for rel=next, up to 3 for an address alone."""
    for element in tree.iter("link", "a"):
        if "next" in (element.get("rel") or "").lower().split():
            yield 0, _joined(base, element.get("href"))
    for anchor in tree.iter("a"):
        link = _joined(base, anchor.get("href"))
        if not link:
            continue
        step = _step(url, link)
        if step is not None and squeeze(anchor.text_content()) == str(step):
            yield 1, link
        elif (own := _classes(anchor)) and _OLDER.search(own) and not _NEWER.search(own):
            if step is not None or _PAGER.search(own):
                yield 2, link
        elif step is not None:
            yield (2 if _PAGER.search(_classes(anchor)) else 3), link
    for name in _NEXT_URLS:
        for element in tree.xpath(f"//*[@{name}]"):
            if _OLDER.search(_classes(element)) or name.startswith("data-next"):
                yield 2, _joined(base, element.get(name))


def _classes(element: html.HtmlElement) -> str:
    """Return the classes, ids and labels of an element and of those around it."""
    names = []
    for level, each in enumerate((element, *element.iterancestors())):
        if level > _ENCLOSING or each.tag in ("body", "html", "main", "article"):
            break
        names += [each.get("class") or "", each.get("id") or ""]
    return " ".join(names)


def _joined(base: str, link: str | None) -> str:
    return urldefrag(absolute(base, link)).url if link and link.strip() else ""


def _is_continuation(link: str, url: str) -> bool:
    """Tell whether a link leads to another page of the same site that is not an earlier one."""
    if not is_web_url(link) or site(link) != site(url) or _same(link, url):
        return False
    back = _step(link, url)
    return back is None or _step(url, link) is not None


def _same(one: str, other: str) -> bool:
    return urldefrag(one).url.rstrip("/?") == urldefrag(other).url.rstrip("/?")


def _step(url: str, link: str) -> int | None:
    """Return the number of the next page if a link's address is that of the page with it.

    >>> _step("https://herald.example/news/page/3/", "https://herald.example/news/page/4/")
    4
    >>> _step("https://herald.example/news", "https://herald.example/news?seite=2")
    2
    >>> _step("https://herald.example/news", "https://herald.example/news/2026") is None
    True
    """
    one, other = _parts(url), _parts(link)
    if one is None or other is None:
        return None
    if _NUMBER.sub("#", "?".join(one)) == _NUMBER.sub("#", "?".join(other)):
        return _next_number("?".join(one), "?".join(other))
    return _first_step(one, other)


def _next_number(one: str, other: str) -> int | None:
    """Return the number in which two addresses differ, if it is the next page or the next offset.

    Numbers in front of it name the section: those of days and of articles are no page numbers.
    """
    numbers = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    pairs = [(a, b) for a, b in numbers if a != b]
    if len(pairs) != 1 or max(map(len, pairs[0])) > _MAX_DIGITS:
        return None
    before, after = map(int, pairs[0])
    is_page = after == before + 1
    is_offset = 5 <= after - before <= 100 and before % (after - before) == 0
    return after if is_page or is_offset else None


def _first_step(one: tuple[str, str], other: tuple[str, str]) -> int | None:
    """Return 2 (or the first offset) if an address is a section's with a page number added."""
    path, query = one
    if other[0].rstrip("/") == path.rstrip("/"):
        known = dict.fromkeys(query.split("&"))
        added = [part for part in other[1].split("&") if part not in known]
        missing = [part for part in known if part and part not in other[1].split("&")]
        value = added[0].partition("=")[2] if len(added) == 1 and not missing else ""
        number = int(value) if value.isdecimal() and len(value) <= 3 else 0
        return number if number == 2 or (5 <= number <= 100 and number % 5 == 0) else None
    return 2 if other[1] == query and _first_page(path, other[0]) else None


def _by_analogy(url: str, page: str, following: str) -> str | None:
    """Return the next page of an address, made as that of another page of the site was made.

    >>> _by_analogy("https://h.example/b", "https://h.example/a", "https://h.example/a/page/2/")
    'https://h.example/b/page/2/'
    """
    if site(page) != site(url) or _step(page, following) is None:
        return None
    known, new, mine = _parts(page), _parts(following), _parts(url)
    if known is None or new is None or mine is None:
        return None
    if known[0].rstrip("/") == new[0].rstrip("/"):
        query = _next_query(mine[1], known[1], new[1])
        return urlunsplit(urlsplit(url)._replace(query=query)) if query else None
    path = _next_path(mine[0], known[0], new[0])
    return urlunsplit(urlsplit(url)._replace(path=path)) if path else None


def _next_query(query: str, known: str, new: str) -> str | None:
    """Return a query with the parameter counted on that counts the pages of another query."""
    counted = [part for part in new.split("&") if part not in known.split("&")]
    name, _, value = counted[0].partition("=")
    before = _value(known, name, 1 if value == "2" else 0)
    size = int(value) - before
    others = [part for part in query.split("&") if part and part.partition("=")[0] != name]
    number = _value(query, name, 1 if size == 1 else 0) + size
    return "&".join([*others, f"{name}={number}"])


def _value(query: str, name: str, default: int) -> int:
    values = (part.partition("=") for part in query.split("&"))
    return next(
        (int(each[2]) for each in values if each[0] == name and each[2].isdecimal()), default
    )


def _next_path(path: str, known: str, new: str) -> str | None:
    """Return a path with the page number at the end counted on as at the end of another path."""
    shape = _first_page(known, new) or _PAGE_IN_PATH.search(new)
    if shape is None:
        return None
    before, end = shape["path"], shape["end"]
    mine = re.search(rf"{re.escape(before)}(\d{{1,4}}){re.escape(end)}$", path)
    if mine:
        return f"{path[: mine.start()]}{before}{int(mine[1]) + 1}{end}"
    stem = path.rpartition(".")[0] if "." in end else path.rstrip("/")
    return f"{stem}{before}2{end}" if stem or before.startswith("/") else None


def _first_page(path: str, longer: str) -> re.Match[str] | None:
    """Return what the second page of a path adds to it, or None."""
    for stem in (path.removesuffix("/"), path.rpartition(".")[0]):
        if longer.startswith(stem) and (stem or path == "/"):
            found = _FIRST_STEP.fullmatch(longer[len(stem) :])
            if found and int(found["number"]) == 2:
                return found
    return None


def _parts(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.path or "/", parts.query
