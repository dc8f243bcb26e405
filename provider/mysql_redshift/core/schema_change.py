"""Notes on schema changes at the source since the last log entry."""

from __future__ import annotations

from mysql_redshift.core.types.column import Column, TableSchema


def schema_notes(before: TableSchema | None, now: TableSchema) -> tuple[str, ...]:
    """Return a note for each column that was added, removed or changed its type since the last run that read rows."""
    if before is None:
        return ()
    old = {column.name: column for column in before.columns}
    new = {column.name: column for column in now.columns}
    added = [
        f"column {name} {new[name].source_type} is new: rows loaded earlier hold NULL in it"
        for name in new
        if name not in old
    ]
    removed = [
        f"column {name} no longer exists at the source (dropped or renamed): the target keeps it, and rows loaded from "
        "now on hold NULL in it"
        for name in old
        if name not in new
    ]
    changed = [_changed(old[name], new[name]) for name in new if name in old and _differs(old[name], new[name])]
    return (*added, *removed, *changed)


def _differs(before: Column, now: Column) -> bool:
    return (before.source_type, before.redshift_type) != (now.source_type, now.redshift_type)


def _changed(before: Column, now: Column) -> str:
    text = f"column {now.name} changed from {before.source_type} to {now.source_type}"
    if before.redshift_type == now.redshift_type:
        return text
    return f"{text}: in the target from {before.redshift_type} to {now.redshift_type}"
