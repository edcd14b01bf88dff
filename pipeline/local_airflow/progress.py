"""Says on stderr what goes on: a spinner on a terminal, plain lines elsewhere, with seconds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


class Progress:
    """Lines about steps that are done, and about the one that is under way."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)

    @contextmanager
    def step(self, doing: str, done: str | None = None) -> Iterator[None]:
        """Show ``doing`` while the block runs, and ``done`` with its seconds when it went well."""
        began = time.monotonic()
        if not self._console.is_terminal:
            self.say(f"… {doing}")
        with self._console.status(f"{escape(doing)} …"):
            yield
        self.tick(done or doing, time.monotonic() - began)

    def tick(self, what: str, seconds: float, *, mark: str = "✓", style: str = "green") -> None:
        """Say that something is over, and how long it took."""
        line = f"[{style}]{mark}[/] {escape(what):<44} [dim]{seconds:6.1f} s[/]"
        self._console.print(line, soft_wrap=True)

    def say(self, line: str) -> None:
        """Print one line as it is."""
        self._console.print(escape(line), soft_wrap=True)
