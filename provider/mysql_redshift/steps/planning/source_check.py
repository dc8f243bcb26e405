"""Checks of a table's source that need no run: ``lint --ask-source``."""

from __future__ import annotations

from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.request_checks import load_mode
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.types.resolve_cursor import resolve_cursor
from mysql_redshift.core.types.resolve_schema import resolve_schema
from mysql_redshift.ports import Source
from mysql_redshift.steps.planning.cursor_values import check_cursor_values
from mysql_redshift.steps.planning.preflight import cascade_notes


def check_source(spec: TableSpec, source: Source) -> tuple[str, ...]:
    """Return warnings about a table with a cursor: rows that no run would read, or not again.

    Raises:
        SourceError: the table or its cursor column does not exist.
        ConfigurationError: a plan would refuse the cursor.

    """
    table = source.describe(spec.source.database, spec.source.table)
    schema, cursor = resolve_schema(table, spec), resolve_cursor(table, spec)
    load = load_mode(spec, schema, cursor, RunRequest())
    values = check_cursor_values(spec, cursor, load, source.clock(), source)
    return (*values.notes, *cascade_notes(spec, source))
