"""Content-Encoding undone while it streams, with a limit on what comes out.

A gzip bomb is 1000 times larger than its wire form: the limit is asked before a byte too many is
kept, never after. Only gzip and deflate are offered to servers, so nothing else is read.
"""

import zlib

from pipeline.errors import Refused, Transient
from pipeline.outcomes import Outcome

OFFERED = "gzip, deflate"
_IDENTITY = ("", "identity", "none")


class BodyReader:
    """Collects a body: undoes its encoding and refuses what is over the limit.

    Args:
        encoding: the Content-Encoding header, or "".
        limit: most bytes, both on the wire and decoded.
        cut: stop quietly at the limit instead of refusing (robots.txt: RFC 9309, 2.5).
    """

    def __init__(self, encoding: str, limit: int, *, cut: bool = False) -> None:
        self._steps = [_step(name) for name in _names(encoding)]
        self._limit = limit
        self._cut = cut
        self._wire = 0
        self._parts: list[bytes] = []
        self._size = 0
        self.is_full = False

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes from the wire.

        Raises:
            Refused: the body is too large, or not what its encoding says.
        """
        self._wire += len(chunk)
        if self._wire > self._limit and not self._over("on the wire"):
            return
        for step in self._steps:
            chunk = step.decode(chunk, self._limit - self._size + 1)
        self._size += len(chunk)
        self._parts.append(chunk)
        if self._size > self._limit:
            self._over("decoded")

    def _over(self, where: str) -> bool:
        if not self._cut:
            raise Refused(Outcome.TOO_LARGE, f"body of more than {self._limit} bytes {where}")
        self.is_full = True
        return False

    def body(self) -> bytes:
        """Return all that was read.

        Raises:
            Transient: the encoded stream ends in the middle.
        """
        if not self.is_full and any(not step.is_complete for step in self._steps):
            raise Transient(Outcome.BAD_CONTENT, "the compressed body ends in the middle")
        return b"".join(self._parts)[: self._limit]


class _Inflate:
    """One gzip or deflate stream; several gzip members in a row are one body (RFC 1952, 2.2)."""

    def __init__(self, window_bits: int) -> None:
        self._bits = window_bits
        self._stream = zlib.decompressobj(window_bits)
        self._has_begun = False

    @property
    def is_complete(self) -> bool:
        return self._stream.eof or not self._has_begun

    def decode(self, chunk: bytes, room: int) -> bytes:
        out = bytearray()
        try:
            while chunk and len(out) < room:
                if self._stream.eof:
                    if not chunk.strip(b"\0"):
                        break
                    self._stream = zlib.decompressobj(self._bits)
                out += self._first(chunk, room - len(out))
                chunk = self._stream.unused_data or self._stream.unconsumed_tail
        except zlib.error as error:
            raise Refused(Outcome.BAD_CONTENT, f"the compressed body is broken: {error}") from error
        return bytes(out)

    def _first(self, chunk: bytes, room: int) -> bytes:
        """Decompress; "deflate" without its zlib header, as old servers send it, is taken too."""
        try:
            out = self._stream.decompress(chunk, room)
        except zlib.error:
            if self._has_begun or self._bits != zlib.MAX_WBITS:
                raise
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            out = self._stream.decompress(chunk, room)
        self._has_begun = True
        return out


def _names(encoding: str) -> list[str]:
    names = [name.strip().lower() for name in encoding.split(",")]
    names = [name for name in reversed(names) if name not in _IDENTITY]
    if len(names) > 2:
        raise Refused(Outcome.BAD_CONTENT, f"encoded {len(names)} times: {encoding[:80]!r}")
    return names


def _step(name: str) -> _Inflate:
    if name in ("gzip", "x-gzip"):
        return _Inflate(16 + zlib.MAX_WBITS)
    if name == "deflate":
        return _Inflate(zlib.MAX_WBITS)
    raise Refused(Outcome.BAD_CONTENT, f"Content-Encoding {name[:40]!r}; we asked for {OFFERED}")
