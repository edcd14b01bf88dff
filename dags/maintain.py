"""### maintain: the archive and the store in order, once a day

*index_archive* finishes the WARC files of killed tasks and makes missing indexes, *compact_archive*
joins the small files of each day, and *prune_archive* removes files older than
`DATELINE_ARCHIVE_DAYS` (0, the default, keeps them for ever) unless a page in them is needed.
*finish_takedowns* erases the records that `dateline takedown` had to leave, since their files were
being written. *prune_store* deletes attempts, check results and alerts older than
`DATELINE_ATTEMPT_DAYS`. Each can be killed and repeated at any moment; `dateline archive`,
`dateline takedown` and `dateline prune` do the same by hand. Airflow's own database and logs are
pruned by `dateline up`, since no task may touch them.
"""

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, task
from alerting import RecoveryNotifier
from policy import Counts, dag_args, stage


@dag(
    schedule=CronTriggerTimetable("40 3 * * *", timezone="UTC", run_immediately=timedelta()),
    doc_md=__doc__,
    **dag_args("schedule", "scheduled"),
)
def maintain() -> None:
    """Index, join and remove WARC files; delete old rows."""

    @task(execution_timeout=timedelta(hours=2), on_success_callback=RecoveryNotifier())
    def index_archive() -> Counts:
        """Make missing indexes, and finish the files of killed tasks."""
        return stage("archive").index_counts()

    @task(execution_timeout=timedelta(hours=2), on_success_callback=RecoveryNotifier())
    def compact_archive() -> Counts:
        """Join the small files of each day."""
        return stage("archive").compact_counts()

    @task(execution_timeout=timedelta(hours=2), on_success_callback=RecoveryNotifier())
    def prune_archive() -> Counts:
        """Remove files that are older than the setting says and hold no needed page."""
        return stage("archive").prune_counts()

    @task(execution_timeout=timedelta(hours=2))
    def finish_takedowns() -> Counts:
        """Erase the records of takedowns whose files were being written."""
        return stage("takedown").finish_counts()

    @task(multiple_outputs=False, execution_timeout=timedelta(hours=2))
    def prune_store() -> Counts:
        """Delete rows that are older than the settings allow."""
        return {each.what: each.removed for each in stage("retention").prune_store()}

    index_archive() >> finish_takedowns() >> compact_archive() >> prune_archive()
    prune_store()


maintain()
