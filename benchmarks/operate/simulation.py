"""Let the detector watch an invented world tick by tick, and compare it with the truth."""

from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.operate.outlets import BINS_A_DAY, BINS_AN_HOUR
from benchmarks.operate.world import BEGIN, Fault, Item, Poll, World
from pipeline.outcomes import Outcome
from pipeline.source_states.history import (
    OVERDUE_LAGS,
    OVERDUE_MINUTES,
    SHORT,
    STUB_WORDS,
    add_hour,
    new_history,
    usual_lag,
    usual_words,
)
from pipeline.source_states.observations import COUNTS, PLACE, Circumstances, Documents, HourSums
from pipeline.source_states.page_fates import fate_of
from pipeline.source_states.verdict import Severity, StateName, Verdict, judge, teaches

GRACE_TICKS = BINS_A_DAY
"""An alert within a day after a fault's end is a late echo of it and not false."""
_BEGIN_HOUR = int(BEGIN.timestamp()) // 3600


@dataclass(slots=True)
class Found:
    """What came of one fault."""

    fault: Fault
    named: StateName = "ok"
    """The state two ticks after the fault became visible."""
    is_right: bool = False
    first_right: int | None = None
    alert: int | None = None
    """The first tick with the right state, and with it as an alert."""
    ticks_right: int = 0
    wrong_alerts: int = 0
    reason: str = ""


@dataclass(slots=True)
class Watched:
    """What came of a world."""

    found: list[Found]
    weeks: float
    false_alerts: list[str] = field(default_factory=list)
    false_notices: dict[str, int] = field(default_factory=dict)


def watch(world: World) -> Watched:
    """Watch a world from its first tick to its last."""
    return _Watch(world).run()


