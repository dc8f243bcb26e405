"""A pipeline's file, with what it inherits, resolved into one spec a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mysql_redshift.config import problems
from mysql_redshift.config.document import Document, merge, merge_values, read
from mysql_redshift.config.model import PipelineFile, TableEntry
from mysql_redshift.core.spec import ColumnsRef, CursorRef, LakeRef, LayoutRef, SourceRef, TableSpec, TargetRef
from mysql_redshift.errors import ConfigurationError

DEFAULTS = "defaults.yaml"
OVERLAYS = "environments"
ENVIRONMENT = "default"


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A pipeline's tables. ``broken`` holds the error of each entry that cannot be used; the others can."""

    name: str
    path: Path
    schedule: str | None
    strategy: str
    tags: tuple[str, ...]
    description: str
    tables: dict[str, TableSpec]
    table_schedules: dict[str, str] = field(default_factory=dict)
    table_tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    broken: dict[str, ConfigurationError] = field(default_factory=dict)


def find_pipelines(folder: Path) -> list[Path]:
    """Return the pipelines' files in a folder, in the order of their names: neither defaults nor overlays."""
    return sorted(path for path in folder.glob("*.yaml") if path.name != DEFAULTS)


def load_pipeline(path: Path, *, environment: str = ENVIRONMENT, only: str | None = None) -> Pipeline:
    """Read one pipeline; with ``only`` one table of it, which spares the others' validation.

    ``defaults.yaml`` beside or above the file lies below it. Above it lie ``environments/<environment>.yaml`` beside
    the file and, for this pipeline alone, ``environments/<file name>.<environment>.yaml``.

    Raises:
        ConfigurationError: something outside the tables' entries is wrong; every problem with file and line.

    """
    document = _layers(path, environment)
    problems.refuse(problems.of_secrets(document.values, document), where=str(path))
    try:
        file = PipelineFile.model_validate(document.values)
    except ValidationError as exc:
        problems.refuse(problems.of_validation(exc, PipelineFile, document, ()), where=str(path))
        raise
    return _resolve(file, document, path, environment, only)


def _layers(path: Path, environment: str) -> Document:
    """Merge what lies below, the file, and what lies above."""
    document = Document(values={})
    for inherited in reversed([folder / DEFAULTS for folder in (path.parent, *path.parent.parents)][:3]):
        if inherited.is_file():
            document = merge(document, read(inherited))
    document = merge(document, read(path))
    for overlay in (f"{environment}.yaml", f"{path.stem}.{environment}.yaml"):
        found = path.parent / OVERLAYS / overlay
        if found.is_file():
            document = merge(document, read(found))
    return document


def _resolve(file: PipelineFile, document: Document, path: Path, environment: str, only: str | None) -> Pipeline:
    tables: dict[str, TableSpec] = {}
    entries: dict[str, TableEntry] = {}
    broken: dict[str, ConfigurationError] = {}
    for name in file.tables if only is None else [only]:
        try:
            entries[name] = _entry(file, document, name, path)
            tables[name] = _spec(file, entries[name], name, environment)
        except ConfigurationError as exc:
            broken[name] = exc
    _refuse_shared_targets(tables, broken, document)
    return Pipeline(
        name=file.pipeline,
        path=path,
        schedule=file.schedule,
        strategy=file.strategy.value,
        tags=file.tags,
        description=file.description,
        tables={name: spec for name, spec in tables.items() if name not in broken},
        table_schedules={name: entry.schedule for name, entry in entries.items() if entry.schedule},
        table_tags={name: entry.tags for name, entry in entries.items()},
        broken=broken,
    )


def _entry(file: PipelineFile, document: Document, name: str, path: Path) -> TableEntry:
    """Merge defaults and the table's own words, and check them."""
    if name not in file.tables:
        raise ConfigurationError(
            "This table is not in the pipeline", where=str(path), expected=", ".join(file.tables), found=name
        )
    own = file.tables[name]
    if own is not None and not isinstance(own, dict):
        place = document.place(("tables", name))
        raise ConfigurationError(
            f"tables.{name} is not a mapping", where=place, expected="{} or {load: ...}", found=repr(own)
        )
    values = merge_values(_fitting_defaults(file.defaults, own or {}), own or {})
    try:
        return TableEntry.model_validate(values)
    except ValidationError as exc:
        where = f"pipeline {file.pipeline}, table {name}"
        problems.refuse(_table_problems(exc, document, name), where=where)
        raise


def _fitting_defaults(defaults: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """A table that is replaced whole has no use for the default cursor."""
    if own.get("load") == "replace" and "cursor" not in own:
        return {key: value for key, value in defaults.items() if key not in ("cursor", "lookback")}
    return defaults


def _table_problems(exc: ValidationError, document: Document, name: str) -> Iterator[str]:
    """Name the place where the key really stands: the table's entry, or the defaults."""
    for line in problems.of_validation(exc, TableEntry, document, ("tables", name)):
        key = line.split(": ", 2)[1].removeprefix(f"tables.{name}").lstrip(".").split(".")[0]
        inherited = ("defaults", key) in document.lines and ("tables", name, key) not in document.lines
        if inherited:
            yield f"{document.place(('defaults', key))}: defaults.{key}: {line.split(': ', 2)[2]}"
        else:
            yield line


def _spec(file: PipelineFile, entry: TableEntry, name: str, environment: str) -> TableSpec:
    cursor = entry.cursor
    return TableSpec(
        pipeline=file.pipeline,
        environment=environment,
        source=SourceRef(
            conn_id=file.source.conn_id,
            database=file.source.database,
            table=name,
            writer_conn_id=file.source.writer_conn_id,
            pool=file.source.pool,
        ),
        lake=LakeRef(**file.lake.model_dump()),
        target=TargetRef(
            conn_id=file.target.conn_id,
            schema=entry.target_schema or file.target.schema_,
            table=entry.target_table or name.lower(),
            ledger_schema=file.target.ledger_schema,
            iam_role=file.target.iam_role,
        ),
        strategy=entry.strategy or file.strategy,
        cursor=CursorRef(**cursor.model_dump()) if cursor else None,
        key=entry.key,
        load=entry.load,
        lookback=entry.lookback,
        lag=entry.lag,
        max_hold=entry.max_hold,
        batch_rows=entry.batch_rows,
        chunk_rows=entry.chunk_rows,
        max_chunks=entry.max_chunks,
        part_bytes=entry.part_size,
        allow_empty_replace=entry.allow_empty_replace,
        columns=ColumnsRef(**entry.columns.model_dump()),
        layout=LayoutRef(**entry.layout.model_dump()),
        policies=entry.policies,
        column_policies=entry.column_policies,
    )


def _refuse_shared_targets(
    tables: dict[str, TableSpec], broken: dict[str, ConfigurationError], document: Document
) -> None:
    """D6: two tables of a pipeline may not share a target; both are refused, since neither is the right one."""
    seen: dict[tuple[str, str], str] = {}
    for name, spec in tables.items():
        target = (spec.target.schema.lower(), spec.target.table.lower())
        other = seen.setdefault(target, name)
        if other != name:
            for table in (other, name):
                broken[table] = ConfigurationError(
                    "Two tables have one target",
                    where=document.place(("tables", table)),
                    found=f"{other} and {name} both go to {'.'.join(target)}",
                    remedy="Give one of them a target_table of its own.",
                )
