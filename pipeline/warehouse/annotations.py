"""Annotations as rows: entities, mentions, quotes and speakers of article versions.

``save_annotations`` replaces the annotations of versions in one transaction. ``copy_annotations``
copies them from a version with the same title and text instead: the model sees nothing else, so
equal texts get equal annotations. Equal means to the last code point, since offsets count code
points; ``body_sha256``, which ignores differences of typography, only finds the candidates.

``claim`` divides texts between processes that annotate at the same time. A claim is an advisory
lock of a transaction that does nothing else, on a connection of its own: it needs no table, holds
no row, works behind PgBouncer, and ends with its process, however that ends. It only saves work:
the writers here are safe without it, so a claim that is lost or cannot be had is no error.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from pipeline.entities.families import FAMILY_RULES, preferred_spelling
from pipeline.models import Annotation, Quote, Span
from pipeline.outcomes import AnnotationOutcome
from pipeline.page_faults import PageFaults
from pipeline.telemetry import log
from pipeline.text import normalise, one_line, squeeze, storable
from pipeline.warehouse.barred_names import without_barred
from pipeline.warehouse.entities import family_columns
from pipeline.warehouse.page_failures import forget_versions_within, quarantine_within
from pipeline.warehouse.transactions import ROW_ERRORS, copy_rows, transact, violated_rule

EntityKey = tuple[str, str]
"""Type and normalised name."""
_NO_ENTITIES = ("DATE", "MONEY")
"""Labels of times and amounts, whose mentions belong to no entity."""
LONGEST_NAME = 500
"""Code points, at most 2000 bytes of the unique index; the longest name in our data has 160."""
_KNOWN_NAMES = """
select e.entity_type, e.normalized_name, e.entity_id, coalesce(e.usual_name, e.entity_name)
from news.entities as e
join unnest(%s::text[], %s::text[]) as w(kind, normal)
    on e.entity_type = w.kind and e.normalized_name = w.normal
