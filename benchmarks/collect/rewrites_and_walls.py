"""Rewrites and walls that look alike: what passes the gate before a version replaces another?

Rewrites of the demo's stories (bulletin to full story, new headline, correction and retraction,
live blog) and walls that no signature knows (maintenance, consent, region, registration, scripts,
robots, adverts, another language, the front page, a cut page) are shown in place of stored articles
over three simulated days, through the store itself, at the times that the planner gives:
``python -m benchmarks.collect.rewrites_and_walls --seed 101``. Wanted: 98 of 100 rewrites accepted
within a day of the change, and no wall a version or an edit.

Walls that a first visit meets replace nothing and are counted apart, as are genuine pages that were
held. The gate was developed with the seeds 1, 2 and 3; figures to be quoted come from others.
"""

import argparse
import heapq
import random
import re
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache

from psycopg import Connection

from benchmarks.robustness.chaos_load import fresh_store
from pipeline.demo.content import outlets
from pipeline.models import Source
from pipeline.outcomes import Outcome
from pipeline.planning.revisits import LinkHistory, next_try
from pipeline.settings import settings
from pipeline.warehouse.load import load_batch
from pipeline.warehouse.store import connect
from tests.warehouse.stories import NOON, begin, fetched, items, story

COUNT = 100
HOURS = 72
ACCEPTED_WITHIN = 24
"""Hours after a rewrite."""
ADDRESSES = 4
"""Of each host with a wall before it begins; as many are listed while it stands."""
REWRITTEN = 5
"""Addresses of each host with rewrites; others, which do not change, are listed over all days."""
CALM = 8
WORDS_OF_LEAD = 45


@dataclass(frozen=True, slots=True)
class Shown:
    """What an address shows at one time."""

    title: str
    text: str
    is_noindex: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """How one address changes: what it shows at first, and from some hour on."""

    kind: str
    hour: float
    before: Shown
    after: Callable[[float], Shown]
    """What it shows at an hour after the change."""


@cache
def _stories() -> tuple[Shown, ...]:
    """The stories of the demo with six paragraphs or more, as titles and texts."""
    stories = [story for outlet in outlets() for story in outlet.stories]
    return tuple(
        Shown(story.title, "\n\n".join(story.prose))
        for story in stories
        if len(story.prose) >= 6 and story.language == "en"
    )


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?”]) (?=[A-Z“])", text.replace("\n\n", " "))


def _cut(text: str, words: int) -> str:
    """Return the first sentences of a text with so many words or a little more."""
    taken: list[str] = []
    for sentence in _sentences(text):
        taken.append(sentence)
        if sum(len(each.split()) for each in taken) >= words:
            break
    return " ".join(taken)


def _always(shown: Shown) -> Callable[[float], Shown]:
    return lambda _hour: shown


def _bulletin(story: Shown, draw: random.Random) -> tuple[Shown, Callable[[float], Shown]]:
    """A bulletin of some sentences that becomes the full story, half the time without them."""
    lead = _cut(story.text, WORDS_OF_LEAD)
    full = story.text
    if draw.random() < 0.5:
        full = full.replace("\n\n", " ").removeprefix(lead).strip()
    title = story.title if draw.random() < 0.5 else " ".join(_sentences(full)[0].split()[:8])
    return Shown(story.title, f"{lead} More to follow."), _always(Shown(title, full))


def _headline(story: Shown, draw: random.Random) -> tuple[Shown, Callable[[float], Shown]]:
    """Another headline, and a first paragraph in other words."""
    parts = story.text.split("\n\n")
    title = " ".join(draw.choice(_sentences(story.text)).split()[:9])
    words = parts[0].split()
    draw.shuffle(words)
    return story, _always(Shown(title, "\n\n".join((" ".join(words), *parts[1:]))))


def _correction(story: Shown, draw: random.Random) -> tuple[Shown, Callable[[float], Shown]]:
    """A changed sentence with a note, or a notice in place of the whole story."""
    if draw.random() < 0.2:
        names = " ".join(_cut(story.text, 12).split()[:16])
        notice = (
            f"An article with the headline “{story.title}” stood here, which began: “{names} …”. "
            "It has been withdrawn, because the account of one of the persons named in it turned "
            "out to be wrong. We apologise to our readers."
        )
        return story, _always(Shown(story.title, notice))
    parts = story.text.split("\n\n")
    place = draw.randrange(len(parts))
    parts[place] = " ".join(
        f"{draw.randrange(2, 90)}" if word.isdigit() else word for word in parts[place].split()[:-2]
    )
    parts.append("Correction: an earlier version of this article gave a wrong figure.")
    return story, _always(Shown(story.title, "\n\n".join(parts)))


