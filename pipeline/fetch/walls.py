"""Recognise walls: what stands in place of a page when a site blocks us or asks for consent.

``recognise_wall`` judges one response by its status, headers, URL and the structure of its HTML,
with the signatures of ``walls.toml``; wording would be another list for every language. A page that
only embeds a bot manager's or a consent manager's script is no wall: most news pages do. So a
signature in the body counts only on a page without the marks of an article and with few words.

The body is read in one pass of regular expressions that stop at the next ``<``, because a tree
costs milliseconds a page and lxml is quadratic in the attributes of one element.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pipeline.outcomes import Outcome

WallKind = Literal["blocked", "consent_wall"]
_MAX_BYTES = 262_144
"""A larger body is no wall; the largest consent pages known have about 100,000 bytes."""
_ERROR_STATUSES = frozenset({403, 405, 429, 503})
_ARTICLE_WORDS = (
    b"article:published_time",
    b"NewsArticle",
    b"datePublished",
    b"articleBody",
    b"BlogPosting",
    b'"Article"',
)
"""Found first: a search for a fixed string takes a hundredth of the expression's time."""
_ARTICLE_MARKS = re.compile(
    rb"og:type[\"']?\s+content=[\"']?article|content=[\"']?article[\"']?\s+property=[\"']?og:type"
)
_APP_ROOT = re.compile(
    rb"(?i)<(?:div|main|app-root)\b[^<>]{0,200}\bid=[\"']?(?:root|app|__next|__nuxt|___gatsby|react-root|main-app)\b"
    rb"|<app-root\b"
)
_TAG = re.compile(rb"<!--|<(/?)([A-Za-z][A-Za-z0-9-]*+)([^<>]*+)>")
_WORD = re.compile(rb"[^\s<>&;,.!?:()\[\]{}|/\"'-]{2,}|[\xe0-\xef][\x80-\xbf]{2}")
"""A word of the text; a sign of three UTF-8 bytes counts as one where words have no blanks."""
_UNSEEN = frozenset({b"script", b"style", b"noscript", b"template", b"svg", b"title", b"iframe"})
_BLOCKS = frozenset(b"html body main div section aside dialog form article".split())
_MIN_BOX_WORDS = 8
_BOX_SHARE = 0.6
_MAX_BODY_WORDS = 250
"""Where ``body`` itself has a word of consent in its class, which ordinary pages have as well."""
_MAX_WORDS_OUTSIDE = 60


@dataclass(frozen=True, slots=True)
class Wall:
    """What stands in place of the page."""

    kind: WallKind
    vendor: str
    """The vendor's name, or what kind of page it is where no vendor is known."""
    evidence: str
    """What gave it away, for the operator: a header, a mark of the body, the URL."""

    @property
    def outcome(self) -> Outcome:
        """The outcome of the page."""
        return Outcome.BLOCKED if self.kind == "blocked" else Outcome.CONSENT_WALL

    @property
    def reason(self) -> str:
        """One line for the operator: "Cloudflare (header cf-mitigated: challenge)"."""
        return f"{self.vendor} ({self.evidence})"


@dataclass(frozen=True, slots=True)
class _Signature:
    """One entry of ``walls.toml``."""

    vendor: str
    kind: WallKind
    status: frozenset[int]
    headers: tuple[tuple[str, re.Pattern[str]], ...]
    url: re.Pattern[str] | None
    marks: tuple[bytes, ...]
    pattern: re.Pattern[bytes] | None
    words: int
    is_decisive: bool

    def found(
        self, status: int | None, headers: Sequence[tuple[str, str]], url: str, body: bytes
    ) -> str | None:
        """Return what of the response matches, None where a condition fails."""
        if self.status and status not in self.status:
            return None
        evidence = []
        for name, wanted in self.headers:
            value = next((v for key, v in headers if key == name and wanted.search(v)), None)
            if value is None:
                return None
            evidence.append(f"header {name}: {value[:40]}")
        if self.url is not None:
            if not self.url.search(url):
                return None
            evidence.append(f"the address {url[:80]}")
        if not all(mark in body for mark in self.marks):
            return None
        evidence += [f"{mark.decode()} in the page" for mark in self.marks]
        if self.pattern is not None:
            match = self.pattern.search(body)
            if match is None:
                return None
            evidence.append(f"{match[0][-60:].decode('utf-8', 'replace')} in the page")
        return "; ".join(evidence)


