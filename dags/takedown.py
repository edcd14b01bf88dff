"""### takedown: remove an article, an outlet or a person from every layer

Trigger it with `{"target": "https://news.example/storm", "reason": "court order 12/2026"}`; the
target is a URL, an article_id of `mart.articles`, the key of a source, whose pages are all removed
then, or `entity:` with a name or number, of which mentions, names and quotes go (with `texts` also
the articles that name it). Rows, names, quotes, copies, site memory and search go first, then the
records in the archive, and nothing is fetched from there again. **There is no undo.**
`dateline takedown` does the same and lists the orders so far.

A run that was killed may be cleared: it goes on where it stopped. A WARC file that is being written
is left to the DAG *maintain*.
"""

from typing import Any

from airflow.sdk import Param, dag, task
from policy import Counts, dag_args, stage


@dag(
    schedule=None,
    params={
        "target": Param(
            type="string", minLength=1, description="URL, article_id, source key, entity:NAME"
        ),
        "reason": Param(type="string", minLength=1, description="kept for those who ask later"),
        "texts": Param(False, type="boolean", description="of an entity: its articles too"),
        "requested_by": Param("Airflow", type="string", description="who asked for it"),
    },
    doc_md=__doc__,
    **dag_args("on demand"),
)
def takedown() -> None:
    """Remove the target of this run's parameters."""

    @task
    def take_down(params: dict[str, Any] | None = None) -> Counts:
        """Remove rows and records, and bar the addresses."""
        return stage("takedown").take_down_counts(**(params or {}))

    take_down()


takedown()