def _live(story: Shown, draw: random.Random) -> tuple[Shown, Callable[[float], Shown]]:
    """A live blog with a new entry every half hour, of which it shows the last ten."""
    own, others = _sentences(story.text), [s for each in _stories() for s in _sentences(each.text)]
    entries = [
        " ".join(draw.choices(own, k=2) if draw.random() < 0.6 else draw.choices(others, k=2))
        for _ in range(2 * HOURS)
    ]

    def at(hour: float) -> Shown:
        last = min(len(entries), 10 + int(2 * hour))
        return Shown(f"Live: {story.title}", "\n\n".join(reversed(entries[last - 10 : last])))

    return at(0), at


_REWRITES = {
    "bulletin to full story": _bulletin,
    "new headline": _headline,
    "correction": _correction,
    "live blog": _live,
}


def _maintenance(story: Shown, address: str, draw: random.Random) -> Shown:
    pauses = ("Back in a moment", "We are improving our site", "Short break")
    return Shown(
        draw.choice(pauses),
        "We are working on our pages right now and will be back for you in a few minutes. Thank "
        "you for your patience, and please look in again soon to read on.",
    )


def _consent(story: Shown, address: str, draw: random.Random) -> Shown:
    count = draw.randrange(120, 900)
    return Shown(
        "Your privacy matters to us",
        f"We and our {count} partners keep details on your device, such as an identifier, and "
        "process personal data in order to choose advertising and contents for you, to measure "
        "what they achieve, and to learn about the audience.\n\nWith your permission we may use "
        "your exact location, and recognise your device by its properties. You can agree to what "
        "we describe, or look at the purposes one by one and change your choice before you go "
        "on. Some of our partners process your data without asking for your agreement and rely "
        "on their legitimate interest, to which you can object.\n\nYour choice applies to this "
        "website only. You can change it at any time: return to this page, or open the privacy "
        "settings at the bottom of every page. Readers with a subscription can use our website "
        "without advertising and without tracking for a small amount each month.",
        is_noindex=draw.random() < 0.5,
    )


def _region(story: Shown, address: str, draw: random.Random) -> Shown:
    return Shown(
        "Not available in your region",
        "The page you asked for cannot be shown in the country you are in. We take your interest "
        "in our newspaper seriously and are looking for ways to offer it to you in keeping with "
        f"the law there. Write to our reader service and name {address} if you have questions.",
    )


def _registration(story: Shown, address: str, draw: random.Random) -> Shown:
    return Shown(
        story.title,
        "Create your free account to continue reading. With an account you can save articles, "
        "follow topics that you care about and receive our morning newsletter. Registration takes "
        "less than a minute and costs nothing. Already registered? Sign in with your e-mail "
        "address and your password. By registering you accept our general terms and conditions "
        "and confirm that you have read our privacy policy.",
    )


def _scripts(story: Shown, address: str, draw: random.Random) -> Shown:
    return Shown(
        draw.choice(("News", "Please wait")),
        "This website needs scripts to work as it should. Please switch them on in the settings "
        "of your browser, or update your browser to its latest version, and load the page again.",
        is_noindex=True,
    )


def _robots(story: Shown, address: str, draw: random.Random) -> Shown:
    number = f"{draw.getrandbits(64):016x}"
    return Shown(
        "Are you a person?",
        "Something about the behaviour of your browser made us think of a robot. There may be "
        "several reasons: you move through the website with superhuman speed, a browser extension "
        "keeps our scripts from running, or cookies are switched off. To get back to the page, "
        "make sure that cookies and scripts are switched on before you load it again, and "
        f"complete the puzzle below. Reference: {number}. Page: {address}. If the trouble "
        "persists, send the reference to our technical service, who will look at your case. Our "
        "protection against automated access keeps the website fast for everybody who reads it.",
    )


