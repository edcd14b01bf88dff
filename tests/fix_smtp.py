"""A small SMTP server on loopback: real sockets, TLS, and the faults that real servers have."""

import contextlib
import email
import email.policy
import socketserver
import ssl
import threading
import time

import pytest


class MailServer:
    """Takes mails; ``fault`` makes it misbehave.

    Args:
        context: for TLS; None for a server that offers none.
        from_start: speak TLS from the first byte instead of after STARTTLS.
    """

    def __init__(self, context: ssl.SSLContext | None = None, *, from_start: bool = False) -> None:
        self.context = context
        self.from_start = from_start
        self.fault: str | None = None
        """``hang`` (before the greeting), ``drip``, ``refuse`` (every mail), ``close``."""
        self.login: str | None = None
        """AUTH PLAIN that is accepted, in base64; None for a server that asks for no login."""
        self.raw: list[bytes] = []
        self.commands: list[str] = []
        self.tls_lines = 0
        self.stopped = threading.Event()
        self.server = _Server(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    @property
    def mails(self):
        return [email.message_from_bytes(each, policy=email.policy.default) for each in self.raw]

    def close(self) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address) -> None:
        """Print nothing when a client hangs up or refuses the certificate."""


def _handler(mail: MailServer):
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if mail.fault == "hang":
                mail.stopped.wait(30)
                return
            if mail.from_start:
                self.request = mail.context.wrap_socket(self.request, server_side=True)
            if mail.fault == "drip":
                with contextlib.suppress(OSError):
                    while not mail.stopped.is_set():
                        self.request.sendall(b"2")
                        time.sleep(0.05)
                return
            self.lines = self.request.makefile("rb")
            try:
                self.say("220 mail.example ready")
                while line := self.lines.readline():
                    if not self.answer(line.decode().rstrip("\r\n")):
                        return
            finally:
                self.lines.close()

        def finish(self) -> None:
            with contextlib.suppress(OSError):
                self.request.close()

        def say(self, *lines: str) -> None:
            self.request.sendall("".join(f"{line}\r\n" for line in lines).encode())

        def answer(self, command: str) -> bool:
            verb = command.split(" ")[0].upper()
            mail.commands.append(verb + command[len(verb) :])
            if verb == "EHLO":
                is_plain = mail.context and not isinstance(self.request, ssl.SSLSocket)
                offered = ["STARTTLS"] if is_plain else []
                offered += ["AUTH PLAIN"] if mail.login else []
                words = ["mail.example", *offered, "8BITMIME"]
                self.say(*(f"250-{word}" for word in words[:-1]), f"250 {words[-1]}")
            elif verb == "STARTTLS":
                self.say("220 go")
                self.lines.close()
                self.request = mail.context.wrap_socket(self.request, server_side=True)
                self.lines = self.request.makefile("rb")
            elif verb == "AUTH":
                is_right = command.split(" ")[-1] == mail.login
                self.say("235 welcome" if is_right else "535 no such user")
            elif verb == "RCPT" and mail.fault == "refuse":
                self.say("550 5.1.1 nobody of that name")
            elif verb == "DATA":
                self.take_mail()
            elif verb == "QUIT":
                self.say("221 bye")
                return False
            else:
                self.say("250 ok")
            return mail.fault != "close"

        def take_mail(self) -> None:
            self.say("354 go on")
            body = b""
            while (line := self.lines.readline()) not in (b".\r\n", b""):
                body += line[1:] if line.startswith(b"..") else line
            mail.tls_lines += isinstance(self.request, ssl.SSLSocket)
            mail.raw.append(body)
            self.say("250 taken")

    return Handler


@pytest.fixture
def make_mail_server():
    made = []

    def make(context=None, **options):
        made.append(MailServer(context, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def mail_server(make_mail_server):
    return make_mail_server()
