"""Settings that are right by themselves and wrong together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mysql_redshift.config.model import PipelineFile, TableEntry
from mysql_redshift.config.problems import Location
from mysql_redshift.core.spec import Deletes, LoadMode

Contradictions = Iterator[tuple[Location, str]]


def fitting_defaults(defaults: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Leave out defaults that the table's own ``load`` makes meaningless: its own word is the more specific one."""
    meaningless = {"replace": {"cursor", "lookback", "deletes"}, "append": {"lookback"}}.get(
        str(own.get("load")), set()
    )
    return {key: value for key, value in defaults.items() if key not in meaningless}


def in_table(entry: TableEntry) -> Contradictions:
    """Yield what does not go together in a table's entry."""
    if entry.load in (LoadMode.MERGE, LoadMode.APPEND) and entry.cursor is None:
        yield ("load",), f"{entry.load.value} needs a cursor; name one, or write load: replace"
    if entry.load is LoadMode.APPEND and entry.lookback:
        yield ("lookback",), "with load: append the rows read again would be doubled; remove it, or write load: merge"
    if entry.deletes is Deletes.RECONCILE and entry.cursor is None:
        yield ("deletes",), "reconcile needs a cursor; a table that is read whole loses deleted rows in any case"
    if entry.dist_key and entry.dist_style not in (None, "key"):
        yield ("dist_key",), f"has no meaning with dist_style: {entry.dist_style}; remove one of the two"
    if entry.dist_style == "key" and not entry.dist_key:
        yield ("dist_style",), "key needs a dist_key; name a column"
    for name in sorted(set(entry.columns.include) & set(entry.columns.exclude)):
        yield ("columns",), f"{name} is both included and excluded; remove one of the two"


def in_file(file: PipelineFile, stem: str) -> Contradictions:
    """Yield what does not go together outside of the tables."""
    if file.pipeline != stem:
        text = f"expected the file's name, {stem}, found {file.pipeline!r}; rename one of the two"
        yield ("pipeline",), text
    if file.lake.kms_key and file.lake.sse != "aws:kms":
        yield ("lake", "kms_key"), "has a meaning only with sse: aws:kms"
    if not file.tables:
        yield ("tables",), "expected at least one table, found none"
