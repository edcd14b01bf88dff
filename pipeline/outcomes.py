"""The outcomes: every link that is discovered ends in exactly one of these words.

The same word is the Postgres value (text with a CHECK), the log field and the metric tag, so that
"where did my story go?" is one SELECT. A check asserts that a run's outcomes add up to its links.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of one link in one run."""

    LOADED = "loaded"
    """A new article, or a new version of a known one, was stored."""
    UNCHANGED = "unchanged"
    """The article is stored already and its text has not changed (304, same body, or not due)."""
    DUPLICATE_URL = "duplicate_url"
    """Another link of the same run, or another known link, has the same canonical URL."""
    ROBOTS_DENIED = "robots_denied"
    """robots.txt (RFC 9309) disallows the path for our user agent, or could not be read (5xx)."""
    ADDRESS_REFUSED = "address_refused"
    """The host resolves to a private, loopback or link-local address, or it is not http(s)."""
    OFFSITE_REFUSED = "offsite_refused"
    """The link, or a redirect from it, leaves the hosts of its source."""
    GONE = "gone"
    """HTTP 410: the publisher says that the page was taken away."""
    NOT_FOUND = "not_found"
    """HTTP 404."""
    FORBIDDEN = "forbidden"
    """HTTP 401, 402, 403, 451 or another 4xx: asking again will not help, asking someone may."""
    RATE_LIMITED = "rate_limited"
    """HTTP 429 after our patience (Retry-After honoured up to a limit) ran out."""
    SERVER_ERROR = "server_error"
    """HTTP 5xx after retries."""
    UNREACHABLE = "unreachable"
    """No HTTP answer: DNS, connection refused or reset, TLS."""
    TIMEOUT = "timeout"
    """No complete answer within the time limit."""
    TOO_LARGE = "too_large"
    """The body, or what it decompresses to, is over the size limit."""
    REDIRECT_LOOP = "redirect_loop"
    """Redirects came back to where they had been, or there were too many."""
    BAD_CONTENT = "bad_content"
    """The body is no text or HTML, is empty, or cannot be decoded or parsed."""
    NOT_AN_ARTICLE = "not_an_article"
    """A listing, an error page, a page without a story of its own."""
    PAYWALLED = "paywalled"
    """Only a stub of the story is visible without paying; it is not stored as an article."""
    NOT_ENGLISH = "not_english"
    """The text is in a language the source does not announce and the model cannot read."""
    TAKEDOWN = "takedown"
    """A tombstone forbids to store this URL again."""
    QUARANTINED = "quarantined"
    """Something is implausible or went wrong inside Dateline; the reason says what."""


RETRYABLE: frozenset[Outcome] = frozenset(
    {Outcome.RATE_LIMITED, Outcome.SERVER_ERROR, Outcome.UNREACHABLE, Outcome.TIMEOUT}
)
"""Outcomes that a later run may mend by itself: the next run asks for such a link again."""
