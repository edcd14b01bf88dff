"""The state of each source, from its evidence and from how its documents stand.

A state begins as a ``notice``, when a healthy source would look like this about once in a thousand
times. It becomes an ``alert``, which is worth a mail, with evidence that a hundred healthy sources
would not give in a week. What explains more comes first: a feed that is refused is ``blocked``,
although it is silent too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import numpy as np

from pipeline.source_states.history import (
    SHARE_PLACE,
    SHARES,
    History,
    cautious_shares,
    gap_evidence,
    level,
    usual_shares,
    usual_words,
)
from pipeline.source_states.observations import Bools, Circumstances, Documents, Floats

StateName = Literal[
    "ok", "late", "silent", "blocked", "redesigned", "thinner", "failing", "sleeping", "paused"
]
Severity = Literal["none", "notice", "alert"]

NOTICE_GAP = 6.2
ALERT_GAP = 12.0
NOTICE_DROP = 3.4
ALERT_DROP = 9.0
NOTICE_SHARE = 4.6
ALERT_SHARE = 9.0
"""Evidence of each kind (``history``) from which a state is named, or is an alert."""
_ALERT_PAGES = 11
_ALERT_SHARE_HOURS = 3.0
"""A share is an alert with so many bad pages over so many hours: some videos are no redesign."""
_STAYS = 0.4
"""Part of the evidence for a notice below which a state ends."""
_NOTICE_FAILURES = 2
_ALERT_FAILURES = 4
_ALERT_FAILING_HOURS = 1.0
_EMPTY_HOURS = 0.1
_OF_GAP = 0.3
"""Part of the missing links that the gap since the last one must explain for a source to be late
rather than thinner."""
_MOST_OF = 0.5
"""Share of a source's links whose documents are at fault from which the source is."""

