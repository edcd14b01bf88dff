"""The assets that tie the DAGs together, each defined once.

Two ``Asset`` objects with one name and different URIs (or the other way round) fail the task that
touches them with ``AirflowInactiveAssetInInletOrOutletException``: import them from here.
"""

from airflow.sdk import Asset

RAW_PAGES = Asset(
    "raw_pages", uri="x-dateline://archive/raw_pages", extra={"meaning": "pages fetched, undecided"}
)
"""Fetched pages in the archive; ``ingest`` updates it, ``curate`` starts on it."""

CURATED = Asset("curated", uri="x-dateline://warehouse/mart", extra={"meaning": "marts refreshed"})
"""The ``mart`` views after a curate run: schedule your own DAGs on it."""