"""


def entity_key(label: str | None, name: str) -> EntityKey:
    """Return the identity of an entity, or ("", "") where the label names none."""
    normal = normalise(name)[:LONGEST_NAME]
    if not label or label in _NO_ENTITIES or not normal:
        return ("", "")
    return (label, normal)


def find_or_insert_entities(
    conn: Connection, named: Iterable[tuple[EntityKey, str]]
) -> dict[EntityKey, int]:
    """Return the id of each entity, and insert those that are new.

    Of spellings that differ in letter case the usual one is shown, whichever came first (see
    ``preferred_spelling``): "Nairobi", and not "NAIROBI" from a dateline, but "UNICEF".

    Names are inserted in sorted order, so that two transactions wait for each other and do not
    deadlock. Known names are left out by a query, since ON CONFLICT would use up identity values.
    """
    names: dict[EntityKey, str] = {}
    for key, name in named:
        if key[0]:
            spelling = squeeze(storable(name))[:LONGEST_NAME]
            names[key] = preferred_spelling(names.get(key, spelling), spelling, key[0])
    keys = sorted(names)
    columns = ([kind for kind, _ in keys], [normal for _, normal in keys])
    families = [family_columns(key[0], names[key]) for key in keys]
    conn.execute(
        """
        insert into news.entities (
            entity_type, normalized_name, entity_name,
            family_key, surname_key, is_bare_surname, family_rules
        )
        select w.kind, w.normal, w.name, w.family, w.surname, w.is_bare, %s
        from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[])
            as w(kind, normal, name, family, surname, is_bare)
        where not exists (
            select from news.entities as e
            where e.entity_type = w.kind and e.normalized_name = w.normal
        )
        order by w.kind collate "C", w.normal collate "C"
        on conflict (entity_type, normalized_name) do nothing
        """,
        (
            FAMILY_RULES,
            *columns,
            [names[key] for key in keys],
            [family for family, _, _ in families],
            [surname for _, surname, _ in families],
            [is_bare for _, _, is_bare in families],
        ),
    )
    found = conn.execute(_KNOWN_NAMES, columns).fetchall()
    better = [
        (number, names[kind, normal])
        for kind, normal, number, stored in found
        if preferred_spelling(stored, names[kind, normal], kind) != stored
    ]
    if better:
        conn.execute(
            "update news.entities as e"
            " set usual_name = case when e.usual_name is not null then w.name end,"
            " entity_name = case when e.usual_name is null then w.name else e.entity_name end"
            " from unnest(%s::bigint[], %s::text[]) as w(entity_id, name)"
            " where e.entity_id = w.entity_id",
            ([number for number, _ in better], [name for _, name in better]),
        )
    return {(kind, normal): number for kind, normal, number, _ in found}


_OPENING, _CLOSING, _EITHER = "“„‟«", "”»", '"＂'
_SINGLE_PAIRS = (("‘", "’"), ("'", "'"), ("‚", "‘"), ("‹", "›"))
_MARKS = re.compile(f"[{_OPENING}{_CLOSING}{_EITHER}]")
_SENTENCE_ENDED = re.compile(rf"[.!?][\s{_OPENING}{_EITHER}]*$")
_EDGES = " ,:;–—"
_PARAGRAPH_MARK = re.compile(rf"\n\s*[{_OPENING}{_EITHER}]")


def quoted_words(text: str, spans: Sequence[Span]) -> str:
    """Return the words of a quote's content, without the marks around it and with its parts joined.

    Marks inside stay: in ``talks as an “extraordinary meeting”`` they show which words the speaker
    used.

    >>> quoted_words('"We won," she said, "and how."', [(0, 9), (20, 30)])
    'We won, and how.'
    """
    words = ""
    for number, (start, end) in enumerate(spans):
        before = text[spans[number - 1][1] : start] if number else ""
        if words.endswith(",") and _SENTENCE_ENDED.search(before):
            # "We ate," she said. "Then we left.": the comma takes the place of a full stop.
            words = words[:-1] + "."
        elif words[-1:].isalnum() and _SENTENCE_ENDED.search(before):
            # «We ate», she said. «Then we left.»: the comma is outside the marks.
            words += "."
        words = f"{words} {_without_marks(text[start:end])}".strip()
    return words.removesuffix(",")


def printed_words(text: str, spans: Sequence[Span]) -> str | None:
    """Return the words of these spans on one line, or None where there are none.

    Punctuation at the edges is removed, so that "said:" and "said" are one cue in a GROUP BY.
    """
    words = squeeze(storable(" ".join(text[start:end] for start, end in spans)))
    return words.strip(_EDGES) or None


def _without_marks(part: str) -> str:
    plain = storable(part).strip()
    if plain[:1] and plain[0] in _OPENING + _EITHER:
        # Each paragraph of a long quotation has an opening mark of its own: “One.\n\n“Two.”
        plain = _PARAGRAPH_MARK.sub("\n", plain)
    plain = squeeze(plain)
    opens, closes = plain[:1] in (*_OPENING, *_EITHER), plain[-1:] in (*_CLOSING, *_EITHER)
    inside = _MARKS.findall(plain[opens : len(plain) - closes])
    if not inside or (opens and closes and inside[0] in _OPENING):
        plain = plain[opens : len(plain) - closes].strip()
    for opening, closing in _SINGLE_PAIRS:
        # Only around the whole part, since a single mark inside may be an apostrophe.
        if len(plain) > 1 and plain.startswith(opening) and plain.endswith(closing):
            return plain[1:-1].strip()
    return plain


MENTION_COLUMNS = {
    "article_version_id": "int8",
    "mention_no": "int4",
    "entity_id": "int8",
    "entity_type": "text",
    "surface_text": "text",
    "start_char": "int4",
    "end_char": "int4",
    "role_text": "text",
    "is_credit": "bool",
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
    "speaker_method": "text",
    "speaker_evidence": "text",
    "grade": "text",
    "grade_reason": "text",
    "lost_mark": "text",
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
    """The text of one article version; the offsets of annotations count its code points."""

    article_version_id: int
    title: str | None
    text: str
    language: str | None


def pending_versions(conn: Connection, limit: int | None = None) -> list[int]:
    """Return the current article versions that no model has annotated, oldest first.

    Versions that an older model annotated are left out; ``dateline reprocess --stage annotate``
    marks them as pending.
    """
    found = conn.execute(
        "select article_version_id from news.article_versions"
        " where is_current and nlp_version is null"
        " order by article_version_id limit %s",
        (limit,),
    )
    return [row[0] for row in found]


def still_pending(conn: Connection, ids: Sequence[int]) -> dict[int, str | None]:
    """Return those of these versions that are not annotated yet, ordered by id, with languages."""
    found = conn.execute(
        "select article_version_id, language_code from news.article_versions"
        " where article_version_id = any(%s) and nlp_version is null"
        " order by article_version_id",
        (list(ids),),
    )
    return dict(found.fetchall())


def version_texts(conn: Connection, ids: Sequence[int]) -> list[VersionText]:
    """Return the texts of these versions, ordered by id."""
    found = conn.execute(
        "select article_version_id, title, body_text, language_code from news.article_versions"
        " where article_version_id = any(%s) order by article_version_id",
        (list(ids),),
    )
    return [VersionText(*row) for row in found]


def save_annotations(
    conn: Connection,
    model_version: str,
    items: Sequence[tuple[int, Annotation]],
    faults: PageFaults | None = None,
    run_id: int | None = None,
) -> None:
    """Replace the annotations of these versions; a second call with the same items changes nothing.

    A version that was deleted meanwhile (a takedown) is left out. One whose annotation breaks a
    constraint is marked ``quarantined`` and gets none, and the others are saved.

    Args:
        conn: an autocommit connection.
        model_version: the model that annotated them.
        items: ids of article versions and their annotations.
        faults: counts the annotations that Postgres refuses.
        run_id: the run that annotates, for the quarantine; None outside of runs.

    Raises:
        StageFault: Postgres refuses annotations of several hosts for one reason; see
            ``page_faults``. The refused versions stay without annotation.
    """
    try:
        transact(conn, lambda live: _save(live, model_version, dict(items), run_id))
    except ROW_ERRORS as error:
        log.warning(
            "annotate: Postgres refuses an annotation, saving one by one",
            reason=str(error),
        )
        _save_one_by_one(conn, model_version, items, faults or PageFaults("annotate"), run_id)


def _save_one_by_one(
    conn: Connection,
    model_version: str,
    items: Sequence[tuple[int, Annotation]],
    faults: PageFaults,
    run_id: int | None,
) -> None:
    """Save each version in a transaction of its own, and quarantine those that Postgres refuses.

    They are quarantined last, when it is known that the fault is theirs.
    """

    def save_alone(number: int, annotation: Annotation) -> None:
        transact(conn, lambda live: _save(live, model_version, {number: annotation}, run_id))

    refused = []
    for number, annotation in items:
        try:
            save_alone(number, annotation)
        except ROW_ERRORS as error:
            faults.add(error, url_of_version(conn, number), violated_rule(error))
            log.error("annotate: quarantined", article_version_id=number, reason=str(error))
            refused.append((number, f"Postgres refuses the annotation: {error}"))
    for number, reason in refused:
        quarantine_version(conn, number, reason, model_version, run_id)


def quarantine_version(
    conn: Connection, number: int, reason: str, model_version: str, run_id: int | None
) -> None:
    """Mark a version as one that cannot be annotated; it is stored without annotation."""
    failed = {number: Annotation(outcome=AnnotationOutcome.QUARANTINED)}
    transact(conn, lambda live: _save(live, model_version, failed, run_id, reason))


def url_of_version(conn: Connection, article_version_id: int) -> str | None:
    """Return the canonical URL of a version's article, None where there is no such version."""
    row = conn.execute(
        "select canonical_url from news.articles join news.article_versions using (article_id)"
        " where article_version_id = %s",
        (article_version_id,),
    ).fetchone()
    return row[0] if row else None


