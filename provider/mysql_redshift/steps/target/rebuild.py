"""Rebuilds a target whose columns need types that Redshift cannot alter: a new table, filled and swapped in.

All of it happens in the load's transaction: a load that fails or dies leaves the old table as it was. DROP and the last
RENAME wait for readers of the old table, and readers that come then wait for the COMMIT.
"""

from __future__ import annotations

from collections.abc import Sequence

from mysql_redshift.core.spec import TableSpec, TargetRef
from mysql_redshift.core.sql import merge as merge_sql
from mysql_redshift.core.sql import rebuild as rebuild_sql
from mysql_redshift.core.sql.rebuild import DIST_STYLES, RebuiltColumn
from mysql_redshift.core.target_schema import holds, normal_type
from mysql_redshift.core.types.column import Column, TableSchema
from mysql_redshift.errors import DataCheckFailed, TargetError
from mysql_redshift.ports import TargetTable, WarehouseSession
from mysql_redshift.steps.target.layout import ColumnLayout, read_defaults, read_layout


def refuse_rebuild(spec: TableSpec, table: TargetTable, session: WarehouseSession) -> None:
    """Raise TargetError where a rebuild would break what hangs on the table; nothing is touched."""
    views = [f"{schema}.{view}" for schema, view in session.query(rebuild_sql.select_views(table.oid))]
    if views:
        raise TargetError(
            "The table must be rebuilt, and views are bound to it",
            where=_where(spec),
            expected="no view but those WITH NO SCHEMA BINDING",
            found=", ".join(views),
            remedy="Drop these views, run again, and create them anew, best WITH NO SCHEMA BINDING.",
        )
    generated = [name for name, default in read_defaults(spec, session).items() if "identity" in default.lower()]
    if generated:
        raise TargetError(
            "The table must be rebuilt, and a rebuild would number its IDENTITY columns anew",
            where=_where(spec),
            found=", ".join(generated),
            remedy="Alter the target by hand.",
        )


def rebuild(
    spec: TableSpec,
    schema: TableSchema,
    changed: Sequence[Column],
    table: TargetTable,
    session: WarehouseSession,
    load_id: str,
    *,
    keep_rows: bool = True,
) -> None:
    """Fill a new table from the old one and let it take the name. Keys, layout, owner, grants and extra columns stay.

    Without ``keep_rows`` the new table stays empty, and no old value has to fit a new type.

    Raises:
        TargetError: views are bound to the table.
        DataCheckFailed: values do not fit the new type, or other rows arrived than were there.

    """
    refuse_rebuild(spec, table, session)
    old, new = spec.target, rebuild_sql.fresh(spec.target, load_id)
    columns, style = _columns(spec, schema, changed, table, session)
    session.execute(rebuild_sql.create(new, columns, schema.key_targets, style))
    if keep_rows:
        _move_rows(spec, columns, new, session)
    _take_over_rights(spec, table, session, load_id)
    session.execute(rebuild_sql.drop(old))
    session.execute(rebuild_sql.take_name(new, old))


def _move_rows(spec: TableSpec, columns: Sequence[RebuiltColumn], new: TargetRef, session: WarehouseSession) -> None:
    for column in columns:
        if column.before is not None:
            _refuse_lossy(spec, column, session)
    session.execute(rebuild_sql.fill(spec.target, new, columns))
    _compare_counts(spec, session, int(session.query(merge_sql.count_target(new))[0][0]))


def _columns(
    spec: TableSpec,
    schema: TableSchema,
    changed: Sequence[Column],
    table: TargetTable,
    session: WarehouseSession,
) -> tuple[list[RebuiltColumn], str]:
    existing = {column.name: column.type for column in table.columns}
    types = {c.target: c.redshift_type for c in changed if not holds(c.redshift_type, existing[c.target])}
    optional = {column.target for column in schema.columns if column.nullable}
    defaults = read_defaults(spec, session)
    layout = _layout(spec, session)
    columns = []
    for column in table.columns:
        placed = layout.get(column.name, ColumnLayout())
        kind = types.get(column.name, column.type)
        columns.append(
            RebuiltColumn(
                name=column.name,
                type=kind,
                before=None if holds(column.type, kind) else column.type,
                default=defaults.get(column.name),
                encoding=placed.encoding if normal_type(kind) == normal_type(column.type) else "none",  # Redshift's
                distkey=placed.distkey,
                sortkey=placed.sortkey,
                not_null=not column.nullable and column.name not in optional,
            )
        )
    styles = session.query(rebuild_sql.select_dist_style(table.oid))
    return columns, DIST_STYLES.get(int(styles[0][0]), "") if styles else ""


def _layout(spec: TableSpec, session: WarehouseSession) -> dict[str, ColumnLayout]:
    """Return the layout by column."""
    layout = read_layout(spec, session)
    if any(column.sortkey < 0 for column in layout.values()):
        raise TargetError(
            "The table must be rebuilt, and its sort key is interleaved, which a rebuild does not keep",
            where=_where(spec),
            remedy="Alter the target by hand.",
        )
    return layout


def _refuse_lossy(spec: TableSpec, column: RebuiltColumn, session: WarehouseSession) -> None:
    lossy = int(session.query(rebuild_sql.count_lossy(spec.target, column))[0][0])
    if lossy:
        raise DataCheckFailed(
            "A rebuild would change values; the load is rolled back",
            where=f"{_where(spec)}, column {column.name}",
            expected=f"values that are the same as {column.type}",
            found=f"{lossy} rows whose {column.before} is not",
            remedy="Correct them in the target, or run with full_refresh: true, which reads every row anew.",
        )


def _compare_counts(spec: TableSpec, session: WarehouseSession, found: int) -> None:
    expected = int(session.query(merge_sql.count_target(spec.target))[0][0])
    if found != expected:
        raise DataCheckFailed(
            "The rebuilt table holds other rows than the old one; the load is rolled back",
            where=_where(spec),
            expected=f"{expected} rows",
            found=f"{found} rows",
            remedy="Run again.",
        )


def _take_over_rights(spec: TableSpec, table: TargetTable, session: WarehouseSession, load_id: str) -> None:
    new = rebuild_sql.fresh(spec.target, load_id)
    ((owner, user),) = session.query(rebuild_sql.select_owner(table.oid))
    for privilege, kind, holder, again in session.query(rebuild_sql.select_grants(spec.target)):
        if (str(kind), str(holder)) != ("user", str(owner)):
            session.execute(rebuild_sql.grant(new, str(privilege), str(kind), str(holder), again=bool(again)))
    if owner != user:
        session.execute(rebuild_sql.give_to(new, str(owner)))


def _where(spec: TableSpec) -> str:
    return f"{spec.name} -> {spec.target.schema}.{spec.target.table}"
