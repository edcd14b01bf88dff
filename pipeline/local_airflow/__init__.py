"""Starts, stops and asks Airflow, by process and REST; imports nothing of it.

Knows nothing of news: it is handed folders and a DSN. All state is in ``<home>/airflow`` and
``<home>/logs``.
"""
