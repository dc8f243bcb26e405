"""Settings that are valid individually but contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mysql_redshift.config.model import PipelineFile, TableEntry
from mysql_redshift.config.problems import Location
from mysql_redshift.core.spec import Deletes, LoadMode

Contradictions = Iterator[tuple[Location, str]]


def fitting_defaults(defaults: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Drop defaults that do not apply to the table's own ``load``: the table's setting is more specific."""
    inapplicable = {"replace": {"cursor", "lookback", "deletes"}, "append": {"lookback"}}.get(
        str(own.get("load")), set()
    )
    return {key: value for key, value in defaults.items() if key not in inapplicable}


def in_table(entry: TableEntry) -> Contradictions:
    """Yield the contradictions in a table's entry."""
    if entry.load in (LoadMode.MERGE, LoadMode.APPEND) and entry.cursor is None:
        yield ("load",), f"{entry.load.value} needs a cursor; set cursor, or use load: replace"
    if entry.load is LoadMode.APPEND and entry.lookback:
        yield ("lookback",), "load: append would duplicate the rows read again; remove lookback, or use load: merge"
    if entry.deletes is Deletes.RECONCILE and entry.cursor is None:
        yield (
            ("deletes",),
            "reconcile needs a cursor; without one each run replaces all rows, which removes deleted ones",
        )
    if entry.dist_key and entry.dist_style not in (None, "key"):
        yield ("dist_key",), f"not allowed with dist_style: {entry.dist_style}; remove one of the two"
    if entry.dist_style == "key" and not entry.dist_key:
        yield ("dist_style",), "key needs a dist_key; set dist_key to a column"
    for name in sorted(set(entry.columns.include) & set(entry.columns.exclude)):
        yield ("columns",), f"{name} is both included and excluded; remove one of the two"


def in_file(file: PipelineFile, stem: str) -> Contradictions:
    """Yield the contradictions outside the tables."""
    if file.pipeline != stem:
        text = f"expected the file name, {stem}, found {file.pipeline!r}; rename one of the two"
        yield ("pipeline",), text
    if file.lake.kms_key and file.lake.sse != "aws:kms":
        yield ("lake", "kms_key"), "allowed only with sse: aws:kms"
    if not file.tables:
        yield ("tables",), "expected at least one table, found none"
