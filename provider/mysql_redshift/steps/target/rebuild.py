"""Rebuilds a target whose columns need types that Redshift cannot alter: fills a new table and swaps it in.

Everything happens in the load's transaction: if the load fails or dies, the old table is unchanged. DROP and the final
RENAME wait for readers of the old table; later readers wait for the COMMIT.
"""

from __future__ import annotations

from collections.abc import Sequence

from mysql_redshift.core.spec import TableSpec, TargetRef
from mysql_redshift.core.sql import rebuild as rebuild_sql
from mysql_redshift.core.sql import target as target_sql
from mysql_redshift.core.sql.rebuild import DIST_STYLES, RebuiltColumn
from mysql_redshift.core.target_schema import holds, normal_type
from mysql_redshift.core.types.column import Column, TableSchema
from mysql_redshift.errors import AccessDenied, DataCheckFailed, TargetError
from mysql_redshift.ports import TargetTable, WarehouseSession
from mysql_redshift.steps.target.layout import ColumnLayout, read_defaults, read_layout


def refuse_rebuild(spec: TableSpec, table: TargetTable, session: WarehouseSession) -> None:
    """Raise TargetError if a rebuild would break objects that depend on the table. Changes nothing."""
    views = [f"{schema}.{view}" for schema, view in session.query(rebuild_sql.select_views(table.oid))]
    if views:
        raise TargetError(
            "The table must be rebuilt, but views are bound to it",
            where=spec.route,
            expected="no views, or only views WITH NO SCHEMA BINDING",
            found=", ".join(views),
            remedy="Drop these views, run again, and recreate them, preferably WITH NO SCHEMA BINDING.",
        )
    generated = [name for name, default in read_defaults(spec, session).items() if "identity" in default.lower()]
    if generated:
        raise TargetError(
            "The table must be rebuilt, but a rebuild would renumber its IDENTITY columns",
            where=spec.route,
            found=", ".join(generated),
            remedy="Alter the target by hand.",
        )
    _refuse_attachments(spec, session)


def _refuse_attachments(spec: TableSpec, session: WarehouseSession) -> None:
    """Raise TargetError if DROP TABLE would detach policies, column grants or datashares, or if that is unknown."""
    grantees = {str(row[2]) for row in session.query(rebuild_sql.select_grants(spec.target))}
    found = [f"grantee {name}" for name in sorted(grantees) if name.startswith(("ds:", "sys:"))]
    for view, sql in rebuild_sql.select_attachments(spec.target).items():
        try:
            ((rows,),) = session.query(sql)
        except (AccessDenied, TargetError) as error:
            raise TargetError(
                "The table must be rebuilt, but what a rebuild would detach from it cannot be read",
                where=spec.route,
                expected=f"a user who can read {view}",
                found=str(error.found or error),
                remedy="Let a user who can read this view alter the target by hand.",
            ) from error
        found += [f"{rows} rows in {view}"] if int(rows) else []
    if found:
        raise TargetError(
            "The table must be rebuilt, but a rebuild would detach policies, column grants or datashares",
            where=spec.route,
            found=", ".join(found),
            remedy="Alter the target by hand, and attach them again.",
        )


def rebuild(
    spec: TableSpec,
    schema: TableSchema,
    changed: Sequence[Column],
    table: TargetTable,
    session: WarehouseSession,
    load_id: str,
    primary_key: Sequence[str],
    *,
    keep_rows: bool = True,
) -> None:
    """Fill a new table from the old one, declare ``primary_key`` and rename it.

    Layout, owner, grants and extra columns are kept. Without ``keep_rows`` the new table stays empty, so no old value
    must fit a new type.

    Raises:
        TargetError: views are bound to the table.
        DataCheckFailed: values do not fit the new type, or the row counts differ.

    """
    refuse_rebuild(spec, table, session)
    old, new = spec.target, rebuild_sql.fresh(spec.target, load_id)
    columns, style = _columns(spec, schema, changed, table, session)
    session.execute(rebuild_sql.create(new, columns, primary_key, style))
    if keep_rows:
        _move_rows(spec, columns, new, session)
    _copy_rights(spec, table, session, load_id)
    session.execute(rebuild_sql.drop(old))
    session.execute(rebuild_sql.rename(new, old))


def _move_rows(spec: TableSpec, columns: Sequence[RebuiltColumn], new: TargetRef, session: WarehouseSession) -> None:
    for column in columns:
        if column.before is not None:
            _refuse_lossy(spec, column, session)
    session.execute(rebuild_sql.fill(spec.target, new, columns))
    _compare_counts(spec, session, int(session.query(target_sql.count(new))[0][0]))


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
    """Return the layout by column; raises TargetError for an interleaved sort key."""
    layout = read_layout(spec, session)
    if any(column.sortkey < 0 for column in layout.values()):
        raise TargetError(
            "The table must be rebuilt, but a rebuild does not keep its interleaved sort key",
            where=spec.route,
            remedy="Alter the target by hand.",
        )
    return layout


def _refuse_lossy(spec: TableSpec, column: RebuiltColumn, session: WarehouseSession) -> None:
    lossy = int(session.query(rebuild_sql.count_lossy(spec.target, column))[0][0])
    if lossy:
        raise DataCheckFailed(
            "A rebuild would change values; the load was rolled back",
            where=f"{spec.route}, column {column.name}",
            expected=f"values that {column.type} can hold",
            found=f"{lossy} rows whose {column.before} it cannot",
            remedy="Correct them in the target, or run with full_refresh: true, which reads every row again.",
        )


def _compare_counts(spec: TableSpec, session: WarehouseSession, found: int) -> None:
    expected = int(session.query(target_sql.count(spec.target))[0][0])
    if found != expected:
        raise DataCheckFailed(
            "Row count mismatch (rows of the rebuilt table); the load was rolled back",
            where=spec.route,
            expected=f"{expected} rows",
            found=f"{found} rows",
            remedy="Run again.",
        )


def _copy_rights(spec: TableSpec, table: TargetTable, session: WarehouseSession, load_id: str) -> None:
    new = rebuild_sql.fresh(spec.target, load_id)
    ((owner, user),) = session.query(rebuild_sql.select_owner(table.oid))
    for privilege, kind, grantee, grant_option in session.query(rebuild_sql.select_grants(spec.target)):
        if (str(kind), str(grantee)) != ("user", str(owner)):
            sql = rebuild_sql.grant(new, str(privilege), str(kind), str(grantee), grant_option=bool(grant_option))
            session.execute(sql)
    if owner != user:
        session.execute(rebuild_sql.set_owner(new, str(owner)))
