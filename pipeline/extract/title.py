"""The title without the site's name: from the visible headline, JSON-LD and meta tags.

The visible ``h1`` comes first if something the page states about itself bears it out, since the
others are often rewritten or cut for search engines. Knows nothing of bodies.
"""

import re
from collections.abc import Iterable

from lxml.html import HtmlElement

from pipeline import urls
from pipeline.extract.head import Head
from pipeline.extract.linked_data import LinkedData
from pipeline.extract.tree import text_of
from pipeline.words import normalise, tokens

_SEPARATOR = re.compile(r"\s+[|–—\-:·•»«/]{1,2}\s+|\s*[|»]\s*")
_CUT = re.compile(r"\s*(\.\.\.|…)$")
_LONGEST = 400
_AGREEMENT = 0.6


def find_title(
    root: HtmlElement, head: Head, data: LinkedData, url: str | None, feed_title: str | None
) -> str | None:
    """Return the article's title, or None where nothing on the page looks like one."""
    sites = site_names(head, data, url)
    stated = [data.headline, *head.all("og:title", "twitter:title", "dc.title", "parsely-title")]
    claims = [strip_site_name(text, sites) for text in (*stated, head.title, feed_title) if text]
    visible = [text for tag in root.iter("h1") if 0 < len(text := text_of(tag)) <= _LONGEST]
    for candidate in visible:
        if _agree_any(candidate, claims):
            return strip_site_name(candidate, sites)
    return next((_CUT.sub("", claim) for claim in claims if claim), None) or next(
        iter(visible), None
    )


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
    """Return the title without a site's name at either end.

    >>> strip_site_name("Talks open in Geneva - The Lake Post", {"lakepost"})
    'Talks open in Geneva'
    """
    known = set(sites)
    while parts := list(_SEPARATOR.finditer(title)):
        first, last = parts[0], parts[-1]
        if _is_site(title[last.end() :], known):
            title = title[: last.start()]
        elif _is_site(title[: first.start()], known):
            title = title[first.end() :]
        else:
            break
    return title.strip()


def _is_site(part: str, known: set[str]) -> bool:
    bare = _bare(part)
    if len(part.split()) > 6:
        return False
    return not bare or any(
        bare == name
        or (len(bare) > 3 and len(name) > 3 and (name.startswith(bare) or bare.startswith(name)))
        for name in known
    )


def _bare(name: str) -> str:
    """Fold "The Lake Post", "@LakePost" and "lakepost" into one."""
    plain = normalise(name).removeprefix("the ")
    return re.sub(r"\W+", "", plain).removeprefix("www")


def _agree_any(title: str, others: Iterable[str]) -> bool:
    """Tell whether a title shares most of its words with another: a site's slogan does not."""
    words = set(tokens(title))
    for other in others:
        theirs = set(tokens(other))
        least = min(len(words), len(theirs))
        if least > 1 and len(words & theirs) >= _AGREEMENT * least:
            return True
    return False
