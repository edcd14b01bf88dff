"""Read the ``head`` of a page: meta tags, title and language; and the addresses that it states.

``rel=canonical`` and ``og:url`` are often wrong: a template may name the front page, and wire copy
names another site. ``canonical_url`` chooses by what one page shows, for ``dateline extract``. A
store knows more, namely what is at the stated address: there ``pipeline/identity/`` decides, from
the claims that ``stated_addresses`` collects.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from lxml.html import HtmlElement

from pipeline import urls
from pipeline.extract.html_layout import text_of
from pipeline.models import AddressClaim, ClaimKind
from pipeline.text import squeeze

_MAX_CLASS_CHARS = 1000
_LINKED: ClaimKind = "json_ld"
_LANGUAGE_NAMES = {
    "english": "en",
    "german": "de",
    "deutsch": "de",
    "french": "fr",
    "français": "fr",
    "spanish": "es",
    "español": "es",
    "italian": "it",
    "italiano": "it",
    "portuguese": "pt",
    "português": "pt",
    "dutch": "nl",
    "arabic": "ar",
    "russian": "ru",
    "turkish": "tr",
    "eng": "en",
    "deu": "de",
    "ger": "de",
    "fra": "fr",
    "spa": "es",
}


@dataclass(frozen=True, slots=True)
class Head:
    """The meta tags of a page, and what else its head says."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    """Contents of the meta tags, by ``name`` or ``property`` in lower case."""
    title: str | None = None
    canonical: str | None = None
    """The address in ``rel=canonical``, as it is written."""
    is_amp: bool = False
    """Whether the page is an AMP page; its ``rel=canonical`` names the page that it is made of."""
    language: str | None = None
    """ISO 639-1 code of the language that the page states."""
    locale: str | None = None
    """Language and region as the page states them, in lower case: "en-gb"."""
    page_class: str = ""
    """Class names of ``body`` in lower case: many content systems name the type of page there."""

    def first(self, *names: str) -> str | None:
        """Return the content of the first of these meta tags that the page has, or None."""
        return next((self.meta[name][0] for name in names if name in self.meta), None)

    @property
    def is_noindex(self) -> bool:
        """Whether the page asks search engines to leave it out."""
        directives = ",".join(self.all("robots", "googlebot")).lower()
        return "noindex" in directives or "none" in directives.replace(" ", "").split(",")

    def all(self, *names: str) -> list[str]:
        """Return the contents of all these meta tags, in the order of the names."""
        return [content for name in names for content in self.meta.get(name, ())]


def read_head(root: HtmlElement) -> Head:
    """Return the head of a page.

    The name of a meta tag may be in ``property``, ``name``, ``itemprop`` or ``http-equiv``, and the
    content in ``value``, since pages confuse them.
    """
    meta: dict[str, list[str]] = defaultdict(list)
    for tag in root.iter("meta"):
        name = (
            tag.get("property")
            or tag.get("name")
            or tag.get("itemprop")
            or tag.get("http-equiv")
            or ""
        )
        content = squeeze(tag.get("content") or tag.get("value") or "")
        if name and content:
            meta[name.strip().lower()].append(content)
    title = next((text_of(tag) for tag in root.iter("title")), None)
    links = [
        link.get("href")
        for link in root.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    locale = _locale(root, meta)
    return Head(
        meta=dict(meta),
        title=title or None,
        canonical=next(filter(None, links), None),
        is_amp="amp" in root.attrib or "\u26a1" in root.attrib,
        language=language_code(locale),
        locale=locale,
        page_class=(root.xpath("string(//body/@class)") or "").lower()[:_MAX_CLASS_CHARS],
    )


def _locale(root: HtmlElement, meta: dict[str, list[str]]) -> str | None:
    stated = root.get("lang") or root.get("xml:lang") or ""
    others = (meta.get(name, [""])[0] for name in ("og:locale", "content-language", "language"))
    names = (name.strip().lower().replace("_", "-") for name in (stated, *others))
    return next((name for name in names if re.match(r"[a-z]{2,3}(-|$)", name)), None)


def language_code(stated: str | None) -> str | None:
    """Return the ISO 639-1 code of a stated language, or None where it is not one.

    >>> language_code("en_GB"), language_code("German"), language_code("x-default")
    ('en', 'de', None)
    """
    plain = (stated or "").strip().lower().replace("_", "-")
    if re.match(r"[a-z]{2}(-|$)", plain):
        return {"nb": "no", "nn": "no", "iw": "he", "in": "id"}.get(plain[:2], plain[:2])
    return _LANGUAGE_NAMES.get(plain)


def canonical_url(url: str | None, candidates: Iterable[str | None]) -> str | None:
    """Return the canonical URL of a page, such as the article to which its AMP version points.

    A candidate is believed where it is on the same registrable domain. On another domain it shows
    wire copy or an error, unless the page's URL contains it, as the URLs of caches and archives do.
    A front page or a folder above the page is not believed. Without ``url`` any web URL is.

    Args:
        url: where the page was found, or None.
        candidates: URLs that the page states, the best one first.
    """
    own = urls.canonical_url(url) if url and urls.is_web_url(url) else None
    for candidate in filter(None, candidates):
        try:
            absolute = urljoin(own or "", candidate.strip())
        except ValueError:
            continue
        if not urls.is_web_url(absolute):
            continue
        named = urls.canonical_url(absolute)
        if own is None or (
            (_are_same_site(named, own) or _contains(own, named))
            and not _is_front_page(named, own)
            and not _is_above(named, own)
        ):
            return named
    return own


def stated_addresses(
    url: str | None, head: Head, linked: Iterable[str]
) -> tuple[AddressClaim, ...]:
    """Return the addresses that a page states as its article's own, believed or not.

    Args:
        url: where the page was found, or None.
        head: its ``rel=canonical`` and ``og:url``.
        linked: the addresses in its JSON-LD.
    """
    canonical: ClaimKind = "amp_canonical" if head.is_amp else "rel_canonical"
    stated: list[tuple[ClaimKind, str | None]] = [
        (canonical, head.canonical),
        ("og_url", head.first("og:url")),
        *((_LINKED, address) for address in linked),
    ]
    claims: dict[tuple[ClaimKind, str], AddressClaim] = {}
    for kind, address in stated:
        try:
            absolute = urljoin(url or "", (address or "").strip())
        except ValueError:
            continue
        named = urls.canonical_url_or_none(absolute) if address and address.strip() else None
        if named and not named.startswith("file:"):
            claims.setdefault((kind, named), AddressClaim(kind, named))
    return tuple(claims.values())


def _contains(own: str, named: str) -> bool:
    """Tell whether the URL of a copy contains the original's: "…/amp/s/news.example/story"."""
    original = named.partition("://")[2].removeprefix("www.").rstrip("/")
    host, _, path = original.partition("/")
    dashed = host.replace("-", "--").replace(".", "-")
    return bool(path) and (original in own.partition("://")[2] or dashed in urls.host(own))


def _is_above(named: str, own: str) -> bool:
    """Tell whether a URL is a folder above the page's: a section that a template names for all."""
    above, below = named.rstrip("/"), own.partition("?")[0].rstrip("/")
    rest = below.removeprefix(f"{above}/") if below.startswith(f"{above}/") else ""
    return "-" in rest.rstrip("/").rpartition("/")[2] and "amp" not in rest.split("/")


def _are_same_site(named: str, own: str) -> bool:
    one, other = urls.host(named), urls.host(own)
    bare = one.removeprefix("www."), other.removeprefix("www.")
    return bare[0] == bare[1] or urls.registrable_domain(one) == urls.registrable_domain(other)


def _is_front_page(named: str, own: str) -> bool:
    return named.count("/") <= 3 and named.endswith("/") and len(own) > len(named) + 10
