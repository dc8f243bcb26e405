"""What must be widened before a batch. Redshift refuses ALTER COLUMN TYPE inside a transaction block."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.target_schema import TargetChanges
from mysql_redshift.core.types.column import Column
from mysql_redshift.ports import TargetTable
from mysql_redshift.steps.loading.groups import EntryGroup
from mysql_redshift.steps.target.changes import compare_columns, not_null, types_of


@dataclass(frozen=True, kw_only=True)
class Widening:
    """``columns`` must be widened before the transaction. ``through``: the last entry that can be applied in it.

    ``through`` is None for the whole batch. It is set if a later entry needs a column wider that an earlier entry of
    the same batch adds: the column does not exist outside the transaction until that one is committed.
    """

    columns: tuple[Column, ...] = ()
    through: int | None = None


def widening_before(
    spec: TableSpec, groups: Sequence[EntryGroup], table: TargetTable | None, *, fixed: Collection[str] = ()
) -> Widening:
    """Apply the groups' schemas to the target's columns in order, and return what must be widened first. Pure.

    Raises:
        TargetError: a column's type does not fit and cannot be changed.

    """
    types = types_of(table) if table is not None else {}
    required = not_null(table) if table is not None else []
    uncommitted: set[str] = set()
    widen: dict[str, Column] = {}
    for group in groups:
        if group.mode is None:
            continue
        schema = group.schema
        changes = TargetChanges(add=schema.columns)
        if types:
            changes = compare_columns(spec, schema, types, required=required, fixed=fixed)
        if any(column.target in uncommitted for column in changes.widen):
            return Widening(columns=tuple(widen.values()), through=group.entries[0].sequence - 1)
        widen |= {column.target: column for column in changes.widen}
        types |= {c.target: c.redshift_type for c in (*changes.add, *changes.widen, *changes.rebuild)}
        uncommitted |= {column.target for column in (*changes.add, *changes.rebuild)}
    return Widening(columns=tuple(widen.values()))
