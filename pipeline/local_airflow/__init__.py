"""A local Airflow: starts it, stops it and talks to its REST API.

Airflow runs in processes of its own; nothing here imports it. State is kept in ``<home>/airflow``
and printed output in ``<home>/logs``, where ``<home>`` is the home folder of the settings.
"""
