"""The markup of feeds and sitemaps, read without an XML parser.

About one feed in ten is not well-formed XML: a raw ``&``, HTML that nobody escaped, a file that was
cut, PHP's warnings before the first tag. An XML parser stops there or guesses (libxml2 makes
``?a=1=2`` of ``?a=1&b=2``, SGML parsers make a lozenge of ``&loz=``). This scanner reads tags, text
and CDATA in one pass and in linear time. It expands no entity that a document declares and opens no
other file, so that neither "billion laughs" nor an external entity has any effect.

Names are in lower case and carry the usual prefix of their namespace, whatever prefix the document
chose; names of Atom, RSS and the sitemap protocol carry none.
"""

import html
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urljoin

from pipeline.text import storable

_MAX_DEPTH = 100
"""Elements nested deeper are read as if they were not there; a feed has about ten levels."""
_NAME = r"[A-Za-z_][\w.-]*+(?::[\w.-]++)?"
_TAG = re.compile(rf"""<(/?)({_NAME})((?>[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>""")
# A tag with an unbalanced quote: <a title=5" wide>
_LOOSE_TAG = re.compile(rf"<(/?)({_NAME})([^<>]*+)>")
_ATTRIBUTE = re.compile(
    r"""(?<![\w:.-])([\w:.-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))"""
)
_NAMESPACE = re.compile(r"""(?<![\w:.-])xmlns(?::([\w.-]++))?\s*+=\s*+["']\s*+([^"'\s]*+)""")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_PREFIXES = {
    "www.w3.org/2005/atom": "",
    "purl.org/atom/ns#": "",
    "purl.org/rss/1.0": "",
    "purl.org/net/rss1.1#": "",
    "my.netscape.com/rdf/simple/0.9": "",
    "my.netscape.com/publish/formats/rss-0.91.dtd": "",
    "channel.netscape.com/rdf/simple/0.9": "",
    "backend.userland.com/rss": "",
    "backend.userland.com/rss2": "",
    "backend.userland.com/blogchannelmodule": "blogchannel",
    "www.sitemaps.org/schemas/sitemap/0.9": "",
    "www.google.com/schemas/sitemap/0.84": "",
    "www.google.com/schemas/sitemap/0.9": "",
    "www.google.com/schemas/sitemap-news/0.9": "news",
    "www.google.com/schemas/sitemap-image/1.1": "image",
    "www.google.com/schemas/sitemap-video/1.1": "video",
    "www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/rss/1.0/modules/syndication": "sy",
    "purl.org/rss/1.0/modules/content": "content",
    "search.yahoo.com/mrss": "media",
    "rssnamespace.org/feedburner/ext/1.0": "feedburner",
}
"""Prefix by namespace, without its scheme and its last slash, which many documents get wrong."""


class Node:
    """An element of a document."""

    __slots__ = ("_attributes", "_pieces", "base", "name", "parent")

    def __init__(
        self, name: str, attributes: str, parent: "Node | None", base: str, keeps_text: bool
    ) -> None:
        self.name = name
        self.parent = parent
        self.base: str = parent.base if parent else base
        """What relative URLs in it are relative to: xml:base of the elements around it."""
        self._attributes = attributes
        inherited = parent._pieces if parent else None
        self._pieces: list[str] | None = [] if keeps_text else inherited

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes by name in lower case; of a name that stands twice, the first."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self._attributes):
            value = next((group for group in match.groups()[1:] if group is not None), "")
            found.setdefault(match[1].lower(), unescaped(value))
        return found

    @property
    def has_attributes(self) -> bool:
        """Whether the tag holds more than its name."""
        return "=" in self._attributes

    @property
    def text(self) -> str:
        """The text between the tags, with that of elements in it."""
        return "".join(self._pieces or ())

    def add(self, text: str) -> None:
        """Add text, where the reader wants that of elements with this name."""
        if self._pieces is not None:
            self._pieces.append(text)


