"""The ``dateline`` command; one file a command, each with a ``register(app)``."""

from pipeline.cli.app import main

__all__ = ["main"]
