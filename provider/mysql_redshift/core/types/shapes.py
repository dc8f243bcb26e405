"""The mapping of one column: its Parquet cell, its Redshift types, and the SQL expressions that convert it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mysql_redshift.core.types.charset import VARCHAR_LIMIT, bytes_per_character, select_text, varchar_bytes
from mysql_redshift.core.types.column import Cell, SourceColumn
from mysql_redshift.core.types.policy import Choices

VARBYTE_LIMIT = 16_777_216
# SUPER holds 16 MB, but the manual states that only COPY can load a document over 1 MB; the merge uses INSERT.
LARGE_DOCUMENT = 1_000_000
TIME_TEXT = len("-838:59:59.999999")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The mapping of one column. ``staging`` is empty if the staging column has the target's type ``redshift``."""

    cell: Cell
    redshift: str
    staging: str = ""
    precision: int = 0
    scale: int = 0
    max_bytes: int = 0
    select: str = "{name}"
    insert: str = "{name}"


SMALLINT = Shape(cell=Cell.INT16, redshift="SMALLINT")
INTEGER = Shape(cell=Cell.INT32, redshift="INTEGER")
BIGINT = Shape(cell=Cell.INT64, redshift="BIGINT")
BOOLEAN = Shape(cell=Cell.BOOL, redshift="BOOLEAN")
TIMESTAMP = Shape(cell=Cell.TIMESTAMP, redshift="TIMESTAMP")
TIMESTAMPTZ = Shape(cell=Cell.TIMESTAMP_UTC, redshift="TIMESTAMPTZ")


def decimal(precision: int, scale: int = 0) -> Shape:
    """Return the shape of an exact number."""
    return Shape(cell=Cell.DECIMAL, redshift=f"DECIMAL({precision},{scale})", precision=precision, scale=scale)


def varchar(width: int, *, select: str = "{name}") -> Shape:
    """Return the shape of text of at most ``width`` bytes."""
    return Shape(cell=Cell.TEXT, redshift=f"VARCHAR({width})", max_bytes=width, select=select)


def varbyte(width: int, *, select: str = "{name}") -> Shape:
    """Return the shape of at most ``width`` bytes; ``width`` is limited to VARBYTE's maximum."""
    width = max(1, min(width, VARBYTE_LIMIT))
    return Shape(cell=Cell.BYTES, redshift=f"VARBYTE({width})", max_bytes=width, select=select)


def unsigned(column: SourceColumn) -> bool:
    """Whether the column is UNSIGNED."""
    return "unsigned" in column.column_type.lower()


def small_column(_: SourceColumn, choices: Choices) -> Shape:
    """Map to SMALLINT, or to INTEGER on request: that COPY fills SMALLINT from Parquet is reported, not documented."""
    return INTEGER if choices["smallint"] == "integer" else SMALLINT


def bit_column(column: SourceColumn, _: Choices) -> Shape:
    """Map BIT(1) to a boolean, wider columns to a number."""
    bits = column.precision or 1
    shape = BOOLEAN if bits == 1 else decimal(20) if bits == 64 else BIGINT
    return replace(shape, select="{name}+0")


def decimal_column(column: SourceColumn, _: Choices) -> Shape:
    """Map to an exact number of the same precision and scale."""
    return decimal(column.precision or 10, column.scale or 0)


def time_column(_: SourceColumn, choices: Choices) -> Shape:
    """Map to exact text, TIME, or the signed number of microseconds."""
    if choices["time"] == "microseconds":
        # MICROSECOND has no sign. TIME_TO_SEC drops the fraction on MySQL and keeps it on MariaDB.
        exact = "CAST(TRUNCATE(TIME_TO_SEC({name}),0)*1000000+IF({name}<0,-1,1)*MICROSECOND({name}) AS SIGNED)"
        return Shape(cell=Cell.INT64, redshift="BIGINT", select=exact)
    text = varchar(TIME_TEXT)
    if choices["time"] == "time":
        return replace(text, redshift="TIME", staging=text.redshift, insert="CAST({name} AS TIME)")
    return text


def json_column(_: SourceColumn, choices: Choices) -> Shape:
    """Stage as text, or as bytes if documents may be longer than a VARCHAR; the merge parses them into SUPER."""
    staged = varchar(VARCHAR_LIMIT)
    if choices["json"] == "varchar":
        return staged
    if choices["json_too_long"] == "super_large":
        staged = varbyte(LARGE_DOCUMENT)
    return replace(staged, redshift="SUPER", staging=staged.redshift, insert="JSON_PARSE({name})")


def geometry_column(_: SourceColumn, choices: Choices) -> Shape:
    """Map to extended WKT or WKB as in PostGIS and Redshift, where a nonzero SRID is the prefix."""
    if choices["geometry"] == "wkb":
        # MySQL stores the SRID in four bytes, then WKB: the byte order, four bytes of type, the coordinates.
        extended = "CONCAT(SUBSTR({bytes},5,4),0x20,SUBSTR({bytes},1,4),SUBSTR({bytes},10))"
        stored = "IF(ST_SRID({name})=0,SUBSTR({bytes},5)," + extended + ")"
        return varbyte(VARBYTE_LIMIT, select=stored.replace("{bytes}", "CAST({name} AS BINARY)"))
    # MySQL prints latitude first if the reference system defines it so; Redshift always reads longitude first.
    text = "ST_AsText({name})" if choices.mariadb else "ST_AsText({name},'axis-order=long-lat')"
    prefixed = "CONCAT('SRID=',ST_SRID({name}),';'," + text + ")"
    return varchar(VARCHAR_LIMIT, select="IF(ST_SRID({name})=0," + text + "," + prefixed + ")")


def tinytext_column(column: SourceColumn, _: Choices) -> Shape:
    """Map to text of 255 characters: the server limits the column to 255 bytes, and each may be a character."""
    return varchar(255 * bytes_per_character(column.charset), select=select_text(column.charset))


def sized_text_column(column: SourceColumn, _: Choices) -> Shape:
    """Map to text wide enough for the declared length."""
    return varchar(varchar_bytes(column), select=select_text(column.charset))


def long_text_column(column: SourceColumn, _: Choices) -> Shape:
    """Map to text of VARCHAR's maximum length."""
    return varchar(VARCHAR_LIMIT, select=select_text(column.charset))


def octets_column(column: SourceColumn, _: Choices) -> Shape:
    """Map to bytes of the declared length."""
    return varbyte(column.octet_length or column.character_length or 1)


def vector_column(column: SourceColumn, _: Choices) -> Shape:
    """Map to bytes: the vector's numbers as little-endian single-precision floats."""
    return varbyte(column.octet_length or column.character_length or 4 * 16_383)
