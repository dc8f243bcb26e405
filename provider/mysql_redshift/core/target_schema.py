"""What has to change at the target before rows can be loaded, and what forbids loading."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
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


# AWS, ALTER TABLE: VARCHAR columns of these encodings do not change their size.
FIXED_ENCODINGS = frozenset({"bytedict", "runlength", "text255", "text32k"})
INTEGERS = ("smallint", "integer", "bigint")
CASTABLE = frozenset(
    (
        *INTEGERS,
        "numeric",
        "real",
        "double precision",
        "character varying",
        "character",
        "date",
        "timestamp without time zone",
        "timestamp with time zone",
    )
)


@dataclass(frozen=True, kw_only=True)
class TargetChanges:
    """Columns to add, to widen (VARCHAR: Redshift alters nothing else), and to rebuild the table for."""

    add: tuple[Column, ...] = ()
    widen: tuple[Column, ...] = ()
    rebuild: tuple[Column, ...] = ()

    def notes(self) -> tuple[str, ...]:
        """Say what the next load will change at the target."""
        said = (
            ("is added", self.add),
            ("is widened", self.widen),
            ("is changed by rebuilding the table", self.rebuild),
        )
        return tuple(f"target column {c.target} {c.redshift_type} {what}" for what, found in said for c in found)


def normal_type(text: str) -> str:
    """Return one spelling for each Redshift type: ``VARCHAR(20)`` and ``character varying(20)`` are equal."""
    name, _, rest = text.strip().lower().partition("(")
    name = " ".join(name.split())
    arguments = re.sub(r"\s", "", rest.rstrip(")"))
    name = SYNONYMS.get(name, name)
    return f"{name}({arguments})" if arguments else name


def compare(
    schema: TableSchema,
    target: Mapping[str, str],
    *,
    where: str,
    rebuild: bool = False,
    required: Collection[str] = (),
    fixed: Collection[str] = (),
) -> TargetChanges:
    """Compare the source's columns with the target's (name -> type; ``required`` are NOT NULL there).

    Redshift alters no column of a primary key, nor one of those that are ``fixed`` for another reason: these need a
    rebuild when they become wider. A target that may be rebuilt is also rebuilt for a NOT NULL that the source does
    not keep.

    Raises:
        TargetError: naming every column whose type differs in a way that only a rebuild can mend, unless it may.

    """
    add: list[Column] = []
    widen: list[Column] = []
    differing: list[Column] = []
    for column in schema.columns:
        found = target.get(column.target)
        if found is None:
            add.append(column)
        elif not holds(column.redshift_type, found):
            alters = column.name not in schema.key and column.target not in fixed
            alters = alters and _wider(column.redshift_type, found)
            (widen if alters else differing).append(column)
        elif rebuild and column.nullable and column.target in required:
            differing.append(column)
    refused = [c for c in differing if not (rebuild and _convertible(target[c.target], c.redshift_type))]
    if refused:
        raise TargetError(
            "The target's column types are not those the source needs",
            where=where,
            expected=", ".join(f"{c.target} {normal_type(c.redshift_type)}" for c in refused),
            found=", ".join(f"{c.target} {normal_type(target[c.target])}" for c in refused),
            remedy=_remedy(rebuild=rebuild),
        )
    return TargetChanges(add=tuple(add), widen=tuple(widen), rebuild=tuple(differing))


def _remedy(*, rebuild: bool) -> str:
    anew = "drop the target and run with full_refresh: true to build it anew"
    if rebuild:
        return f"A rebuild casts numbers, texts, dates and times only. Alter the target by hand, or {anew}."
    return f"Set on_type_change: rebuild for this table, alter the target by hand, or {anew}."


def _convertible(old: str, new: str) -> bool:
    """Whether a rebuild may move values from one type to another: into a wider one, or by a cast that is checked."""
    return holds(old, new) or all(normal_type(text).partition("(")[0] in CASTABLE for text in (old, new))


def holds(wanted: str, found: str) -> bool:
    """Equal, or the target is wide enough already: a longer text, a larger integer, a decimal of more digits."""
    return _same(wanted, found) or _rank(wanted) < _rank(found) or _digits_fit(wanted, found)


def _rank(text: str) -> float:
    """Return an integer type's place among its kind; what is none compares with nothing."""
    return INTEGERS.index(normal_type(text)) if normal_type(text) in INTEGERS else float("nan")


def _digits_fit(wanted: str, found: str) -> bool:
    (digits, scale), (held, held_scale) = _decimal(wanted), _decimal(found)
    return 0 < digits <= held and scale == held_scale


def _decimal(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"numeric\((\d+),(\d+)\)", normal_type(text))
    return (int(match.group(1)), int(match.group(2))) if match else (0, 0)


def _same(wanted: str, found: str) -> bool:
    """Equal, or the target is wide enough already."""
    if normal_type(wanted) == normal_type(found):
        return True
    (name, length), (other, held) = _sized(wanted), _sized(found)
    return name == other and length is not None and held is not None and held >= length


def _wider(wanted: str, found: str) -> bool:
    (name, length), (other, held) = _sized(wanted), _sized(found)
    return name == other == "character varying" and length is not None and held is not None and held < length


def _sized(text: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(character varying|binary varying)\((\d+)\)", normal_type(text))
    return (match.group(1), int(match.group(2))) if match else (normal_type(text), None)
