"""Decisions of a person about texts that the gate holds back: release them, or refuse them."""

from dataclasses import replace

from psycopg import Connection

from pipeline.errors import UsageError
from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.page_faults import PageFaults
from pipeline.stages.extract import read_pages
from pipeline.stages.run_lifecycle import close_run, own_run
from pipeline.warehouse import articles
from pipeline.warehouse.held_versions import HeldVersion, find_held
from pipeline.warehouse.held_versions import refuse as refuse_stored
from pipeline.warehouse.reprocessing import page_of_fetch
from pipeline.warehouse.site_memory import PostgresSiteMemory
from pipeline.warehouse.store import store


def release(key: str) -> HeldVersion:
    """Make a held text the current version of its article, with the edit at its own time.

    Args:
        key: id of the held text, or the article's URL.

    Raises:
        UsageError: there is none, it is decided already, or its page cannot be read as an article.
    """
    with store() as connection:
        held = _open(connection, key)
        article = _read(connection, held)
        with own_run("dateline-versions") as run_id:
            succeeded = False
            try:
                articles.release(connection, run_id, held, article)
                succeeded = True
            finally:
                close_run(run_id, succeeded)
    return held


def refuse(key: str) -> HeldVersion:
    """Decide that a held text is a wall; its page may show it again without becoming a version.

    Raises:
        UsageError: there is none, or it is decided already.
    """
    with store() as connection:
        held = _open(connection, key)
        refuse_stored(connection, held.held_version_id)
    return held


def _open(connection: Connection, key: str) -> HeldVersion:
    held = find_held(connection, key)
    if held is None:
        raise UsageError(f"{key}: no text is held under this id or URL; see dateline versions list")
    if held.decision is not None:
        raise UsageError(
            f"{key}: held text {held.held_version_id} was decided before ({held.decision}); "
            "see dateline versions list --all"
        )
    return held


def _read(connection: Connection, held: HeldVersion) -> Article:
    """Return the page of a held text as today's code reads it, under the article's URL."""
    page = page_of_fetch(connection, held.last_fetch_id)
    if page is None:
        raise UsageError(
            f"held text {held.held_version_id}: its page is not in the archive any more, so that it"
            " cannot become a version; dateline versions refuse closes it"
        )
    memory = PostgresSiteMemory(connection)
    [article] = read_pages([page], memory, PageFaults("load"), remember=False)
    if article.outcome is not Outcome.LOADED or not article.text:
        raise UsageError(
            f"held text {held.held_version_id}: today its page reads as {article.outcome}"
            f" ({article.reason}); dateline versions refuse closes it"
        )
    return replace(article, canonical_url=held.canonical_url)