@dataclass(frozen=True, slots=True)
class _Signatures:
    """``walls.toml`` in the form in which it is used."""

    by_response: tuple[_Signature, ...]
    """Signatures with a header or a URL: cheap, and tried on every response."""
    by_body: tuple[_Signature, ...]
    managers: tuple[tuple[str, tuple[bytes, ...]], ...]
    box: re.Pattern[bytes]
    words_of_an_error: int
    words_of_a_page: int
    """No wall has more words; a consent page lists purposes and partners."""


@cache
def _signatures() -> _Signatures:
    table = tomllib.loads(files(__package__).joinpath("walls.toml").read_text(encoding="utf-8"))
    entries = [_signature(entry, table["limits"]["words"]) for entry in table["signature"]]
    box = "|".join(table["consent_box"])
    return _Signatures(
        by_response=tuple(each for each in entries if each.headers or each.url),
        by_body=tuple(each for each in entries if not (each.headers or each.url)),
        managers=tuple(
            (vendor, tuple(mark.encode() for mark in marks))
            for vendor, marks in table["consent_managers"].items()
        ),
        box=re.compile(
            rb"(?i)\b(?:id|class|name|action)=[\"']?[^\"'<>]{0,80}?(?:%s)" % box.encode()
        ),
        words_of_an_error=table["limits"]["words_of_an_error"],
        words_of_a_page=table["limits"]["words_of_a_page"],
    )


def _signature(entry: dict[str, Any], words: int) -> _Signature:
    return _Signature(
        vendor=entry["vendor"],
        kind=entry["kind"],
        status=frozenset(entry.get("status", ())),
        headers=tuple(
            (name.lower(), re.compile(pattern))
            for name, pattern in entry.get("headers", {}).items()
        ),
        url=re.compile(entry["url"], re.IGNORECASE) if "url" in entry else None,
        marks=tuple(mark.encode() for mark in entry.get("marks", ())),
        pattern=(
            re.compile(entry["pattern"].encode(), re.IGNORECASE) if "pattern" in entry else None
        ),
        words=entry.get("words", words),
        is_decisive=entry.get("is_decisive", False),
    )


def recognise_wall(
    status: int | None, headers: Sequence[tuple[str, str]], body: bytes, url: str
) -> Wall | None:
    """Return the wall that a response is, or None for a page, a plain error, or nothing known.

    Args:
        status: the HTTP status; None where only the page is known, which counts as 200.
        headers: of the response; names in any case.
        body: decoded from Content-Encoding; may be cut, may be empty.
        url: the final URL, after redirects.
    """
    signatures = _signatures()
    lower = [(name.lower(), value) for name, value in headers]
    page = _Page(body, status, signatures)
    for signature in signatures.by_response:
        evidence = signature.found(status or 200, lower, url, body)
        if evidence and (signature.is_decisive or page.may_be_wall(signature.words)):
            return Wall(signature.kind, signature.vendor, evidence)
    if not page.may_be_wall(signatures.words_of_a_page):
        return None
    for signature in signatures.by_body:
        evidence = signature.found(status or 200, lower, url, body)
        if evidence and page.may_be_wall(signature.words):
            return Wall(signature.kind, signature.vendor, evidence)
    return _consent_page(page, signatures)


def _consent_page(page: "_Page", signatures: _Signatures) -> Wall | None:
    """Return the consent wall that a page without article is, where it holds little else."""
    vendor, mark = _manager(page.body, signatures)
    if vendor is None and not signatures.box.search(page.body):
        return None
    counts = page.counts
    if counts.is_box_main:
        evidence = f"{counts.box_words} of {counts.words} words ask for consent ({counts.box})"
        return Wall("consent_wall", vendor or "consent page", evidence)
    if vendor and not page.is_app and counts.words - counts.box_words <= _MIN_BOX_WORDS:
        evidence = f"{mark} and {counts.words} words in the page"
        return Wall("consent_wall", vendor, evidence)
    return None


