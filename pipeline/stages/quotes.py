"""Record and withdraw what people decide about quotes; the views of ``mart`` follow at once."""

from pipeline.errors import UsageError
from pipeline.warehouse import quote_decisions
from pipeline.warehouse.duplicates import find_article
from pipeline.warehouse.quote_decisions import QuoteDecision
from pipeline.warehouse.store import store


def decide(
    article: str,
    quote: str,
    speaker: tuple[str, str] | None = None,
    *,
    reason: str | None = None,
    decided_by: str,
) -> str:
    """Reject a quote, or say who speaks it; return its words.

    Args:
        article: an article id or URL.
        quote: the quote's number, or its first words.
        speaker: name and type (PERSON, ORG …) of the right speaker; None to reject the quote.
        reason: why, for later readers of the decision.
        decided_by: the person who decides.

    Raises:
        UsageError: the article or the quote is unknown, or the speaker has no name.
    """
    if speaker is not None and not speaker[0].strip():
        raise UsageError("the right speaker has no name: give one, or reject the quote")
    with store() as connection, connection.transaction():
        number = find_article(connection, article)
        found = quote_decisions.find_quote(connection, number, quote)
        quote_decisions.decide(connection, number, found, speaker, reason, decided_by)
    return found[0]


def undo(article: str, quote: str) -> list[str]:
    """Withdraw the decision on a quote; return its words.

    Raises:
        UsageError: the article is unknown, or nothing was decided about the quote.
    """
    with store() as connection, connection.transaction():
        number = find_article(connection, article)
        withdrawn = quote_decisions.withdraw(connection, number, quote)
    if not withdrawn:
        raise UsageError(
            f"nothing was decided about quote {quote!r} of {article}: see dateline quote decisions"
        )
    return withdrawn


def decisions() -> list[QuoteDecision]:
    """Return all decisions, newest first."""
    with store() as connection:
        return quote_decisions.decisions(connection)