def _save(
    conn: Connection,
    model_version: str,
    items: dict[int, Annotation],
    run_id: int | None,
    reason: str = "no reason given",
) -> None:
    texts = _locked_texts(conn, sorted(items))
    present = without_barred(conn, {number: items[number] for number in texts}, texts)
    delete_annotations(conn, list(present))
    entities = find_or_insert_entities(conn, _named(present))
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
    bad = [
        (number, reason)
        for number, each in present.items()
        if each.outcome is AnnotationOutcome.QUARANTINED
    ]
    if bad and run_id is not None:
        quarantine_within(conn, "annotate", bad, run_id, model_version)
    forget_versions_within(conn, [*{*present}.difference(number for number, _ in bad)])


def _locked_texts(conn: Connection, ids: Sequence[int]) -> dict[int, str]:
    found = conn.execute(
        "select article_version_id, body_text from news.article_versions"
        " where article_version_id = any(%s) order by article_version_id for no key update",
        (list(ids),),
    )
    return dict(found.fetchall())


def delete_annotations(conn: Connection, ids: Sequence[int]) -> None:
    """Delete the annotations of these versions, whose rows the caller holds locked."""
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
                mention.is_credit,
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
        printed_words(text, quote.source),
        printed_words(text, quote.cue),
        quote.cue_class,
        model_version,
        min(1.0, max(0.0, quote.confidence)),
        hashlib.sha256(normalise(words).encode()).digest(),
        quote.speaker_method,
        storable(quote.speaker_evidence) if quote.speaker_evidence else None,
        quote.grade,
        quote.grade_reason,
        quote.lost_mark,
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


