"""A mail server on loopback that keeps each mail it gets as a file, for trying alerts."""

import socketserver
import threading
from pathlib import Path
from types import TracebackType
from typing import Self


class Mailbox:
    """Takes mails until the block is left, and writes them to ``1.eml``, ``2.eml``, …

    Args:
        port: to listen on.
        folder: of the files; created with the first mail.
    """

    def __init__(self, port: int, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._count = 0
        self._server = _Server(("127.0.0.1", port), _handler(self))

    def __enter__(self) -> Self:
        """Listen."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()

    def keep(self, mail: bytes) -> None:
        """Write a mail to the next file."""
        with self._lock:
            self._count += 1
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{self._count}.eml").write_bytes(mail)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def _handler(box: Mailbox) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 mailbox")
            for line in self.rfile:
                verb = line[:4].upper()
                if verb == b"DATA":
                    self._say("354 go on")
                    box.keep(self._mail())
                self._say("221 bye" if verb == b"QUIT" else "250 ok")
                if verb == b"QUIT":
                    return

        def _mail(self) -> bytes:
            body = b""
            for line in self.rfile:
                if line == b".\r\n":
                    break
                body += line[1:] if line.startswith(b"..") else line
            return body

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    return Handler
