"""The fate of a page or document, by its outcome: what the outcome says about the source."""

from typing import Literal

from pipeline.outcomes import Outcome

Fate = Literal["good", "refused", "paywalled", "failed", "unreadable", "redesigned", "foreign"]

FATES: dict[Outcome, Fate] = {
    Outcome.LOADED: "good",
    Outcome.UNCHANGED: "good",
    Outcome.ROBOTS_DENIED: "refused",
    Outcome.RESERVED: "refused",
    Outcome.FORBIDDEN: "refused",
    Outcome.BLOCKED: "refused",
    Outcome.CONSENT_WALL: "refused",
    Outcome.SUSPECTED_WALL: "refused",
    Outcome.RATE_LIMITED: "refused",
    Outcome.PAYWALLED: "paywalled",
    Outcome.ROBOTS_UNREACHABLE: "failed",
    Outcome.GONE: "failed",
    Outcome.NOT_FOUND: "failed",
    Outcome.SERVER_ERROR: "failed",
    Outcome.UNREACHABLE: "failed",
    Outcome.TIMEOUT: "failed",
    Outcome.REDIRECT_LOOP: "failed",
    Outcome.TOO_LARGE: "failed",
    Outcome.REDESIGNED: "redesigned",
    Outcome.BAD_CONTENT: "unreadable",
    Outcome.NOT_AN_ARTICLE: "unreadable",
    Outcome.LANGUAGE_NOT_WANTED: "foreign",
}
"""Outcomes that say nothing about the source (duplicates, off-site links, our own refusals) have no
fate."""


def fate_of(outcome: Outcome) -> Fate | None:
    """Return the fate, None where the outcome says nothing about the source."""
    return FATES.get(outcome)