_PAIRS = """
select v.article_version_id, d.article_version_id
from news.article_versions as v
cross join lateral (
    select like_it.article_version_id
    from news.article_versions as like_it
    where like_it.body_sha256 = v.body_sha256
        and like_it.nlp_version = %(model)s
        and like_it.annotation_outcome <> 'quarantined'
        and like_it.body_text = v.body_text
        and like_it.title is not distinct from v.title
    limit 1
) as d
where v.article_version_id = any(%(ids)s) and v.nlp_version is distinct from %(model)s
"""
_MARK = """
update news.article_versions as v
set nlp_version = d.nlp_version, annotation_outcome = d.annotation_outcome, annotated_at = now()
from unnest(%s::bigint[], %s::bigint[]) as p(target, origin)
join news.article_versions as d on d.article_version_id = p.origin
where v.article_version_id = p.target
returning v.annotation_outcome
"""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a call of ``copy_annotations`` copied."""

    versions: tuple[int, ...] = ()
    mentions: int = 0
    quotes: int = 0
    no_pipeline: int = 0
    """Versions in languages for which no pipeline is installed."""


def copy_annotations(conn: Connection, model_version: str, ids: Sequence[int]) -> Copied:
    """Annotate those of these versions whose title and text this model has annotated elsewhere.

    Versions that the model has annotated already are left out. Nothing is copied from a version
    that was quarantined, so that equal texts are annotated themselves.

    Args:
        conn: an autocommit connection.
        model_version: the model whose annotations are wanted.
        ids: article versions.
    """
    return transact(conn, lambda live: _copy(live, model_version, ids))


def _copy(conn: Connection, model_version: str, ids: Sequence[int]) -> Copied:
    found = conn.execute(_PAIRS, {"model": model_version, "ids": list(ids)}).fetchall()
    pairs = _locked(conn, model_version, dict(found))
    if not pairs:
        return Copied()
    delete_annotations(conn, list(pairs))
    mentions = _copy_rows(conn, "entity_mentions", MENTION_COLUMNS, pairs)
    quotes = _copy_rows(conn, "quotes", QUOTE_COLUMNS, pairs)
    _copy_rows(conn, "quote_speakers", SPEAKER_COLUMNS, pairs)
    marked = conn.execute(_MARK, (list(pairs), list(pairs.values()))).fetchall()
    outcomes = [outcome for (outcome,) in marked]
    return Copied(tuple(pairs), mentions, quotes, outcomes.count(AnnotationOutcome.NO_PIPELINE))


def _locked(conn: Connection, model_version: str, pairs: Mapping[int, int]) -> dict[int, int]:
    """Lock targets and origins in the order of their ids; drop pairs of which one has changed.

    Between the query and the lock another model may have annotated the origin, or a takedown may
    have deleted it.
    """
    found = conn.execute(
        "select article_version_id, nlp_version from news.article_versions"
        " where article_version_id = any(%s) order by article_version_id for no key update",
        ([*pairs.keys(), *pairs.values()],),
    )
    model_of: dict[int, str | None] = dict(found.fetchall())
    return {
        target: origin
        for target, origin in pairs.items()
        if model_of.get(origin) == model_version and target in model_of
    }


def _copy_rows(
    conn: Connection, table: str, columns: Mapping[str, str], pairs: Mapping[int, int]
) -> int:
    names = [name for name in columns if name != "article_version_id"]
    others = sql.SQL(", ").join(map(sql.Identifier, names))
    # Whom a bare surname means depends on the outlet, so the copy has the entity by the name alone.
    values = sql.SQL(", ").join(
        sql.SQL("coalesce(o.named_entity_id, o.entity_id)")
        if name == "entity_id"
        else sql.Identifier("o", name)
        for name in names
    )
    statement = sql.SQL(
        "insert into news.{table} (article_version_id, {others})"
        " select p.target, {values} from unnest(%s::bigint[], %s::bigint[]) as p(target, origin)"
        " join news.{table} as o on o.article_version_id = p.origin"
    ).format(table=sql.Identifier(table), others=others, values=values)
    return conn.execute(statement, (list(pairs), list(pairs.values()))).rowcount


_LOCK = 0x616E_6E6F
# The key is the start of the body's digest, which exact copies share, so that a claim is on a text
# and not on a row. Two texts with the same first four bytes (one pair in 2^32) wait for each other.
_TRY = """
select article_version_id, pg_try_advisory_xact_lock(
    %s, ('x' || encode(substring(body_sha256 from 1 for 4), 'hex'))::bit(32)::int
)
from news.article_versions where article_version_id = any(%s) order by article_version_id
"""
_WAIT = """
select pg_advisory_xact_lock(
    %s, ('x' || encode(substring(body_sha256 from 1 for 4), 'hex'))::bit(32)::int
)
from news.article_versions where article_version_id = %s
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """Versions by who annotates them, each list ordered by id; deleted ones are in neither."""

    ours: list[int]
    others: list[int]


@contextmanager
def claim(conn: Connection, ids: Sequence[int], *, wait: bool = False) -> Iterator[Claim]:
    """Claim the texts of these versions until the block ends.

    A process that waits holds no claim meanwhile, so two processes never wait for each other.

    Args:
        conn: an autocommit connection, used for nothing else within the block.
        ids: article versions.
        wait: first wait until the text of the first version is free, and claim it.
    """
    try:
        conn.execute("begin")
        if wait:
            conn.execute(_WAIT, (_LOCK, ids[0]))
        found = conn.execute(_TRY, (_LOCK, list(ids))).fetchall()
        ours = [number for number, is_free in found if is_free]
        claimed = Claim(ours, [number for number, is_free in found if not is_free])
    except psycopg.OperationalError as error:
        log.warning("annotate: working without a claim", reason=one_line(str(error)))
        claimed = Claim(sorted(ids), [])
    try:
        yield claimed
    finally:
        with suppress(psycopg.OperationalError):
            conn.rollback()
