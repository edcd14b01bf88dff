"""Redirects: each hop is checked like the first URL, and no hop is requested twice.

Redirects are followed here and not by the HTTP client, because every hop must be on-site, allowed
by robots.txt and paced. Cookies are kept for one chain of redirects and sent only to the host that
set them: some sites redirect to the same URL until their cookie comes back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit

from pipeline.errors import Refused
from pipeline.fetch.http_client import Headers, HttpResponse
from pipeline.fetch.response_checks import PERMANENT_REDIRECTS, REDIRECTS
from pipeline.outcomes import Outcome
from pipeline.urls import host


def without_userinfo(url: str) -> str:
    """Return a URL without user name, password and fragment, which are never sent.

    >>> without_userinfo("http://user:secret@news.example/a#top")
    'http://news.example/a'

    Raises:
        Refused: the text is not a URL.
    """
    try:
        parts = urlsplit(urldefrag(url.strip()).url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    except ValueError as error:
        raise Refused(Outcome.ADDRESS_REFUSED, f"{url[:200]!r} is not a URL: {error}") from error


@dataclass(slots=True)
class RedirectChain:
    """The redirects of one page, followed up to the first response that is not a redirect.

    Args:
        url: the URL to begin with; the attribute holds the URL requested last.
        check: raises Refused for a URL that must not be requested.
        ask: requests one URL with these further headers; raises PageError.
        max_redirects: redirects that are followed.
    """

    url: str
    check: Callable[[str], None]
    ask: Callable[[str, Headers], HttpResponse]
    max_redirects: int
    history: list[str] = field(default_factory=list)
    """URLs that responded with a redirect, in order."""
    is_permanent: bool = True
    """Whether every redirect so far was 301 or 308."""
    _cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def follow(self) -> HttpResponse:
        """Request the URL, follow redirects, and return the first response that is not one.

        Raises:
            PageError: a hop was refused or failed; ``self.url`` is its URL.
        """
        while True:
            self.url = without_userinfo(self.url)
            self._refuse_loop()
            self.check(self.url)
            response = self.ask(self.url, self._cookie_header())
            if response.status not in REDIRECTS:
                return response
            self._keep_cookies(response)
            self._go_to_location(response)

    def _refuse_loop(self) -> None:
        state = (self.url, str(self._cookie_header()))
        if state in self._seen:
            raise Refused(
                Outcome.REDIRECT_LOOP,
                f"came back to {self.url[:200]} after {len(self.history)} hops",
            )
        if len(self.history) > self.max_redirects:
            raise Refused(
                Outcome.REDIRECT_LOOP, f"more than {self.max_redirects} redirects in a row"
            )
        self._seen.add(state)

    def _go_to_location(self, response: HttpResponse) -> None:
        location = response.header("location")
        if not location:
            raise Refused(
                Outcome.BAD_CONTENT, f"HTTP {response.status} without Location", response.status
            )
        self.history.append(self.url)
        self.is_permanent = self.is_permanent and response.status in PERMANENT_REDIRECTS
        try:
            self.url = urljoin(self.url, _as_unicode(location))
        except ValueError as error:
            raise Refused(
                Outcome.ADDRESS_REFUSED, f"redirect to {location[:200]!r}: {error}", response.status
            ) from error

    def _keep_cookies(self, response: HttpResponse) -> None:
        own = self._cookies.setdefault(host(self.url), {})
        for name, value in response.headers:
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
    """Return a Location header decoded as UTF-8, which many servers send unescaped."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location
