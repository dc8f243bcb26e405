"""What has to change at the target before rows can be loaded, and what forbids loading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mysql_redshift.core.types.column import Column, TableSchema
from mysql_redshift.errors import TargetError

SYNONYMS = {
    "varchar": "character varying",
    "char": "character",
    "decimal": "numeric",
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "float": "double precision",
    "bool": "boolean",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "varbyte": "binary varying",
    "varbinary": "binary varying",
}


@dataclass(frozen=True, kw_only=True)
class TargetChanges:
    """Columns to add, and columns to widen (VARCHAR and VARBYTE only: Redshift alters nothing else)."""

    add: tuple[Column, ...] = ()
    widen: tuple[Column, ...] = ()


def normal_type(text: str) -> str:
    """Return one spelling for each Redshift type: ``VARCHAR(20)`` and ``character varying(20)`` are equal."""
    name, _, rest = text.strip().lower().partition("(")
    name = " ".join(name.split())
    arguments = re.sub(r"\s", "", rest.rstrip(")"))
    name = SYNONYMS.get(name, name)
    return f"{name}({arguments})" if arguments else name


def compare(schema: TableSchema, target: Mapping[str, str], *, where: str) -> TargetChanges:
    """Compare the source's columns with the target's (name -> type).

    Raises:
        TargetError: naming every column whose type differs in a way that only a rebuild can mend.

    """
    add: list[Column] = []
    widen: list[Column] = []
    differing: list[Column] = []
    for column in schema.columns:
        found = target.get(column.target)
        if found is None:
            add.append(column)
        elif not _same(column.redshift_type, found):
            (widen if _wider(column.redshift_type, found) else differing).append(column)
    if differing:
        raise TargetError(
            "The target's column types are not those the source needs",
            where=where,
            expected=", ".join(f"{c.target} {normal_type(c.redshift_type)}" for c in differing),
            found=", ".join(f"{c.target} {normal_type(target[c.target])}" for c in differing),
            remedy="Alter the target by hand, or drop it and run with full_refresh: true to build it anew.",
        )
    return TargetChanges(add=tuple(add), widen=tuple(widen))


def _same(wanted: str, found: str) -> bool:
    """Equal, or the target is wide enough already."""
    if normal_type(wanted) == normal_type(found):
        return True
    (name, length), (other, held) = _sized(wanted), _sized(found)
    return name == other and length is not None and held is not None and held >= length


def _wider(wanted: str, found: str) -> bool:
    (name, length), (other, held) = _sized(wanted), _sized(found)
    return name == other and length is not None and held is not None and held < length


def _sized(text: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(character varying|binary varying)\((\d+)\)", normal_type(text))
    return (match.group(1), int(match.group(2))) if match else (normal_type(text), None)
