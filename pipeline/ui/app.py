"""The pages as an ASGI application: each address, its queries, and what is said in an error."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, Query, Request
from fastapi.params import Depends
from fastapi.responses import FileResponse, HTMLResponse, Response
from psycopg import Connection

from pipeline.errors import DatelineError
from pipeline.text import storable
from pipeline.ui import outcome_groups, shown_values
from pipeline.ui.charts import DAYS, articles_chart, last_days, stacked_chart
from pipeline.ui.rendering import templates
from pipeline.warehouse import operator_pages
from pipeline.warehouse.read_only import read_only_transaction, reader

_STATIC = Path(__file__).parent / "static"
_TIMEOUT = "10s"
"""A query that takes longer is cancelled: the page says so, and the server is left in peace."""
_HEADERS = {
    # Nothing from elsewhere, no inline script or style, and in no frame but Airflow's.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
Text = Annotated[str, Query(max_length=1000)]


class NothingThere(Exception):
    """A page was asked for about something that is not stored; the message says what."""


def ui_app(guards: Sequence[Depends] = ()) -> FastAPI:
    """Return the application.

    Args:
        guards: dependencies of every page and file, which let a request through or refuse it.
    """
    app = FastAPI(
        title="Dateline", docs_url=None, redoc_url=None, openapi_url=None, dependencies=list(guards)
    )
    app.middleware("http")(_with_headers)
    app.add_exception_handler(NothingThere, _not_found)
    app.add_exception_handler(DatelineError, _no_store)
    app.add_exception_handler(psycopg.Error, _no_store)
    pages: dict[str, Callable[..., Response]] = {
        "/": sources_page,
        "/source": source_page,
        "/intake": intake_page,
        "/alerts": alerts_page,
        "/quarantine": quarantine_page,
        "/run": run_page,
    }
    for path, page in pages.items():
        app.get(path, response_class=HTMLResponse)(page)
    app.get("/static/{name}")(static_file)
    return app


def sources_page(
    state: Text = "", q: Text = "", page: Annotated[int, Query(ge=0, le=10_000)] = 0
) -> Response:
    """Show every source: how it fares, why, and its articles of the last days."""
    with _store() as conn:
        rows = operator_pages.source_board(conn, storable(state), storable(q), page)
        there_is_more = len(rows) > operator_pages.SOURCES_A_PAGE
        rows = rows[: operator_pages.SOURCES_A_PAGE]
        days = operator_pages.completeness(conn, [row["source_key"] for row in rows], DAYS)
        counts = operator_pages.source_counts(conn)
        totals = operator_pages.totals(conn)
        freshness = operator_pages.freshness(conn)
        backlog = operator_pages.backlog(conn)
    today = _now().date()
    charts = {key: articles_chart(found, today, 140, 28) for key, found in days.items()}
    return _page(
        "sources.html",
        rows=rows,
        charts=charts,
        counts=counts,
        totals=totals,
        freshness=freshness,
        backlog=backlog,
        state=state,
        q=q,
        page=page,
        there_is_more=there_is_more,
    )


def source_page(key: Text = "") -> Response:
    """Show one source: documents, their requests, recent links, and text that was removed."""
    key = storable(key)
    with _store() as conn:
        found = operator_pages.source(conn, key)
        if found is None:
            raise NothingThere(f"there is no source {shown_values.shown(key) or 'without a key'}")
        days = operator_pages.completeness(conn, [key], 30)[key]
        values: dict[str, Any] = {
            "history": operator_pages.state_history(conn, key),
            "documents": operator_pages.documents(conn, key),
            "attempts": operator_pages.document_attempts(conn, found["source_id"]),
            "links": operator_pages.recent_links(conn, found["source_id"]),
            "blocks": operator_pages.removed_blocks(conn, found["source_id"]),
            "alerts": operator_pages.alerts(conn, key),
            "quarantine": operator_pages.quarantine(conn, key),
        }
    chart = articles_chart(days, _now().date(), 720, 150, 30)
    return _page("source.html", source=found, chart=chart, has_days=bool(days), **values)


def intake_page() -> Response:
    """Show what links came to by day, how fresh articles are, and what waits."""
    with _store() as conn:
        rows = operator_pages.outcomes_by_day(conn, DAYS)
        values: dict[str, Any] = {
            "freshness": operator_pages.freshness_by_day(conn, 4),
            "backlog": operator_pages.backlog(conn),
            "oldest": operator_pages.oldest_undecided(conn),
        }
    today = _now().date()
    chart = stacked_chart(outcome_groups.by_day(rows), list(outcome_groups.GROUPS), today, 840, 180)
    of_outcome: dict[str, dict[Any, int]] = {}
    for row in rows:
        of_outcome.setdefault(row["outcome"], {})[row["day"]] = row["links"]
    return _page("intake.html", chart=chart, of_outcome=of_outcome, days=last_days(today), **values)


def alerts_page() -> Response:
    """Show the alerts, and the checks of the last publish."""
    with _store() as conn:
        return _page(
            "alerts.html",
            alerts=operator_pages.alerts(conn),
            checks=operator_pages.checks(conn),
            findings=operator_pages.findings(conn),
            totals=operator_pages.totals(conn),
        )


def quarantine_page() -> Response:
    """Show the pages that broke a stage."""
    with _store() as conn:
        return _page("quarantine.html", rows=operator_pages.quarantine(conn))


def run_page(dag_id: Text = "", run_id: Text = "") -> Response:
    """Show what one run of a DAG asked for and what its links came to, by source."""
    with _store() as conn:
        run = operator_pages.run(conn, storable(dag_id), storable(run_id))
        if run is None:
            raise NothingThere(
                f"Dateline recorded no run {shown_values.shown(run_id)} of the DAG "
                f"{shown_values.shown(dag_id)}: it has not begun, or this DAG is not Dateline's"
            )
        outcomes = operator_pages.run_outcomes(conn, run["run_id"])
        is_own = bool(outcomes)
        if not is_own:
            outcomes = operator_pages.outcomes_between(conn, run["started_at"], run["finished_at"])
        values: dict[str, Any] = {
            "documents": operator_pages.run_documents(conn, run["run_id"]),
            "problems": operator_pages.run_problems(conn, run["run_id"]),
            "findings": operator_pages.run_findings(conn, run["run_id"]),
        }
    counts = outcome_groups.by_source(outcomes)
    return _page("run.html", run=run, counts=counts, is_own=is_own, **values)


def static_file(name: str) -> Response:
    """Return the style sheet or the script."""
    if name not in _FILES:
        raise NothingThere(f"there is no file {shown_values.shown(name)}")
    return FileResponse(_STATIC / name, media_type=_FILES[name])


_FILES = {"dateline.css": "text/css", "frame.js": "text/javascript"}


@contextmanager
def _store() -> Iterator[Connection]:
    with reader(migrate=False) as session, read_only_transaction(session.conn):
        # Compiling takes longer than the queries, which read little.
        session.conn.execute(
            "select pg_catalog.set_config('statement_timeout', %s, true),"
            " pg_catalog.set_config('jit', 'off', true)",
            (_TIMEOUT,),
        )
        yield session.conn


_TEMPLATES = templates("pipeline.ui")


def _page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    now = _now()
    text = _TEMPLATES.get_template(template).render(
        now=now,
        ago=lambda moment: shown_values.ago(moment, now),
        due=lambda moment: shown_values.due(moment, now),
        **values,
    )
    return HTMLResponse(text, status)


async def _with_headers(
    request: Request, answer: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await answer(request)
    response.headers.update(_HEADERS)
    return response


def _not_found(request: Request, error: Exception) -> Response:
    return _page("error.html", 404, title="Not found", text=f"{error}.")


def _no_store(request: Request, error: Exception) -> Response:
    """Say that the store gives no answer now, and what helps."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        text = (
            f"Postgres needed more than {_TIMEOUT} for this page. Try again when it has less to do."
        )
    else:
        text = shown_values.shown(str(error), 1000)
    return _page("error.html", 503, title="No answer from Postgres", text=text)


def _now() -> datetime:
    return datetime.now(UTC)
