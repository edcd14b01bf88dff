"""``dateline extract`` turns pages and scraped texts into clean articles, as a Unix filter.

It reads all input before it writes the first row, with the extracted articles in a temporary file,
because lines that a site repeats are recognised only once several of its pages were seen.
"""

import gzip
import json
import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from pipeline.cli.app import FILTERS
from pipeline.cli.filters import Row, RowError, open_input, run_filter
from pipeline.file_formats import GZIP
from pipeline.outcomes import Outcome
from pipeline.text import storable

if TYPE_CHECKING:
    from pipeline.clean.site_memory import SeenPage
    from pipeline.extract.explain import ShownBlock
    from pipeline.models import Article
    from pipeline.page_worker import Step

_HELP = (
    "Turn pages, or text that somebody else scraped, into clean articles.\n\n"
    'Input, one JSON object per line: {"id", "url"?, "html" | "text" | "path"}. A path ending in '
    ".txt or .txt.gz is plain text, anything else is HTML; gzip is recognised by its first "
    "bytes.\n\n"
    "Output, one object for each: title, authors, published_at, text and more; removed lists every "
    "block that was taken out, with the reason. Keys ending in _origin name the place a value was "
    "read from: json_ld, meta, feed, visible or url. refused_dates lists times that cannot be "
    "right (before 1990, after tomorrow, a change before the publication). title_alternatives "
    "lists what else the page calls itself, contributors the people who did not write it and what "
    "they did. quality_score, 0 to 1, "
    "estimates how far the text is the whole article and nothing else: about 0.9 for a complete "
    "article, 0.65 for half of one or one with the page's boilerplate, under 0.3 for anything "
    "else. language_confidence, 0 to 1, says how sure the language is: 0.5 where language_origin "
    "is page, since the text is too short to show it. credit_kind says how much of the text is "
    "credited to the agency: whole (then is_wire_copy is true), part, or own where the outlet is "
    "the agency itself. source_key names the outlet that a page is stored under: the source of the "
    "sources folder or the registry at its url, else at the address that the page states, else one "
    "named by that host; null where neither tells.\n\n"
    "With --explain each row of a page also has blocks: what the page shows, in order, each with "
    "kept, the reason, and its place (the elements around it). Of a kept block the reason is taken "
    "(by trafilatura) or restored (for its place among kept ones); of another one it is that in "
    "removed, metadata where it became a key of the row, or outside where it stands beside the "
    "page's main part.\n\n"
    "A page that takes longer than DATELINE_EXTRACT_SECONDS gets an error and the rest goes on.\n\n"
    'Example: echo \'{"id": 1, "path": "page.html"}\' | dateline extract'
)
_MAX_FILE = 50_000_000
"""Most bytes read of one file, after decompression; a page has under 10 MB."""
_POOL_ROWS = 64
"""Fewest rows for which processes are started: two cost about 3 s to start, a page takes 50 ms."""
_CHUNK = 16
"""Rows that are sent to a process at a time."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=FILTERS, help=_HELP)
    def extract(
        file: Annotated[
            Path | None,
            typer.Argument(
                metavar="[FILE]", help="JSON Lines; by default, or for -, standard input."
            ),
        ] = None,
        jobs: Annotated[
            int | None, typer.Option(min=1, help="Number of processes; by default one per core.")
        ] = None,
        explain: Annotated[
            bool, typer.Option("--explain", help="Say of each block why it is kept or not.")
        ] = False,
    ) -> None:
        from pipeline.settings import settings
        from pipeline.telemetry import configure_logging

        configure_logging(settings().log_level, settings().log_format)
        with open_input(file) as stream:
            all_well = run_filter(
                stream, sys.stdout, lambda rows: transform(rows, jobs=jobs, with_blocks=explain)
            )
        if not all_well:
            raise typer.Exit(1)


def transform(
    rows: Iterator[Row], *, jobs: int | None = None, with_blocks: bool = False
) -> Iterator[Mapping[str, Any]]:
    """Yield one output row for each input row, in order, as ``pipeline.cli.filters`` describes."""
    from tempfile import TemporaryFile

    from pipeline.clean.cleaner import clean_article
    from pipeline.clean.site_memory import MemorySiteMemory

    memory = MemorySiteMemory()
    with TemporaryFile() as spool:
        for record in _extracted(rows, jobs, with_blocks):
            if seen := record.pop("seen", None):
                memory.remember([seen])
            spool.write(json.dumps(record).encode() + b"\n")
        spool.seek(0)
        for line in spool:
            record = json.loads(line)
            article = _article(record)
            yield (
                {"id": record["id"], "error": record["error"]}
                if article is None
                else _row(
                    record["id"],
                    clean_article(article, memory, remember=False),
                    record["shown"] if with_blocks else None,
                )
            )


def _extracted(
    rows: Iterator[Row], jobs: int | None, with_blocks: bool
) -> Iterator[dict[str, Any]]:
    """Yield the extracted rows in order; use several processes from ``_POOL_ROWS`` rows on."""
    from concurrent.futures import ProcessPoolExecutor

    from pipeline.page_worker import keep_page_worker, page_worker

    workers = jobs or os.cpu_count() or 1
    read = partial(_extract, with_blocks=with_blocks)
    first = list(islice(rows, _POOL_ROWS if workers > 1 else 0))
    if len(first) < _POOL_ROWS:
        with page_worker():
            yield from map(read, _chain(first, rows))
        return
    with ProcessPoolExecutor(workers, initializer=keep_page_worker) as pool:
        for batch in _batches(_chain(first, rows), workers * _CHUNK * 4):
            yield from pool.map(read, batch, chunksize=_CHUNK)


def _chain(first: list[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from first
    yield from rest


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Yield the rows in batches; a pool that maps over all of them reads all into memory."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def _extract(row: Row, *, with_blocks: bool) -> dict[str, Any]:
    """Return ``{"id", "article", "seen", "shown"}`` or ``{"id", "error"}``, for the process pool.

    The page is read by a page worker, which is ended where the page breaks a limit.
    """
    from pipeline.page_worker import Broken, Failed, TimeLimit, page_worker
    from pipeline.settings import settings

    try:
        url = row.text("url")
        is_html, content = _content(row)
    except RowError as error:
        return {"id": row.id, "error": str(error)}
    with page_worker() as worker:
        given = _Content(is_html, content, url, with_blocks and is_html)
        found = worker.run(_step(), given, TimeLimit(settings().extract_seconds))
    if isinstance(found, Broken):
        return {"id": row.id, "error": found.reason}
    if isinstance(found, Failed):
        return {"id": row.id, "error": found.message}
    article, seen, shown = found
    blocks = [asdict(block) for block in shown]
    return {"id": row.id, "article": asdict(article), "seen": seen, "shown": blocks}


class _Content(NamedTuple):
    """A page or a text as a worker gets it."""

    is_html: bool
    content: bytes
    url: str | None
    with_blocks: bool = False
    """Whether the blocks that the page shows are wanted too."""


_Read = tuple["Article", "SeenPage | None", "list[ShownBlock]"]


@lru_cache(maxsize=1)
def _step() -> "Step[_Content, _Read]":
    from pipeline.page_worker import Step

    return Step("extraction", _read_content, _Content(True, _SAMPLE, None))


def _read_content(given: _Content) -> _Read:
    """Return the article of a page or text, what its site's memory is to hold, and its blocks."""
    from pipeline.clean.cleaner import page_to_remember
    from pipeline.extract.explain import shown_blocks
    from pipeline.extract.page import extract_page
    from pipeline.extract.plain_text import extract_text_bytes
    from pipeline.fetch.walls import recognise_wall

    is_html, content, url, with_blocks = given
    article = extract_page(content, url=url) if is_html else extract_text_bytes(content, url=url)
    wall = recognise_wall(None, (), content, url or "") if is_html else None
    if wall is not None:
        article = replace(article, outcome=wall.outcome, reason=wall.reason)
    return article, page_to_remember(article), shown_blocks(content, url) if with_blocks else []


