"""Progress on stderr: a spinner on a terminal, plain lines elsewhere, with each step's seconds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


class Progress:
    """Print the step that is under way and the steps that are done.

    Args:
        console: where to print; stderr by default.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)

    @contextmanager
    def step(self, doing: str, done: str | None = None) -> Iterator[None]:
        """Show ``doing`` while the block runs; print ``done`` and the seconds if it succeeds."""
        began = time.monotonic()
        if not self._console.is_terminal:
            self.say(f"… {doing}")
        with self._console.status(f"{escape(doing)} …"):
            yield
        self.print_done(done or doing, time.monotonic() - began)

    def print_done(
        self, what: str, seconds: float, *, mark: str = "✓", style: str = "green"
    ) -> None:
        """Print a mark, what has ended and the seconds it took; ``style`` is a rich style."""
        line = f"[{style}]{mark}[/] {escape(f'{what:<44}')} [dim]{seconds:6.1f} s[/]"
        self._console.print(line, soft_wrap=True)

    def say(self, line: str) -> None:
        """Print one line as it is, without rich markup."""
        self._console.print(escape(line), soft_wrap=True)
