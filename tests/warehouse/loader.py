"""A loader as a process of its own: ``python -m tests.warehouse.loader DSN RUN SEED``.

It loads every batch of the run's pages in a random order, so that several loaders work on the same
batch at the same time; the tests and ``make chaos`` kill it in the middle.
"""

import random
import sys
from contextlib import closing

from pipeline.models import Annotation, Mention, Quote, Speaker
from pipeline.warehouse.annotations import pending_versions, save_annotations, version_texts
from pipeline.warehouse.fetches import pages
from pipeline.warehouse.load import LoadItem, load_batch
from pipeline.warehouse.store import connect
from tests.warehouse.stories import story

MENTIONS = 12
QUOTES = 3


def batches_of(numbers, size, overlapping, seed=1):
    """Return the batches of these pages, and ``overlapping`` more that mix pages of several."""
    chance = random.Random(seed)
    ids = sorted(numbers)
    parts = [ids[first : first + size] for first in range(0, len(ids), size)]
    return parts + [chance.sample(ids, min(size, len(ids))) for _ in range(overlapping)]


def text_of(number):
    """Return a story's text with MENTIONS names, some of them in every story."""
    names = [f"Person {(number * k) % 97}" for k in range(1, MENTIONS + 1)]
    return "\n\n".join(f"{name} spoke of bridge {number}." for name in names)


def annotation_of(text):
    mentions, at = [], 0
    for line in text.split("\n\n"):
        name = line.split(" spoke")[0]
        mentions.append(Mention(at, at + len(name), name, "PERSON", name))
        at += len(line) + 2
    quotes = [
        Quote("indirect", ((m.end, m.end + 6),), speakers=(Speaker(m.name, "PERSON"),))
        for m in mentions[:QUOTES]
    ]
    return Annotation(tuple(mentions), tuple(quotes))


def load_all(dsn, run_id, seed, size, overlapping):
    chance = random.Random(seed)
    with closing(connect(dsn)) as conn:
        found = conn.execute(
            "select fetch_id from ops.link_attempts where run_id = %s and fetch_id is not null",
            (run_id,),
        )
        batches = batches_of([row[0] for row in found], size, overlapping)
        chance.shuffle(batches)
        for fetch_ids in batches:
            waiting = pages(conn, fetch_ids)
            items = [
                LoadItem(
                    page.attempt_id, page.fetch_id, page.source_key, _article(page), page.fetched_at
                )
                for page in chance.sample(waiting, len(waiting))
            ]
            load_batch(conn, run_id, "chaos", items)
            _annotate(conn)


def _article(page):
    number = int(page.canonical_url.rpartition("/")[2])
    return story(number, text_of(number))


def _annotate(conn):
    versions = version_texts(conn, pending_versions(conn, 20))
    items = [(each.article_version_id, annotation_of(each.text)) for each in versions]
    save_annotations(conn, "m1", items)


if __name__ == "__main__":
    dsn, run_id, seed, size, overlapping = sys.argv[1:]
    load_all(dsn, int(run_id), int(seed), int(size), int(overlapping))
