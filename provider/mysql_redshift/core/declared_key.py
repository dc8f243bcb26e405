"""Whether a new target declares its primary key, which Redshift believes without enforcing it."""

from __future__ import annotations

from mysql_redshift.core.spec import LayoutRef, LoadMode
from mysql_redshift.core.types.column import TableSchema


def declared_key(layout: LayoutRef, schema: TableSchema, load: LoadMode | None) -> tuple[str, ...]:
    """Return the target's columns to declare as its primary key; empty for none.

    Redshift's planner trusts a declared key and drops DISTINCT and GROUP BY over it, so that a false one gives wrong
    results. It may be false after appends, and for texts that differ only in trailing blanks, which Redshift ignores.
    """
    if layout.declare_key is not None:
        return schema.key_targets if layout.declare_key else ()
    blanks = any(schema.column(name).no_pad for name in schema.key)
    return () if load is LoadMode.APPEND or blanks else schema.key_targets