def _adverts(story: Shown, address: str, draw: random.Random) -> Shown:
    return Shown(
        "Advertising keeps us independent",
        "You have an advertising filter in your browser. Our reporters are paid by what "
        "advertising brings in. Please make an exception for our pages in the filter's settings, "
        "or subscribe to the edition without advertising. How to make an exception: open the "
        "menu of the filter, choose to switch it off for this website, and load the page again.",
    )


def _foreign(story: Shown, address: str, draw: random.Random) -> Shown:
    return Shown(
        "Zugriff nicht möglich",
        "Der Zugriff auf diese Seite wurde vorübergehend eingeschränkt, weil von Ihrem Anschluss "
        "ungewöhnlich viele Anfragen kamen. Bitte versuchen Sie es in einigen Minuten noch "
        "einmal. Sollte die Störung länger andauern, wenden Sie sich mit Angabe der Uhrzeit an "
        "unseren Kundendienst, der Ihnen gerne weiterhilft. Wir danken für Ihr Verständnis.",
    )


def _front_page(story: Shown, address: str, draw: random.Random) -> Shown:
    of_host = random.Random(address.rpartition("/")[0])  # one front page at all its addresses
    teasers = [_cut(each.text, 14) for each in of_host.sample(_stories(), 8)]
    return Shown("Today's stories", "\n\n".join(teasers))


