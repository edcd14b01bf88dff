"""Compare what the store holds after a simulation with what the invented web did.

The truth is known for every story: where and when it was listed, which texts its page showed and
when. So each figure here is exact.
"""

import hashlib
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import Connection

from benchmarks.collect.transport import Servers, foreign_url
from benchmarks.collect.web import DAY, Outlet, Story, text_of, title_of
from pipeline.outcomes import RETRYABLE
from pipeline.text import normalise

MOST_ARTICLE_REQUESTS = 7
MOST_MINUTES = 6.0
MOST_SHARE_OF_POLLS = 0.5
"""Document requests for a new article, as a share of those of a poll every five minutes."""
LEAST_REWRITES = 0.98
"""Share of genuine rewrites that become the current version within a day of their first visit."""
_SURELY_SEEN = 600
"""Seconds for which a story must be listed, for a poll every five minutes to see it surely."""
_SETTLED = DAY
"""Seconds before the end within which a story may still wait for its document's next poll."""


class _Page(NamedTuple):
    """A version of a story."""

    story: Story
    place: int


@dataclass(slots=True)
class Result:
    """The figures of a simulation; lists name what went wrong."""

    stories: int = 0
    """Stories that a document listed during the simulation long enough to be seen."""
    never_seen: list[str] = field(default_factory=list)
    """Of these, stories of which the store has no link."""
    undecided: list[str] = field(default_factory=list)
    """Links without an outcome, or whose last outcome asks for another try that is not planned."""
    without_article: Counter[str] = field(default_factory=Counter)
    """Stories without an article, by the last outcome of their links: each has a decided fate."""
    wrongly_merged: list[str] = field(default_factory=list)
    """Articles that hold texts, or links, of more than one story."""
    split: int = 0
    """Stories of which there is more than one article."""
    false_articles: list[str] = field(default_factory=list)
    """Articles whose first text no story ever had: a wall, a shell."""
    false_versions: list[str] = field(default_factory=list)
    """Later versions whose text the story never had."""
    invented_edits: list[str] = field(default_factory=list)
    """Edits that do not lead from a text of a story to a later one of the same."""
    edits: int = 0
    true_edits: int = 0
    """Edits that were there to be found: of stories whose earlier text was stored."""
    rewrites: int = 0
    rewrites_accepted: int = 0
    foreign_kept: list[str] = field(default_factory=list)
    """Items of other sites with another outcome than offsite_refused."""
    requests_of_stories: list[int] = field(default_factory=list)
    """Visits of each story's page while nothing stood before it: without tries after failures."""
    all_requests: int = 0
    """Visits of stories' pages, tries after failures too."""
    asked_often: list[str] = field(default_factory=list)
    """Stories with more such visits than the plan has."""
    document_requests: int = 0
    polls_of_five_minutes: int = 0
    new_stories: int = 0
    minutes: list[float] = field(default_factory=list)
    """From the listing of each new story to its first request."""

    @property
    def median_minutes(self) -> float:
        """The median time from listing to the first request."""
        return statistics.median(self.minutes) if self.minutes else 0.0

    @property
    def share_of_polls(self) -> float:
        """Document requests as a share of those of a poll every five minutes."""
        return self.document_requests / max(1, self.polls_of_five_minutes)

    @property
    def faults(self) -> dict[str, int]:
        """What must not happen, counted."""
        return {
            "stories lost": len(self.never_seen),
            "links without a decided fate": len(self.undecided),
            "articles of two stories": len(self.wrongly_merged),
            "walls and shells stored as articles": len(self.false_articles),
            "walls and shells stored as versions": len(self.false_versions),
            "invented edits": len(self.invented_edits),
            "items of other sites kept": len(self.foreign_kept),
            f"stories asked for more than {MOST_ARTICLE_REQUESTS} times": len(self.asked_often),
        }

    @property
    def examples(self) -> dict[str, list[str]]:
        """What went wrong, by name."""
        found = {
            "lost": self.never_seen,
            "undecided": self.undecided,
            "wrongly merged": self.wrongly_merged,
            "false articles": self.false_articles,
            "false versions": self.false_versions,
            "invented edits": self.invented_edits,
            "foreign": self.foreign_kept,
            "asked often": self.asked_often,
        }
        return {name: examples for name, examples in found.items() if examples}

    @property
    def misses(self) -> list[str]:
        """The figures that are not reached."""
        missed = [f"{name}: {count}" for name, count in self.faults.items() if count]
        if self.median_minutes > MOST_MINUTES:
            missed.append(f"median time to the first request {self.median_minutes:.1f} min")
        if self.share_of_polls > MOST_SHARE_OF_POLLS:
            missed.append(f"document requests {self.share_of_polls:.2f} of a five-minute poll's")
        if self.rewrites and self.rewrites_accepted / self.rewrites < LEAST_REWRITES:
            missed.append(f"rewrites accepted {self.rewrites_accepted} of {self.rewrites}")
        return missed