class Markup:
    """The elements of a document, in order.

    Args:
        text: the decoded document.
        url: its address, to which relative URLs in it are relative.
        leaves: names of the elements whose text is wanted. They hold no other of these: a second
            one ends the first, whose end tag is missing.
        records: names of elements that are never inside another one of their name: the next
            begins where the end tag of the last is missing.
        start: where the root element begins.
    """

    def __init__(
        self,
        text: str,
        url: str,
        leaves: frozenset[str],
        records: frozenset[str],
        start: int = 0,
    ) -> None:
        self._text = text
        self._url = url
        self._leaves = leaves
        self._records = records
        self._position = start
        self._stack: list[Node] = []
        self._prefixes: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._missing: set[str] = set()
        self.is_broken = False
        """Whether tags do not match, or the document ends within an element; known at the end."""

    def nodes(self) -> Iterator[tuple[bool, Node]]:
        """Yield each element twice: with True where it begins, with False where it ends.

        An element that the end of the document cuts off is not yielded a second time.
        """
        text = self._text
        while True:
            begin = text.find("<", self._position)
            if begin < 0:
                break
            if begin > self._position and self._stack:
                self._stack[-1].add(unescaped(text[self._position : begin]))
            if text.startswith(("<!", "<?"), begin):
                if not self._skip_declaration(begin):
                    break
                continue
            tag = _TAG.match(text, begin) or _LOOSE_TAG.match(text, begin)
            if tag is None:
                self.is_broken = True
                if self._stack:
                    self._stack[-1].add("<")
                self._position = begin + 1
                continue
            self._position = tag.end()
            yield from self._read_tag(tag)
        self.is_broken |= bool(self._stack)

    def _read_tag(self, tag: re.Match[str]) -> Iterator[tuple[bool, Node]]:
        attributes = tag[3]
        if "xmlns" in attributes:
            self._declare(attributes)
        name = self._names.get(tag[2]) or self._known_name(tag[2])
        if tag[1]:
            yield from self._end(name)
            return
        stack = self._stack
        if stack and stack[-1].name in self._leaves and name in self._leaves:
            yield False, stack.pop()
        if name in self._records:
            while any(node.name == name for node in stack):
                self.is_broken = True
                yield False, stack.pop()
        if len(stack) >= _MAX_DEPTH:
            return
        parent = stack[-1] if stack else None
        node = Node(name, attributes, parent, self._url, name in self._leaves)
        if "xml:base" in attributes:
            node.base = absolute(node.base, node.attributes.get("xml:base", ""))
        yield True, node
        if attributes.endswith("/"):
            yield False, node
        else:
            stack.append(node)

    def _end(self, name: str) -> Iterator[tuple[bool, Node]]:
        """End the innermost element of a name, and those in it that have no end tag."""
        if not any(node.name == name for node in self._stack):
            self.is_broken = True
            return
        while True:
            node = self._stack.pop()
            yield False, node
            if node.name == name:
                return
            self.is_broken = True

    def _skip_declaration(self, begin: int) -> bool:
        """Step over a comment, CDATA, an instruction or a DOCTYPE; False where it has no end."""
        text = self._text
        if text.startswith("<![CDATA[", begin):
            end = text.find("]]>", begin)
            if end < 0:
                return False
            if self._stack:
                self._stack[-1].add(text[begin + 9 : end])
            self._position = end + 3
            return True
        closing = _closing(text, begin)
        end = self._find(closing, begin + 2)
        if end < 0:
            self.is_broken = True
            self._position = begin + 2
            return True
        self._position = end + len(closing)
        if closing == ">" and "[" in text[begin:end]:
            subset_end = self._find("]>", begin)
            self._position = subset_end + 2 if subset_end >= 0 else self._position
        return True

    def _find(self, mark: str, begin: int) -> int:
        """Return where a mark stands next, or -1; one that is missing is searched only once."""
        found = -1 if mark in self._missing else self._text.find(mark, begin)
        if found < 0:
            self._missing.add(mark)
        return found

    def _declare(self, attributes: str) -> None:
        for prefix, namespace in _NAMESPACE.findall(attributes):
            plain = namespace.lower().partition("://")[2].rstrip("/")
            known = _PREFIXES.get(plain)
            if prefix and known is not None and self._prefixes.get(prefix) != known:
                self._prefixes[prefix] = known
                self._names.clear()

    def _known_name(self, written: str) -> str:
        prefix, colon, local = written.partition(":")
        if not colon:
            name = written.lower()
        else:
            known = self._prefixes.get(prefix, prefix.lower())
            name = f"{known}:{local.lower()}" if known else local.lower()
        self._names[written] = name
        return name


