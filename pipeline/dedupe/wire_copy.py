"""Wire copy within groups: which agency's text the members of a group print.

An outlet that strips the credit prints the agency's text all the same, so the credit on one copy
speaks for all. Who is credited on a single page is told by ``pipeline.line_rules.credits``.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pipeline.models import CreditKind


@dataclass(frozen=True, slots=True)
class GroupCredit:
    """What one member of a group says of the agency behind its text."""

    agency: str
    kind: CreditKind
    at: datetime
    """When the member was published, else first seen; aware."""


def origin_agency(credits: Iterable[GroupCredit]) -> str | None:
    """Return the agency whose text a group prints, or None where no member names one.

    The agency's own page is the surest; then the agency most often credited with the whole text;
    among equals the one credited first. Credits for parts name no origin. The order of the members
    does not count.
    """
    usable = [credit for credit in credits if credit.kind != "part"]
    own = [credit for credit in usable if credit.kind == "own"]
    votes = Counter(credit.agency for credit in own or usable)
    first: dict[str, datetime] = {}
    for credit in own or usable:
        first[credit.agency] = min(credit.at, first.get(credit.agency, credit.at))
    return min(votes, key=lambda name: (-votes[name], first[name], name), default=None)
