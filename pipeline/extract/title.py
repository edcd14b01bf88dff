"""The title without the site's name: from the visible headline, JSON-LD and meta tags.

The visible ``h1`` comes first if something the page states about itself bears it out, since the
others are often rewritten or cut for search engines. What a template puts into the ``h1`` beside
the headline (a kicker, a date, a standfirst) goes where the page states the headline without it.
Measured on two sets of gold (``benchmarks/text/page_metadata.py``): the headline by a vote of all
sources, by JSON-LD or by ``og:title`` first each score less than the visible one, on either half
of the hosts. Knows nothing of bodies.
"""

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from pipeline import urls
from pipeline.extract.html_head import Head
from pipeline.extract.html_layout import text_of
from pipeline.extract.json_ld import LinkedData
from pipeline.extract.microdata import pieces
from pipeline.models import Origin
from pipeline.text import normalise, tokens

_SEPARATOR = re.compile(r"\s+(?:[|│–—\-:·•»«/*]|::|l)\s+|\s*[|»]\s*")
_CJK_END = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s*[-_|–—]+\s*[^-_|–—]{2,12}$")
"""新闻标题-某某网: scripts without blanks put none around the dash before the site's name."""
_BAR = re.compile(r"\s+[|│]\s+")
_CUT = re.compile(r"\s*(\.\.\.|…)$")
_SITE_COLON = re.compile(r"([^:]{3,40}):\s+")
"""Harbour Blog: Ferry workers vote to strike."""
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
_LONGEST = 400
_MOST_HEADLINES = 10
_AGREEMENT = 0.6
_LEAST_TITLE = 2
Stated = tuple[Origin, str]


def find_title(
    headlines: Iterable[HtmlElement],
    head: Head,
    data: LinkedData,
    url: str | None,
    feed_title: str | None,
) -> tuple[str | None, Origin | None]:
    """Return the article's title and where it was read; None where nothing looks like one.

    Args:
        headlines: the page's ``h1`` elements, in its order.
        head: what the page's head says.
        data: what its JSON-LD says.
        url: where it was found.
        feed_title: the title a feed gave for it.
    """
    visible = [tag for tag in headlines if 0 < len(text_of(tag)) <= _LONGEST]
    named = (*map(_home_link, visible), *_shown_sites(visible, head.title or ""))
    sites = site_names(head, data, url) | frozenset(filter(None, named))
    claims = _claims(head, data, feed_title, sites)
    shown = [tag for tag in visible if not _is_site(text_of(tag), sites)]
    ranked = sorted(shown, key=lambda tag: -_support(text_of(tag), claims))
    if ranked and _support(text_of(ranked[0]), claims) >= _AGREEMENT:
        return _bare_headline(ranked[0], claims, sites), "visible"
    stated = next(((_CUT.sub("", text), origin) for origin, text in claims if text), None)
    if stated:
        return stated
    first = next((text_of(tag) for tag in [*shown, *visible]), None)
    return first, "visible" if first else None


def _claims(
    head: Head, data: LinkedData, feed_title: str | None, sites: frozenset[str]
) -> list[Stated]:
    """Return the titles that the page states outside its body, best first, site's name off."""
    names = ("og:title", "twitter:title", "dc.title", "parsely-title", "citation_title")
    raw: list[tuple[Origin, str | None]] = [
        ("json_ld", data.headline),
        *(("meta", text) for text in head.all(*names)),
        ("meta", _without_end(head.title, sites) if head.title else None),
        ("feed", feed_title),
    ]
    stripped = [(origin, strip_site_name(text, sites)) for origin, text in raw if text]
    return [(origin, text) for origin, text in stripped if text and not _is_site(text, sites)]


def _without_end(title: str, sites: frozenset[str]) -> str:
    """Cut a site's name that the page gives nowhere else off its ``title``: behind the last bar."""
    stripped = strip_site_name(title, sites)
    if stripped != title:
        return stripped
    rest, bar, end = _BAR.sub("|", _CJK_END.sub("", title)).rpartition("|")
    return rest if bar and len(rest) > len(end) else f"{rest}{bar}{end}"


