"""The columns of ``news.article_versions`` that an extraction fills, one line each.

Everything that has to know them is made from this table: the COPY of new versions and the update of
stored ones (``versions.py``), the reading of stored ones (``reprocessing.py``) and the output of
``dateline extract``. A new fact is a field of ``Article``, one line here, a migration that adds the
column, and one line in ``sql/marts/10_articles.sql``.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg.types.json import Jsonb

from pipeline.extract.version import EXTRACTION_VERSION
from pipeline.line_rules.dates import Instant, parse_instant
from pipeline.models import Article, Contributor, StatedTitle
from pipeline.text import content_sha256, normalise, squeeze, storable, word_count


@dataclass(frozen=True, slots=True)
class NewVersion:
    """One text of an article that is not stored yet."""

    article_id: int
    version_no: int
    article: Article
    run_id: int
    fetch_id: int
    fetched_at: datetime
    made_by: Literal["page", "reprocess"] = "page"
    """``reprocess``: the publisher changed nothing, a newer extraction reads the text better."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A version with what several columns are made from, each computed once."""

    number: int
    """Id of the version."""
    version: NewVersion
    article: Article
    text: str
    published: Instant | None
    modified: Instant | None


def reading(number: int, version: NewVersion) -> Reading:
    """Return a version as the columns read it."""
    article = version.article
    return Reading(
        number,
        version,
        article,
        storable(article.text or ""),
        parse_instant(article.published_at, article.time_zone),
        parse_instant(article.modified_at, article.time_zone),
    )


@dataclass(frozen=True, slots=True)
class ArticleColumn:
    """One column of ``news.article_versions``."""

    name: str
    type: str
    """As Postgres names it, for binary COPY."""
    read: Callable[[Reading], Any]
    kind: Literal["identity", "fact", "later", "visit"]
    """``identity``: the text, its keys and how it came here; never updated. ``fact``: what the page
    says, updated when it is read again. ``later``: the same, but later pages with the same text
    update it, so reading the first page again may fill it and not overwrite it. ``visit``: set by
    every visit."""
    field: str | None = None
    """The field of ``Article`` that the column holds, if it holds one as it is."""


def version_sha256(article: Article) -> bytes:
    """Return the identity of a version: a digest of the normalised title and text.

    The two are joined by a line break rather than a blank, since "A" with the text "B c" and "A B"
    with the text "c" are different versions.
    """
    joined = f"{normalise(article.title or '')}\n{normalise(article.text or '')}"
    return hashlib.sha256(joined.encode()).digest()


def plausible_count(count: int | None) -> int | None:
    """Return a plausible comment count, or None for one like "99999999999 comments"."""
    return count if count is not None and 0 <= count < 10**9 else None


def line(text: str | None) -> str | None:
    """Return a text as one line that Postgres can store, or None where nothing is left."""
    return squeeze(storable(text)) or None if text is not None else None


def _lines(texts: Sequence[str]) -> list[str]:
    return [each for each in map(line, texts) if each]


def _objects(records: Sequence[StatedTitle | Contributor]) -> Jsonb:
    objects = [asdict(record) for record in records]
    return Jsonb([{key: storable(value) for key, value in each.items()} for each in objects])


def _local(published: Instant | None) -> datetime | None:
    return published.local if published and published.at is None else None


