"""Fill the database: the server generates the rows itself, so that only statements are sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import repeat

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from demo.dataset.schema import DATABASE, Table

DIGITS = f"(SELECT 0 AS digit UNION ALL SELECT {' UNION ALL SELECT '.join(map(str, range(1, 10)))})"
NUMBERS = "numbers"


def fill(connection: Connection[Cursor], tables: tuple[Table, ...]) -> Iterator[tuple[Table, int]]:
    """Drop, create and fill each table in turn; yield it with its number of rows.

    The rows depend only on their row numbers, not on a clock, random numbers or settings of the server.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET NAMES utf8mb4")
        cursor.execute("SET SESSION time_zone = '+00:00', unique_checks = 0, foreign_key_checks = 0")
        cursor.execute("SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'")
        cursor.execute(f"CREATE DATABASE IF NOT EXISTS {DATABASE} CHARACTER SET utf8mb4")
        cursor.execute(f"USE {DATABASE}")
        _number(cursor, max(table.rows for table in tables))
        for table in tables:
            cursor.execute(f"DROP TABLE IF EXISTS {table.name}")
            cursor.execute(create_table(table))
            yield table, cursor.execute(insert_rows(table))
            connection.commit()
        cursor.execute(f"DROP TEMPORARY TABLE {NUMBERS}")


def install_md5(connection: Connection[Cursor]) -> None:
    """Install the component with MD5() on MySQL 9.6 or newer: it halves the verifier's time.

    Do nothing on other servers or without the privilege: the verifier then uses SHA2().
    """
    with connection.cursor() as cursor, suppress(pymysql.err.ProgrammingError, pymysql.err.OperationalError):
        cursor.execute("INSTALL COMPONENT 'file://component_classic_hashing'")


def create_table(table: Table) -> str:
    """Return the CREATE TABLE, with an index on the cursor unless the key starts with it."""
    parts = [f"{column.name} {column.ddl}" for column in table.columns]
    parts.append(f"PRIMARY KEY ({', '.join(table.key)})")
    if table.cursor is not None and table.cursor != table.key[0]:
        parts.append(f"KEY by_{table.cursor} ({table.cursor})")
    return f"CREATE TABLE {table.name} ({', '.join(parts)}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"


def insert_rows(table: Table) -> str:
    """Return the statement that generates every row."""
    names = ", ".join(column.name for column in table.columns)
    values = ", ".join(column.value for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {NUMBERS} WHERE n <= {table.rows} ORDER BY n"


def _number(cursor: Cursor, most: int) -> None:
    """Create a temporary table with the numbers 1 to ``most``."""
    places = range(len(str(most)))
    number = " + ".join(f"d{place}.digit * {10**place}" for place in places)
    digits = ", ".join(f"{source} d{place}" for place, source in zip(places, repeat(DIGITS), strict=False))
    cursor.execute(f"DROP TEMPORARY TABLE IF EXISTS {NUMBERS}")
    cursor.execute(f"CREATE TEMPORARY TABLE {NUMBERS} (n BIGINT NOT NULL PRIMARY KEY)")
    cursor.execute(f"INSERT INTO {NUMBERS} SELECT 1 + {number} AS n FROM {digits} HAVING n <= {most}")
