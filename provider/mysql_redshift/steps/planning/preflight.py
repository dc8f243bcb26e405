"""Checks before any row moves: bucket, target and the source's foreign keys."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.errors import AccessDenied, StoreError
from mysql_redshift.ports import MissingPrivileges, ObjectStore, Source, Warehouse
from mysql_redshift.steps.target.changes import target_changes
from mysql_redshift.steps.target.rebuild import refuse_rebuild

NO_ALTER = "the user does not own the target and has no ALTER on it"


def check_bucket(spec: TableSpec, store: ObjectStore) -> None:
    """Test once, before a table's first run, that the bucket honours If-None-Match. The test object is deleted.

    Raises:
        StoreError: the bucket creates the same key twice, so two runs could overwrite each other's log.

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
            expected="a second PUT with If-None-Match: * is refused (412)",
            found="it was accepted",
            remedy="Use a bucket on Amazon S3 or on a server that supports conditional writes.",
        )


def check_target(spec: TableSpec, schema: TableSchema, warehouse: Warehouse) -> tuple[str, ...]:
    """Connect to the target and compare it with the schema; return what the next load will change.

    A right that the user may have through a role is a note, because Redshift may not show it.

    Raises:
        AccessDenied: naming every missing right.
        TargetError: naming every column that does not fit.

    """
    with warehouse.session() as session:
        missing = session.missing_privileges(spec.target)
        notes = _missing_notes(spec, missing.rights, missing)
        table = session.describe(spec.target.schema, spec.target.table)
        changes = target_changes(spec, schema, table, session)
        if changes.notes() and not missing.may_alter:
            notes += _missing_notes(spec, [f"{NO_ALTER}, and columns must change"], missing)
        elif not missing.may_alter:
            notes += (f"{NO_ALTER}: a new column at the source, or a wider one, will fail",)
        if table is not None and changes.rebuild:
            refuse_rebuild(spec, table, session)
        session.rollback()
    return (*notes, *changes.notes())


def _missing_notes(spec: TableSpec, rights: Sequence[str], missing: MissingPrivileges) -> tuple[str, ...]:
    """Return a note of the missing rights if the user may have them through a role.

    Raises:
        AccessDenied: the user holds no role, so the rights are missing.

    """
    if not rights:
        return ()
    found = "; ".join(rights)
    if missing.has_roles:
        return (f"Redshift shows these rights as missing ({found}); the user may have them through a role",)
    raise AccessDenied(
        "The Redshift user lacks privileges that a load needs",
        where=spec.route,
        found=found,
        remedy="Have an administrator grant them, or set another user in the connection.",
    )


def cascade_notes(spec: TableSpec, source: Source) -> tuple[str, ...]:
    """Return a note per foreign key through which MySQL deletes or changes rows without updating their cursor."""
    found = source.query(source_sql.cascades(spec.source))
    return tuple(
        f"foreign key {name} (ON DELETE {on_delete}, ON UPDATE {on_update}) changes rows without updating their "
        "cursor: the check keys finds such deletes, only a full refresh finds such updates"
        for name, on_delete, on_update in found
    )
