"""What must change in an existing target before rows can be loaded."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mysql_redshift.core.spec import OnTypeChange, TableSpec
from mysql_redshift.core.target_schema import TargetChanges, compare
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.ports import TargetTable, WarehouseSession
from mysql_redshift.steps.target.layout import unalterable


def target_changes(
    spec: TableSpec, schema: TableSchema, table: TargetTable | None, session: WarehouseSession
) -> TargetChanges:
    """Return the columns to add, to widen and to rebuild; nothing if the target does not exist yet.

    Encodings and defaults are queried only if a column must be widened.

    Raises:
        TargetError: a column's type does not fit and cannot be changed.

    """
    if table is None:
        return TargetChanges()
    changes = compare_columns(spec, schema, types_of(table), required=not_null(table))
    if not changes.widen:
        return changes
    fixed = unalterable(spec, session)
    return compare_columns(spec, schema, types_of(table), required=not_null(table), fixed=fixed)


def compare_columns(
    spec: TableSpec,
    schema: TableSchema,
    types: Mapping[str, str],
    *,
    required: Collection[str] = (),
    fixed: Collection[str] = (),
) -> TargetChanges:
    """Compare the schema with the target's columns, as the spec allows changes.

    ``types``: Redshift type by column; ``required``: NOT NULL columns; ``fixed``: columns whose size Redshift does not
    alter.
    """
    rebuild = spec.on_type_change is OnTypeChange.REBUILD
    return compare(schema, types, where=spec.route, rebuild=rebuild, required=required, fixed=fixed)


def types_of(table: TargetTable) -> dict[str, str]:
    """Return the Redshift type by column."""
    return {column.name: column.type for column in table.columns}


def not_null(table: TargetTable) -> list[str]:
    """Return the NOT NULL columns."""
    return [column.name for column in table.columns if not column.nullable]
