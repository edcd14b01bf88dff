"""Download large files over HTTP: streamed to disk, continued after a break, checked at the end.

The client of ``pipeline/fetch`` keeps a body in memory and stops at ``max_body_bytes``, as is right
for pages; a WARC file of a gigabyte is written to disk as it comes.
"""

import errno
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline.errors import ArchiveError, SettingsError, UsageError
from pipeline.settings import settings
from pipeline.text import one_line

PART = ".part"
"""Suffix of a file that is not complete yet."""
_CHUNK = 1 << 18
_TIMEOUT = 60.0
"""Seconds without a byte after which a request is given up and continued."""
_WAITS = (1.0, 4.0, 15.0, 60.0)
"""Seconds before the next try; the count starts again after each try that brought bytes."""
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_SMALL_FILE = 64_000_000
_PAGE_STARTS = (b"<!doctype", b"<html", b"<?xml", b"<error")


class _Broken(Exception):
    """A try that may be repeated; the message says what happened."""


@dataclass(frozen=True, slots=True)
class Downloader:
    """Downloads files; the waits are an argument so that tests need not wait."""

    user_agent: str = ""
    waits: tuple[float, ...] = _WAITS
    sleep: Callable[[float], None] = time.sleep
    timeout: float = _TIMEOUT

    def fetch(self, url: str, target: Path, on_bytes: Callable[[int], None] | None = None) -> None:
        """Download a file to a path; what an earlier call left of it is continued.

        Args:
            url: http or https.
            target: where the complete file lies afterwards.
            on_bytes: called with the number of bytes of each chunk.

        Raises:
            ArchiveError: the server has no such file, answers with a web page, or stays away.
            SettingsError: it cannot be written.
        """
        part = target.with_name(target.name + PART)
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            self._tries(url, part, on_bytes or _ignore)
            part.rename(target)
        except ArchiveError:
            if part.exists() and not part.stat().st_size:
                part.unlink()
            raise
        except OSError as error:
            hint = "free space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "check it"
            raise SettingsError(f"{part} cannot be written: {error.strerror}; {hint}.") from error

    def read(self, url: str) -> bytes:
        """Return a small file.

        Raises:
            ArchiveError: as ``fetch``; or it is larger than a list can be.
        """
        last = ""
        # Two more tries: somebody waits for the list, and gives another address sooner.
        for wait in (0.0, *self.waits[:2]):
            if last:
                self.sleep(wait)
            try:
                return self._read_once(url)
            except (_Broken, http.client.HTTPException, OSError) as error:
                last = one_line(str(error), 200) or type(error).__name__
        raise _stayed_away(url, last)

    def _read_once(self, url: str) -> bytes:
        with self._open(url, 0) as response:
            body: bytes = response.read(_SMALL_FILE + 1)
        if len(body) > _SMALL_FILE:
            raise ArchiveError(f"{url} has more than {_SMALL_FILE} bytes: it is no list")
        return body

    def _tries(self, url: str, part: Path, on_bytes: Callable[[int], None]) -> None:
        failures = 0
        while True:
            size = part.stat().st_size if part.exists() else 0
            try:
                self._continue(url, part, size, on_bytes)
            except _Broken as error:
                grown = part.exists() and part.stat().st_size > size
                failures = 1 if grown else failures + 1
                if failures > len(self.waits):
                    raise _stayed_away(url, str(error)) from error
                self.sleep(self.waits[failures - 1])
            else:
                return

    def _continue(self, url: str, part: Path, size: int, on_bytes: Callable[[int], None]) -> None:
        """Request the rest of a file and append it.

        Raises:
            _Broken: the connection broke, or the file is not complete.
            ArchiveError: the server has no such file.
        """
        with self._open(url, size) as response:
            if response.status == 416:
                _check_size(part, size, _total(response))
                return
            is_rest = response.status == 206 and _first(response) == size
            if response.status == 206 and not is_rest:
                raise _Broken("the server sent another part than it was asked for")
            whole = (size if is_rest else 0) + int(response.headers.get("Content-Length") or 0)
            with part.open("ab" if is_rest else "wb") as file:
                _copy(response, file, on_bytes)
            _check_size(part, part.stat().st_size, whole if _has_length(response) else None)

    def _open(self, url: str, size: int) -> http.client.HTTPResponse:
        """Send a request and return the response, of status 200, 206 or 416.

        Raises:
            _Broken: another try may help.
            ArchiveError: it will not.
        """
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"{url[:200]!r} is not an http(s) address")
        headers = {"User-Agent": self.user_agent or settings().user_agent}
        if size:
            headers["Range"] = f"bytes={size}-"
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http(s), see above
        try:
            response: http.client.HTTPResponse = urllib.request.urlopen(  # noqa: S310
                request, timeout=self.timeout
            )
        except urllib.error.HTTPError as error:
            if error.code == 416:
                return error  # type: ignore[return-value]
            error.close()
            if error.code in _RETRIED:
                raise _Broken(f"HTTP {error.code}") from error
            raise ArchiveError(
                f"{url} answers HTTP {error.code}: check the address, or give another --base"
            ) from error
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            raise _Broken(one_line(str(getattr(error, "reason", error)), 200)) from error
        if "text/html" in (response.headers.get("Content-Type") or "").lower():
            response.close()
            raise _page(url)
        return response


def _ignore(size: int) -> None:
    return None


def _copy(
    response: http.client.HTTPResponse, file: IO[bytes], on_bytes: Callable[[int], None]
) -> None:
    while True:
        try:
            chunk = response.read(_CHUNK)
        except (http.client.HTTPException, OSError) as error:
            # An incomplete read holds what came before the connection broke.
            rest = getattr(error, "partial", b"")
            file.write(rest)
            raise _Broken(one_line(str(error), 200)) from error
        if not chunk:
            return
        if file.tell() == 0 and chunk.lstrip()[:9].lower().startswith(_PAGE_STARTS):
            raise _page(response.url)
        file.write(chunk)
        on_bytes(len(chunk))


def _check_size(part: Path, size: int, whole: int | None) -> None:
    if whole is None or size == whole:
        return
    if size > whole:
        part.unlink()
        raise _Broken(f"{size} bytes are there of a file of {whole}: it has changed")
    raise _Broken(f"the connection ended after {size} of {whole} bytes")


def _has_length(response: http.client.HTTPResponse) -> bool:
    return response.headers.get("Content-Length") is not None


def _first(response: http.client.HTTPResponse) -> int:
    """Return where a part begins: "bytes 500-999/1000" gives 500; -1 where that is not said."""
    stated = (response.headers.get("Content-Range") or "").removeprefix("bytes ")
    first = stated.partition("-")[0]
    return int(first) if first.isdecimal() else -1


def _total(response: http.client.HTTPResponse) -> int | None:
    total = (response.headers.get("Content-Range") or "").rpartition("/")[2]
    return int(total) if total.isdecimal() else None


def _page(url: str) -> ArchiveError:
    return ArchiveError(
        f"{url} answers with a web page and not with a file: check the address, or give another "
        "--base"
    )


def _stayed_away(url: str, reason: str) -> ArchiveError:
    return ArchiveError(
        f"{url} cannot be downloaded ({reason}): check the network and run the same command again, "
        "it continues where this one stopped"
    )
