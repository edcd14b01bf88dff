"""What is stored of articles that are about to be written: their versions, under a lock.

Articles are locked in the order of their URLs; under that lock what is read of their versions stays
true until the transaction ends.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import Connection

from pipeline.clean.sameness import Reading
from pipeline.records import Article
from pipeline.warehouse.dates import parse_instant


@dataclass(slots=True)
class History:
    """A locked article: when it was last read, and its versions by hash."""

    article_id: int
    last_seen_at: datetime
    versions: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    """Version id and number by content hash."""
    current: int | None = None
    current_sha256: bytes | None = None
    last_no: int = 0

    def take_no(self) -> int:
        """Return the number of the next version."""
        self.last_no += 1
        return self.last_no


@dataclass(frozen=True, slots=True)
class StoredText:
    """A stored version as far as an edit is judged by it; times in UTC."""

    reading: Reading
    published_at: datetime | None
    modified_at: datetime | None
    update_note: str | None
    read_by: str
    """Version of Dateline that read it, the last time."""

    def is_announced_by(self, article: Article) -> bool:
        """Tell whether a later page says that the text was changed: by its time, or by a note."""
        modified = parse_instant(article.modified_at)
        before = self.modified_at or self.published_at
        is_later = modified is not None and (before is None or modified.at > before)
        return is_later or (bool(article.update_note) and article.update_note != self.update_note)


def lock_articles(conn: Connection, urls: Sequence[str]) -> dict[str, History]:
    """Lock the articles of these canonical URLs and return their histories; unknown URLs have none.

    Args:
        conn: inside a transaction.
        urls: canonical URLs, in any order.
    """
    found = conn.execute(
        "select canonical_url, article_id, last_seen_at from news.articles"
        " where canonical_url = any(%s) order by canonical_url for update",
        (list(urls),),
    )
    histories = {url: History(number, last) for url, number, last in found}
    _read_versions(conn, histories)
    return histories


def _read_versions(conn: Connection, histories: dict[str, History]) -> None:
    by_id = {history.article_id: history for history in histories.values()}
    found = conn.execute(
        "select article_id, article_version_id, version_no, content_sha256, is_current"
        " from news.article_versions where article_id = any(%s)",
        (list(by_id),),
    )
    for article_id, version_id, version_no, digest, is_current in found:
        history = by_id[article_id]
        history.versions[bytes(digest)] = (version_id, version_no)
        history.last_no = max(history.last_no, version_no)
        if is_current:
            history.current, history.current_sha256 = version_id, bytes(digest)


_TEXTS = """
select v.article_version_id, v.title, v.body_text, v.credit_line, v.update_note,
    v.published_at, v.modified_at, coalesce(v.read_again_by, v.extractor_version),
    array(
        select r.block_text from news.removed_blocks as r
        where r.article_version_id = v.article_version_id order by r.block_no
    )
from news.article_versions as v where v.article_version_id = any(%s)
"""


def stored_texts(conn: Connection, version_ids: Collection[int]) -> dict[int, StoredText]:
    """Return these versions by id, with what their cleaning took out."""
    if not version_ids:
        return {}
    texts = {}
    for number, title, text, credit, note, *rest, removed in conn.execute(
        _TEXTS, (list(version_ids),)
    ):
        reading = Reading(title, text, (*removed, *filter(None, (credit, note))))
        published, modified, read_by = rest
        texts[number] = StoredText(reading, published, modified, note, read_by)
    return texts
