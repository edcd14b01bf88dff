"""The stages of a run, one module each: both the DAGs and the command line call these functions.

A stage joins the packages that do one thing each (discover, fetch, extract, clean, dedupe,
annotate) to the archive and the warehouse. Stages pass each other ids and counts, never articles,
so that each can run in a process of its own. A stage may be killed at any time and called again
with the same arguments.

No stage imports Airflow.
"""
