"""Response heads that break a rule of HTTP, repaired before the parser refuses them.

h11 refuses a response for one bad header line, and the page would be lost for a line that nobody
needs. Browsers skip such lines; so do we. Nothing here does any I/O.
"""

import re

END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_NAME = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_VALUE = rb"[^\x00\x0b\x0c\r\n]*"
_GOOD_HEAD = re.compile(
    rb"HTTP/[^\r\n]*\r?\n(?:(?!content-length:)" + _NAME + rb":" + _VALUE + rb"\r?\n|"
    rb"content-length:[ \t]*\d+[ \t]*\r?\n)*\r?\n",
    re.I,
)
_GOOD_LINE = re.compile(rb"(" + _NAME + rb")[ \t]*:(" + _VALUE + rb")\r?")
_LENGTHS = re.compile(rb"[ \t]*(\d+)(?:[ \t]*,[ \t]*\1)*[ \t]*")
_INTERIM = re.compile(rb"HTTP/\S+ +1(?!01)\d\d")


def is_interim(head: bytes) -> bool:
    """Tell whether a response head is a 1xx, which another head follows; 101 is none."""
    return _INTERIM.match(head) is not None


def repaired(head: bytes) -> bytes:
    """Return a response head without the header lines that no parser accepts.

    >>> repaired(b"HTTP/1.1 200 OK\\r\\nWarning in line 3\\r\\nA : b\\r\\n\\r\\n")
    b'HTTP/1.1 200 OK\\r\\nA: b\\r\\n\\r\\n'
    """
    if _GOOD_HEAD.fullmatch(head):
        return head
    status_line, *lines = head.rstrip(b"\r\n").split(b"\n")
    good = [status_line.rstrip(b"\r")]
    for line in lines:
        found = _GOOD_LINE.fullmatch(line)
        if found is None or (found[1].lower() == b"content-length" and not _is_length(found[2])):
            continue
        good.append(found[1] + b": " + found[2].strip(b" \t"))
    return b"\r\n".join([*good, b"", b""])


def _is_length(value: bytes) -> bool:
    """Tell whether a Content-Length is a number, perhaps several times the same ("12, 12")."""
    return _LENGTHS.fullmatch(value) is not None