def _cut_off(story: Shown, address: str, draw: random.Random) -> Shown:
    words = story.text.split(" ")
    return Shown(story.title, " ".join(words[: draw.randrange(12, len(words) // 2)]).rstrip(".!?”"))


_WALLS = (
    _maintenance, _consent, _region, _registration, _scripts, _robots, _adverts, _foreign,
    _front_page, _cut_off,
)  # fmt: skip


def rewrites(count: int, seed: int = 1) -> list[Change]:
    """Return so many rewrites of all kinds; each happens within 20 hours of the publication."""
    draw = random.Random(seed)
    kinds = list(_REWRITES.items())
    made = []
    for number in range(count):
        kind, make = kinds[number % len(kinds)]
        before, after = make(draw.choice(_stories()), draw)
        made.append(Change(kind, draw.uniform(0.2, 20), before, after))
    return made


@dataclass(frozen=True, slots=True)
class WallOfHost:
    """A wall before a host for some hours, before all requests or a share of them."""

    kind: str
    stories: Sequence[Shown]
    """What the addresses of the host show without it."""
    begins: float
    ends: float
    share: float
    make: Callable[[Shown, str, random.Random], Shown]


def walls(count: int, addresses: int, seed: int = 1) -> list[WallOfHost]:
    """Return so many walls, each before a host with so many addresses at first."""
    draw = random.Random(seed)
    made = []
    for number in range(count):
        make = _WALLS[number % len(_WALLS)]
        begins = draw.uniform(0.3, 24)
        hours = draw.choice((0.5, 3.0, 12.0, 40.0))
        share = draw.choice((1.0, 1.0, 0.7, 0.4))
        stories = draw.sample(_stories(), 2 * addresses)
        kind = make.__name__.strip("_").replace("_", " ")
        made.append(WallOfHost(kind, stories, begins, begins + hours, share, make))
    return made


@dataclass(slots=True)
class _Address:
    """One story of a host while its days pass; hours count from the begin of the simulation."""

    number: int
    listed: float
    show: Callable[[float], Shown]
    listed_title: str
    failures: int = 0
    failing_since: datetime | None = None
    article_seen_at: datetime | None = None


@dataclass(slots=True)
class _Host:
    key: str
    addresses: list[_Address]
    visits: list[tuple[float, int, Outcome]] = field(default_factory=list)
    """Hour, address and outcome of every visit."""


@dataclass(slots=True)
class Figures:
    """What became of the rewrites and of the walls."""

    rewrites: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    delays: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Hours from the first visit that saw the rewrite to the one that accepted it, by kind."""
    walls: Counter[str] = field(default_factory=Counter)
    walls_met: Counter[str] = field(default_factory=Counter)
    """Visits that met a wall."""
    walls_accepted: Counter[str] = field(default_factory=Counter)
    """Walls that became a version or an edit of a stored article."""
    first_texts: int = 0
    """First visits that met a wall."""
    first_texts_accepted: int = 0
    """Addresses of which a wall became the first version."""
    genuine: int = 0
    """Addresses of hosts with a wall whose story was visited."""
    genuine_held: int = 0
    """Those of which a visit that met the story was held all the same."""
    genuine_missing: int = 0
    """Those whose story was not the current version when it was visited last."""

    @property
    def is_as_wanted(self) -> bool:
        """Whether at least 98 % of the rewrites and no wall were accepted."""
        enough = self.accepted.total() >= 0.98 * self.rewrites.total()
        return enough and not self.walls_accepted.total()


def measure(
    conn: Connection, changes: Sequence[Change], blocked: Sequence[WallOfHost], seed: int = 1
) -> Figures:
    """Let the days of all hosts pass in an empty store, and count what was accepted."""
    draw = random.Random(seed)
    figures = Figures()
    rewriting = [changes[first : first + REWRITTEN] for first in range(0, len(changes), REWRITTEN)]
    for number, some in enumerate(rewriting):
        host = _host_of_rewrites(f"rewriting-{number}", some, draw)
        _pass_days(conn, host)
        _count_rewrites(figures, host, some)
    for number, wall in enumerate(blocked):
        host, shown = _host_of_wall(f"walled-{number}", wall, draw)
        _pass_days(conn, host)
        _count_wall(figures, host, wall, shown)
    return figures


def _host_of_rewrites(key: str, changes: Sequence[Change], draw: random.Random) -> _Host:
    def shown(change: Change, listed: float) -> Callable[[float], Shown]:
        def at(hour: float) -> Shown:
            age = hour - listed
            return change.before if age < change.hour else change.after(age - change.hour)

        return at

    addresses = []
    for number, change in enumerate(changes, start=1):
        listed = draw.uniform(0, 2)
        addresses.append(_Address(number, listed, shown(change, listed), change.before.title))
    for number, calm in enumerate(draw.sample(_stories(), CALM), start=len(changes) + 1):
        addresses.append(_Address(number, draw.uniform(0, HOURS), _always(calm), calm.title))
    return _Host(key, addresses)


def _host_of_wall(
    key: str, wall: WallOfHost, draw: random.Random
) -> tuple[_Host, dict[tuple[int, float], bool]]:
    """Return a host and, as its days pass, which visits met the wall (by address and hour)."""
    met: dict[tuple[int, float], bool] = {}

    def shown(number: int, story_: Shown) -> Callable[[float], Shown]:
        def at(hour: float) -> Shown:
            is_met = wall.begins <= hour < wall.ends and draw.random() < wall.share
            if wall.make is _cut_off and not any(of == number for of, _ in met):
                is_met = False  # a page that is cut at the first visit replaces nothing
            met[number, hour] = is_met
            address = f"https://{key}.example/news/{number}"
            return wall.make(story_, address, draw) if is_met else story_

        return at

    half = len(wall.stories) // 2
    addresses = [
        _Address(
            number,
            draw.uniform(0, wall.begins)
            if number <= half
            else draw.uniform(wall.begins, wall.ends + 1),
            shown(number, story_),
            story_.title,
        )
        for number, story_ in enumerate(wall.stories, start=1)
    ]
    return _Host(key, addresses), met


def _pass_days(conn: Connection, host: _Host) -> None:
    """Visit every address of a host when the planner says so, until the simulation ends."""
    source = Source(key=host.key, name=host.key, homepage=f"https://{host.key}.example/")
    queue = [(each.listed, each.number) for each in host.addresses]
    heapq.heapify(queue)
    by_number = {each.number: each for each in host.addresses}
    while queue:
        hour, number = heapq.heappop(queue)
        if hour > HOURS:
            return
        address = by_number[number]
        outcome = _visit(conn, source, address, hour)
        host.visits.append((hour, number, outcome))
        following = _next_hour(address, outcome, hour)
        if following is not None:
            heapq.heappush(queue, (following, number))


def _visit(conn: Connection, source: Source, address: _Address, hour: float) -> Outcome:
    number, shown = address.number, address.show(hour)
    at = NOON + timedelta(hours=hour)
    run_id = begin(conn, f"{source.key}-{number}-{hour}", [source])
    pairs = fetched(conn, run_id, [number], source.key, at, title=address.listed_title)
    article = replace(
        story(number, shown.text, source.key, title=shown.title), is_noindex=shown.is_noindex
    )
    [item] = items(pairs, [article], at, source.key)
    item = replace(item, listed_title=address.listed_title)
    report = load_batch(conn, run_id, "visit", [item])
    [outcome] = report.outcomes
    return outcome


def _next_hour(address: _Address, outcome: Outcome, hour: float) -> float | None:
    now = NOON + timedelta(hours=hour)
    history = LinkHistory(
        NOON + timedelta(hours=address.listed),
        address.article_seen_at,
        address.failures,
        address.failing_since,
    )
    following = next_try(history, outcome, now, settings().revisit_plan)
    address.failures, address.failing_since = following.failures, following.failing_since
    if outcome is Outcome.LOADED and address.article_seen_at is None:
        address.article_seen_at = now
    return (following.at - NOON) / timedelta(hours=1) if following.at else None


def _count_rewrites(figures: Figures, host: _Host, changes: Sequence[Change]) -> None:
    for number, change in enumerate(changes, start=1):
        figures.rewrites[change.kind] += 1
        begins = host.addresses[number - 1].listed + change.hour
        seen = [(hour, outcome) for hour, of, outcome in host.visits if of == number]
        after = [(hour, outcome) for hour, outcome in seen if hour >= begins]
        accepted = next((hour for hour, outcome in after if outcome is Outcome.LOADED), None)
        if accepted is not None and accepted <= begins + ACCEPTED_WITHIN:
            figures.accepted[change.kind] += 1
            figures.delays[change.kind].append(accepted - after[0][0])


def _count_wall(
    figures: Figures,
    host: _Host,
    wall: WallOfHost,
    met: Mapping[tuple[int, float], bool],
) -> None:
    figures.walls[wall.kind] += 1
    figures.walls_met[wall.kind] += sum(met.values())
    has_version: dict[int, bool] = {}
    is_accepted = False
    of_stories: dict[int, list[Outcome]] = defaultdict(list)
    for hour, number, outcome in host.visits:
        is_wall = met[number, hour]
        if not is_wall:
            of_stories[number].append(outcome)
        is_stored = has_version.get(number, False)
        figures.first_texts += is_wall and number not in has_version
        if is_wall and outcome is Outcome.LOADED:
            figures.first_texts_accepted += not is_stored
            is_accepted = is_accepted or is_stored
        has_version[number] = is_stored or outcome is Outcome.LOADED
    figures.walls_accepted[wall.kind] += is_accepted
    for outcomes in of_stories.values():
        figures.genuine += 1
        figures.genuine_held += Outcome.SUSPECTED_WALL in outcomes
        figures.genuine_missing += outcomes[-1] is Outcome.SUSPECTED_WALL


def lines(figures: Figures) -> Iterator[str]:
    """Yield the figures as lines of text."""
    for kind, count in figures.rewrites.items():
        delays = figures.delays[kind] or [0.0]
        yield (
            f"  {kind:<24} {figures.accepted[kind]:>3} of {count:>3} accepted within"
            f" {ACCEPTED_WITHIN} h; held {sum(delay > 0 for delay in delays)} of them, for"
            f" {statistics.median([d for d in delays if d > 0] or [0.0]):.1f} h in the median"
        )
    total, accepted = figures.rewrites.total(), figures.accepted.total()
    yield f"rewrites: {accepted} of {total} accepted"
    for kind, count in figures.walls.items():
        yield (
            f"  {kind:<24} {figures.walls_accepted[kind]:>3} of {count:>3} became a version or an"
            f" edit; {figures.walls_met[kind]} visits met them"
        )
    yield (
        f"walls: {figures.walls_accepted.total()} of {figures.walls.total()} became a version or an"
        " edit of a stored article"
    )
    yield (
        f"of {figures.first_texts} first visits that met a wall, {figures.first_texts_accepted}"
        " made it the first version of an article"
    )
    yield (
        f"of {figures.genuine} stories of these hosts that visits met, {figures.genuine_held} were"
        f" held at some visit, {figures.genuine_missing} at the last one"
    )


def main() -> int:
    """Measure in a store of its own and print the figures; 1 if they are not as wanted."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=COUNT, help="rewrites, and walls")
    given = parser.parse_args()
    changes, blocked = rewrites(given.count, given.seed), walls(given.count, ADDRESSES, given.seed)
    with fresh_store() as dsn, connect(dsn) as conn:
        figures = measure(conn, changes, blocked, given.seed)
    for line in lines(figures):
        print(line)
    return 0 if figures.is_as_wanted else 1


if __name__ == "__main__":
    sys.exit(main())