_BY_SHARE: dict[str, StateName] = {
    "refused": "blocked",
    "paywalled": "blocked",
    "failed": "failing",
    "unreadable": "redesigned",
    "redesigned": "redesigned",
    "foreign": "redesigned",
    "overdue": "late",
    "undated": "thinner",
    "unsigned": "thinner",
    "short": "thinner",
    "stub": "thinner",
    "damaged": "thinner",
    "unnamed": "thinner",
}
_PAGES = ("refused", "paywalled", "failed", "unreadable", "redesigned", "foreign")
_CONTENTS = tuple(name for name in SHARES if name not in _PAGES)
_IN_WORDS = {
    "refused": "{bad} of {all} pages were refused since {since}, usually {usual}",
    "paywalled": "{bad} of {all} pages show the beginning only since {since}, usually {usual}",
    "failed": "{bad} of {all} pages could not be fetched since {since}, usually {usual}",
    "unreadable": "{bad} of {all} pages held no readable article since {since}, usually {usual}",
    "redesigned": "{bad} of {all} pages no longer show their article since {since}",
    "foreign": "{bad} of {all} pages are in a language that it does not announce since {since}",
    "overdue": "{bad} of {all} items since {since} came much later than usual",
    "undated": "{bad} of {all} articles since {since} have no date, usually {usual}",
    "unsigned": "{bad} of {all} articles since {since} have no author, usually {usual}",
    "short": "{bad} of {all} articles since {since} are much shorter than the usual {words} words",
    "stub": "{bad} of {all} articles since {since} are stubs, where {words} words are usual",
    "damaged": "{bad} of {all} articles since {since} have broken characters, usually {usual}",
    "unnamed": "{bad} of {all} articles since {since} name nobody and nothing, usually {usual}",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of one source."""

    state: StateName
    severity: Severity
    reason: str
    """Why, in words and numbers."""
    evidence: float = 0.0


def judge(
    history: History,
    documents: Documents,
    around: Circumstances,
    before: Sequence[tuple[StateName, Severity]],
    now: float,
) -> list[Verdict]:
    """Return the state of each source.

    Args:
        history: with the evidence of the hour that is not over.
        documents: how the sources' documents stand.
        around: of the sources.
        before: the states until now; a state ends with less evidence than it begins with.
        now: hours since 1970.
    """
    gap = gap_evidence(history, now)
    suspects = _suspects(history, documents, around, before, gap)
    verdicts = [Verdict("ok", "none", "as usual")] * len(history)
    for row in np.flatnonzero(suspects).tolist():
        one = _One(history, documents, around, before[row], now, row, float(gap[row]))
        verdicts[row] = one.verdict()
    return verdicts


def teaches(verdicts: Sequence[Verdict]) -> Bools:
    """Return which sources teach what is usual: those without an alert."""
    return np.array([each.severity != "alert" for each in verdicts], dtype=bool)


def _suspects(
    history: History,
    documents: Documents,
    around: Circumstances,
    before: Sequence[tuple[StateName, Severity]],
    gap: Floats,
) -> Bools:
    """Return the sources that may be anything but ok; the others need no closer look."""
    at_fault = documents.refused + documents.failing + documents.empty + documents.asleep
    was_ok = np.array([state == "ok" for state, _ in before], dtype=bool)
    return np.asarray(
        around.is_paused
        | ~was_ok
        | (at_fault > 0)
        | (gap >= NOTICE_GAP * _STAYS)
        | (history.drop_score >= NOTICE_DROP)
        | (history.share_scores.max(axis=1, initial=0.0) >= NOTICE_SHARE)
    )


@dataclass(frozen=True, slots=True)
class _One:
    """One source that is looked at closely."""

    history: History
    documents: Documents
    around: Circumstances
    before: tuple[StateName, Severity]
    now: float
    row: int
    gap: float

    def verdict(self) -> Verdict:
        if self.around.is_paused[self.row]:
            return Verdict("paused", "none", "its file says so")
        return (
            self._documents()
            or self._pages()
            or self._silence()
            or self._strongest_share(_CONTENTS)
            or self._links()
            or Verdict("ok", "none", "as usual")
        )

    def _documents(self) -> Verdict | None:
        row, stand = self.row, self.documents
        hours = float(stand.failing_hours[row])
        if stand.asleep[row] >= _MOST_OF:
            reason = (
                "its documents are gone, or have failed for weeks; they are probed now and then"
            )
            return Verdict("sleeping", "alert", reason)
        failures = int(stand.failures[row])
        at_fault = stand.refused[row] + stand.failing[row]
        if at_fault >= _MOST_OF and failures >= _NOTICE_FAILURES:
            is_refused = stand.refused[row] >= stand.failing[row]
            long = failures >= _ALERT_FAILURES and hours >= _ALERT_FAILING_HOURS
            how = "refused" if is_refused else "failing"
            reason = (
                f"its documents are {how}: {failures} requests in a row, since "
                f"{_said(self.now - hours)}"
            )
            state: StateName = "blocked" if is_refused else "failing"
            return Verdict(state, "alert" if long else "notice", reason, float(failures))
        empty_hours = float(stand.empty_hours[row])
        if stand.empty[row] >= _MOST_OF and empty_hours >= _EMPTY_HOURS:
            reason = (
                f"its documents list nothing of its own since {_said(self.now - empty_hours)}, "
                f"where {self._usual_links()} came"
            )
            long = empty_hours >= _ALERT_FAILING_HOURS
            return Verdict("silent", "alert" if long else "notice", reason, empty_hours)
        return None

    def _pages(self) -> Verdict | None:
        """Return the verdict on the pages, or on what articles lack where that is surer."""
        pages = self._strongest_share(_PAGES)
        contents = self._strongest_share(_CONTENTS) if pages else None
        return contents if pages and contents and contents.evidence > pages.evidence else pages

    def _strongest_share(self, names: Sequence[str]) -> Verdict | None:
        scores = {
            name: float(self.history.share_scores[self.row, SHARE_PLACE[name]]) for name in names
        }
        name = max(scores, key=lambda each: scores[each])
        score, state = scores[name], _BY_SHARE[name]
        needed = NOTICE_SHARE * (_STAYS if self.before[0] == state else 1.0)
        if score < needed:
            return None
        place = SHARE_PLACE[name]
        bad = float(self.history.share_seen_bad[self.row, place])
        since = float(self.history.share_since[self.row, place])
        all_of = float(self.history.share_seen_all[self.row, place])
        cautious = float(cautious_shares(self.history)[self.row, place])
        is_alert = self.before == (state, "alert") or (
            score >= ALERT_SHARE
            and bad >= _ALERT_PAGES
            and self.now - since >= _ALERT_SHARE_HOURS
            and divergence(bad, all_of, cautious) >= ALERT_SHARE
        )
        reason = _IN_WORDS[name].format(
            bad=f"{bad:.0f}",
            all=f"{all_of:.0f}",
            since=_said(since),
            usual=f"{usual_shares(self.history)[self.row, place]:.0%}",
            words=f"{np.nan_to_num(usual_words(self.history)[self.row]):.0f}",
        )
        return Verdict(state, "alert" if is_alert else "notice", reason, score)

    def _silence(self) -> Verdict | None:
        if self.gap < ALERT_GAP:
            return None
        return Verdict("silent", "alert", self._gap_in_words(), self.gap)

    def _links(self) -> Verdict | None:
        history, row = self.history, self.row
        drop = float(history.drop_score[row])
        needed = NOTICE_DROP * (_STAYS if self.before[0] == "thinner" else 1.0)
        missing = history.drop_expected[row] - history.drop_seen[row]
        is_late = self.gap >= NOTICE_GAP and history.gap[row] >= _OF_GAP * missing
        if drop >= needed and not is_late:
            is_alert = drop >= ALERT_DROP or self.before == ("thinner", "alert")
            reason = (
                f"{history.drop_seen[row]:.0f} new links since "
                f"{_said(float(history.drop_since[row]))}, {history.drop_expected[row]:.0f} were "
                "expected"
            )
            return Verdict("thinner", "alert" if is_alert else "notice", reason, drop)
        if self.gap >= NOTICE_GAP:
            return Verdict("late", "notice", self._gap_in_words(), self.gap)
        return None

    def _gap_in_words(self) -> str:
        last = float(self.history.last_link_at[self.row])
        since = f"since {_said(last)}" if not np.isnan(last) else "yet"
        return (
            f"no new link {since}, {self.history.gap[self.row]:.1f} were expected "
            f"({self._usual_links()})"
        )

    def _usual_links(self) -> str:
        return f"usually {level(self.history)[self.row]:.1f} a day"


def divergence(bad: float, all_of: float, share: float) -> float:
    """Return the evidence that a share is larger than this: −ln of Chernoff's bound."""
    found = bad / all_of if all_of else 0.0
    if found <= share:
        return 0.0
    rest = (1 - found) * math.log((1 - found) / (1 - share)) if found < 1 else 0.0
    return all_of * (found * math.log(found / share) + rest)


def _said(hour: float) -> str:
    """Return a time in words: "2026-11-20 08:05 UTC"."""
    return f"{datetime.fromtimestamp(round(hour * 60) * 60, UTC):%Y-%m-%d %H:%M} UTC"
