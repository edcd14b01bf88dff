"""Content-Encoding: bodies are decoded while they stream, within a size limit.

The decoders hand out at most ``_STEP`` bytes at a time and keep the rest of their input, because a
bomb expands a thousandfold (gzip) or a hundred-thousandfold (br, zstd).
"""

import importlib
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import brotli

from pipeline.errors import Refused, Transient
from pipeline.fetch.body_memory import SMALL_BODY
from pipeline.outcomes import Outcome

OFFERED = "gzip, deflate, br, zstd"
"""The Accept-Encoding header."""
_IDENTITY = ("", "identity", "none")
_STEP = 65_536
_ZSTD_WINDOW = 23
"""Base-2 logarithm of the largest window: 8 MB (RFC 9659, 3)."""


class _Decoder(Protocol):
    """Decodes one encoding piece by piece."""

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what the chunk decodes to in pieces of bounded size."""

    @property
    def is_complete(self) -> bool:
        """Whether the stream has come to its end, or has not begun."""


class BodyReader:
    """Collects a response body, undoes its Content-Encoding and enforces the size limit.

    Args:
        encoding: the Content-Encoding header, or "".
        limit: most bytes, both as sent and decoded.
        cut: keep the first ``limit`` bytes instead of refusing the body (robots.txt: RFC 9309,
            2.5).
        grow: called before the decoded body becomes longer than ``SMALL_BODY``, once.
    """

    def __init__(
        self,
        encoding: str,
        limit: int,
        *,
        cut: bool = False,
        grow: Callable[[], None] = lambda: None,
    ) -> None:
        self._decoders = [_decoder(name) for name in _names(encoding)]
        self._limit = limit
        self._cut = cut
        self._grow = grow
        self._is_long = False
        self._received = 0
        self._decoded = bytearray()
        self._body: bytes | None = None
        self.is_full = False

    def feed(self, chunk: bytes) -> None:
        """Add the next bytes as they were received.

        Raises:
            Refused: the body is too large, or not what its encoding says.
        """
        self._received += len(chunk)
        if self._received > self._limit:
            self._refuse_or_cut("as sent")
            chunk = chunk[: len(chunk) - (self._received - self._limit)]
        self._decode(chunk, self._decoders)

    def _decode(self, chunk: bytes, decoders: list[_Decoder]) -> None:
        if not decoders:
            self._add(chunk)
            return
        for piece in decoders[0].decode(chunk):
            self._decode(piece, decoders[1:])
            if self.is_full:
                return

    def _add(self, piece: bytes) -> None:
        size = len(self._decoded) + len(piece)
        if size > SMALL_BODY and not self._is_long:
            self._is_long = True
            self._grow()
        self._decoded += piece
        if size > self._limit:
            self._refuse_or_cut("decoded")

    def _refuse_or_cut(self, form: str) -> None:
        if not self._cut:
            raise Refused(Outcome.TOO_LARGE, f"body of more than {self._limit} bytes {form}")
        self.is_full = True

    @property
    def is_complete(self) -> bool:
        """Whether no encoded stream ends in the middle."""
        return all(decoder.is_complete for decoder in self._decoders)

    def body(self) -> bytes:
        """Return the decoded body.

        Raises:
            Transient: the encoded stream ends in the middle.
        """
        if not self.is_full and not self.is_complete:
            raise Transient(Outcome.BAD_CONTENT, "the compressed body ends in the middle")
        if self._body is None:
            self._body = bytes(memoryview(self._decoded)[: self._limit])
            self._decoded = bytearray()
        return self._body

    def beginning(self, size: int) -> bytes:
        """Return the whole body where ``body`` returned it, else the first bytes decoded so far."""
        return bytes(self._decoded[:size]) if self._body is None else self._body

    def ends_with(self, end: bytes) -> bool:
        """Tell whether what was decoded so far ends with these bytes, white space aside."""
        return self._decoded[-100:].rstrip().lower().endswith(end)


class _Inflate:
    """Decodes one gzip or deflate stream; gzip members in a row are one body (RFC 1952, 2.2)."""

    def __init__(self, window_bits: int) -> None:
        self._bits = window_bits
        self._stream = zlib.decompressobj(window_bits)
        self._has_begun = False

    @property
    def is_complete(self) -> bool:
        return self._stream.eof or not self._has_begun

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what the chunk decodes to."""
        try:
            while chunk:
                if self._stream.eof:
                    if not chunk.strip(b"\0"):
                        return
                    self._stream = zlib.decompressobj(self._bits)
                yield self._decompress(chunk)
                chunk = self._stream.unused_data or self._stream.unconsumed_tail
        except zlib.error as error:
            raise _broken(error) from error

    def _decompress(self, chunk: bytes) -> bytes:
        """Decompress; accept "deflate" without its zlib header too, as old servers send it."""
        try:
            out = self._stream.decompress(chunk, _STEP)
        except zlib.error:
            if self._has_begun or self._bits != zlib.MAX_WBITS:
                raise
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            out = self._stream.decompress(chunk, _STEP)
        self._has_begun = True
        return out


class _Brotli:
    """Decodes one br stream (RFC 7932); bytes after its end are ignored."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._has_begun = False

    @property
    def is_complete(self) -> bool:
        return self._stream.is_finished() or not self._has_begun

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what the chunk decodes to."""
        try:
            while not self._stream.is_finished():
                self._has_begun = self._has_begun or bool(chunk)
                yield self._stream.process(chunk, output_buffer_limit=_STEP)
                if self._stream.can_accept_more_data():
                    return
                chunk = b""
        except brotli.error as error:
            raise _broken(error) from error


class _Zstd:
    """Decodes one zstd stream; frames in a row are one body (RFC 8878, 3)."""

    def __init__(self) -> None:
        # Few servers send it, so the library is loaded when one does.
        self._library = importlib.import_module(
            "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
        )
        self._stream = self._new()
        self._has_begun = False

    def _new(self) -> Any:
        window = {self._library.DecompressionParameter.window_log_max: _ZSTD_WINDOW}
        return self._library.ZstdDecompressor(options=window)

    @property
    def is_complete(self) -> bool:
        return bool(self._stream.eof) or not self._has_begun

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what the chunk decodes to."""
        try:
            while True:
                if self._stream.eof:
                    if not chunk:
                        return
                    self._stream = self._new()
                self._has_begun = self._has_begun or bool(chunk)
                yield self._stream.decompress(chunk, max_length=_STEP)
                if self._stream.eof:
                    chunk = self._stream.unused_data
                elif self._stream.needs_input:
                    return
                else:
                    chunk = b""
        except self._library.ZstdError as error:
            raise _broken(error) from error


def _broken(error: Exception) -> Refused:
    return Refused(Outcome.BAD_CONTENT, f"the compressed body is broken: {error}")


def _names(encoding: str) -> list[str]:
    """Return the encodings of a Content-Encoding header in the order in which to undo them."""
    names = [name.strip().lower() for name in encoding.split(",")]
    names = [name for name in reversed(names) if name not in _IDENTITY]
    if len(names) > 2:
        raise Refused(Outcome.BAD_CONTENT, f"encoded {len(names)} times: {encoding[:80]!r}")
    return names


def _decoder(name: str) -> _Decoder:
    if name in ("gzip", "x-gzip"):
        return _Inflate(16 + zlib.MAX_WBITS)
    if name == "deflate":
        return _Inflate(zlib.MAX_WBITS)
    if name == "br":
        return _Brotli()
    if name == "zstd":
        return _Zstd()
    raise Refused(Outcome.BAD_CONTENT, f"Content-Encoding {name[:40]!r}; we asked for {OFFERED}")
