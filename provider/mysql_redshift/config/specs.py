"""Build a table's spec from validated YAML."""

from __future__ import annotations

from mysql_redshift.config.model import PipelineFile, TableEntry
from mysql_redshift.core.spec import (
    ColumnsRef,
    CursorRef,
    Deletes,
    LakeRef,
    LayoutRef,
    SourceRef,
    TableSpec,
    TargetRef,
)
from mysql_redshift.core.verification import Check


def table_spec(file: PipelineFile, entry: TableEntry, name: str, environment: str) -> TableSpec:
    """Return the complete configuration of one table."""
    return TableSpec(
        pipeline=file.pipeline,
        environment=environment,
        source=SourceRef(table=entry.source_table or name, **file.source.model_dump()),
        lake=LakeRef(**file.lake.model_dump()),
        target=_target(file, entry, name),
        strategy=entry.strategy or file.strategy,
        cursor=CursorRef(**entry.cursor.model_dump()) if entry.cursor else None,
        key=entry.key,
        load=entry.load,
        lookback=entry.lookback,
        lag=entry.lag,
        max_hold=entry.max_hold,
        batch_rows=entry.batch_rows,
        chunk_rows=entry.chunk_rows,
        max_chunks=entry.max_chunks,
        part_bytes=entry.part_size,
        compression=entry.compression,
        allow_empty_replace=entry.allow_empty_replace,
        deletes=entry.deletes,
        on_type_change=entry.on_type_change,
        checks=_checks(entry),
        may_sleep=file.target.may_sleep,
        columns=ColumnsRef(**entry.columns.model_dump()),
        layout=LayoutRef(
            dist_style=entry.dist_style,
            dist_key=entry.dist_key,
            sort_key=entry.sort_key,
            encode={**entry.encode},
            declare_key=entry.declare_key,
        ),
        policies=entry.policies.model_dump(exclude_none=True, by_alias=True),
        column_policies={
            column: policies.model_dump(exclude_none=True, by_alias=True)
            for column, policies in entry.column_policies.items()
        },
    )


def _checks(entry: TableEntry) -> tuple[str, ...]:
    """Return the configured checks, plus keys if deletes are reconciled, because that check finds deleted rows."""
    needed = (Check.KEYS,) if entry.deletes is Deletes.RECONCILE else ()
    return tuple(dict.fromkeys(check.value for check in (*entry.checks, *needed)))


def _target(file: PipelineFile, entry: TableEntry, name: str) -> TargetRef:
    return TargetRef(
        conn_id=file.target.conn_id,
        schema=entry.target_schema or file.target.schema_,
        table=entry.target_table or name.lower(),
        ledger_schema=file.target.ledger_schema,
        iam_role=file.target.iam_role,
    )
