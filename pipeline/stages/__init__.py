"""One file a stage: each composes the rooms, and is what both the DAGs and the CLI call.

Between stages go ids and counts, never articles; every stage may be killed at any time and called
again with the same arguments. Knows nothing of Airflow.
"""
