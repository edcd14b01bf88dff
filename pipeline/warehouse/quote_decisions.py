"""What people decided about quotes: rejected, or said by somebody else.

A decision belongs to an article and the words of a quote, not to its row, so it holds when the
article is loaded or annotated again. ``mart.all_attributions`` applies it.
"""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from pipeline.errors import UsageError
from pipeline.warehouse.annotations import entity_key, find_or_insert_entities
from pipeline.warehouse.barred_names import refuse_barred

_QUOTES = """
select q.quote_no, q.quote_text, q.quote_sha256
from news.quotes as q
inner join news.article_versions as v on q.article_version_id = v.article_version_id
where v.article_id = %s and v.is_current
order by q.quote_no
"""


@dataclass(frozen=True, slots=True)
class QuoteDecision:
    """A row of ``news.quote_decisions`` with the article's address."""

    decided_at: datetime
    decided_by: str
    article_id: int
    url: str
    decision: str
    speaker_name: str | None
    quote_text: str
    reason: str | None


def find_quote(conn: Connection, article_id: int, wanted: str) -> tuple[str, bytes]:
    """Return words and digest of a quote by its number or by the words that it begins with.

    Raises:
        UsageError: the article's current text has no such quote, or several.
    """
    quotes = conn.execute(_QUOTES, (article_id,)).fetchall()
    found = [
        (text, digest)
        for number, text, digest in quotes
        if (wanted.isdecimal() and int(wanted) == number)
        or (not wanted.isdecimal() and text.casefold().startswith(wanted.casefold()))
    ]
    if len(found) != 1:
        raise UsageError(
            f"{len(found)} of the {len(quotes)} quotes of article {article_id} fit {wanted!r}: "
            "give a quote_no of mart.all_attributions, or more of its first words"
        )
    return found[0]


def decide(
    conn: Connection,
    article_id: int,
    quote: tuple[str, bytes],
    speaker: tuple[str, str] | None,
    reason: str | None,
    decided_by: str,
) -> None:
    """Reject a quote, or say who speaks it; a later decision replaces an earlier one.

    Args:
        conn: inside a transaction.
        article_id: the article.
        quote: words and digest of the quote.
        speaker: name and type of the speaker; None to reject the quote.
        reason: why, for later readers.
        decided_by: the person who decides.

    Raises:
        UsageError: the speaker was taken down.
    """
    name, label = speaker or (None, None)
    entity = None
    if name is not None and label is not None:
        refuse_barred(conn, label, name)
        key = entity_key(label, name)
        entity = find_or_insert_entities(conn, [(key, name)]).get(key)
    conn.execute(
        "insert into news.quote_decisions as d (article_id, quote_sha256, quote_text, decision,"
        " speaker_name, speaker_type, entity_id, reason, decided_by)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (article_id, quote_sha256) do update set quote_text = excluded.quote_text,"
        " decision = excluded.decision, speaker_name = excluded.speaker_name,"
        " speaker_type = excluded.speaker_type, entity_id = excluded.entity_id,"
        " reason = excluded.reason, decided_by = excluded.decided_by, decided_at = now()",
        (
            article_id,
            quote[1],
            quote[0],
            "corrected" if speaker else "rejected",
            name,
            label,
            entity,
            reason,
            decided_by,
        ),
    )


def withdraw(conn: Connection, article_id: int, wanted: str) -> list[str]:
    """Withdraw the decisions on a quote by its number or first words; return the quotes' words.

    A quote that the annotator no longer finds is known by its words only.
    """
    known = {number: digest for number, _, digest in conn.execute(_QUOTES, (article_id,))}
    digest = known.get(int(wanted)) if wanted.isdecimal() else None
    rows = conn.execute(
        "delete from news.quote_decisions where article_id = %s"
        " and (quote_sha256 = %s or starts_with(lower(quote_text), lower(%s)))"
        " returning quote_text",
        (article_id, digest, wanted),
    )
    return [text for (text,) in rows]


def decisions(conn: Connection) -> list[QuoteDecision]:
    """Return all decisions, newest first."""
    with conn.cursor(row_factory=class_row(QuoteDecision)) as cursor:
        return cursor.execute(
            "select d.decided_at, d.decided_by, d.article_id, a.canonical_url as url, d.decision,"
            " d.speaker_name, d.quote_text, d.reason"
            " from news.quote_decisions as d join news.articles as a using (article_id)"
            " order by d.decided_at desc, d.article_id, d.quote_text"
        ).fetchall()
