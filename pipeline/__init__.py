"""Dateline: turns news sites into tables that an analyst can trust.

The rooms of the house are the sub-packages; ``pipeline.stages`` composes them and is what both the
Airflow DAGs and the ``dateline`` command call. Nothing in here imports Airflow.
"""

__version__ = "0.1.0"
