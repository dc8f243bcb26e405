"""What changed at the source since the log's last entry, in words."""

from __future__ import annotations

from mysql_redshift.core.types.column import Column, TableSchema


def schema_notes(before: TableSchema | None, now: TableSchema) -> tuple[str, ...]:
    """Name each column that came, went or changed its type since the last run that read rows."""
    if before is None:
        return ()
    old = {column.name: column for column in before.columns}
    new = {column.name: column for column in now.columns}
    came = [
        f"column {name} {new[name].source_type} is new: rows loaded before hold NULL in it"
        for name in new
        if name not in old
    ]
    went = [
        f"column {name} is gone at the source (dropped or renamed): the target keeps it, and every row that is loaded "
        "from now on holds NULL in it"
        for name in old
        if name not in new
    ]
    changed = [_changed(old[name], new[name]) for name in new if name in old and _differs(old[name], new[name])]
    return (*came, *went, *changed)


def _differs(before: Column, now: Column) -> bool:
    return (before.source_type, before.redshift_type) != (now.source_type, now.redshift_type)


def _changed(before: Column, now: Column) -> str:
    text = f"column {now.name} was {before.source_type} and is {now.source_type}"
    if before.redshift_type == now.redshift_type:
        return text
    return f"{text}: {now.redshift_type} in the target, {before.redshift_type} before"
