"""The demo's terminal output: lines prefixed with the elapsed seconds, with or without a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 130  # columns if there is no terminal


class Screen:
    """Print to the terminal; safe to use from any thread."""

    def __init__(self) -> None:
        console = Console(highlight=False)
        self._console = console if console.is_terminal else Console(highlight=False, width=WIDTH)
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the demo started."""
        return time.monotonic() - self._begun

    def heading(self, text: str) -> None:
        """Print a section heading."""
        self._console.print(Text(f"\n== {text}", style="bold"))

    def say(self, text: str, style: str = "") -> None:
        """Print one line."""
        self._console.print(Text(f"[{self.seconds:6.1f} s] ", style="dim").append(text, style=style or "not dim"))

    def table(
        self, title: str, names: Iterable[str], rows: Iterable[Iterable[str]], *, numbers: Iterable[str] = ()
    ) -> None:
        """Print a table; the columns named in ``numbers`` are right-aligned."""
        right = set(numbers)
        table = Table(title=title, title_justify="left", title_style="bold")
        for name in names:
            table.add_column(name, justify="right" if name in right else "left", overflow="ellipsis", no_wrap=True)
        for row in rows:
            table.add_row(*map(Text, row))
        self._console.print(table)
