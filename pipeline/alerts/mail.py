"""Send a digest by mail, through an SMTP server with verified TLS."""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Literal

from pipeline.alerts.digest import Digest
from pipeline.errors import AlertError
from pipeline.text import one_line

Security = Literal["starttls", "tls", "plain"]
_SECONDS = 10.0
"""Longest wait for a connection, and for each answer."""


@dataclass(frozen=True, slots=True)
class MailChannel:
    """Sends one plain text mail for each digest."""

    host: str
    port: int
    security: Security
    sender: str
    to: tuple[str, ...]
    user: str | None = None
    password: str = field(default="", repr=False)
    wakes: bool = True
    seconds: float = _SECONDS

    @property
    def name(self) -> str:
        """The recipients and the server."""
        return f"mail to {', '.join(self.to)} by {self.host}:{self.port}"

    def send(self, digest: Digest) -> None:
        """Send the mail.

        Raises:
            AlertError: the server does not answer, is not who it should be, or refuses the mail.
        """
        message = self._message(digest)
        try:
            with self._session() as session:
                refused = session.send_message(message)
        except smtplib.SMTPAuthenticationError as error:
            raise AlertError(f"{self._server}: it refuses the login ({error.smtp_code})") from error
        except smtplib.SMTPRecipientsRefused as error:
            raise AlertError(f"{self._server}: it refuses all recipients") from error
        except smtplib.SMTPResponseException as error:
            said = error.smtp_error
            words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
            raise AlertError(f"{self._server}: {error.smtp_code} {one_line(words, 150)}") from error
        except ssl.SSLError as error:
            said = getattr(error, "verify_message", None) or error.reason or "failed"
            raise AlertError(f"{self._server}: TLS: {said}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise AlertError(f"{self._server}: {_reason(error)}") from error
        if refused:
            raise AlertError(f"{self._server}: it refuses {', '.join(sorted(refused))}")

    @property
    def _server(self) -> str:
        return f"{self.host}:{self.port}"

    def _message(self, digest: Digest) -> EmailMessage:
        message = EmailMessage()
        message["From"] = Address(display_name="Dateline", addr_spec=self.sender)
        message["To"] = ", ".join(self.to)
        message["Subject"] = digest.subject
        message["Date"] = format_datetime(digest.sent_at)
        # The default would ask DNS for this machine's name and show it.
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(digest.text)
        return message

    @contextlib.contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        name = socket.gethostname()
        session = (
            smtplib.SMTP_SSL(self.host, self.port, name, timeout=self.seconds, context=context)
            if self.security == "tls"
            else smtplib.SMTP(self.host, self.port, name, timeout=self.seconds)
        )
        try:
            session.ehlo()
            self._secure(session, context)
            if self.user:
                session.login(self.user, self.password)
            yield session
        except BaseException:  # whatever it was, the socket goes with it
            session.close()
            raise
        with contextlib.suppress(smtplib.SMTPException, OSError):
            session.quit()  # the mail is taken; an answer to QUIT that does not come loses nothing

    def _secure(self, session: smtplib.SMTP, context: ssl.SSLContext) -> None:
        """Begin TLS where the server offers it; refuse to log in without."""
        if self.security != "starttls":
            return
        if session.has_extn("starttls"):
            session.starttls(context=context)
            session.ehlo()
        elif self.user:
            raise AlertError(
                f"{self._server}: it offers no STARTTLS, so the password is not sent; "
                "write smtps:// if it speaks TLS"
            )


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "the host is not known"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return one_line(str(error), 150) or type(error).__name__
