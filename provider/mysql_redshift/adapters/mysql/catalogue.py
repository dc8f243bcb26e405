"""Read one table's definition from information_schema."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.adapters.mysql.errors import NO_SUCH_DATABASE, NO_SUCH_TABLE, code_of
from mysql_redshift.core.quoting import mysql_name, mysql_string
from mysql_redshift.core.spelling import near_misses
from mysql_redshift.core.types.column import SourceColumn, SourceTable
from mysql_redshift.errors import AccessDenied, MysqlRedshiftError, SourceError

COLUMNS = """
SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH,
       NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION, CHARACTER_SET_NAME, COLLATION_NAME, EXTRA, PRIVILEGES,
       GENERATION_EXPRESSION
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = {database} AND TABLE_NAME = {table} ORDER BY ORDINAL_POSITION"""
KEYS = """
SELECT INDEX_NAME, COLUMN_NAME, NULLABLE
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = {database} AND TABLE_NAME = {table} AND NON_UNIQUE = 0
ORDER BY INDEX_NAME, SEQ_IN_INDEX"""
TABLE = """
SELECT TABLE_TYPE, ENGINE, TABLE_ROWS FROM information_schema.TABLES
WHERE TABLE_SCHEMA = {database} AND TABLE_NAME = {table}"""
# MariaDB stores JSON as LONGTEXT in utf8mb4_bin with a CHECK constraint, which has the name of its column.
MARIADB_CHECKS = """
SELECT CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS
WHERE CONSTRAINT_SCHEMA = {database} AND TABLE_NAME = {table}"""


def describe(session: Session, database: str, table: str) -> SourceTable:
    """Read one table's columns and keys.

    Raises:
        SourceError: the database or table does not exist; the message lists similar names.
        AccessDenied: the account lacks SELECT on the table; the message contains the GRANT.

    """
    _check_readable(session, database, table)
    names = {"database": mysql_string(database), "table": mysql_string(table)}
    columns = session.query(COLUMNS.format(**names))
    _check_column_privileges(columns, session, database, table)
    checks = session.query(MARIADB_CHECKS.format(**names)) if session.mariadb else []
    primary, unique = _keys(session.query(KEYS.format(**names)))
    kind, engine, rows = next(iter(session.query(TABLE.format(**names))), ("BASE TABLE", None, None))
    return SourceTable(
        database=database,
        name=table,
        columns=tuple(_column(row, is_json=_is_json(row, checks)) for row in columns),
        primary_key=primary,
        unique_keys=unique,
        kind=kind,
        engine=engine or "",
        estimated_rows=int(rows or 0),
        server_uuid=server_uuid(session),
        server_version=session.raw.server_version.removeprefix("5.5.5-"),  # MariaDB's prefix for old clients
    )


def server_uuid(session: Session) -> str:
    """Return an identifier that is unique to this server and survives its restarts."""
    rows = session.query("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'server_uid')")
    if rows:
        return str(rows[0][1])
    return ":".join(str(part) for part in session.query("SELECT @@hostname, @@port, @@server_id")[0])


def _check_readable(session: Session, database: str, table: str) -> None:
    try:
        session.query(f"SELECT 1 FROM {mysql_name(database, table)} LIMIT 0")
    except AccessDenied as exc:
        raise _denied(session, database, table, exc) from exc
    except SourceError as exc:
        if code_of(exc) == NO_SUCH_TABLE:
            raise _missing_table(session, database, table) from exc
        if code_of(exc) == NO_SUCH_DATABASE:
            raise _missing_database(session, database, table) from exc
        raise


def _denied(session: Session, database: str, table: str, exc: MysqlRedshiftError) -> AccessDenied:
    return AccessDenied(
        "The account lacks the SELECT privilege on the table",
        where=f"{session.where}, table {database}.{table}",
        expected="the SELECT privilege",
        found=exc.found,
        remedy=f"GRANT SELECT ON {mysql_name(database, table)} to this account.",
    )


def _missing_table(session: Session, database: str, table: str) -> SourceError:
    sql = f"SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {mysql_string(database)}"
    close = near_misses(table, (str(name) for (name,) in session.query(sql)))
    if not close and not session.query(
        f"SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {mysql_string(database)}"
    ):
        return _missing_database(session, database, table)
    return SourceError(
        "The table does not exist",
        where=session.where,
        expected=f"table {database}.{table}",
        found=f"similar names: {close}" if close else "no similar name among the tables that this account can see",
        remedy="Correct the table's name, or create the table.",
    )


def _missing_database(session: Session, database: str, table: str) -> SourceError:
    close = near_misses(database, (str(name) for (name,) in session.query("SHOW DATABASES")))
    return SourceError(
        "The database does not exist",
        where=session.where,
        expected=f"database {database} with table {table}",
        found=f"similar names: {close}" if close else "no similar name among the databases that this account can see",
        remedy="Correct source.database.",
    )


def _check_column_privileges(columns: list[tuple[Any, ...]], session: Session, database: str, table: str) -> None:
    unreadable = [str(row[0]) for row in columns if "select" not in str(row[12]).lower()]
    if unreadable or not columns:
        raise AccessDenied(
            "The account lacks the SELECT privilege on some columns of the table",
            where=f"{session.where}, table {database}.{table}",
            expected="the SELECT privilege on the whole table",
            found=f"no SELECT on {', '.join(unreadable) or 'any column'}",
            remedy=f"GRANT SELECT ON {mysql_name(database, table)} to this account.",
        )


def _is_json(column: tuple[Any, ...], checks: list[tuple[Any, ...]]) -> bool:
    """Return whether MariaDB wrote the column for JSON: any other check may allow text that is no JSON."""
    name, data_type, collation = str(column[0]), str(column[1]), column[10]
    if (data_type.lower(), collation) != ("longtext", "utf8mb4_bin"):
        return False
    return (name, f"json_valid({mysql_name(name)})") in {(str(owner), str(clause)) for owner, clause in checks}


def _column(row: tuple[Any, ...], *, is_json: bool) -> SourceColumn:
    name, data_type, column_type, nullable, length, octets, precision, scale, fraction, charset, collation = row[:11]
    return SourceColumn(
        name=name,
        data_type="json" if is_json else str(data_type).lower(),
        column_type="json" if is_json else str(column_type),
        nullable=nullable == "YES",
        character_length=_number(length),
        octet_length=_number(octets),
        precision=_number(precision),
        scale=_number(scale),
        datetime_precision=_number(fraction),
        charset=charset,
        collation=collation,
        extra=row[11] or "",
        expression=row[13] or "",
    )


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def _keys(rows: list[tuple[Any, ...]]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the primary key, and the unique keys whose parts are all NOT NULL columns (expressions have no name)."""
    parts: dict[str, list[tuple[str | None, str]]] = defaultdict(list)
    for index, column, nullable in rows:
        parts[index].append((column, nullable))
    keys = {
        index: tuple(column for column, _ in columns if column is not None)
        for index, columns in parts.items()
        if all(column is not None and nullable != "YES" for column, nullable in columns)
    }
    primary = keys.pop("PRIMARY", ())
    return primary, tuple(keys.values())
