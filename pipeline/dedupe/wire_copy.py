"""Wire copy: which agency's text the members of a duplicate group print.

An outlet that removes the credit still prints the agency's text, so the credit of one copy holds
for the whole group. ``pipeline.line_rules.credits`` reads the credit of a single page.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pipeline.models import CreditKind


@dataclass(frozen=True, slots=True)
class GroupCredit:
    """The agency that one member of a group credits."""

    agency: str
    kind: CreditKind
    at: datetime
    """When the member was published, or else first seen; aware."""


def origin_agency(credits: Iterable[GroupCredit]) -> str | None:
    """Return the agency whose text a group prints, or None if no member credits one.

    An agency's own page decides; without one, the agency that most members credit with the whole
    text, and of several such the one credited first. Credits for a part of a text do not count.
    The result does not depend on the order of the members.
    """
    usable = [credit for credit in credits if credit.kind != "part"]
    own = [credit for credit in usable if credit.kind == "own"]
    votes = Counter(credit.agency for credit in own or usable)
    first: dict[str, datetime] = {}
    for credit in own or usable:
        first[credit.agency] = min(credit.at, first.get(credit.agency, credit.at))
    return min(votes, key=lambda name: (-votes[name], first[name], name), default=None)
