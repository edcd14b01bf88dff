"""The invented web: which outlets there are, what they publish when, and what happens to them.

``make_web`` draws all of it from the seed and the shares of ``parameters.toml``. Only
``random.random`` is used, whose values Python guarantees for a seed, and times are whole seconds
since the start, so that the same parameters give the same events everywhere. ``trace`` lists
these events, one a line; its digest stands in the parameters.

What a server answers at a given time is made of these events in ``transport``.
"""

import hashlib
import math
import random
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from benchmarks.collect import texts

HOUR = 3600
DAY = 24 * HOUR

Scope = Literal["all", "pages", "documents"]
Change = Literal["first", "typo", "headline", "full_story", "correction", "live_blog"]
FaultKind = Literal[
    "unreachable", "timeout", "server_error", "wall",
    "feed_empty", "feed_broken", "feed_is_html", "shells",
]  # fmt: skip

_PARAMETERS = Path(__file__).with_name("parameters.toml")
_HOURS = {
    "working_day": "1 1 1 1 1 2 4 8 10 10 9 9 7 8 9 9 9 8 6 4 3 2 1 1",
    "round_the_clock": "5 4 4 4 5 6 7 8 8 8 8 8 8 8 8 8 8 8 8 8 7 7 6 6",
    "morning_edition": "0 0 0 2 60 20 4 2 2 2 2 1 1 1 1 1 1 1 1 0 0 0 0 0",
    "evening": "1 0 0 0 0 0 1 1 2 2 2 2 2 3 3 5 9 14 18 14 9 6 4 2",
    "weekly": "0 0 0 0 0 1 2 6 9 9 8 7 4 4 4 3 2 1 1 1 0 0 0 0",
}
"""Weights of the hours of a local day."""
_WEEKDAYS = {
    "working_day": (1.25, 1.25, 1.25, 1.25, 1.2, 0.45, 0.35),
    "round_the_clock": (1.05, 1.05, 1.05, 1.05, 1.05, 0.9, 0.85),
    "morning_edition": (1.1, 1.1, 1.1, 1.1, 1.1, 1.2, 0.3),
    "evening": (1.1, 1.1, 1.1, 1.1, 1.1, 0.8, 0.7),
    "weekly": (0.3, 0.3, 0.3, 5.2, 0.5, 0.2, 0.2),
}
"""Factors of the days from Monday to Sunday."""
_WALLS = (
    ("cloudflare", 403), ("cloudflare", 503), ("akamai", 403), ("datadome", 403),
    ("perimeterx", 403), ("imperva", 200), ("aws_waf", 405), ("rate_limit", 429),
    ("consent", 200), ("maintenance", 200), ("maintenance", 503), ("geo_block", 200),
    ("login", 200), ("challenge", 200),
)  # fmt: skip
"""Pages that stand in place of others, with their HTTP status."""
_PAST_STORIES = 5
"""Stories that each outlet has published before the simulation starts."""
_FIRST_STORY = 1000
"""Story numbers start here, so that all are of four digits and more."""


@dataclass(frozen=True, slots=True)
class Version:
    """One text of a story, from the time at which its page shows it."""

    at: int
    change: Change


@dataclass(frozen=True, slots=True)
class Story:
    """One article of one outlet; it is listed from the moment it is published."""

    outlet: int
    number: int
    published: int
    words: int
    versions: tuple[Version, ...]
    removed_at: int | None = None

    @property
    def seed(self) -> str:
        """The seed of its text."""
        return f"{self.outlet}/{self.number}"

    def version_at(self, at: int) -> int:
        """Return the place of the version that the page shows at a time."""
        return max(0, bisect_right([version.at for version in self.versions], at) - 1)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that happens to an outlet for a time."""

    kind: FaultKind
    start: int
    end: int
    scope: Scope = "all"
    wall: str | None = None
    status: int | None = None
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A feed, sitemap or section page of an outlet."""

    kind: Literal["rss", "atom", "json_feed", "news_sitemap", "sitemap_index", "section"]
    path: str
    window: int
    """The number of the newest stories that it lists."""
    part: int | None = None
    """Of two feeds: it lists the stories whose number modulo 3 is this or 2; None for all."""
    is_newest_first: bool = True
    """Of a sitemap index: the order of its children."""
    hint: str = "none"

    def lists(self, story: Story) -> bool:
        """Tell whether a story belongs in it."""
        return self.part is None or story.number % 3 in (self.part, 2)