def _shown_sites(headlines: list[HtmlElement], title: str) -> Iterator[str]:
    """Yield the sites' names among the ``h1`` elements, by what they are called and the ``title``.

    "Harbour Blog: T" names the site where T is a lower headline of the page; "T – Harbour Blog"
    does not, nor "T | Jane Doe", since blogs show their own name as another headline.
    """
    if len(title) > _LONGEST:
        return
    for headline in headlines[:_MOST_HEADLINES]:
        shown = text_of(headline)
        parents = [headline, headline.getparent()]
        names = " ".join(e.get("class") or "" for e in parents if e is not None)
        rest = _rest_beside(normalise(title), normalise(shown))
        opens = normalise(title).startswith(f"{normalise(shown)}:")
        is_called_so = _SITE_CLASS.search(names) and (rest or (len(headlines) > 1 and not title))
        if is_called_so or (rest and opens and rest in _lower_headlines(headline)):
            yield _bare(shown)


def _rest_beside(title: str, name: str) -> str | None:
    """Return what stands in a title beside a name and a separator, None where they are not there.

    >>> _rest_beside("harbour blog: ferry strike", "harbour blog")
    'ferry strike'
    """
    end = re.escape(name)
    found = re.fullmatch(rf"{end}\s*[:|–—-]\s+(.+)|(.+?)\s+[|–—-]\s+{end}", title)
    return found and (found[1] or found[2])


def _lower_headlines(headline: HtmlElement) -> set[str]:
    lower = headline.getroottree().getroot().iter("h2", "h3")
    return {normalise(text_of(element)) for element in lower}


def _home_link(headline: HtmlElement) -> str | None:
    """Return the site's name where an ``h1`` is nothing but a link to the front page."""
    link = headline.find(".//a")
    if link is None or text_of(link) != text_of(headline):
        return None
    path = re.sub(r"^https?://[^/]+", "", link.get("href") or "?")
    return _bare(text_of(headline)) if path in ("", "/", "/index.html", "/start") else None


def _support(title: str, claims: list[Stated]) -> float:
    """Return how far the best claim shares its words with a title, 0 to 1.

    Of the shorter one's words, since either may be cut; yet "Live" is no title because a claim
    holds the word: one word must be all of it.
    """
    words, plain = set(tokens(title)), normalise(title)
    best = 0.0
    for _, claim in claims:
        theirs = set(tokens(claim))
        least = min(len(words), len(theirs))
        if least >= _LEAST_TITLE and 3 * least >= len(theirs):
            best = max(best, len(words & theirs) / least)
        elif words and (words == theirs or _opens(claim, plain)):
            best = 1.0
    return best


def _opens(claim: str, plain: str) -> bool:
    """Tell whether a claim is the title and then, behind a separator, more: a long site's name."""
    opening = normalise(claim)
    return opening.startswith(plain) and bool(_SEPARATOR.match(opening, len(plain)))


def _bare_headline(headline: HtmlElement, claims: list[Stated], sites: frozenset[str]) -> str:
    """Return a headline without the kicker, date or standfirst that the template puts into it."""
    whole = strip_site_name(text_of(headline), sites)
    wanted = {normalise(claim) for _, claim in claims}
    if normalise(whole) in wanted:
        return whole
    parts = pieces(headline)
    ends = [" ".join(parts[at:]) for at in range(1, len(parts))]
    starts = [" ".join(parts[:at]) for at in range(len(parts) - 1, 0, -1)]
    labelled = [whole[found.end() :] for found in _LABEL.finditer(whole)]
    bare = (part for part in (*ends, *starts, *labelled) if normalise(part) in wanted)
    return next(bare, whole)


_LABEL = re.compile(r"^[^|:]{2,40}\s*[|:]\s+")


def site_names(head: Head, data: LinkedData, url: str | None) -> frozenset[str]:
    """Return how the page calls its site, normalised: publisher, ``og:site_name``, domain."""
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
        if name and (plain := _bare(name))
    )


def strip_site_name(title: str, sites: Iterable[str]) -> str:
    """Return the title without a site's name, and an author's behind it, at either end.

    >>> strip_site_name("Talks open in Geneva - The Lake Post", {"lakepost"})
    'Talks open in Geneva'
    """
    known = set(sites)
    title = _BY_AUTHOR.sub("", _PRINT_VERSION.sub("", title))
    opening = _SITE_COLON.match(title)
    if opening and _bare(opening[1]) in known:
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
    bare = _bare(part)
    if len(part.split()) > 6:
        return False
    return not bare or any(
        bare == name
        or (len(bare) > 3 and name.startswith(bare))
        or (len(name) > 3 and bare.startswith(name) and len(bare) <= 2 * len(name))
        for name in known
    )


def _bare(name: str) -> str:
    """Fold "The Lake Post", "@LakePost" and "lakepost" into one."""
    plain = normalise(name).removeprefix("the ")
    return re.sub(r"\W+", "", plain).removeprefix("www")
