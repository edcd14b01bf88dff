"""``dateline fate URL`` shows the outcome of a URL in each run."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import print_table
from pipeline.errors import UsageError

_COLUMNS = ("decided_at", "source_key", "outcome", "reason", "http_status", "url")
_QUERY = """
select decided_at, source_key, coalesce(outcome, '(not decided yet)'), reason, http_status, url
from mart.url_fate
where url = %(url)s or canonical_url = %(canonical)s
order by decided_at desc nulls first
limit 50
"""


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=EVERY_DAY)
    def fate(
        url: Annotated[str, typer.Argument(help="A URL in any spelling, or a local file.")],
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one JSON object per row.")
        ] = False,
    ) -> None:
        """Show what became of a URL in each run: its outcome, the reason, the HTTP status.

        Example: dateline fate https://news.example/2026/11/storm
        """
        from pipeline.urls import canonical_url
        from pipeline.warehouse.store import store

        if Path(url).is_file():
            url = Path(url).resolve().as_uri()

        with store() as connection:
            keys = {"url": url, "canonical": canonical_url(url)}
            rows = connection.execute(_QUERY, keys).fetchall()
        if not rows:
            raise UsageError(f"{url} was never discovered. Known links: mart.url_fate.")
        print_table(rows, _COLUMNS, "json" if as_json else "table")