@dataclass(frozen=True, slots=True)
class Outlet:
    """One outlet with all that will happen to it."""

    number: int
    rate: float
    """Items a day."""
    zone: int
    """Hours east of UTC."""
    shape: str
    documents: tuple[Document, ...]
    validators: str
    canonical: str
    links: str
    addresses: str
    faults: tuple[Fault, ...] = ()
    feed_moved_at: int | None = None
    feed_gone_at: int | None = None
    readdressed_at: int | None = None
    """From here on its addresses have another shape, and the old ones redirect."""
    has_foreign_items: bool = False
    port: int | None = None
    """Where it listens on real sockets, by plain HTTP; None for HTTPS on its own port."""
    stories: tuple[Story, ...] = field(default=(), repr=False)

    @property
    def key(self) -> str:
        """The source key."""
        return f"outlet-{self.number:04}"

    @property
    def host(self) -> str:
        """Its host name."""
        return f"www.{self.key}.example"

    @property
    def url(self) -> str:
        """Its homepage without the last slash."""
        return f"http://{self.host}:{self.port}" if self.port else f"https://{self.host}"


@dataclass(frozen=True, slots=True)
class Web:
    """All outlets, and the span that is simulated."""

    start: datetime
    days: int
    outlets: tuple[Outlet, ...]
    until: int | None = None
    """Seconds from the start to an earlier end than that of the days."""

    @property
    def end(self) -> int:
        """Seconds from the start to the end."""
        return self.days * DAY if self.until is None else self.until

    def time(self, at: int) -> datetime:
        """Return a time in seconds since the start as a date and time in UTC."""
        return self.start + timedelta(seconds=at)


class Draw:
    """Random choices made of ``random.random`` alone.

    Args:
        seed: the same seed gives the same choices.
    """

    def __init__(self, *seed: object) -> None:
        self._random = random.Random("/".join(map(str, seed))).random

    def happens(self, share: float) -> bool:
        """Return True with this probability."""
        return self._random() < share

    def between(self, least: float, most: float) -> float:
        """Return a number of a range, evenly."""
        return least + (most - least) * self._random()

    def whole(self, least: int, most: int) -> int:
        """Return a whole number of a range, both ends included."""
        return min(most, least + int((most - least + 1) * self._random()))

    def short(self, least: int, most: int) -> int:
        """Return a whole number of a range, small ones much more often."""
        return least + int((most - least) * self._random() ** 3)

    def one(self, weights: Mapping[str, float]) -> str:
        """Return a key with the probability of its weight."""
        place = self._random() * sum(weights.values())
        for key, weight in weights.items():
            place -= weight
            if place < 0:
                return key
        return next(reversed(weights))

    def poisson(self, mean: float) -> int:
        """Return a count with this mean (Knuth's method, in steps of at most 30)."""
        count = 0
        while mean > 0:
            step = min(mean, 30.0)
            product, limit = self._random(), math.exp(-step)
            while product > limit:
                count += 1
                product *= self._random()
            mean -= step
        return count


@cache
def parameters() -> Mapping[str, Any]:
    """Return the committed parameters."""
    return tomllib.loads(_PARAMETERS.read_text(encoding="utf-8"))


def make_web(
    sources: int | None = None, days: int | None = None, most_per_day: float | None = None
) -> Web:
    """Return the web of the parameters, or a smaller one of the same kind.

    Args:
        sources: number of outlets.
        days: days that are simulated.
        most_per_day: items a day of the largest outlet.
    """
    given = parameters()
    count = sources or int(given["sources"])
    span = days or int(given["days"])
    most = most_per_day or float(given["most_per_day"])
    web = Web(given["start"], span, ())
    outlets = tuple(
        _outlet(given, web, number, _rate(given, count, most, number))
        for number in range(1, count + 1)
    )
    return replace(web, outlets=outlets)


def _rate(given: Mapping[str, Any], count: int, most: float, number: int) -> float:
    """Return the items a day of an outlet; of fewer outlets, the ranks are spread evenly."""
    rank = 1 + (number - 1) * int(given["sources"]) / count
    return round(max(float(given["least_per_day"]), most / rank ** float(given["exponent"])), 4)


def on_port(web: Web, port: int) -> Web:
    """Return the same web with every outlet on one port, where it speaks plain HTTP."""
    return replace(web, outlets=tuple(replace(each, port=port) for each in web.outlets))


def _outlet(given: Mapping[str, Any], web: Web, number: int, rate: float) -> Outlet:
    draw = Draw(given["seed"], number)
    outlet = Outlet(
        number,
        rate,
        zone=draw.whole(-8, 10),
        shape=draw.one(given["shapes"]),
        documents=(),
        validators=draw.one(given["validators"]),
        canonical=draw.one(given["canonical"]),
        links=draw.one(given["links"]),
        addresses=draw.one(given["addresses"]),
        has_foreign_items=draw.happens(given["faults"]["foreign_items"]),
    )
    outlet = replace(outlet, documents=_documents(draw, given, rate))
    outlet = _with_faults(outlet, draw, given["faults"], web.end)
    return replace(outlet, stories=tuple(_stories(given, web, outlet)))