COLUMNS: tuple[ArticleColumn, ...] = (
    ArticleColumn("article_version_id", "int8", lambda r: r.number, "identity"),
    ArticleColumn("article_id", "int8", lambda r: r.version.article_id, "identity"),
    ArticleColumn("version_no", "int4", lambda r: r.version.version_no, "identity"),
    ArticleColumn("content_sha256", "bytea", lambda r: version_sha256(r.article), "identity"),
    ArticleColumn("body_sha256", "bytea", lambda r: content_sha256(r.text), "identity"),
    ArticleColumn("is_current", "bool", lambda _: False, "identity"),
    ArticleColumn("title", "text", lambda r: line(r.article.title), "identity", "title"),
    ArticleColumn("title_origin", "text", lambda r: r.article.title_origin, "fact", "title_origin"),
    ArticleColumn(
        "title_alternatives",
        "jsonb",
        lambda r: _objects(r.article.title_alternatives),
        "fact",
        "title_alternatives",
    ),
    ArticleColumn("byline", "text", lambda r: line(", ".join(r.article.authors)), "fact"),
    ArticleColumn("authors", "text[]", lambda r: _lines(r.article.authors), "fact", "authors"),
    ArticleColumn(
        "authors_origin", "text", lambda r: r.article.authors_origin, "fact", "authors_origin"
    ),
    ArticleColumn(
        "contributors", "jsonb", lambda r: _objects(r.article.contributors), "fact", "contributors"
    ),
    ArticleColumn("body_text", "text", lambda r: r.text, "identity", "text"),
    ArticleColumn("word_count", "int4", lambda r: word_count(r.text), "identity"),
    ArticleColumn("language_code", "text", lambda r: r.article.language, "fact", "language"),
    ArticleColumn(
        "language_confidence",
        "float4",
        lambda r: r.article.language_confidence,
        "fact",
        "language_confidence",
    ),
    ArticleColumn(
        "language_origin", "text", lambda r: r.article.language_origin, "fact", "language_origin"
    ),
    ArticleColumn("article_kind", "text", lambda r: r.article.kind, "fact", "kind"),
    ArticleColumn("section_name", "text", lambda r: line(r.article.section), "fact", "section"),
    ArticleColumn(
        "categories", "text[]", lambda r: _lines(r.article.categories), "fact", "categories"
    ),
    ArticleColumn("tags", "text[]", lambda r: _lines(r.article.tags), "fact", "tags"),
    ArticleColumn("agency", "text", lambda r: line(r.article.agency), "fact", "agency"),
    ArticleColumn(
        "credit_line", "text", lambda r: line(r.article.credit_line), "fact", "credit_line"
    ),
    ArticleColumn("credit_kind", "text", lambda r: r.article.credit_kind, "fact", "credit_kind"),
    ArticleColumn(
        "update_note", "text", lambda r: line(r.article.update_note), "later", "update_note"
    ),
    ArticleColumn("is_wire_copy", "bool", lambda r: r.article.credit_kind == "whole", "fact"),
    ArticleColumn(
        "comment_count",
        "int4",
        lambda r: plausible_count(r.article.comment_count),
        "visit",
        "comment_count",
    ),
    ArticleColumn("is_paywalled", "bool", lambda r: r.article.is_paywalled, "fact", "is_paywalled"),
    ArticleColumn(
        "quality_score", "float4", lambda r: r.article.quality_score, "fact", "quality_score"
    ),
    ArticleColumn("site_name", "text", lambda r: line(r.article.site_name), "fact", "site_name"),
    ArticleColumn("image_url", "text", lambda r: line(r.article.image_url), "fact", "image_url"),
    ArticleColumn(
        "published_at", "timestamptz", lambda r: r.published.at if r.published else None, "fact"
    ),
    ArticleColumn("published_local", "timestamp", lambda r: _local(r.published), "fact"),
    ArticleColumn(
        "published_zone", "text", lambda r: r.published.zone if r.published else None, "fact"
    ),
    ArticleColumn(
        "published_text", "text", lambda r: line(r.article.published_at), "fact", "published_at"
    ),
    ArticleColumn(
        "published_origin", "text", lambda r: r.article.published_origin, "fact", "published_origin"
    ),
    ArticleColumn(
        "published_precision",
        "text",
        lambda r: r.published.precision if r.published else None,
        "fact",
    ),
    ArticleColumn(
        "modified_at", "timestamptz", lambda r: r.modified.at if r.modified else None, "later"
    ),
    ArticleColumn(
        "modified_text", "text", lambda r: line(r.article.modified_at), "later", "modified_at"
    ),
    ArticleColumn(
        "modified_origin", "text", lambda r: r.article.modified_origin, "later", "modified_origin"
    ),
    ArticleColumn(
        "refused_dates",
        "text[]",
        lambda r: _lines(r.article.refused_dates),
        "fact",
        "refused_dates",
    ),
    ArticleColumn("first_seen_at", "timestamptz", lambda r: r.version.fetched_at, "identity"),
    ArticleColumn("last_seen_at", "timestamptz", lambda r: r.version.fetched_at, "visit"),
    ArticleColumn("first_run_id", "int8", lambda r: r.version.run_id, "identity"),
    ArticleColumn("first_fetch_id", "int8", lambda r: r.version.fetch_id, "identity"),
    ArticleColumn("extractor_version", "text", lambda _: EXTRACTION_VERSION, "identity"),
    ArticleColumn("made_by", "text", lambda r: r.version.made_by, "identity"),
)
FIELD_OF = {each.name: each.field for each in COLUMNS if each.field is not None}
"""The field of ``Article`` that a column holds, by the column's name."""
