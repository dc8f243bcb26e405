"""A pipeline's file, with what it inherits, resolved into one spec a table."""

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
    """A pipeline's tables. ``broken`` holds the error of each entry that cannot be used; the others can.

    ``table_schedules`` holds the schedules of tables that have one of their own, broken ones among them.
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
    """Read one pipeline; with ``only`` one table of it, which spares the others' validation.

    Raises:
        ConfigurationError: something outside the tables' entries is wrong; every problem with file and line.

    """
    return _resolve(Reading.of(path, environment), only)


def read_table(path: Path, table: str, *, environment: str = ENVIRONMENT) -> TableSpec:
    """Read one table's spec, and check no other table: what a task needs at its start.

    Raises:
        ConfigurationError: the file or the table's entry cannot be used, or there is no such table.

    """
    pipeline = load_pipeline(path, environment=environment, only=table)
    if table in pipeline.broken:
        raise pipeline.broken[table]
    return pipeline.tables[table]


def _resolve(reading: Reading, only: str | None) -> Pipeline:
    """Resolve every table, or only one."""
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
