"""Deletes from the target what the source no longer has: compare the keys, publish them as a log entry, load it."""

from __future__ import annotations

from collections.abc import Sequence

from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.spec import Deletes, TableSpec
from mysql_redshift.core.verification import Check, CheckResult, failures
from mysql_redshift.errors import Conflict, MysqlRedshiftError
from mysql_redshift.ports import Encoder, ObjectStore, Source, Warehouse
from mysql_redshift.steps.load import load
from mysql_redshift.steps.loading.deletes import refuse_emptying
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.stamps import now_text
from mysql_redshift.steps.verification.due import due_checks
from mysql_redshift.steps.verification.key_comparison import KeyComparison, compare_keys
from mysql_redshift.steps.verification.report import VerifyReport
from mysql_redshift.steps.verify import DEFAULT, named_checks, require_encoder, require_source, verify


def reconcile(
    spec: TableSpec,
    *,
    source: Source | None,
    store: ObjectStore,
    warehouse: Warehouse,
    encoder: Encoder | None = None,
    checks: Sequence[str] = (*DEFAULT, Check.KEYS),
    if_due: bool = False,
) -> VerifyReport:
    """Delete the rows that the source no longer has, if the check ``keys`` is due, then verify.

    The arguments are those of ``verify``. Nothing is deleted while rows are missing, stale or duplicate, while entries
    are pending, or unless the spec has ``deletes: reconcile``; a note then gives the reason.

    Raises:
        Conflict: another run, which is named, loaded or published meanwhile. Nothing was deleted.
        DataCheckFailed: a check failed, or an empty source would empty the target.

    """
    compared = None
    if _keys_are_due(spec, store, checks, if_due=if_due):
        try:
            compared = _compare_and_delete(
                spec,
                source=require_source(spec, source),
                store=store,
                warehouse=warehouse,
                encoder=require_encoder(spec, encoder),
            )
        except MysqlRedshiftError as exc:
            watermark_cache.note_failure(spec, store, stage="verify", error=exc)
            raise
    return verify(
        spec,
        source=source,
        store=store,
        warehouse=warehouse,
        encoder=encoder,
        checks=checks,
        if_due=if_due,
        compared=compared,
    )


def _keys_are_due(spec: TableSpec, store: ObjectStore, checks: Sequence[str], *, if_due: bool) -> bool:
    wanted = named_checks(checks)
    journal = Journal.of(spec, store)
    cache = watermark_cache.read(spec, store)
    head = journal.head(hint=cache.log_extracted)
    if head is None or Check.KEYS not in wanted:
        return False
    return not if_due or Check.KEYS in due_checks(wanted, journal, cache, head)


def _compare_and_delete(
    spec: TableSpec, *, source: Source, store: ObjectStore, warehouse: Warehouse, encoder: Encoder
) -> CheckResult:
    found = compare_keys(spec, source=source, store=store, warehouse=warehouse, encoder=encoder)
    if isinstance(found, CheckResult):
        return found
    published = False
    try:
        reason = _why_kept(spec, store, found)
        deleted = found.counts.deleted
        if spec.deletes is Deletes.RECONCILE:
            refuse_emptying(spec, keys=found.key_file.rows, deleted=deleted)
        if failures([found.result()]) or not deleted or found.head is None or reason:
            return found.result(reason)
        published = True  # from here on a log entry may name the files, whatever the reply is
        _publish(spec, store, found, found.head)
    finally:
        if not published:
            found.key_file.delete(store)
    load(spec, store=store, warehouse=warehouse)
    return found.result(reconciled=True)


def _why_kept(spec: TableSpec, store: ObjectStore, found: KeyComparison) -> str:
    """Return why rows that the source no longer has stay in the target; empty if they may be deleted."""
    head = found.head
    if spec.deletes is not Deletes.RECONCILE:
        return f"deletes: {spec.deletes}"
    if found.key_file.replica:
        return (
            "not reconciled: the source is a replica, and its endpoint may lead to another replica that is behind; set "
            "writer_conn_id"
        )
    if head is not None and head.server_uuid not in ("", found.key_file.server_uuid):
        return "not reconciled: the source is another server than the one last read; the next run's check reconciles"
    last = head.sequence if head is not None else 0
    pending = Journal.of(spec, store).after(found.ledger_head.sequence, through=last)
    if any(entry.has_work for entry in pending):
        return "not reconciled: the log holds entries that are not loaded yet"
    return ""


def _publish(spec: TableSpec, store: ObjectStore, found: KeyComparison, head: LogEntry) -> None:
    """Publish the key file directly after the head that was read before its snapshot.

    Raises:
        Conflict: another run took the sequence, so no entry names the files; they are deleted.

    """
    entry = LogEntry.after(
        head,
        kind=EntryKind.RECONCILE,
        run_key=found.key_file.run_key,
        created_at=now_text(),
        spec=spec,
        cursor=found.cursor,
        files=found.key_file.files,
        source_rows=found.key_file.rows,
        schema=found.schema,
        fingerprint=found.schema.fingerprint,
        server_uuid=found.key_file.server_uuid,
        observation=head.observation,
        accounted=head.accounted_by(found.cursor),
        actor="verify",
        reason=f"{found.counts.deleted} rows of the target were deleted at the source",
    )
    try:
        Journal.of(spec, store).append(entry)
    except Conflict:
        found.key_file.delete(store)
        raise
