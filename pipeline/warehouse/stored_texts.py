"""The texts of stored versions, as far as they decide whether another text is an edit."""

from collections.abc import Collection
from dataclasses import dataclass

from psycopg import Connection

from pipeline.clean.text_change import CleanedText
from pipeline.line_rules.dates import Instant, parse_instant
from pipeline.models import Article


@dataclass(frozen=True, slots=True)
class StoredText:
    """What of a stored version decides whether a later text is an edit; times in UTC."""

    reading: CleanedText
    published: Instant | None
    modified: Instant | None
    update_note: str | None
    read_by: str
    """Version of extraction and cleaning that read it last."""

    def is_announced_by(self, article: Article) -> bool:
        """Return whether a later page says that the text was changed, by a time or by a note."""
        return self._is_announced(
            parse_instant(article.modified_at, article.time_zone), article.update_note
        )

    def is_announced_by_text(self, later: "StoredText") -> bool:
        """Return the same for a later page that is stored."""
        return self._is_announced(later.modified, later.update_note)

    def _is_announced(self, modified: Instant | None, note: str | None) -> bool:
        is_later = modified is not None and _is_later(modified, self.modified or self.published)
        return is_later or (bool(note) and note != self.update_note)


def _is_later(after: Instant, before: Instant | None) -> bool:
    """Compare two times of one page: as moments, or as local times where a zone is unknown."""
    if before is None:
        return True
    if after.at is not None and before.at is not None:
        return after.at > before.at
    return after.local > before.local


_TEXTS = """
select v.article_version_id, v.title, v.body_text, v.credit_line, v.update_note,
    v.published_text, v.modified_text,
    (
        select s.time_zone from news.articles as a join news.sources as s using (source_id)
        where a.article_id = v.article_id
    ),
    coalesce(v.read_again_by, v.extractor_version),
    array(
        select r.block_text from news.removed_blocks as r
        where r.article_version_id = v.article_version_id order by r.block_no
    )
from news.article_versions as v where v.article_version_id = any(%s)
"""


def stored_texts(conn: Connection, version_ids: Collection[int]) -> dict[int, StoredText]:
    """Return these versions by id, with the blocks that cleaning removed from them."""
    if not version_ids:
        return {}
    texts = {}
    for number, title, text, credit, note, *rest, removed in conn.execute(
        _TEXTS, (list(version_ids),)
    ):
        reading = CleanedText(title, text, (*removed, *filter(None, (credit, note))))
        published, modified, zone, read_by = rest
        texts[number] = StoredText(
            reading, parse_instant(published, zone), parse_instant(modified, zone), note, read_by
        )
    return texts
