"""Foreign keys that change rows behind the cursor's back."""

from __future__ import annotations

from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.ports import Source


def cascade_notes(spec: TableSpec, source: Source) -> tuple[str, ...]:
    """Name the table's foreign keys by which MySQL deletes or changes its rows without touching their cursor."""
    found = source.query(source_sql.cascades(spec.source))
    return tuple(
        f"foreign key {name} (ON DELETE {on_delete}, ON UPDATE {on_update}) changes rows without their cursor: "
        "the check keys finds such deletes, only a full refresh such changes"
        for name, on_delete, on_update in found
    )
