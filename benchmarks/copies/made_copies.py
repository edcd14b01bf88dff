"""Generate sets of copies, and of texts that only resemble copies, for ``duplicates``.

The sets are made of articles that ``dedup`` does not hold, with its recipes in other proportions,
and with kinds that it lacks: few pages of an outlet, one story in thirty outlets, short texts,
templates, growing texts, outlets of one publisher, restyled wire stories. The same seed gives the
same sets. Labels follow from how the texts were made.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.copies import wires
from benchmarks.copies.desks import HELD_OUT, LOOKED_AT
from benchmarks.copies.edits import EDITS, brief, joined, paragraphs, remark, sentences, shortened
from benchmarks.copies.templates import TEMPLATES
from pipeline.dedupe.fingerprints import shingle_hashes, word_hashes

Row = dict[str, Any]
MIN_CONTAINMENT, MIN_JACCARD = 0.57, 0.2
"""Of the weakest true pair of ``dedup``, on word 4-grams without boilerplate. A variant that is
less similar to its base is discarded and generated again."""
KINDS = tuple(EDITS)
WEIGHTS = {"truncated": 3, "updated": 2, "rewritten": 2, "credit": 2, "paragraphs": 2}


@dataclass
class Maker:
    """Provides unused articles and boilerplate lines, and collects the rows of a set."""

    texts: list[str]
    lines: list[str]
    draw: random.Random
    rows: list[Row] = field(default_factory=list)
    clusters: int = 0

    def take(self, words: int = 0, most: int = 10_000) -> str:
        """Return an unused article of ``words`` to ``most`` words.

        Raises:
            LookupError: none is left.
        """
        for place, text in enumerate(self.texts):
            if words <= len(text.split()) <= most:
                return self.texts.pop(place)
        raise LookupError(f"no article of {words} to {most} words is left: make a smaller set")

    def boilerplate(self, words: int) -> tuple[list[str], list[str]]:
        """Return an outlet's header and footer, together of about ``words`` words."""
        chosen, count = list[str](), 0
        while count < words:
            chosen.append(self.draw.choice(self.lines))
            count += len(chosen[-1].split())
        cut = self.draw.randint(len(chosen) // 4, max(len(chosen) // 4, len(chosen) * 3 // 4))
        return chosen[:cut], chosen[cut:]

    def new(self, kind: str, text: str, **more: Any) -> int:
        """Add a text as a cluster of its own and return the cluster."""
        self.clusters += 1
        self.add(self.clusters, kind, text, **more)
        return self.clusters

    def add(self, cluster: int, kind: str, text: str, **more: Any) -> None:
        """Add a text to a cluster."""
        self.rows.append({"text": text, "cluster_id": cluster, "variant_kind": kind, **more})


def variant(base: str, draw: random.Random, most: int = 4) -> tuple[str, str]:
    """Return a kind of edit and a text with it and up to ``most - 1`` others, close to its base."""
    weights = [WEIGHTS.get(kind, 1) for kind in KINDS]
    while True:
        kinds = draw.choices(KINDS, weights, k=draw.randint(1, most))
        kinds.sort(key=lambda kind: kind in {"typography", "credit", "dateline"})
        text = base
        for kind in dict.fromkeys(kinds):
            text = EDITS[kind](text, draw)
        jaccard, containment = similarity(base, text)
        if jaccard >= MIN_JACCARD and containment >= MIN_CONTAINMENT:
            return draw.choice(kinds), text


def similarity(a: str, b: str) -> tuple[float, float]:
    """Return the Jaccard index and the containment of the word 4-grams of two texts."""
    one, two = (np.unique(shingle_hashes(word_hashes(each), 4)) for each in (a, b))
    shared = len(np.intersect1d(one, two))
    return shared / (len(one) + len(two) - shared), shared / min(len(one), len(two))


def wrapped(text: str, boilerplate: tuple[list[str], list[str]]) -> str:
    """Return a text between an outlet's header and footer."""
    return joined([*boilerplate[0], text, *boilerplate[1]])


def like(make: Maker) -> None:
    """Add texts by the recipes of ``dedup``, with other outlets."""
    outlets = [make.boilerplate(make.draw.randint(180, 330)) for _ in range(8)]
    for number in range(240):
        base = make.take(128)
        cluster = make.new("original", base)
        copies = [variant(base, make.draw) for _ in range(make.draw.choice([0, 1, 2, 2, 3, 4]))]
        for kind, text in copies:
            if make.draw.random() < 0.25:
                kind, text = "boilerplate", scattered(text, make)
            if make.draw.random() < 0.2 and len(text.split()) < 250:
                outlet = make.draw.randrange(8)
                text = wrapped(text, outlets[outlet])
                make.add(cluster, kind, text, outlet=f"o{outlet}")
            else:
                make.add(cluster, kind, text)
        if number % 3 == 0:
            _negatives(make, base, outlets)
    for _ in range(20):
        _two_parts(make)
    _roundups(make, 20)


def scattered(text: str, make: Maker) -> str:
    """Return a text with boilerplate lines before, after and between its paragraphs."""
    parts = paragraphs(text)
    for _ in range(make.draw.randint(5, 15)):
        place = make.draw.choice([0, len(parts), make.draw.randrange(len(parts) + 1)])
        parts.insert(place, make.draw.choice(make.lines))
    return joined(parts)


def _negatives(make: Maker, base: str, outlets: Sequence[tuple[list[str], list[str]]]) -> None:
    draw = make.draw
    other = make.take(128)
    pieces = [each for each in sentences(base) if 8 <= len(each.split()) <= 60] or [base[:200]]
    kind = draw.choice(["topic", "shared-boilerplate", "heavy-boilerplate", "paragraph", "quotes"])
    if kind == "topic":
        make.new("negative:topic", other)
    elif kind == "shared-boilerplate":
        make.new("negative:shared-boilerplate", joined([*draw.sample(make.lines, 10), other]))
    elif kind == "heavy-boilerplate":
        outlet = draw.randrange(len(outlets))
        text = wrapped(shortened(other, min(1, 180 / len(other.split()))), outlets[outlet])
        make.new("negative:heavy-boilerplate", text, outlet=f"o{outlet}")
    elif kind == "paragraph":
        part = draw.choice(paragraphs(base))[:600]
        make.new("negative:shared-paragraph", joined([*paragraphs(other), part]))
    else:
        shared = [f"“{each}”" for each in draw.sample(pieces, min(2, len(pieces)))]
        make.new("negative:shared-quotes", joined([*paragraphs(other), *shared]))


def _two_parts(make: Maker) -> None:
    parts = paragraphs(make.take(500))
    half = len(parts) // 2
    for part in (parts[:half], parts[half:]):
        if sum(len(each.split()) for each in part) > 120:
            make.new("negative:two-parts", joined(part))


def _roundups(make: Maker, count: int) -> None:
    originals = [row["text"] for row in make.rows if row["variant_kind"] == "original"]
    for _ in range(count):
        leads = [" ".join(text.split()[:50]) for text in make.draw.sample(originals, 5)]
        make.new("negative:roundup", joined([f"Morning briefing: {remark(make.draw)}", *leads]))


def few(make: Maker) -> None:
    """Add outlets of two to six short pages within long boilerplate, two of which have a copy."""
    for outlet in range(45):
        boilerplate = make.boilerplate(make.draw.randint(120, 350))
        for number in range(make.draw.choice([2, 2, 3, 4, 6])):
            base = make.take(120)
            base = shortened(base, min(1, make.draw.randint(110, 250) / len(base.split())))
            own = {"outlet": f"o{outlet}"}
            cluster = make.new("page", wrapped(base, boilerplate), **own)
            if number == 0:
                kind, text = variant(base, make.draw, 2)
                make.add(cluster, f"{kind} without boilerplate", text)
            if number == 1:
                kind, text = variant(base, make.draw, 2)
                make.add(cluster, f"{kind} of one outlet", wrapped(text, boilerplate), **own)


def wire(make: Maker) -> None:
    """Add six agency stories in thirty outlets each, among other pages of these outlets."""
    outlets = [make.boilerplate(make.draw.randint(60, 260)) for _ in range(30)]
    for story in range(6):
        base = make.take(150, 500)
        cluster = make.clusters = make.clusters + 1
        for outlet, boilerplate in enumerate(outlets):
            kind, text = variant(base, make.draw, 2) if outlet % 2 else ("as it is", base)
            make.add(cluster, f"wire, {kind}", wrapped(text, boilerplate), outlet=f"o{outlet}")
            if outlet % 10 == story:
                own = wrapped(make.take(150, 600), boilerplate)
                make.new("own story", own, outlet=f"o{outlet}")


def short(make: Maker) -> None:
    """Add texts of about 45 to 80 words with light edits."""
    for _ in range(160):
        base = make.take(120)
        base = shortened(base, make.draw.randint(40, 65) / len(base.split()))
        if len(base.split()) < 42:
            continue
        cluster = make.new("short original", base)
        for kind in make.draw.sample(["credit", "dateline", "headline", "typography"], 2):
            make.add(cluster, f"short, {kind}", EDITS[kind](base, make.draw))


def templates(make: Maker) -> None:
    """Add texts of one template with different names and numbers, one in four with a copy."""
    for name, template in TEMPLATES.items():
        outlet = f"{name} desk"
        for number in range(24):
            text = template(make.draw)
            cluster = make.new(f"negative:template {name}", text, outlet=outlet)
            if number % 4 == 0:
                kind = make.draw.choice(["credit", "dateline", "headline", "spelling"])
                make.add(cluster, f"template {name}, copied", EDITS[kind](text, make.draw))


def growing(make: Maker) -> None:
    """Add growing live blogs, corrected stories, and lists of items."""
    for number in range(24):
        parts = paragraphs(make.take(700))
        cluster = make.clusters = make.clusters + 1
        for stage in range(3):
            share = (0.45, 0.7, 1)[stage]
            kept = parts[len(parts) - int(len(parts) * share) :]
            make.add(cluster, "live blog", joined(["The Latest", *kept]), outlet=f"o{number % 4}")
    for _ in range(20):
        base = make.take(200)
        cluster = make.new("before its correction", base)
        note = "Correction: An earlier version of this article misstated a name and a date."
        make.add(cluster, "corrected", joined([note, base.replace("two", "three")]))
    items = [shortened(make.take(150), 0.2) for _ in range(60)]
    for _ in range(30):
        make.new("negative:list", joined(make.draw.sample(items, 8)))


def one(make: Maker) -> None:
    """Add stories of one outlet with little boilerplate, a third of them updated at another URL."""
    boilerplate = make.boilerplate(80)
    for number in range(130):
        base = make.take(150)
        cluster = make.new("page", wrapped(base, boilerplate), outlet="o")
        if number % 3 == 0:
            kind = make.draw.choice(["updated", "paragraphs", "truncated", "as it is"])
            text = EDITS[kind](base, make.draw) if kind in EDITS else base
            make.add(cluster, f"{kind} of one outlet", wrapped(text, boilerplate), outlet="o")


def publisher(make: Maker) -> None:
    """Add outlets of one publisher that share boilerplate and take over each other's stories."""
    for group in range(12):
        boilerplate = make.boilerplate(make.draw.randint(120, 300))
        for number in range(make.draw.choice([4, 8, 14])):
            base = make.take(120)
            base = shortened(base, min(1, 300 / len(base.split())))
            name = make.draw.randrange(2)
            cluster = make.new("page", wrapped(base, boilerplate), outlet=f"p{group}.{name}")
            if number % 3 == 0:
                kind, text = variant(base, make.draw, 2)
                more = {"outlet": f"p{group}.{1 - name}"}
                make.add(cluster, f"{kind} of its sister", wrapped(text, boilerplate), **more)


def cut(make: Maker) -> None:
    """Add edited and shortened versions of stories whose full text is not in the set."""
    for _ in range(120):
        base = make.take(250)
        cluster = make.clusters = make.clusters + 1
        for _ in range(2):
            kind, text = variant(base, make.draw, 2)
            make.add(cluster, f"{kind} without its original", text)
        make.add(cluster, "brief without its original", brief(base, make.draw))


def desks(make: Maker) -> None:
    """Add templated news from eight outlets for each desk, and two copies of texts by others."""
    for name, desk in {**LOOKED_AT, **HELD_OUT}.items():
        for number in range(8):
            text = desk(make.draw)
            cluster = make.new(f"negative:desk {name}", text, outlet=f"o{number}")
            if number < 2:
                kind = make.draw.choice(["credit", "dateline", "headline"])
                copy = EDITS[kind](text, make.draw)
                make.add(cluster, f"desk {name}, copied", copy, outlet=f"p{number}")


def restyled(make: Maker) -> None:
    """Add wire stories as six outlets print them, with other spellings, tolls, units, headlines."""
    for name, story in {**wires.LOOKED_AT, **wires.HELD_OUT}.items():
        cluster = make.new(f"wire story {name}", story, outlet="o0")
        for number in range(1, 6):
            text = wires.restyled(story, make.draw)
            make.add(cluster, f"wire story {name}, restyled", text, outlet=f"o{number}")


# The names are part of the random seeds: another name gives other texts and other figures.
SETS: Mapping[str, Callable[[Maker], None]] = {
    "like": like, "few": few, "wire": wire, "short": short, "templates": templates,
    "growing": growing, "one": one, "publisher": publisher, "cut": cut,
    "desks": desks, "restyled": restyled,
}  # fmt: skip


def make_sets(
    texts: Sequence[str], lines: Sequence[str], seed: int
) -> Iterator[tuple[str, list[Row]]]:
    """Yield the name and the shuffled rows of each set; each set may use all articles."""
    for name, fill in SETS.items():
        draw = random.Random(f"{name} {seed}")
        make = Maker(draw.sample(texts, len(texts)), list(lines), draw)
        fill(make)
        draw.shuffle(make.rows)
        yield name, make.rows
