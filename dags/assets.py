"""The assets that connect the DAGs.

Import them from here. Where two ``Asset`` objects have the same name and different URIs, or the
same URI and different names, the task that uses one fails with
``AirflowInactiveAssetInInletOrOutletException``.
"""

from airflow.sdk import Asset

RAW_PAGES = Asset(
    "raw_pages", uri="x-dateline://archive/raw_pages", extra={"meaning": "pages fetched, undecided"}
)
"""Fetched pages in the archive; ``ingest`` updates it, ``curate`` starts on it."""

CURATED = Asset("curated", uri="x-dateline://warehouse/mart", extra={"meaning": "marts refreshed"})
"""The ``mart`` views after a run of ``curate``; DAGs of your own can be scheduled on it."""