def _documents(draw: Draw, given: Mapping[str, Any], rate: float) -> tuple[Document, ...]:
    """Return the documents that the source file names.

    A feed holds 10 to 100 items, and at least those of three hours of a busy day: of a shorter
    one nobody who asks every five minutes could be sure to see each item.
    """
    least = 10 if rate < 40 else 25
    window = draw.short(least, 100)
    made: list[Document] = []

    def add(kind: Any, path: str, part: int | None = None) -> None:
        newest_first = kind != "sitemap_index" or draw.happens(0.5)
        size = 1000 if kind == "news_sitemap" else max(20, window) if kind == "section" else window
        made.append(Document(kind, path, size, part, newest_first, draw.one(given["hints"])))

    setup = draw.one(given["documents"])
    if setup.startswith("rss"):
        add("rss", "/feed.xml")
    if setup == "atom":
        add("atom", "/atom.xml")
    if setup == "json_feed":
        add("json_feed", "/feed.json")
    if setup == "two_feeds":
        add("rss", "/rss/news.xml", 0)
        add("rss", "/rss/local.xml", 1)
    if setup.endswith("news_sitemap"):
        add("news_sitemap", "/sitemap-news.xml")
    if setup == "sitemap_index":
        add("sitemap_index", "/sitemap.xml")
    if setup.endswith("section"):
        add("section", "/latest/")
    return tuple(made)


