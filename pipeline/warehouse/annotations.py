"""Annotations: entities, mentions, quotes and speakers of article versions.

Re-annotation by another model replaces the children of a version in one transaction.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from pipeline.outcomes import Outcome
from pipeline.records import Annotation, Quote, Span
from pipeline.telemetry import log
from pipeline.warehouse.copying import copy_rows
from pipeline.warehouse.entities import EntityKey, entity_key, find_or_insert
from pipeline.warehouse.quoting import quoted_words, surface
from pipeline.warehouse.retry import ROW_AT_FAULT, transact
from pipeline.words import normalise, squeeze, storable

MENTION_COLUMNS = {
    "article_version_id": "int8",
    "mention_no": "int4",
    "entity_id": "int8",
    "entity_type": "text",
    "surface_text": "text",
    "start_char": "int4",
    "end_char": "int4",
    "role_text": "text",
}
QUOTE_COLUMNS = {
    "article_version_id": "int8",
    "quote_no": "int4",
    "quote_kind": "text",
    "quote_text": "text",
    "start_char": "int4",
    "end_char": "int4",
    "content_spans": "int4multirange",
    "source_spans": "int4multirange",
    "cue_spans": "int4multirange",
    "speaker_surface": "text",
    "cue_text": "text",
    "cue_class": "text",
    "attribution_method": "text",
    "confidence": "float4",
    "quote_sha256": "bytea",
}
SPEAKER_COLUMNS = {
    "article_version_id": "int8",
    "quote_no": "int4",
    "speaker_no": "int4",
    "speaker_name": "text",
    "speaker_type": "text",
    "speaker_role": "text",
    "entity_id": "int8",
}


@dataclass(frozen=True, slots=True)
class VersionText:
    """The text of one article version, as the offsets of its annotation count it."""

    article_version_id: int
    title: str | None
    text: str
    language: str | None


def pending_versions(conn: Connection, limit: int | None = None) -> list[int]:
    """Return the current article versions that no model has annotated, oldest first.

    Those of an older model are not among them: ``dateline reprocess --stage annotate`` marks them.
    """
    found = conn.execute(
        "select article_version_id from news.article_versions"
        " where is_current and nlp_version is null"
        " order by article_version_id limit %s",
        (limit,),
    )
    return [row[0] for row in found]


def still_pending(conn: Connection, ids: Sequence[int]) -> list[int]:
    """Return those of these versions that nobody has annotated meanwhile, ordered by id."""
    found = conn.execute(
        "select article_version_id from news.article_versions"
        " where article_version_id = any(%s) and nlp_version is null"
        " order by article_version_id",
        (list(ids),),
    )
    return [row[0] for row in found]


def version_texts(conn: Connection, ids: Sequence[int]) -> list[VersionText]:
    """Return the texts of these versions, ordered by id."""
    found = conn.execute(
        "select article_version_id, title, body_text, language_code from news.article_versions"
        " where article_version_id = any(%s) order by article_version_id",
        (list(ids),),
    )
    return [VersionText(*row) for row in found]


def save_annotations(
    conn: Connection, model_version: str, items: Sequence[tuple[int, Annotation]]
) -> None:
    """Replace the annotations of these versions; twice is once.

    A version that is gone (taken down meanwhile) is left out. One whose annotation breaks a rule of
    the schema is marked ``quarantined`` and has none, and the others are saved.
    """
    try:
        transact(conn, lambda live: _save(live, model_version, dict(items)))
    except ROW_AT_FAULT as error:
        log.warning("annotate: a text spoils its batch, saving one by one", reason=str(error))
        for item in items:
            _save_alone(conn, model_version, item)


def _save_alone(conn: Connection, model_version: str, item: tuple[int, Annotation]) -> None:
    try:
        transact(conn, lambda live: _save(live, model_version, dict([item])))
    except ROW_AT_FAULT as error:
        log.error("annotate: quarantined", article_version_id=item[0], reason=str(error))
        nothing = Annotation(outcome=Outcome.QUARANTINED)
        transact(conn, lambda live: _save(live, model_version, {item[0]: nothing}))


def _save(conn: Connection, model_version: str, items: dict[int, Annotation]) -> None:
    texts = _locked_texts(conn, sorted(items))
    present = {number: items[number] for number in texts}
    delete_children(conn, list(present))
    entities = find_or_insert(conn, _named(present))
    copy_rows(conn, "news.entity_mentions", MENTION_COLUMNS, _mentions(present, entities))
    copy_rows(conn, "news.quotes", QUOTE_COLUMNS, _quotes(present, texts, model_version))
    copy_rows(conn, "news.quote_speakers", SPEAKER_COLUMNS, _speakers(present, entities))
    conn.execute(
        "update news.article_versions as v"
        " set nlp_version = %s, annotation_outcome = d.outcome, annotated_at = now()"
        " from unnest(%s::bigint[], %s::text[]) as d(article_version_id, outcome)"
        " where v.article_version_id = d.article_version_id",
        (model_version, list(present), [str(each.outcome) for each in present.values()]),
    )


def _locked_texts(conn: Connection, ids: Sequence[int]) -> dict[int, str]:
    found = conn.execute(
        "select article_version_id, body_text from news.article_versions"
        " where article_version_id = any(%s) order by article_version_id for no key update",
        (list(ids),),
    )
    return dict(found.fetchall())


def delete_children(conn: Connection, ids: Sequence[int]) -> None:
    """Take away the annotations of these versions, whose rows the caller holds locked."""
    # Speakers go with their quotes (on delete cascade).
    conn.execute("delete from news.entity_mentions where article_version_id = any(%s)", (ids,))
    conn.execute("delete from news.quotes where article_version_id = any(%s)", (ids,))


def _named(items: dict[int, Annotation]) -> Iterator[tuple[EntityKey, str]]:
    for annotation in items.values():
        for mention in annotation.mentions:
            yield entity_key(mention.label, mention.name), mention.name
        for quote in annotation.quotes:
            for speaker in quote.speakers:
                yield entity_key(speaker.label, speaker.name), speaker.name


def _mentions(
    items: dict[int, Annotation], entities: dict[EntityKey, int]
) -> Iterator[tuple[Any, ...]]:
    for number, annotation in items.items():
        for mention_no, mention in enumerate(annotation.mentions, start=1):
            yield (
                number,
                mention_no,
                entities.get(entity_key(mention.label, mention.name)),
                mention.label,
                storable(mention.text),
                mention.start,
                mention.end,
                storable(mention.role) if mention.role else None,
            )


def _quotes(
    items: dict[int, Annotation], texts: dict[int, str], model_version: str
) -> Iterator[tuple[Any, ...]]:
    for number, annotation in items.items():
        for quote_no, quote in enumerate(annotation.quotes, start=1):
            yield (number, quote_no, *_quote_row(quote, texts[number], model_version))


def _quote_row(quote: Quote, text: str, model_version: str) -> tuple[Any, ...]:
    words = quoted_words(text, quote.content)
    return (
        quote.kind,
        words,
        min(start for start, _ in quote.content),
        max(end for _, end in quote.content),
        _multirange(quote.content),
        _multirange(quote.source),
        _multirange(quote.cue),
        surface(text, quote.source),
        surface(text, quote.cue),
        quote.cue_class,
        model_version,
        min(1.0, max(0.0, quote.confidence)),
        hashlib.sha256(normalise(words).encode()).digest(),
    )


def _multirange(spans: Sequence[Span]) -> Multirange[int]:
    return Multirange(Range(start, end, "[)") for start, end in sorted(spans))


def _speakers(
    items: dict[int, Annotation], entities: dict[EntityKey, int]
) -> Iterator[tuple[Any, ...]]:
    for number, annotation in items.items():
        for quote_no, quote in enumerate(annotation.quotes, start=1):
            for speaker_no, speaker in enumerate(quote.speakers, start=1):
                yield (
                    number,
                    quote_no,
                    speaker_no,
                    squeeze(storable(speaker.name)),
                    speaker.label,
                    speaker.role,
                    entities.get(entity_key(speaker.label, speaker.name)),
                )
