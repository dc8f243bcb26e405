"""The target table of a COPY, as its session sees it: the catalogue is queried inside the client's transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from devstack.redshift.copy.statement import CopyStatement
from devstack.redshift.sql.identifier import LONG_NAMES, stored_name
from devstack.redshift.sql.statement import quote
from devstack.redshift.wire.messages import ServerError

Run = Callable[[str, list[str]], Awaitable[list[list[bytes | None]]]]

NAMES = {
    "int2": "SMALLINT",
    "int4": "INT",
    "int8": "BIGINT",
    "float4": "REAL",
    "float8": "DOUBLE",
    "numeric": "DECIMAL",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMPTZ",
    "date": "DATE",
    "bool": "BOOL",
    "varchar": "VARCHAR",
    "text": "VARCHAR",
    "bpchar": "CHAR",
    "varbyte": "VARBYTE",
    "super": "SUPER",
    "time": "TIME",
    "timetz": "TIMETZ",
}


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """``kind`` is PostgreSQL's short type name; ``length`` counts bytes."""

    name: str
    kind: str
    modifier: int
    not_null: bool
    has_default: bool

    @property
    def length(self) -> int:
        if self.kind == "varbyte":
            return self.modifier if self.modifier >= 0 else 64000
        return self.modifier - 4 if self.modifier > 4 else 65535

    @property
    def precision(self) -> int:
        return (self.modifier - 4) >> 16 if self.modifier > 4 else 18

    @property
    def scale(self) -> int:
        return (self.modifier - 4) & 0xFFFF if self.modifier > 4 else 0

    @property
    def type_name(self) -> str:
        name = NAMES.get(self.kind, self.kind.upper())
        return f"{name}({self.precision},{self.scale})" if self.kind == "numeric" else name


@dataclass(frozen=True, kw_only=True)
class TargetTable:
    """``columns`` are those that the COPY fills, in the order of its column list."""

    oid: int
    name: str
    columns: tuple[TableColumn, ...]


COLUMNS = """
SELECT c.oid, c.relname, a.attname, t.typname, a.atttypmod, a.attnotnull, a.atthasdef
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind = 'r'
ORDER BY a.attnum
"""


async def describe(copy: CopyStatement, run: Run) -> TargetTable:
    """Query the table's columns and check the column list. Raises ServerError."""
    rows = await run(COLUMNS, [quote(*map(stored_name, copy.table))])
    if not rows:
        raise ServerError(code="42P01", message=f'relation "{".".join(copy.table)}" does not exist')
    columns = {column.name: column for column in (_column(row) for row in rows if row[2] is not None)}
    name = LONG_NAMES(rows[0][1] or b"").decode()
    _check_list(copy, columns, name)
    wanted = copy.columns or tuple(columns)
    return TargetTable(oid=int(_text(rows[0][0])), name=name, columns=tuple(columns[c] for c in wanted))


def _check_list(copy: CopyStatement, columns: dict[str, TableColumn], table: str) -> None:
    for name in copy.columns:
        if name not in columns:
            raise ServerError(code="42703", message=f'column "{name}" of relation "{table}" does not exist')
        if copy.columns.count(name) > 1:
            raise ServerError(code="42701", message=f'column "{name}" specified more than once')
    if copy.columns and any(c.not_null and not c.has_default for n, c in columns.items() if n not in copy.columns):
        raise ServerError(code="42601", message="NOT NULL column without DEFAULT must be included in column list")


def _column(row: list[bytes | None]) -> TableColumn:
    return TableColumn(
        name=LONG_NAMES(row[2] or b"").decode(),
        kind=_text(row[3]),
        modifier=int(_text(row[4])),
        not_null=row[5] == b"t",
        has_default=row[6] == b"t",
    )


def _text(value: bytes | None) -> str:
    return (value or b"").decode()
