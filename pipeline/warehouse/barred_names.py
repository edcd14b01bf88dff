"""Names that were taken down: annotation leaves them out, whoever brings them back.

A barred name is kept as a digest of its family key, so that no table holds the name. Annotations
are checked in the transaction that writes them: a name that is barred while a model reads a text
does not come in with it.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from psycopg import Connection

from pipeline.entities.families import family_key
from pipeline.errors import UsageError
from pipeline.models import Annotation, Mention, Quote

ANY_CLASS = ""
"""Class of a name that is barred in every class."""


def name_sha256(name: str) -> bytes:
    """Return the digest by which a name is barred, the same for all spellings of a family."""
    return hashlib.sha256(family_key(name).encode()).digest()


def barred_names(
    conn: Connection, named: Iterable[tuple[str | None, str]]
) -> set[tuple[str | None, str]]:
    """Return those of these (class, name) that are barred."""
    by_digest: dict[bytes, set[tuple[str | None, str]]] = {}
    for label, name in named:
        by_digest.setdefault(name_sha256(name), set()).add((label, name))
    found = conn.execute(
        "select name_sha256, entity_type from news.barred_names where name_sha256 = any(%s)",
        (list(by_digest),),
    )
    return {
        (label, name)
        for digest, kind in found
        for label, name in by_digest[bytes(digest)]
        if kind in (ANY_CLASS, label)
    }


def without_barred(
    conn: Connection, items: Mapping[int, Annotation], texts: Mapping[int, str]
) -> dict[int, Annotation]:
    """Return the annotations of versions without what names somebody who was taken down.

    Args:
        conn: inside the transaction that stores them.
        items: version → annotation.
        texts: version → text.
    """
    if conn.execute("select from news.barred_names limit 1").fetchone() is None:
        return dict(items)
    barred = barred_names(conn, {pair for each in items.values() for pair in _named(each)})
    return {
        number: _without(each, texts[number], barred) if barred & _named(each) else each
        for number, each in items.items()
    }


def refuse_barred(conn: Connection, label: str, name: str) -> None:
    """Refuse a name that was taken down.

    Raises:
        UsageError: it was.
    """
    if barred_names(conn, [(label, name)]):
        raise UsageError(
            "the name was taken down (dateline takedown lists the orders), so that nothing can be"
            " decided about it: give another name"
        )


def _named(annotation: Annotation) -> set[tuple[str | None, str]]:
    mentions: set[tuple[str | None, str]] = {
        (each.label, each.name) for each in annotation.mentions
    }
    return mentions | {
        (speaker.label, speaker.name) for quote in annotation.quotes for speaker in quote.speakers
    }


def _without(
    annotation: Annotation, text: str, barred: Collection[tuple[str | None, str]]
) -> Annotation:
    gone = [each for each in annotation.mentions if (each.label, each.name) in barred]
    pattern = words_of_names({each.text for each in gone} | {name for _, name in barred})

    def is_kept(quote: Quote) -> bool:
        if any((speaker.label, speaker.name) in barred for speaker in quote.speakers):
            return False
        words = [text[start:end] for start, end in (*quote.content, *quote.source, *quote.cue)]
        speakers = [speaker.name for speaker in quote.speakers]
        return not pattern.search("\n".join([*words, *speakers, quote.speaker_evidence or ""]))

    def without_role(mention: Mention) -> Mention:
        named = mention.role is not None and pattern.search(mention.role)
        return replace(mention, role=None) if named else mention

    return replace(
        annotation,
        mentions=tuple(without_role(each) for each in annotation.mentions if each not in gone),
        quotes=tuple(quote for quote in annotation.quotes if is_kept(quote)),
    )


def words_of_names(names: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds these names as whole words, in any case."""
    parts = "|".join(
        r"\s+".join(map(re.escape, name.split())) for name in sorted(names, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{parts})(?!\w)", re.IGNORECASE)
