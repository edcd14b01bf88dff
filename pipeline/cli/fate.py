"""``dateline fate URL`` shows what became of a link, or of a feed, at each attempt."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import Format, print_table
from pipeline.errors import UsageError

_COLUMNS = ("decided_at", "source_key", "outcome", "reason", "http_status", "url", "next_try_at")
_QUERY = """
select decided_at, source_key, coalesce(outcome, '(not decided yet)'), reason, http_status, url,
    case when is_latest then next_try_at end
from mart.url_fate
where url = %(url)s or canonical_url = %(canonical)s
order by decided_at desc nulls first
limit 50
"""
_DOCUMENT_COLUMNS = (
    "attempted_at",
    "outcome",
    "reason",
    "http_status",
    "links_found",
    "links_new",
    "state",
    "next_due_at",
)
_DOCUMENT_QUERY = """
select attempted_at, outcome, reason, http_status, links_found, links_new, state, next_due_at
from mart.document_fate
where url in (%(url)s, %(canonical)s)
order by attempted_at desc
limit 50
"""
_DOCUMENTS = """
select source_key, document_kind, state, poll_reason, next_due_at, moved_to
from mart.documents
where url in (%(url)s, %(canonical)s)
order by source_key
"""
_ROBOTS_COLUMNS = ("fetched_at", "outcome", "reason", "http_status", "read_at", "expires_at")
_ROBOTS = """
select fetched_at, coalesce(outcome, 'known'), reason, http_status, read_at, expires_at
from mart.robots
where url in (%(url)s, %(canonical)s)
"""


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=EVERY_DAY)
    def fate(
        url: Annotated[
            str, typer.Argument(help="A page's URL in any spelling, a feed, or a local file.")
        ],
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one JSON object per row.")
        ] = False,
    ) -> None:
        """Show what became of a page or a feed at each attempt: outcome, reason, HTTP status.

        For a page it also says when it is tried next; for a feed, sitemap or section page in which
        state it is, and when and why it is asked for next; for a robots.txt whether its rules are
        known.

        Example: dateline fate https://news.example/2026/11/storm
        """
        from pipeline.urls import canonical_url
        from pipeline.warehouse.store import store

        if Path(url).is_file():
            url = Path(url).resolve().as_uri()

        style: Format = "json" if as_json else "table"
        with store() as connection:
            keys = {"url": url, "canonical": canonical_url(url)}
            rows = connection.execute(_QUERY, keys).fetchall()
            documents = connection.execute(_DOCUMENTS, keys).fetchall()
            requests = connection.execute(_DOCUMENT_QUERY, keys).fetchall()
            robots = connection.execute(_ROBOTS, keys).fetchall()
        if not rows and not documents and not robots:
            raise UsageError(
                f"{url} was never discovered. Known links: mart.url_fate; feeds: mart.documents."
            )
        for source_key, kind, state, reason, due, moved_to in documents:
            moved = f", moved to {moved_to}" if moved_to else ""
            if due:
                asked = f"asked next {due:%Y-%m-%d %H:%M} UTC ({reason or 'not asked yet'})"
            elif state == "paused":
                asked = f"asked again after `dateline source resume {source_key}`"
            elif state == "by_hand":
                asked = "asked by `dateline run` only; `dateline source add` schedules it"
            else:
                asked = "not asked any more"
            typer.secho(f"{kind} of {source_key}: {state}{moved}; {asked}", err=True)
        if robots:
            print_table(robots, _ROBOTS_COLUMNS, style)
        if requests:
            print_table(requests, _DOCUMENT_COLUMNS, style)
        if rows:
            print_table(rows, _COLUMNS, style)
