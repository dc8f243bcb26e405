"""What can be known to fail before any row moves."""

from __future__ import annotations

import secrets
from functools import partial

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.spec import OnTypeChange, TableSpec
from mysql_redshift.core.target_schema import TargetChanges, compare
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.errors import AccessDenied, StoreError
from mysql_redshift.ports import ObjectStore, TargetTable, Warehouse, WarehouseSession
from mysql_redshift.steps.state.session_labels import unique_label
from mysql_redshift.steps.target.layout import unalterable
from mysql_redshift.steps.target.rebuild import refuse_rebuild


def check_bucket(spec: TableSpec, store: ObjectStore) -> None:
    """Prove once, before the first run of a table, that the bucket keeps If-None-Match. It is left as it was.

    Raises:
        StoreError: the bucket lets the same new key be created twice, so that two runs could overwrite each other.

    """
    key = TableLayout.of(spec).probe(secrets.token_hex(8))
    try:
        store.put_new(key, b"first")
        refused = not store.put_new(key, b"second")
    finally:
        store.delete([key])
    if not refused:
        raise StoreError(
            "The bucket has no conditional writes: two runs could overwrite each other's log",
            where=f"{spec.name}, s3://{spec.lake.bucket}",
            expected="a second PUT with If-None-Match: * to be refused (412)",
            found="it was accepted",
            remedy="Use a bucket on Amazon S3 or on a server that supports conditional writes.",
        )


def check_target(spec: TableSpec, schema: TableSchema, warehouse: Warehouse) -> tuple[str, ...]:
    """Connect to the target and compare it with what the rows need; return what the next load will change there.

    Raises:
        AccessDenied: naming every missing privilege.
        TargetError: naming every column that does not fit.

    """
    with warehouse.session(unique_label()) as session:
        missing = session.missing_privileges(spec.target.schema, spec.target.table, spec.target.ledger_schema)
        if missing:
            raise AccessDenied(
                "The Redshift user may not do what a load does",
                where=f"{spec.name} -> {spec.target.schema}.{spec.target.table}",
                found="; ".join(missing),
                remedy="Have an administrator grant it, or name another user in the connection.",
            )
        table = session.describe(spec.target.schema, spec.target.table)
        changes = target_changes(spec, schema, table, session)
        if table is not None and changes.rebuild:
            refuse_rebuild(spec, table, session)
        session.rollback()
    return changes.notes()


def target_changes(
    spec: TableSpec, schema: TableSchema, table: TargetTable | None, session: WarehouseSession
) -> TargetChanges:
    """Return what must change at an existing target; raises TargetError where that cannot be.

    Encodings and defaults are asked for only where a column has to be widened.
    """
    if table is None:
        return TargetChanges()
    compared = partial(
        compare,
        schema,
        {column.name: column.type for column in table.columns},
        where=f"{spec.name} -> {spec.target.schema}.{spec.target.table}",
        rebuild=spec.on_type_change is OnTypeChange.REBUILD,
        required=[column.name for column in table.columns if not column.nullable],
    )
    changes = compared()
    return compared(fixed=unalterable(spec, session)) if changes.widen else changes
