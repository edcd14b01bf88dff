"""One page's way: each hop on-site, allowed by robots.txt, paced, and no hop twice.

Redirects are followed by hand since every hop must pass the checks that the first one passed.
Cookies live as long as one visit and never leave the host that set them: some sites answer with a
redirect to the same URL until their cookie comes back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit

from pipeline.errors import Refused
from pipeline.fetch.http_client import Answer, Headers
from pipeline.fetch.response_checks import REDIRECTS
from pipeline.outcomes import Outcome
from pipeline.urls import host


def without_userinfo(url: str) -> str:
    """Drop user name, password and fragment: they are never sent.

    >>> without_userinfo("http://user:secret@news.example/a#top")
    'http://news.example/a'

    Raises:
        Refused: the text is no URL.
    """
    try:
        parts = urlsplit(urldefrag(url.strip()).url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    except ValueError as error:
        raise Refused(Outcome.ADDRESS_REFUSED, f"{url[:200]!r} is not a URL: {error}") from error


@dataclass(slots=True)
class Visit:
    """Where a visit stands.

    Args:
        url: the first URL.
        check: raises Refused for a hop that must not be asked for.
        ask: asks for one URL with further headers; raises PageError.
        max_redirects: hops allowed after the first.
    """

    url: str
    check: Callable[[str], None]
    ask: Callable[[str, Headers], Answer]
    max_redirects: int
    trail: list[str] = field(default_factory=list)
    """URLs that answered with a redirect, in order."""
    _cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def follow(self) -> Answer:
        """Ask, and follow redirects, until something else comes.

        Raises:
            PageError: a hop was refused or failed; ``self.url`` is that hop.
        """
        while True:
            self.url = without_userinfo(self.url)
            self._refuse_loop()
            self.check(self.url)
            answer = self.ask(self.url, self._cookie_header())
            if answer.status not in REDIRECTS:
                return answer
            self._keep_cookies(answer)
            self._turn_to(answer)

    def _refuse_loop(self) -> None:
        state = (self.url, str(self._cookie_header()))
        if state in self._seen:
            raise Refused(
                Outcome.REDIRECT_LOOP, f"came back to {self.url[:200]} after {len(self.trail)} hops"
            )
        if len(self.trail) > self.max_redirects:
            raise Refused(
                Outcome.REDIRECT_LOOP, f"more than {self.max_redirects} redirects in a row"
            )
        self._seen.add(state)

    def _turn_to(self, answer: Answer) -> None:
        location = answer.header("location")
        if not location:
            raise Refused(
                Outcome.BAD_CONTENT, f"HTTP {answer.status} without Location", answer.status
            )
        self.trail.append(self.url)
        try:
            self.url = urljoin(self.url, _as_unicode(location))
        except ValueError as error:
            raise Refused(
                Outcome.ADDRESS_REFUSED, f"redirect to {location[:200]!r}: {error}", answer.status
            ) from error

    def _keep_cookies(self, answer: Answer) -> None:
        own = self._cookies.setdefault(host(self.url), {})
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                try:
                    own.update((key, item.value) for key, item in SimpleCookie(value).items())
                except CookieError:
                    continue

    def _cookie_header(self) -> Headers:
        own = self._cookies.get(host(self.url), {})
        text = "; ".join(f"{key}={value}" for key, value in own.items())
        return (("Cookie", text),) if own and text.isascii() else ()


def _as_unicode(location: str) -> str:
    """Read a Location that was sent as raw UTF-8 bytes, as many servers do."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location