class _Watch:
    def __init__(self, world: World) -> None:
        count = len(world.outlets)
        self.world = world
        self.history = new_history(count)
        self.around = Circumstances(
            np.array([each.zone for each in world.outlets], dtype=float),
            np.array([each.country for each in world.outlets]),
            np.full(count, np.nan),
            np.zeros(count, dtype=bool),
        )
        self.sums = np.zeros((count, len(COUNTS)))
        self.asked_at = np.full(count, np.nan)
        self.documents = Documents(*(np.zeros(count) for _ in range(7)))
        self.failing_since = np.full(count, np.nan)
        self.empty_since = np.full(count, np.nan)
        self.states: list[tuple[StateName, Severity]] = [("ok", "none")] * count
        self.verdicts = [Verdict("ok", "none", "")] * count
        self.found = {each.outlet: Found(each) for each in world.faults}
        self.result = Watched(list(self.found.values()), world.days / 7)

    def run(self) -> Watched:
        items, polls = iter(self.world.items), iter(self.world.polls)
        item, poll = next(items, None), next(polls, None)
        for tick in range(self.world.days * BINS_A_DAY):
            self.words, self.lag = usual_words(self.history), usual_lag(self.history)
            while poll is not None and poll.tick == tick:
                self._see_poll(poll)
                poll = next(polls, None)
            while item is not None and item.tick == tick:
                self._see_item(item)
                item = next(items, None)
            self._judge(tick)
        return self.result

    def _see_poll(self, poll: Poll) -> None:
        at, row, stand = self._hour(poll.tick), poll.outlet, self.documents
        self.asked_at[row] = at
        fate = fate_of(poll.outcome) if poll.outcome is not None else "good"
        stand.refused[row] = float(fate == "refused")
        stand.failing[row] = float(fate not in ("refused", "good"))
        is_failing = fate != "good"
        stand.failures[row] = stand.failures[row] + 1 if is_failing else 0
        if not is_failing:
            self.failing_since[row] = np.nan
        elif np.isnan(self.failing_since[row]):
            self.failing_since[row] = at
        is_empty = not is_failing and (poll.is_empty or poll.is_foreign)
        stand.empty[row] = float(is_empty)
        if not is_empty:
            self.empty_since[row] = np.nan
        elif np.isnan(self.empty_since[row]):
            self.empty_since[row] = at

    def _see_item(self, item: Item) -> None:
        row, counts = item.outlet, self.sums[item.outlet]
        counts[PLACE["links"]] += 1
        counts[PLACE["dated_links"]] += 1
        counts[PLACE["log_lag"]] += np.log1p(item.lag_minutes)
        counts[PLACE["overdue_links"]] += (
            item.lag_minutes > OVERDUE_MINUTES + OVERDUE_LAGS * self.lag[row]
        )
        fate = fate_of(item.outcome)
        if fate is None:
            return
        counts[PLACE[f"{fate}_pages"]] += 1
        if item.outcome is not Outcome.LOADED:
            return
        counts[PLACE["articles"]] += 1
        counts[PLACE["annotated_articles"]] += 1
        counts[PLACE["log_words"]] += np.log(item.words)
        counts[PLACE["undated_articles"]] += not item.has_date
        counts[PLACE["unsigned_articles"]] += not item.has_author
        counts[PLACE["unnamed_articles"]] += not item.has_names
        counts[PLACE["damaged_articles"]] += item.is_damaged
        is_short = item.words < SHORT * self.words[row]
        counts[PLACE["short_articles"]] += is_short
        counts[PLACE["stub_articles"]] += is_short and item.words < STUB_WORDS

    def _judge(self, tick: int) -> None:
        now = self._hour(tick)
        stand = replace(
            self.documents,
            failing_hours=np.nan_to_num(now - self.failing_since),
            empty_hours=np.nan_to_num(now - self.empty_since),
        )
        sums = HourSums(int(now), self.sums, self.asked_at)
        evidence = add_hour(self.history, sums, self.around)
        self.verdicts = judge(evidence, stand, self.around, self.states, now)
        self._compare(tick)
        self.states = [(each.state, each.severity) for each in self.verdicts]
        if (tick + 1) % BINS_AN_HOUR == 0:
            self.history = add_hour(
                self.history, sums, self.around, is_usual=teaches(self.verdicts)
            )
            self.sums = np.zeros_like(self.sums)
            self.asked_at = np.full_like(self.asked_at, np.nan)

    def _compare(self, tick: int) -> None:
        for row, verdict in enumerate(self.verdicts):
            if verdict.state == "ok" and row not in self.found:
                continue
            found = self.found.get(row)
            fault = found.fault if found else None
            is_new = self.states[row] != (verdict.state, verdict.severity)
            if found and fault and fault.onset <= tick < fault.end:
                self._compare_with(found, verdict, tick, is_new)
            elif verdict.state != "ok" and is_new:
                if fault and fault.end <= tick < fault.end + GRACE_TICKS:
                    continue
                if verdict.severity == "alert":
                    about = f"outlet {row}, day {tick / BINS_A_DAY:.1f}: {verdict.state}"
                    self.result.false_alerts.append(f"{about}: {verdict.reason}")
                elif self.states[row][0] != verdict.state:
                    counts = self.result.false_notices
                    counts[verdict.state] = counts.get(verdict.state, 0) + 1

    def _compare_with(self, found: Found, verdict: Verdict, tick: int, is_new: bool) -> None:
        fault = found.fault
        is_right = verdict.state in fault.states
        if is_right and found.first_right is None:
            found.first_right = tick
        if is_right and verdict.severity == "alert" and found.alert is None:
            found.alert = tick
        if not is_right and verdict.severity == "alert" and is_new:
            found.wrong_alerts += 1
        if tick == fault.visible + 2:
            found.named, found.is_right, found.reason = verdict.state, is_right, verdict.reason
        found.ticks_right += is_right and tick >= fault.visible

    def _hour(self, tick: int) -> float:
        return _BEGIN_HOUR + tick / BINS_AN_HOUR
