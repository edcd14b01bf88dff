"""The outcomes: every discovered link ends in exactly one of them.

The same word is the Postgres value (text with a CHECK), the log field and the metric tag, so that
"where did my story go?" is one SELECT. A check asserts that a run's outcomes add up to its links.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """The result of one link in one run."""

    LOADED = "loaded"
    """A new article, or a new version of a known one, was stored."""
    UNCHANGED = "unchanged"
    """The article is stored already and its text has not changed (304, same body, or not due)."""
    DUPLICATE_URL = "duplicate_url"
    """Another link of the same run, or another known link, has the same canonical URL."""
    ROBOTS_DENIED = "robots_denied"
    """robots.txt (RFC 9309) disallows the path for our user agent."""
    ROBOTS_UNREACHABLE = "robots_unreachable"
    """robots.txt could not be read (5xx, no response), so nothing may be asked of the host yet."""
    RESERVED = "reserved"
    """The page reserves its rights (noarchive, noindex, TDM) and the settings say to obey that."""
    ADDRESS_REFUSED = "address_refused"
    """The host resolves to a private, loopback or link-local address, or it is not http(s)."""
    OFFSITE_REFUSED = "offsite_refused"
    """The link, or a redirect from it, leaves the hosts of its source."""
    GONE = "gone"
    """HTTP 410: the publisher says that the page was removed."""
    NOT_FOUND = "not_found"
    """HTTP 404."""
    FORBIDDEN = "forbidden"
    """HTTP 401, 402, 403, 451 or another 4xx: a retry will not help, asking the publisher may."""
    BLOCKED = "blocked"
    """A bot wall instead of the page, whatever its status; the reason names the vendor."""
    CONSENT_WALL = "consent_wall"
    """A consent page instead of the page."""
    SUSPECTED_WALL = "suspected_wall"
    """The page has nothing in common with the stored article; it is held until a later visit."""
    REDESIGNED = "redesigned"
    """The page of a stored article can no longer be read as one: an empty shell, a new layout."""
    RATE_LIMITED = "rate_limited"
    """HTTP 429 after all retries, or with a longer Retry-After than the retry policy allows."""
    SERVER_ERROR = "server_error"
    """HTTP 5xx after retries."""
    UNREACHABLE = "unreachable"
    """No HTTP response: DNS, connection refused or reset, TLS."""
    TIMEOUT = "timeout"
    """No complete response within the time limit."""
    TOO_LARGE = "too_large"
    """The body, or what it decompresses to, is over the size limit."""
    REDIRECT_LOOP = "redirect_loop"
    """Redirects led back to a URL requested before, or there were too many."""
    BAD_CONTENT = "bad_content"
    """The body is neither text nor HTML, is empty, or cannot be decoded or parsed."""
    NOT_AN_ARTICLE = "not_an_article"
    """A listing, a forum, a product, an error page, or another page without an article."""
    PAYWALLED = "paywalled"
    """Only the beginning of the article is free to read; it is not stored as an article."""
    LANGUAGE_NOT_WANTED = "language_not_wanted"
    """The text is in a language that neither the source's file nor the settings ask for."""
    TAKEDOWN = "takedown"
    """The URL was taken down and must not be stored again."""
    QUARANTINED = "quarantined"
    """Something is implausible or failed inside Dateline; the reason says what."""


class AnnotationOutcome(StrEnum):
    """The result of the search for names and quotes in one text."""

    LOADED = "loaded"
    """Names were looked for, and in English quotes."""
    NO_PIPELINE = "no_pipeline"
    """No pipeline for the text's language is installed (``DATELINE_NLP_MODEL``)."""
    QUARANTINED = "quarantined"
    """The text broke the annotator or its limits."""


RETRYABLE = frozenset(
    {
        Outcome.ROBOTS_UNREACHABLE,
        Outcome.BLOCKED,
        Outcome.CONSENT_WALL,
        Outcome.RATE_LIMITED,
        Outcome.SERVER_ERROR,
        Outcome.UNREACHABLE,
        Outcome.TIMEOUT,
    }
)
"""Outcomes that say nothing about the page itself; its link is tried again for some days."""