class Truth:
    """What the store should hold.

    Args:
        servers: the servers of the web that was simulated.
        tick: seconds between two ticks.
    """

    def __init__(self, servers: Servers, tick: int) -> None:
        self.servers = servers
        self.web = servers.web
        self.tick = tick
        self.outlets = {outlet.number: outlet for outlet in self.web.outlets}
        self.pages: dict[bytes, _Page] = {}
        for outlet in self.web.outlets:
            for story in outlet.stories:
                for place in range(len(story.versions)):
                    text = "\n\n".join(text_of(story, place))
                    self.pages[_digest(title_of(story, place), text)] = _Page(story, place)

    def compare(self, conn: Connection) -> Result:
        """Return the figures of a store."""
        result = Result()
        links = self._links(conn, result)
        self._stories(links, result)
        articles = self._articles(conn, links, result)
        self._edits(conn, result)
        self._requests(conn, result)
        self._fates(links, articles, result)
        return result

    def _links(self, conn: Connection, result: Result) -> dict[Story, list[tuple[str | None, int]]]:
        """Return the links of each story with last outcome and article id (0 for none)."""
        foreign = {
            foreign_url(outlet, story)
            for outlet in self.web.outlets
            if outlet.has_foreign_items
            for story in outlet.stories
        }
        found = conn.execute(
            "select url, last_outcome, coalesce(article_id, 0), next_try_at, first_listed_at"
            " from ops.links"
        )
        of_story: dict[Story, list[tuple[str | None, int]]] = defaultdict(list)
        for url, outcome, article_id, next_try, listed in found:
            if url in foreign:
                if outcome != "offsite_refused":
                    result.foreign_kept.append(f"{url}: {outcome}")
                continue
            story = self.servers.story(url)
            if story is not None:
                of_story[story].append((outcome, article_id))
            is_late = self._seconds(listed) > self.web.end - 2 * self.tick
            if outcome is None and not is_late:
                result.undecided.append(url)
            elif outcome in RETRYABLE and next_try is None and not self._had_its_days(listed):
                result.undecided.append(f"{url}: {outcome}, not tried again")
        return of_story

    def _had_its_days(self, listed: datetime) -> bool:
        """Tell whether a link was listed early enough for three days of tries."""
        return self._seconds(listed) < self.web.end - 2.5 * DAY

    def _stories(self, links: dict[Story, list[tuple[str | None, int]]], result: Result) -> None:
        for outlet, story in self._all_stories():
            spans = self.servers.visible(outlet, story)
            is_sure = any(stop - start >= _SURELY_SEEN for start, stop in spans)
            is_settled = story.published < self.web.end - _SETTLED
            if not is_sure or (not is_settled and story not in links):
                continue
            result.stories += 1
            result.new_stories += story.published >= 0
            if story not in links:
                result.never_seen.append(f"{outlet.key} {story.number} at {story.published}")

    def _all_stories(self) -> Iterator[tuple[Outlet, Story]]:
        for outlet in self.web.outlets:
            for story in outlet.stories:
                yield outlet, story

    def _articles(
        self,
        conn: Connection,
        links: dict[Story, list[tuple[str | None, int]]],
        result: Result,
    ) -> dict[int, set[Story]]:
        """Return the stories that each article holds, by its versions and its links."""
        stories: dict[int, set[Story]] = defaultdict(set)
        stored: dict[tuple[Story, int], datetime] = {}
        found = conn.execute(
            "select article_id, version_no, title, body_text, first_seen_at"
            " from news.article_versions order by article_id, version_no"
        )
        for article_id, number, title, text, seen in found:
            page = self.pages.get(_digest(title, text))
            if page is None:
                named = f"article {article_id}, version {number}: {(title or '')[:60]}"
                (result.false_articles if number == 1 else result.false_versions).append(named)
                continue
            stories[article_id].add(page.story)
            stored.setdefault((page.story, page.place), seen)
        for story, of_story in links.items():
            for _, article_id in of_story:
                if article_id:
                    stories[article_id].add(story)
        for article_id, held in stories.items():
            if len(held) > 1:
                names = ", ".join(sorted(story.seed for story in held)[:5])
                result.wrongly_merged.append(f"article {article_id}: {names}")
        per_story = Counter(story for held in stories.values() for story in held)
        result.split = sum(count > 1 for count in per_story.values())
        self._rewrites(conn, stored, result)
        return stories

    def _rewrites(
        self, conn: Connection, stored: dict[tuple[Story, int], datetime], result: Result
    ) -> None:
        """Count rewrites that a visit met, and those accepted within a day of that visit."""
        visits = self._visits(conn)
        for (story, place), seen in stored.items():
            following = place + 1
            if following >= len(story.versions):
                continue
            change = story.versions[following]
            result.true_edits += seen < self.web.time(self.web.end)
            if change.change not in ("full_story", "headline"):
                continue
            outlet = self.outlets[story.outlet]
            met = next(
                (
                    at
                    for at in visits.get(story, ())
                    if at >= change.at and self._is_open(outlet, at)
                ),
                None,
            )
            if met is None or met > self.web.end - DAY:
                continue
            result.rewrites += 1
            accepted = stored.get((story, following))
            if accepted is not None and self._seconds(accepted) <= met + DAY:
                result.rewrites_accepted += 1

    def _visits(self, conn: Connection) -> dict[Story, list[int]]:
        visits: dict[Story, list[int]] = defaultdict(list)
        found = conn.execute("select requested_url, fetched_at from news.fetches order by 2")
        for url, at in found:
            story = self.servers.story(url)
            if story is not None:
                visits[story].append(self._seconds(at))
        return visits

    @staticmethod
    def _is_open(outlet: Outlet, at: int) -> bool:
        """Tell whether nothing stands before the pages of an outlet."""
        return not any(
            fault.start <= at < fault.end and fault.scope != "documents" for fault in outlet.faults
        )

    def _edits(self, conn: Connection, result: Result) -> None:
        found = conn.execute(
            "select e.article_id, b.title, b.body_text, a.title, a.body_text"
            " from news.article_edits as e"
            " join news.article_versions as b on b.article_version_id = e.from_version_id"
            " join news.article_versions as a on a.article_version_id = e.to_version_id"
        )
        for article_id, old_title, old_text, title, text in found:
            result.edits += 1
            before = self.pages.get(_digest(old_title, old_text))
            after = self.pages.get(_digest(title, text))
            is_true = (
                before is not None
                and after is not None
                and before.story == after.story
                and before.place < after.place
            )
            if not is_true:
                result.invented_edits.append(f"article {article_id}: {title[:60]}")

    def _requests(self, conn: Connection, result: Result) -> None:
        visits = self._visits(conn)
        for story, times in visits.items():
            outlet = self.outlets[story.outlet]
            open_visits = sum(self._is_open(outlet, at) for at in times)
            result.requests_of_stories.append(open_visits)
            result.all_requests += len(times)
            if open_visits > MOST_ARTICLE_REQUESTS:
                ages = " ".join(f"{(at - story.published) / DAY:.2f}" for at in times)
                named = f"{outlet.key} {story.number}, links {outlet.links}, at days {ages}"
                result.asked_often.append(named)
        for story, times in visits.items():
            if story.published >= 0:
                spans = self.servers.visible(self.outlets[story.outlet], story)
                first = min((start for start, _ in spans), default=story.published)
                result.minutes.append((times[0] - first) / 60)
        row = conn.execute("select count(*) from ops.document_attempts").fetchone()
        result.document_requests = row[0] if row else 0
        documents = sum(len(outlet.documents) for outlet in self.web.outlets)
        result.polls_of_five_minutes = documents * self.web.end // 300

    def _fates(
        self,
        links: dict[Story, list[tuple[str | None, int]]],
        articles: dict[int, set[Story]],
        result: Result,
    ) -> None:
        held = {story for stories in articles.values() for story in stories}
        for story, of_story in links.items():
            if story not in held:
                result.without_article[str(of_story[-1][0])] += 1

    def _seconds(self, at: datetime) -> int:
        return int((at - self.web.start) / timedelta(seconds=1))


