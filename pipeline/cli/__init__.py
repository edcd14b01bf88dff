"""The ``dateline`` command line: one module per command, put together by ``pipeline.cli.app``."""

from pipeline.cli.app import main

__all__ = ["main"]
