"""What a page reserves: not to be archived, indexed, mined, or used for AI.

Read from the response's headers (``X-Robots-Tag``, ``TDM-Reservation``, ``Content-Signal``,
``Content-Usage``) and the page's head (``meta`` elements of the same meaning). Statements for other
crawlers do not count. Nothing here does any I/O.
"""

import re
from collections.abc import Iterator

Headers = tuple[tuple[str, str], ...]

_ROBOTS_WORDS = {
    # Word of a robots meta element or X-Robots-Tag: what it reserves.
    "noarchive": "noarchive",
    "nocache": "noarchive",
    "noindex": "noindex",
    "none": "noindex",
    "nosnippet": "nosnippet",
    "noai": "noai",
    "noimageai": "noimageai",
    "noml": "noai",
}
_DIRECTIVES_WITH_VALUE = frozenset(
    {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}
)
_USES = {
    # Use named by Content-Signal (search, ai-input, ai-train) or Content-Usage (train-ai, …).
    "search": "no-search",
    "ai-input": "no-ai-input",
    "ai-train": "no-ai-train",
    "train-ai": "no-ai-train",
    "bots": "no-bots",
}
_REFUSALS = frozenset({"no", "n"})
OBEYED = frozenset(
    {
        "noarchive",
        "noindex",
        "tdm",
        "noai",
        "no-search",
        "no-ai-input",
        "no-ai-train",
        "no-bots",
    }
)
"""Reservations of what Dateline does: it archives, indexes, mines and annotates pages. The others
(``nosnippet``, ``noimageai``) concern what it does not do."""
_HEAD_BYTES = 200_000
_LONGEST_TAG = 2_000
_LANDMARK = re.compile(rb"<!--|<(?:meta|script|style)\b|</head\b|<body\b", re.I)
_ATTRIBUTE = re.compile(r"""([a-z][a-z0-9_:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.I)
_END = {b"<script": b"</script", b"<style": b"</style"}


def reservations(headers: Headers, body: bytes, product: str) -> tuple[str, ...]:
    """Return what a page reserves, each word once, in alphabetical order.

    Args:
        headers: of the response.
        body: the page; only its head is read.
        product: our product token, for statements about one crawler.
    """
    found: set[str] = set()
    for name, value in headers:
        found.update(_of_header(name.lower(), value, product))
    for name, content in _metas(body[:_HEAD_BYTES]):
        if name in ("robots", product.lower()):
            found.update(_robots_words(content.split(",")))
        elif name == "tdm-reservation" and content.strip() == "1":
            found.add("tdm")
        elif name in ("content-signal", "content-usage"):
            found.update(refused_uses(content))
    return tuple(sorted(found))


def _of_header(name: str, value: str, product: str) -> set[str]:
    if name == "x-robots-tag":
        return _of_robots_tag(value, product)
    if name == "tdm-reservation" and value.strip() == "1":
        return {"tdm"}
    if name in ("content-signal", "content-usage"):
        return refused_uses(value)
    return set()


def _of_robots_tag(value: str, product: str) -> set[str]:
    """Return the reservations of one X-Robots-Tag.

    A name before a colon limits all that follows it to that crawler: "otherbot: noindex, nofollow".
    Some directives have a colon of their own: "unavailable_after: 25 Jun 2027 15:00:00 PST".
    """
    found: set[str] = set()
    is_ours = True
    for part in value.split(","):
        name, colon, directive = part.rpartition(":")
        token = name.partition(":")[0].strip().lower()
        if colon and token not in _DIRECTIVES_WITH_VALUE:
            is_ours = token in ("*", product.lower())
        if is_ours:
            found |= _robots_words([directive])
    return found


def _robots_words(words: list[str]) -> set[str]:
    stripped = {word.strip().lower() for word in words}
    return {_ROBOTS_WORDS[word] for word in stripped if word in _ROBOTS_WORDS}


def refused_uses(value: str) -> set[str]:
    """Return the uses that a Content-Signal or Content-Usage refuses.

    >>> sorted(refused_uses("search=yes, ai-train=no"))
    ['no-ai-train']
    """
    found = set()
    for part in value.split(","):
        use, _, answer = part.partition("=")
        if answer.partition(";")[0].strip().lower() in _REFUSALS and use.strip().lower() in _USES:
            found.add(_USES[use.strip().lower()])
    return found


def _metas(head: bytes) -> Iterator[tuple[str, str]]:
    """Yield name and content of the meta elements before the body, without scripts and comments.

    It goes once from left to right, so that no page costs more than its length.
    """
    lowered = head.lower()
    at = 0
    while (mark := _LANDMARK.search(head, at)) is not None:
        kind = mark[0].lower()
        if kind in (b"</head", b"<body"):
            return
        end = lowered.find(b"-->" if kind == b"<!--" else _END.get(kind, b">"), mark.end())
        if end < 0:
            return
        at = end
        if kind == b"<meta":
            tag = head[mark.end() : min(end, mark.end() + _LONGEST_TAG)].decode("latin-1")
            attributes = {
                key.lower(): double or single or bare
                for key, double, single, bare in _ATTRIBUTE.findall(tag)
            }
            name = attributes.get("name") or attributes.get("http-equiv") or ""
            yield name.strip().lower(), attributes.get("content", "")