def _manager(body: bytes, signatures: _Signatures) -> tuple[str | None, str]:
    for vendor, marks in signatures.managers:
        for mark in marks:
            if mark in body:
                return vendor, mark.decode()
    return None, ""


class _Page:
    """The body of one response; what is costly is found out when it is first asked for."""

    def __init__(self, body: bytes, status: int | None, signatures: _Signatures) -> None:
        self.body = body
        self._is_error = status in _ERROR_STATUSES
        self._signatures = signatures
        self._counts: _Counts | None = None
        self._has_article_marks: bool | None = None

    @property
    def has_article_marks(self) -> bool:
        """Whether the page says that it is an article."""
        if self._has_article_marks is None:
            self._has_article_marks = any(word in self.body for word in _ARTICLE_WORDS) or (
                b"og:type" in self.body and _ARTICLE_MARKS.search(self.body) is not None
            )
        return self._has_article_marks

    @property
    def is_app(self) -> bool:
        """Whether scripts are to fill the page: an empty shell is not a wall."""
        return _APP_ROOT.search(self.body) is not None

    @property
    def counts(self) -> "_Counts":
        """The words of the page."""
        if self._counts is None:
            self._counts = _count(self.body, self._signatures.box, self._signatures.words_of_a_page)
        return self._counts

    def may_be_wall(self, words: int) -> bool:
        """Whether the page is no article and has at most so many words."""
        limit = max(words, self._signatures.words_of_an_error) if self._is_error else words
        return (
            len(self.body) <= _MAX_BYTES
            and self.counts.words <= limit
            and not self.has_article_marks
        )


@dataclass(slots=True)
class _Counts:
    """Words that a reader sees, and those inside elements that ask for consent."""

    words: int = 0
    box_words: int = 0
    box: str = ""
    """The first such element, as written."""
    is_box_body: bool = False
    has_button: bool = False

    @property
    def is_box_main(self) -> bool:
        """Whether the page is a question for consent and little else."""
        return (
            self.has_button
            and self.box_words >= _MIN_BOX_WORDS
            and not (self.is_box_body and self.words > _MAX_BODY_WORDS)
            and self.box_words >= _BOX_SHARE * self.words
            and self.words - self.box_words <= _MAX_WORDS_OUTSIDE
        )


def _count(body: bytes, box: re.Pattern[bytes], most: int) -> _Counts:
    """Count the words of a page in one pass over its tags, which ends after ``most`` words."""
    counts = _Counts()
    depth, box_depth, unseen, place = 0, 0, b"", 0
    while counts.words <= most and (match := _TAG.search(body, place)):
        if not unseen:
            words = len(_WORD.findall(body, place, match.start()))
            counts.words += words
            counts.box_words += words if box_depth else 0
        place = match.end()
        if match[0] == b"<!--":
            end = body.find(b"-->", place)
            if end < 0:
                return counts
            place = end + 3
            continue
        name, is_end = match[2].lower(), bool(match[1])
        if unseen:
            unseen = b"" if is_end and name == unseen else unseen
        elif name in _UNSEEN:
            unseen = b"" if is_end or match[3].endswith(b"/") else name
        elif name in _BLOCKS and is_end:
            depth = max(0, depth - 1)
            box_depth = 0 if depth < box_depth else box_depth
        elif name in _BLOCKS:
            depth += 1
            if not box_depth and box.search(match[3]):
                box_depth = depth
                counts.box = counts.box or match[0][:80].decode("utf-8", "replace")
                counts.is_box_body = counts.is_box_body or name in (b"body", b"html")
        elif name in (b"button", b"input"):
            counts.has_button = True
    if not unseen and counts.words <= most:
        words = len(_WORD.findall(body, place))
        counts.words += words
        counts.box_words += words if box_depth else 0
    return counts
