"""Annotations copied from one version to another that has the same words.

The model sees a title and a text and nothing else, so equal ones get equal annotations: rows are
copied within Postgres instead of found anew. "Equal" is to the last code point, for offsets count
them; ``body_sha256``, which ignores cosmetics, only leads to the candidates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import Connection, sql

from pipeline.outcomes import Outcome
from pipeline.warehouse.annotations import (
    MENTION_COLUMNS,
    QUOTE_COLUMNS,
    SPEAKER_COLUMNS,
    delete_children,
)
from pipeline.warehouse.retry import transact

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
from unnest(%s::bigint[], %s::bigint[]) as p(taker, giver)
join news.article_versions as d on d.article_version_id = p.giver
where v.article_version_id = p.taker
returning v.annotation_outcome
"""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a call copied."""

    versions: tuple[int, ...] = ()
    mentions: int = 0
    quotes: int = 0
    not_english: int = 0
    """Versions whose text the model cannot read."""


def copy_annotations(conn: Connection, model_version: str, ids: Sequence[int]) -> Copied:
    """Annotate those of these versions whose words this model has read in another version.

    Versions that it has annotated already are left alone; a giver that was quarantined gives
    nothing, so that its takers get a chance of their own.

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
    delete_children(conn, list(pairs))
    mentions = _copy_rows(conn, "entity_mentions", MENTION_COLUMNS, pairs)
    quotes = _copy_rows(conn, "quotes", QUOTE_COLUMNS, pairs)
    _copy_rows(conn, "quote_speakers", SPEAKER_COLUMNS, pairs)
    marked = conn.execute(_MARK, (list(pairs), list(pairs.values()))).fetchall()
    outcomes = [outcome for (outcome,) in marked]
    return Copied(tuple(pairs), mentions, quotes, outcomes.count(Outcome.NOT_ENGLISH))


def _locked(conn: Connection, model_version: str, pairs: Mapping[int, int]) -> dict[int, int]:
    """Lock takers and givers, all in the order of their ids; drop pairs of which one has changed.

    Between question and lock another model may have annotated the giver, or a takedown removed it.
    """
    found = conn.execute(
        "select article_version_id, nlp_version from news.article_versions"
        " where article_version_id = any(%s) order by article_version_id for no key update",
        ([*pairs.keys(), *pairs.values()],),
    )
    model_of: dict[int, str | None] = dict(found.fetchall())
    return {
        taker: giver
        for taker, giver in pairs.items()
        if model_of.get(giver) == model_version and taker in model_of
    }


def _copy_rows(
    conn: Connection, table: str, columns: Mapping[str, str], pairs: Mapping[int, int]
) -> int:
    others = sql.SQL(", ").join(
        sql.Identifier(name) for name in columns if name != "article_version_id"
    )
    statement = sql.SQL(
        "insert into news.{table} (article_version_id, {others})"
        " select p.taker, {others} from unnest(%s::bigint[], %s::bigint[]) as p(taker, giver)"
        " join news.{table} as given on given.article_version_id = p.giver"
    ).format(table=sql.Identifier(table), others=others)
    return conn.execute(statement, (list(pairs), list(pairs.values()))).rowcount
