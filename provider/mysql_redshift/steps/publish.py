"""Step three: publish all parts of a run as one log entry. Creating the entry is the commit of stage one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mysql_redshift.core.accounted import CursorRange, Ranges, add
from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.plan import Plan, Receipt
from mysql_redshift.core.position import Position
from mysql_redshift.errors import DataCheckFailed, MysqlRedshiftError
from mysql_redshift.ports import ObjectStore
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.stamps import now_text


def publish(plan: Plan, receipts: Sequence[Receipt], *, store: ObjectStore) -> LogEntry | None:
    """Publish the run's files and move the position in one object. Idempotent.

    Returns None if the plan is not carried out (dry run, mode redshift-only).

    Raises:
        DataCheckFailed: a chunk has no receipt or two, or a file on S3 differs from its receipt.
        Conflict: another run, which is named, published at this sequence; this run's files are not used.

    """
    if plan.skip:
        return None
    try:
        return _publish(plan, receipts, store)
    except MysqlRedshiftError as exc:
        watermark_cache.note_failure(plan.spec, store, stage="mysql", error=exc)
        raise


def _publish(plan: Plan, receipts: Sequence[Receipt], store: ObjectStore) -> LogEntry:
    journal = Journal.of(plan.spec, store)
    earlier = journal.find(plan.sequence)
    if earlier is not None and earlier.run_key == plan.run_key:
        return earlier
    ordered = _one_receipt_per_chunk(plan, receipts)
    if earlier is None:
        _check_files(plan, ordered, store)
    entry = journal.append(_entry(plan, ordered))
    state = watermark_cache.read(plan.spec, store)
    watermark_cache.write(plan.spec, store, watermark_cache.with_entry(state, entry))
    return entry


def _one_receipt_per_chunk(plan: Plan, receipts: Sequence[Receipt]) -> list[Receipt]:
    mine = sorted((r for r in receipts if r.run_key == plan.run_key), key=lambda r: r.chunk)
    planned = [chunk.index for chunk in plan.chunks]
    found = [receipt.chunk for receipt in mine]
    if found != planned or len(mine) != len(receipts):
        raise DataCheckFailed(
            "The extracted chunks are not the planned ones; nothing was published",
            where=f"{plan.spec.name}, run {plan.run_key}",
            expected=f"one receipt for each of chunks {planned}",
            found=f"chunks {found}, and {len(receipts) - len(mine)} receipts of other runs",
            remedy="Run the failed extract tasks again, then publish.",
        )
    return mine


def _check_files(plan: Plan, receipts: Sequence[Receipt], store: ObjectStore) -> None:
    """Check that every file is on S3 with the size and ETag of its receipt."""
    for file in (file for receipt in receipts for file in receipt.files):
        info = store.head(file.key)
        if info is None or (info.size, info.etag) != (file.size, file.etag):
            raise DataCheckFailed(
                "A Parquet file of this run differs from what was written; nothing was published",
                where=f"{plan.spec.name}, {store.uri(file.key)}",
                expected=f"{file.size} bytes, ETag {file.etag}",
                found="no such object" if info is None else f"{info.size} bytes, ETag {info.etag}",
                remedy="Run again. Make sure that nothing else writes under this prefix.",
            )


def _entry(plan: Plan, receipts: Sequence[Receipt]) -> LogEntry:
    files = tuple(file for receipt in receipts for file in receipt.files)
    policy_counts: Counter[str] = Counter()
    for receipt in receipts:
        policy_counts.update(receipt.policy_counts)
    last = _last_read(receipts)
    empty = not files and not plan.full
    return LogEntry(
        sequence=plan.sequence,
        kind=EntryKind.EMPTY if empty and plan.kind is EntryKind.EXTRACT else plan.kind,
        run_key=plan.run_key,
        created_at=now_text(),
        position_from=plan.position_from,
        position_to=_position_to(plan, last),
        spec=plan.spec,
        load=plan.load,
        full=plan.full,
        cursor=plan.cursor,
        window=plan.window,
        files=files,
        source_rows=sum(receipt.rows for receipt in receipts),
        schema=plan.table_schema,
        fingerprint=plan.table_schema.fingerprint if plan.table_schema else "",
        cursor_range=_cursor_range(receipts),
        safe_point_reason=plan.safe_point_reason,
        server_uuid=plan.server_uuid,
        observation=plan.observation,
        accounted=_accounted(plan, last),
        last_read=last,
        nulls_read=plan.nulls_read,
        rows_beyond_clock=plan.rows_beyond_clock,
        newest_cursor=plan.newest_cursor,
        policy_counts=dict(policy_counts),
        actor=plan.request.actor,
        run_id=plan.request.run_id,
        reason="; ".join(plan.notes),
    )


def _position_to(plan: Plan, last: Position | None) -> Position | None:
    """Return the plan's position or, with a row limit, that of the last row read; it never moves back."""
    if last is None or plan.kind is EntryKind.REPAIR:
        return plan.position_to
    if plan.position_from is not None and plan.position_from.order() > last.order():
        return plan.position_from
    return last


def _accounted(plan: Plan, last: Position | None) -> Ranges:
    """Return the rows read so far, with those of this run's window."""
    if plan.window is None:
        return plan.accounted
    return add(plan.accounted, CursorRange(lower=plan.window.lower, upper=last or plan.window.upper_position))


def _last_read(receipts: Sequence[Receipt]) -> Position | None:
    return next((receipt.last for receipt in receipts if receipt.last is not None), None)


def _cursor_range(receipts: Sequence[Receipt]) -> tuple[str, str] | None:
    """Return the smallest and largest cursor value (informational): shorter texts first, then by text."""
    found = [receipt.cursor_range for receipt in receipts if receipt.cursor_range is not None]
    if not found:
        return None
    low = min((b[0] for b in found), key=lambda text: (len(text), text))
    high = max((b[1] for b in found), key=lambda text: (len(text), text))
    return low, high