_SAMPLE = (
    b"<html lang=en><title>A ferry</title><article><h1>A ferry for two islands</h1>"
    b"<p>The old ferry sails at nine from the northern pier and is back in the harbour by noon.</p>"
    b"</article></html>"
)
"""The first page of each worker, which loads what reading pages needs."""


def _content(row: Row) -> tuple[bool, bytes]:
    """Return whether the row's content is HTML, and the content's bytes.

    Raises:
        RowError: the row has none or several of html, text and path, or the file cannot be read.
    """
    given = [key for key in ("html", "text", "path") if row.text(key) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none of them"
        raise RowError(f'a row needs one of "html", "text" and "path"; this one has {found}')
    value = row.text(given[0]) or ""
    if given[0] != "path":
        return given[0] == "html", storable(value).encode()
    name = value.lower()
    return not name.endswith((".txt", ".txt.gz")), _read(Path(value))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP
            file.seek(0)
            return _unpack(file) if packed else file.read(_MAX_FILE)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RowError(f"cannot read {path}: {reason}") from error


def _unpack(file: IO[bytes]) -> bytes:
    try:
        with gzip.open(file) as stream:
            return stream.read(_MAX_FILE)
    except (EOFError, zlib.error) as error:
        raise ValueError(f"broken gzip data: {error}") from error


def _article(record: Mapping[str, Any]) -> "Article | None":
    """Return the article of a record in the temporary file, or None if it is an error."""
    from pipeline.models import AddressClaim, Article, Contributor, RemovedBlock, StatedTitle

    fields = record.get("article")
    if fields is None:
        return None
    typed = {key: tuple(fields[key]) for key in ("authors", "categories", "tags", "refused_dates")}
    typed["removed"] = tuple(RemovedBlock(**block) for block in fields["removed"])
    typed["claims"] = tuple(AddressClaim(**claim) for claim in fields["claims"])
    typed["title_alternatives"] = tuple(StatedTitle(**e) for e in fields["title_alternatives"])
    typed["contributors"] = tuple(Contributor(**each) for each in fields["contributors"])
    return Article(**{**fields, **typed, "outcome": Outcome(fields["outcome"])})


def _row(row_id: Any, article: "Article", shown: list[dict[str, Any]] | None) -> dict[str, Any]:
    from pipeline.stages.outlets import known_outlets
    from pipeline.warehouse.article_columns import FIELD_OF

    outlet = known_outlets().of_page(article.url or "", article.claims)
    fields = asdict(article)
    keys = ("url", "canonical_url", *FIELD_OF.values(), "removed", "outcome", "reason")
    row = {"id": row_id, "source_key": outlet.key if outlet else None}
    row |= {key: fields[key] for key in keys}
    row["is_wire_copy"] = article.credit_kind == "whole"
    if shown is not None:
        row["blocks"] = _blocks(article, shown)
    row["outcome"] = "ok" if article.outcome is Outcome.LOADED else str(article.outcome)
    return row


def _blocks(article: "Article", shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what became of each block that the page shows."""
    from pipeline.extract.explain import ShownBlock, explain

    decisions = explain(article, [ShownBlock(**block) for block in shown])
    return [
        {"text": each.text, "kept": each.is_kept, "reason": each.reason, "place": each.place}
        for each in decisions
    ]
