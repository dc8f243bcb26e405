"""Resolve a pipeline file and its layers into one spec per table."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mysql_redshift.config.model import TableEntry
from mysql_redshift.config.problems import refuse
from mysql_redshift.config.reading import Reading
from mysql_redshift.config.specs import table_spec
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import ConfigurationError

ENVIRONMENT = "default"


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A pipeline and its valid tables; ``broken`` holds the error of each invalid entry.

    ``table_schedules`` holds the schedule of each table that sets its own, broken tables included.
    """

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


def load_pipeline(path: Path, *, environment: str = ENVIRONMENT, only: str | None = None) -> Pipeline:
    """Read one pipeline. With ``only``, read just that table and skip the validation of the others.

    Raises:
        ConfigurationError: the file is invalid outside the tables' entries; every problem has file and line.

    """
    return _resolve(Reading.of(path, environment), only)


def read_table(path: Path, table: str, *, environment: str = ENVIRONMENT) -> TableSpec:
    """Read one table's spec without validating the other tables, as each task does at its start.

    Raises:
        ConfigurationError: the file or the table's entry is invalid, or the table does not exist.

    """
    pipeline = load_pipeline(path, environment=environment, only=table)
    if table in pipeline.broken:
        raise pipeline.broken[table]
    return pipeline.tables[table]


def _resolve(reading: Reading, only: str | None) -> Pipeline:
    """Resolve all tables, or only the one named."""
    tables: dict[str, TableSpec] = {}
    entries: dict[str, TableEntry] = {}
    broken: dict[str, ConfigurationError] = {}
    shared = reading.entries.shared()
    for name in reading.file.tables if only is None else [only]:
        try:
            refuse(shared.get(name, ()), where=reading.entries.where(name))
            entries[name] = reading.entries.entry(name)
            tables[name] = table_spec(reading.file, entries[name], name, reading.environment)
        except ConfigurationError as exc:
            broken[name] = exc
    return Pipeline(
        name=reading.file.pipeline,
        path=reading.path,
        schedule=reading.file.schedule,
        strategy=reading.file.strategy.value,
        tags=reading.file.tags,
        description=reading.file.description,
        tables=tables,
        table_schedules={name: own for name in [*tables, *broken] if (own := reading.entries.schedule(name))},
        table_tags={name: entry.tags for name, entry in entries.items()},
        broken=broken,
    )
