"""The output of commands: rows as a table, JSON or YAML on standard output, messages on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def show(rows: Sequence[Row], output: str) -> None:
    """Print rows with identical keys; ``output`` is table, json or yaml."""
    if output == "json":
        print(json.dumps(list(rows), indent=1, ensure_ascii=False))
    elif output == "yaml":
        import yaml

        print(yaml.safe_dump([dict(row) for row in rows], sort_keys=False, allow_unicode=True), end="")
    else:
        _table(rows)


def print_message(text: str) -> None:
    """Print a message to standard error, so that standard output contains the rows only."""
    print(text, file=sys.stderr, flush=True)


def _table(rows: Sequence[Row]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        print_message("No rows.")
        return
    table = Table(box=box.SIMPLE)
    for name in rows[0]:
        numeric = all(isinstance(row[name], int | float | None) for row in rows)
        table.add_column(name.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    console = Console()
    if not console.is_terminal:
        console = Console(width=4000)  # do not fold in a file or a pipe, which have no width
    console.print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)
