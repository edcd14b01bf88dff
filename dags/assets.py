"""The assets that connect the DAGs.

Import them from here. Where two ``Asset`` objects have the same name and different URIs, or the
same URI and different names, the task that uses one fails with
``AirflowInactiveAssetInInletOrOutletException``.
"""

from airflow.sdk import Asset, AssetAlias

RAW_PAGES = Asset(
    "raw_pages", uri="x-dateline://archive/raw_pages", extra={"meaning": "pages fetched, undecided"}
)
"""Fetched pages in the archive; each finished group of sources of ``ingest`` updates it, and
``curate`` starts on it."""

PAGES_OF_SOURCES = AssetAlias("pages_of_sources")
"""What a task updates that may have no page for ``RAW_PAGES``: an alias updates an asset only where
the task says so. As a plain outlet, every tick that found feeds unchanged would start a run of
``curate`` with nothing to do."""

CURATED = Asset(
    "curated",
    uri="x-dateline://warehouse/news",
    extra={"meaning": "articles stored, not published"},
)
"""The tables after a run of ``curate``; ``publish`` starts on it."""

PUBLISHED = Asset(
    "published", uri="x-dateline://warehouse/mart", extra={"meaning": "marts refreshed"}
)
"""The ``mart`` views, refreshed by ``publish``; DAGs of your own can be scheduled on it."""

REFRESHED_MARTS = AssetAlias("refreshed_marts")
"""What *publish* updates, ``PUBLISHED`` only where it refreshed the marts."""