def _with_faults(outlet: Outlet, draw: Draw, shares: Mapping[str, float], end: int) -> Outlet:
    """Return the outlet with what will happen to it; the first hours are free of faults."""
    faults: list[Fault] = []

    def add(kind: FaultKind, shortest: int, longest: int, **more: Any) -> None:
        start = draw.whole(6 * HOUR, max(6 * HOUR, end - HOUR))
        faults.append(Fault(kind, start, start + draw.short(shortest, longest), **more))

    if draw.happens(shares["outage"]):
        outages: dict[str, float] = {"unreachable": 5, "timeout": 2, "server_error": 3}
        add(draw.one(outages), HOUR // 2, 36 * HOUR)  # type: ignore[arg-type]
    if draw.happens(shares["wall"]):
        wall, status = _WALLS[draw.whole(0, len(_WALLS) - 1)]
        wait = draw.whole(300, 7200) if status in (429, 503) and draw.happens(0.6) else None
        scope: Scope = "pages" if draw.happens(0.7) else "all"
        for _ in range(draw.whole(1, 3)):
            add("wall", HOUR, 14 * HOUR, scope=scope, wall=wall, status=status, retry_after=wait)
    for kind, longest in (("feed_empty", 96), ("feed_broken", 48), ("feed_is_html", 24)):
        if draw.happens(shares[kind]):
            add(kind, 2 * HOUR, longest * HOUR, scope="documents")  # type: ignore[arg-type]
    moment = draw.whole(DAY // 4, max(DAY // 4, end - DAY // 4))
    if draw.happens(shares["feed_moves"]):
        outlet = replace(outlet, feed_moved_at=moment)
    elif draw.happens(shares["feed_goes"]):
        outlet = replace(outlet, feed_gone_at=moment)
    if draw.happens(shares["addresses_change"]):
        outlet = replace(outlet, readdressed_at=draw.whole(DAY // 4, max(DAY // 4, end - HOUR)))
    if draw.happens(shares["pages_become_shells"]):
        add("shells", 8 * HOUR, 72 * HOUR, scope="pages")
    return replace(outlet, faults=tuple(sorted(faults, key=lambda fault: fault.start)))


def _stories(given: Mapping[str, Any], web: Web, outlet: Outlet) -> Iterator[Story]:
    """Yield the outlet's stories in the order of publication."""
    draw = Draw(given["seed"], outlet.number, "stories")
    times = _past_times(draw, outlet) + _times(draw, web, outlet)
    for number, published in enumerate(times, start=_FIRST_STORY):
        yield _story(draw, given["edits"], outlet, number, published)


def _past_times(draw: Draw, outlet: Outlet) -> list[int]:
    pause = DAY / outlet.rate
    ages = [(place + draw.between(0.1, 0.9)) * pause for place in range(_PAST_STORIES)]
    return [-int(age) for age in reversed(ages)]


def _times(draw: Draw, web: Web, outlet: Outlet) -> list[int]:
    """Return when the outlet publishes, in seconds since the start; editions come in batches."""
    hours = dict(enumerate(map(float, _HOURS[outlet.shape].split())))
    by_name = {str(hour): weight for hour, weight in hours.items()}
    times = []
    for day in range(-1, web.days + 1):
        weekday = (web.start + timedelta(days=day)).weekday()
        for _ in range(draw.poisson(outlet.rate * _WEEKDAYS[outlet.shape][weekday])):
            hour = int(draw.one(by_name))
            second = draw.whole(0, HOUR - 1)
            if outlet.shape == "morning_edition" and hour == 4:
                second = 600 * (second // 900)  # four batches in the first forty minutes
            times.append(day * DAY + (hour - outlet.zone) * HOUR + second)
    return sorted(time for time in times if 0 <= time < web.end)


def _story(
    draw: Draw, shares: Mapping[str, float], outlet: Outlet, number: int, published: int
) -> Story:
    versions = [Version(published, "first")]
    words = 120 + int(300 * draw.between(0, 1) ** 2)
    kind = draw.one({**shares, "none": 1 - sum(shares.values())})
    removed_at = None

    def later(least: int, most: int) -> int:
        return published + draw.short(least, most)

    if kind == "typo":
        versions.append(Version(later(600, 6 * HOUR), "typo"))
    elif kind == "headline":
        versions.append(Version(later(900, 10 * HOUR), "headline"))
    elif kind == "full_story":
        versions.append(Version(later(900, 4 * HOUR), "full_story"))
    elif kind == "correction":
        versions.append(Version(later(6 * HOUR, 5 * DAY), "correction"))
    elif kind == "live_blog":
        at = published
        for _ in range(draw.whole(5, 12)):
            at += draw.whole(1200, 2400)
            versions.append(Version(at, "live_blog"))
    elif kind == "removed":
        removed_at = later(DAY, 10 * DAY)
    return Story(outlet.number, number, published, words, tuple(versions), removed_at)


def title_of(story: Story, place: int) -> str:
    """Return the title of one of a story's versions."""
    title = texts.headline(story.seed, text_of(story, 0))
    for number, version in enumerate(story.versions[1 : place + 1]):
        if version.change == "headline" or (
            version.change == "full_story" and story.number % 2 == 0
        ):
            title = texts.headline(f"{story.seed}/{number}", text_of(story, number + 1))
    return title


def text_of(story: Story, place: int) -> tuple[str, ...]:
    """Return the paragraphs of one of a story's versions."""
    changes = [version.change for version in story.versions[1 : place + 1]]
    is_bulletin = any(version.change == "full_story" for version in story.versions)
    lines = list(texts.sentences(story.seed, 45 if is_bulletin else story.words))
    for number, change in enumerate(changes):
        seed = f"{story.seed}/{number}"
        draw = Draw(seed)
        if change == "full_story":
            kept = lines[:1] if story.number % 3 else []
            lines = [*kept, *texts.sentences(seed, story.words)]
        elif change == "typo":
            at = draw.whole(0, len(lines) - 1)
            words = lines[at].split()
            word = max(words, key=len)
            lines[at] = lines[at].replace(word, word[0] + word[2:], 1)
        elif change == "correction":
            at = draw.whole(0, len(lines) - 1)
            lines[at] = texts.sentences(seed, 8)[0]
            lines.append(f"Correction: {texts.sentences(f'{seed}/note', 8)[0]}")
        elif change == "live_blog":
            lines[:0] = texts.sentences(seed, 30)
    return texts.paragraphs(lines)


def trace(web: Web) -> Iterator[str]:
    """Yield all events of a web, one a line: the outlets, and what each publishes and meets."""
    for outlet in web.outlets:
        documents = ",".join(
            f"{each.kind}:{each.path}:{each.window}:{each.part}:{each.is_newest_first}:{each.hint}"
            for each in outlet.documents
        )
        moments = (outlet.feed_moved_at, outlet.feed_gone_at, outlet.readdressed_at)
        traits = (outlet.validators, outlet.canonical, outlet.links, outlet.addresses)
        yield (
            f"outlet {outlet.key} rate={outlet.rate:.3f} zone={outlet.zone:+} {outlet.shape}"
            f" {' '.join(traits)} moved,gone,readdressed={','.join(map(str, moments))}"
            f" foreign={outlet.has_foreign_items} {documents}"
        )
        for fault in outlet.faults:
            more = (fault.scope, fault.wall, fault.status, fault.retry_after)
            yield f"fault {fault.start} {fault.end} {fault.kind} {' '.join(map(str, more))}"
        for story in outlet.stories:
            edits = " ".join(f"{each.change}@{each.at}" for each in story.versions[1:])
            removed = f" removed@{story.removed_at}" if story.removed_at else ""
            yield f"story {story.number} {story.published} {story.words} {edits}{removed}".rstrip()


def trace_sha256(web: Web) -> str:
    """Return the digest of the trace."""
    digest = hashlib.sha256()
    for line in trace(web):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()
