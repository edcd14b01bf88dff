"""Find the title of a page, without the site's name: the visible headline, JSON-LD or meta tags.

The visible ``h1`` comes first where JSON-LD, a meta tag or the feed agrees with it, since those are
often rewritten or cut for search engines. A kicker, a date or a standfirst that the template puts
into the ``h1`` is removed where one of them states the headline without it.

Measured on two gold sets (``benchmarks/text/page_metadata.py``): a vote of all sources, JSON-LD
first and ``og:title`` first each score less than the visible headline, on either half of the hosts.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from pipeline import urls
from pipeline.extract.html_head import Head
from pipeline.extract.html_layout import text_of
from pipeline.extract.json_ld import LinkedData
from pipeline.extract.microdata import text_parts
from pipeline.models import Origin, StatedTitle, TitlePlace
from pipeline.text import normalise, tokens

_SEPARATOR = re.compile(
    r"\s+(?:[|│–—\-:·•/*]|::|l|[»«](?![^»«]*[»«]))\s+|\s*[|ㅣ]\s*|(?<=\S)(?<!»)»\s+(?=\w[^»«]*$)"
)
_CJK_END = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s*[-_|–—]+\s*[^-_|–—]{2,12}$")
"""新闻标题-某某网: scripts without blanks have none around the dash before the site's name."""
_BAR = re.compile(r"\s+[|│]\s+")
_CUT = re.compile(r"\s*(\.\.\.|…)$")
_SITE_COLON = re.compile(r"([^:]{3,40}):\s+")
"""A site's name in front: "Harbour Blog: Ferry workers vote to strike"."""
_PRINT_VERSION = re.compile(
    r"\s*[|–—:(-]\s*(?:print(?:er)?[- ](?:friendly|version|view|edition)(?: version)?|"
    r"printable version|druck(?:version|ansicht)|version imprimable|versión imprimible|"
    r"versione stampabile|versão para impressão)\)?$",
    re.IGNORECASE,
)
_SITE_CLASS = re.compile(
    r"(?:site|blog)[-_]?(?:title|name|logo)|(?:^|[\s_-])(?:logo|brand|masthead)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BY_AUTHOR = re.compile(r"\s+[|*–—-]\s+by [A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+){1,3}$")
_LABEL = re.compile(r"^[^|:]{2,40}\s*[|:]\s+")
"""A label in front of a headline: "Local News | "."""
_NAME_BEFORE = re.compile(r"(?:[^|]{,40}\s*[|»–—-]\s*)?")
_NAME_BEHIND = re.compile(r"(?:\s*[|»–—-][^|]{,40})?")
_BEHIND_NAME = re.compile(r"\s*[:|–—-]\s+(.+)")
_BEFORE_NAME = re.compile(r"(.+?)\s+[|–—-]\s+")
_MAX_CHARS = 400
_MAX_HEADLINES = 10
_MAX_SITE_WORDS = 6
_AGREEMENT = 0.6
"""Share of the shorter title's words that a headline must have in common with a stated title."""
_LEAST_WORDS = 2
"""Words that both titles must have for this share to count."""
_HEADLINE_WORDS = 4
"""Words with which the page's only ``h1`` is its headline, whatever the metadata call it."""
_META_PLACES: dict[str, TitlePlace] = {
    "og:title": "og",
    "twitter:title": "twitter",
    "dc.title": "meta",
    "parsely-title": "meta",
    "citation_title": "meta",
}
_ORIGINS: dict[TitlePlace, Origin] = {"json_ld": "json_ld", "feed": "feed", "visible": "visible"}
"""Where a title was read, by its place; all others are in meta tags or in the title element."""


@dataclass(frozen=True, slots=True)
class Title:
    """The title of a page, where it was read, and what else the page is called."""

    text: str | None = None
    origin: Origin | None = None
    alternatives: tuple[StatedTitle, ...] = ()


def find_title(
    headlines: Iterable[HtmlElement],
    head: Head,
    data: LinkedData,
    url: str | None,
    feed_title: str | None,
) -> Title:
    """Return the article's title and where it was read, with the other titles that are stated.

    Args:
        headlines: the page's ``h1`` elements, in order.
        head: its meta tags.
        data: its JSON-LD.
        url: where the page was found.
        feed_title: the title that a feed gives it.
    """
    visible = [tag for tag in headlines if 0 < len(text_of(tag)) <= _MAX_CHARS]
    site_headlines = (*map(_home_link, visible), *_site_headlines(visible, head.title or ""))
    sites = site_names(head, data, url) | frozenset(filter(None, site_headlines))
    stated_titles = _stated_titles(head, data, feed_title, sites)
    shown = [tag for tag in visible if not _is_site(text_of(tag), sites)]
    ranked = sorted(shown, key=lambda tag: -_agreement(text_of(tag), stated_titles))
    if ranked and (
        _agreement(text_of(ranked[0]), stated_titles) >= _AGREEMENT
        or (len(visible) == 1 and _is_only_headline(ranked[0], stated_titles))
    ):
        chosen = StatedTitle(_bare_headline(ranked[0], stated_titles, sites), "visible")
    elif stated_titles:
        chosen = replace(stated_titles[0], title=_CUT.sub("", stated_titles[0].title))
    else:
        first = next((text_of(tag) for tag in [*shown, *visible]), None)
        return Title(first, "visible" if first else None)
    others = {normalise(each.title): each for each in reversed(stated_titles)}
    others |= {normalise(text_of(tag)): StatedTitle(text_of(tag), "visible") for tag in shown[:1]}
    own = normalise(chosen.title)
    others = {plain: each for plain, each in others.items() if not _is_with_site(plain, own)}
    origin = _ORIGINS.get(chosen.origin, "meta")
    return Title(chosen.title, origin, tuple(others.values())[::-1])


def _is_with_site(plain: str, title: str) -> bool:
    """Tell whether a line is a title, alone or with a site's name on either side."""
    before, found, after = plain.partition(title)
    return bool(found and _NAME_BEFORE.fullmatch(before) and _NAME_BEHIND.fullmatch(after))


def _stated_titles(
    head: Head, data: LinkedData, feed_title: str | None, sites: frozenset[str]
) -> list[StatedTitle]:
    """Return the titles stated outside the body, best first, without the site's name."""
    raw: list[tuple[TitlePlace, str | None]] = [
        ("json_ld", data.headline),
        *((place, text) for name, place in _META_PLACES.items() for text in head.all(name)),
        ("title_tag", _without_last_part(head.title, sites) if head.title else None),
        ("feed", feed_title),
    ]
    stripped = [(place, strip_site_name(text, sites)) for place, text in raw if text]
    return [StatedTitle(text, at) for at, text in stripped if text and not _is_site(text, sites)]


def _without_last_part(title: str, sites: frozenset[str]) -> str:
    """Return ``title`` without the site's name, or without the part after its last bar.

    That part is the name of a site which the page states nowhere else.
    """
    stripped = strip_site_name(title, sites)
    if stripped != title:
        return stripped
    rest, bar, end = _BAR.sub("|", _CJK_END.sub("", title)).rpartition("|")
    return rest if bar and len(rest) > len(end) else f"{rest}{bar}{end}"


def _site_headlines(headlines: list[HtmlElement], title: str) -> Iterator[str]:
    """Yield the names of the site among the ``h1`` texts, in the form of ``bare_name``.

    They are recognised by a class such as "site-title" or by the ``title`` element.

    The ``title`` "Harbour Blog: T" shows that "Harbour Blog" is the site's name where T is an h2 or
    h3 of the page. "T – Harbour Blog" and "T | Jane Doe" alone show nothing.
    """
    if len(title) > _MAX_CHARS:
        return
    for headline in headlines[:_MAX_HEADLINES]:
        name = text_of(headline)
        parents = [headline, headline.getparent()]
        classes = " ".join(e.get("class") or "" for e in parents if e is not None)
        rest = _rest_beside(normalise(title), normalise(name))
        is_first = normalise(title).startswith(f"{normalise(name)}:")
        may_be_site = rest or (len(headlines) > 1 and not title)
        has_site_class = _SITE_CLASS.search(classes) and may_be_site
        if has_site_class or (rest and is_first and rest in _lower_headlines(headline)):
            yield bare_name(name)


def _rest_beside(title: str, name: str) -> str | None:
    """Return the rest of a title that begins or ends with a name and a separator, else None.

    >>> _rest_beside("harbour blog: ferry strike", "harbour blog")
    'ferry strike'
    """
    if title.startswith(name) and (found := _BEHIND_NAME.fullmatch(title, len(name))):
        return found[1]
    found = _BEFORE_NAME.fullmatch(title.removesuffix(name)) if title.endswith(name) else None
    return found and found[1]


def _lower_headlines(headline: HtmlElement) -> set[str]:
    """Return the h2 and h3 texts of a page, normalised."""
    lower = headline.getroottree().getroot().iter("h2", "h3")
    return {normalise(text_of(element)) for element in lower}


def _home_link(headline: HtmlElement) -> str | None:
    """Return the site's name where an ``h1`` is nothing but a link to the front page, else None."""
    link = headline.find(".//a")
    if link is None or text_of(link) != text_of(headline):
        return None
    path = re.sub(r"^https?://[^/]+", "", link.get("href") or "?")
    return bare_name(text_of(headline)) if path in ("", "/", "/index.html", "/start") else None


def _is_only_headline(headline: HtmlElement, stated_titles: list[StatedTitle]) -> bool:
    """Tell whether the only ``h1`` is what readers saw, though nothing outside the body says so.

    "How a kettle became a star" may be for readers and "Kettles, ranked" for search engines. Where
    the page prints a stated title as an h2 or h3, the ``h1`` is something else.
    """
    if len(tokens(text_of(headline))) < _HEADLINE_WORDS:
        return False
    lower = _lower_headlines(headline)
    return not any(normalise(each.title) in lower for each in stated_titles)


def _agreement(title: str, stated_titles: list[StatedTitle]) -> float:
    """Return the share of words that a title has in common with the stated title nearest to it.

    It is a share of the shorter title's words, since either may be cut: 0 to 1. A single word must
    be the whole stated title, or "Live" would agree with any title that contains it.
    """
    words, plain = set(tokens(title)), normalise(title)
    best = 0.0
    for stated in (each.title for each in stated_titles):
        stated_words = set(tokens(stated))
        least = min(len(words), len(stated_words))
        if least >= _LEAST_WORDS and 3 * least >= len(stated_words):
            best = max(best, len(words & stated_words) / least)
        elif words and (words == stated_words or _starts_with_title(stated, plain)):
            best = 1.0
    return best


def _starts_with_title(stated: str, title: str) -> bool:
    """Tell whether a stated title is this title, a separator and more, such as a site's name."""
    plain = normalise(stated)
    return plain.startswith(title) and bool(_SEPARATOR.match(plain, len(title)))


def _bare_headline(
    headline: HtmlElement, stated_titles: list[StatedTitle], sites: frozenset[str]
) -> str:
    """Return the part of a headline that equals a stated title, or the whole headline.

    The template may have put a kicker, a date or a standfirst into it.
    """
    whole = strip_site_name(text_of(headline), sites)
    wanted = {normalise(each.title) for each in stated_titles}
    if normalise(whole) in wanted:
        return whole
    parts = text_parts(headline)
    ends = [" ".join(parts[at:]) for at in range(1, len(parts))]
    starts = [" ".join(parts[:at]) for at in range(len(parts) - 1, 0, -1)]
    labelled = [whole[found.end() :] for found in _LABEL.finditer(whole)]
    bare = (part for part in (*ends, *starts, *labelled) if normalise(part) in wanted)
    return next(bare, whole)


def site_names(head: Head, data: LinkedData, url: str | None) -> frozenset[str]:
    """Return the names of the site in the form of ``bare_name``: publisher, meta tags, domain."""
    names = [
        data.publisher,
        *head.all(
            "og:site_name", "application-name", "twitter:site", "publisher", "al:ios:app_name"
        ),
    ]
    domain = urls.registrable_domain(urls.host(url)) if url else ""
    return frozenset(
        plain
        for name in (*names, domain, domain.partition(".")[0])
        if name and (plain := bare_name(name))
    )


def strip_site_name(title: str, sites: Iterable[str]) -> str:
    """Return the title without the site's name at either end and an author's name at its end.

    Args:
        title: a title.
        sites: the site's names in the form of ``bare_name``.

    >>> strip_site_name("Talks open in Geneva - The Lake Post", {"lakepost"})
    'Talks open in Geneva'
    """
    known = set(sites)
    title = _BY_AUTHOR.sub("", _PRINT_VERSION.sub("", title))
    opening = _SITE_COLON.match(title)
    if opening and bare_name(opening[1]) in known:
        title = title[opening.end() :]
    while parts := list(_SEPARATOR.finditer(title)):
        first, last = parts[0], parts[-1]
        if _is_site(title[last.end() :], known):
            title = title[: last.start()]
        elif _is_site(title[: first.start()], known):
            title = title[first.end() :]
        else:
            break
    return title.strip()


def _is_site(part: str, known: Iterable[str]) -> bool:
    """Tell whether a part of a title is a known name of the site, in full, cut or extended."""
    bare = bare_name(part)
    if len(part.split()) > _MAX_SITE_WORDS:
        return False
    return not bare or any(
        bare == name
        or (len(bare) > 3 and name.startswith(bare))
        or (len(name) > 3 and bare.startswith(name) and len(bare) <= 2 * len(name))
        for name in known
    )


def bare_name(name: str) -> str:
    """Return a site's name in the form in which names are compared.

    >>> bare_name("The Lake Post"), bare_name("@LakePost"), bare_name("www.lakepost")
    ('lakepost', 'lakepost', 'lakepost')
    """
    plain = normalise(name).removeprefix("the ")
    return re.sub(r"\W+", "", plain).removeprefix("www")