def unescaped(text: str) -> str:
    """Return the text with its well-formed character references replaced, each once.

    >>> unescaped("?a=1&b=2&copy=3&amp;d=4 &#8211; &eacute;")
    '?a=1&b=2&copy=3&d=4 – é'
    """
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def absolute(base: str, link: str) -> str:
    """Return a link as an absolute URL, without the line breaks and blanks around and in it.

    >>> absolute("https://herald.example/feed.xml", " /2026/11/ferry\\n  ")
    'https://herald.example/2026/11/ferry'
    """
    plain = storable(_BREAKS.sub("", link.strip()))
    plain = _DOUBLE_SCHEME.sub("", plain)
    if _HOST_ALONE.match(plain):
        plain = f"//{plain}"
    try:
        return urljoin(base, plain)
    except ValueError:
        return plain


_BREAKS = re.compile(r"\s*[\t\r\n]\s*")
_DOUBLE_SCHEME = re.compile(r"https?:/*(?=https?://)", re.IGNORECASE)  # "http://https://a.example"
_HOST_ALONE = re.compile(r"www\.[\w.-]+\.[a-z]{2,}(?:[/?#]|$)", re.IGNORECASE)
_MAX_STARTS = 5
"""Places where a root element may begin that are tried; a hostile document has thousands."""
_SPACE = re.compile(r"[\s\ufeff\x00]*+")
_INSTRUCTION = re.compile(r"<\?xml[\s?]")
_DOCTYPE = re.compile(r"<!DOCTYPE\s+([\w:.-]++)", re.IGNORECASE)
_ROOT = re.compile(rf"<({_NAME})([^<>]*+)")
_HTML = re.compile(r"<(html|body)[\s>]|</html>|<!doctype\s+html", re.IGNORECASE)
# How a feed or sitemap begins; no sentence, and no drawing (SVG) of a page, begins like this.
_SURE_ROOT = re.compile(
    r"""<(?:[\w.-]++:)?(?:rss\s[^<>]*?\bversion\s*=|feed\s[^<>]*?xmlns[^<>]*?/atom|"""
    r"""rdf\s[^<>]*?(?:purl\.org/rss|netscape\.com)|urlset[\s>]|sitemapindex[\s>])""",
    re.IGNORECASE,
)


def root_of(text: str) -> tuple[str, int] | None:
    """Return the local name of the root element in lower case, and where it begins; or None.

    What stands before a feed or a sitemap is skipped: blank lines, comments, a DOCTYPE, and the
    warnings that programs print there.

    >>> root_of("<br /><b>Notice</b>: undefined variable<br /><?xml version='1.0'?><rss/>")
    ('rss', 66)
    """
    first = _root_after(text, 0)
    if first and first[0] in ROOTS:
        return first
    candidates = (
        *islice(_INSTRUCTION.finditer(text), _MAX_STARTS),
        *islice(_SURE_ROOT.finditer(text), _MAX_STARTS),
    )
    for found in candidates:
        if _is_in_page(text, found.start()):
            break
        root = _root_after(text, found.start())
        if root and root[0] in ROOTS:
            return root
    return first


ROOTS = frozenset({"rss", "feed", "rdf", "channel", "urlset", "sitemapindex"})
"""Local names of the root elements of feeds and sitemaps."""


def _root_after(text: str, position: int) -> tuple[str, int] | None:
    while True:
        space = _SPACE.match(text, position)
        position = space.end() if space else position
        if not text.startswith(("<!", "<?"), position):
            root = _ROOT.match(text, position)
            return (root[1].rpartition(":")[2].lower(), position) if root else None
        closing = _closing(text, position)
        end = text.find(closing, position + 2)
        if end < 0:
            return None
        if _DOCTYPE.match(text, position) and "[" in text[position:end]:
            end, closing = max(end, text.find("]>", position)), "]>"
        position = end + len(closing)


def _closing(text: str, begin: int) -> str:
    """Return what ends the comment, the instruction or the declaration that begins there."""
    if text.startswith("<!--", begin):
        return "-->"
    return "?>" if text.startswith("<?", begin) else ">"


def _is_in_page(text: str, position: int) -> bool:
    """Tell whether a page that has begun before a position has not ended there."""
    last = None
    for found in _HTML.finditer(text, 0, position):
        last = found[0].lower()
    return last is not None and last != "</html>"
