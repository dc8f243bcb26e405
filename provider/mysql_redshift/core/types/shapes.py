"""What one column becomes: its cell in Parquet, its types in Redshift, and the expressions between them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mysql_redshift.core.types.charset import VARCHAR_LIMIT, bytes_per_character, select_text, varchar_bytes
from mysql_redshift.core.types.column import Cell, SourceColumn
from mysql_redshift.core.types.policy import Choices

VARBYTE_LIMIT = 16_777_216
# SUPER holds 16 MB, but of a document over 1 MB the manual says that only COPY can bring it, and we bring it by INSERT.
LARGE_DOCUMENT = 1_000_000
TIME_TEXT = len("-838:59:59.999999")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What one column becomes; ``staging`` and ``redshift`` differ only where the merge converts."""

    cell: Cell
    redshift: str
    staging: str = ""
    precision: int = 0
    scale: int = 0
    max_bytes: int = 0
    select: str = "{name}"
    insert: str = "{name}"


SMALLINT = Shape(cell=Cell.INT32, redshift="SMALLINT")
INTEGER = Shape(cell=Cell.INT32, redshift="INTEGER")
BIGINT = Shape(cell=Cell.INT64, redshift="BIGINT")
BOOLEAN = Shape(cell=Cell.BOOL, redshift="BOOLEAN")


def decimal(precision: int, scale: int = 0) -> Shape:
    """Return an exact number."""
    return Shape(cell=Cell.DECIMAL, redshift=f"DECIMAL({precision},{scale})", precision=precision, scale=scale)


def varchar(width: int, *, select: str = "{name}") -> Shape:
    """Return text of at most ``width`` bytes."""
    return Shape(cell=Cell.TEXT, redshift=f"VARCHAR({width})", max_bytes=width, select=select)


def varbyte(width: int, *, select: str = "{name}") -> Shape:
    """Return bytes, at most ``width``."""
    width = max(1, min(width, VARBYTE_LIMIT))
    return Shape(cell=Cell.BYTES, redshift=f"VARBYTE({width})", max_bytes=width, select=select)


def unsigned(column: SourceColumn) -> bool:
    """Whether the column holds no negative numbers."""
    return "unsigned" in column.column_type.lower()


def bit_column(column: SourceColumn, _: Choices) -> Shape:
    """A flag, or the bits as a number."""
    bits = column.precision or 1
    shape = BOOLEAN if bits == 1 else decimal(20) if bits == 64 else BIGINT
    return replace(shape, select="{name}+0")


def decimal_column(column: SourceColumn, _: Choices) -> Shape:
    """An exact number of the same precision and scale."""
    return decimal(column.precision or 10, column.scale or 0)


def time_column(_: SourceColumn, choices: Choices) -> Shape:
    """Exact text, or the signed number of microseconds."""
    if choices["time"] == "microseconds":
        # MICROSECOND has no sign. TIME_TO_SEC drops the fraction on MySQL and keeps it on MariaDB.
        exact = "CAST(TRUNCATE(TIME_TO_SEC({name}),0)*1000000+IF({name}<0,-1,1)*MICROSECOND({name}) AS SIGNED)"
        return Shape(cell=Cell.INT64, redshift="BIGINT", select=exact)
    text = varchar(TIME_TEXT)
    if choices["time"] == "time":
        return replace(text, redshift="TIME", staging=text.redshift, insert="CAST({name} AS TIME)")
    return text


def json_column(_: SourceColumn, choices: Choices) -> Shape:
    """Text on the way, or bytes where it may be longer than a VARCHAR; a document at its end."""
    staged = varchar(VARCHAR_LIMIT)
    if choices["json"] == "varchar":
        return staged
    if choices["json_too_long"] == "super_large":
        staged = varbyte(LARGE_DOCUMENT)
    return replace(staged, redshift="SUPER", staging=staged.redshift, insert="JSON_PARSE({name})")


def geometry_column(_: SourceColumn, choices: Choices) -> Shape:
    """Both forms are the extended ones of PostGIS and Redshift: the SRID, where there is one, stands in front."""
    if choices["geometry"] == "wkb":
        # Stored are the SRID in four bytes, then WKB: the order byte, four of the type, the coordinates.
        extended = "CONCAT(SUBSTR({bytes},5,4),0x20,SUBSTR({bytes},1,4),SUBSTR({bytes},10))"
        stored = "IF(ST_SRID({name})=0,SUBSTR({bytes},5)," + extended + ")"
        return varbyte(VARBYTE_LIMIT, select=stored.replace("{bytes}", "CAST({name} AS BINARY)"))
    # MySQL prints latitude first where the reference system says so; Redshift reads longitude first, always.
    text = "ST_AsText({name})" if choices.mariadb else "ST_AsText({name},'axis-order=long-lat')"
    prefixed = "CONCAT('SRID=',ST_SRID({name}),';'," + text + ")"
    return varchar(VARCHAR_LIMIT, select="IF(ST_SRID({name})=0," + text + "," + prefixed + ")")


def tinytext_column(column: SourceColumn, _: Choices) -> Shape:
    """The server counts 255 bytes, of which each may be a character."""
    return varchar(255 * bytes_per_character(column.charset), select=select_text(column.charset))


def sized_text_column(column: SourceColumn, _: Choices) -> Shape:
    """Text of a declared length."""
    return varchar(varchar_bytes(column), select=select_text(column.charset))


def long_text_column(column: SourceColumn, _: Choices) -> Shape:
    """Text as long as a VARCHAR can be."""
    return varchar(VARCHAR_LIMIT, select=select_text(column.charset))


def octets_column(column: SourceColumn, _: Choices) -> Shape:
    """Bytes, up to the declared length."""
    return varbyte(column.octet_length or column.character_length or 1)


def vector_column(column: SourceColumn, _: Choices) -> Shape:
    """Bytes: a vector's numbers as single floats, little endian."""
    return varbyte(column.octet_length or column.character_length or 4 * 16_383)