def _digest(title: str | None, text: str | None) -> bytes:
    joined = f"{normalise(title or '')}\n{normalise(text or '')}"
    return hashlib.sha256(joined.encode()).digest()


def table(result: Result) -> str:
    """Return the figures as lines of text."""
    counts = sorted(result.requests_of_stories)
    rows: list[tuple[str, str, str]] = [
        ("stories that were listed long enough to be seen", f"{result.stories}", ""),
        *((name, f"{count}", "0") for name, count in result.faults.items()),
        ("stories with two articles", f"{result.split}", ""),
        ("edits found, of those that could be", f"{result.edits} of {result.true_edits}", ""),
        (
            "rewrites accepted within a day",
            f"{result.rewrites_accepted} of {result.rewrites}",
            f">= {LEAST_REWRITES:.0%}",
        ),
        (
            "requests of a story: mean, 99th percentile, most",
            f"{statistics.mean(counts or [0]):.1f}, {_at(counts, 0.99)}, {_at(counts, 1.0)}",
            f"<= {MOST_ARTICLE_REQUESTS}",
        ),
        (
            "requests of a story with tries after failures: mean",
            f"{result.all_requests / max(1, len(counts)):.1f}",
            "",
        ),
        (
            "document requests for a new story",
            f"{result.document_requests / max(1, result.new_stories):.1f}",
            "",
        ),
        (
            "  as a share of a poll every five minutes",
            f"{result.share_of_polls:.3f}",
            f"<= {MOST_SHARE_OF_POLLS}",
        ),
        (
            "minutes from listing to request: median, 90th percentile",
            f"{result.median_minutes:.1f}, {_at(sorted(result.minutes), 0.9):.1f}",
            f"<= {MOST_MINUTES:.0f}",
        ),
    ]
    fates = ", ".join(f"{count} {name}" for name, count in result.without_article.most_common())
    lines = [f"{name:58}{value:>20}  {bound}".rstrip() for name, value, bound in rows]
    return "\n".join([*lines, f"stories without an article, by fate: {fates or 'none'}"])


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0
