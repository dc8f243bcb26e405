"""Compare the source's schema with the target's: changes needed before a load, and differences that prevent it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from mysql_redshift.core.types.column import Column, TableSchema
from mysql_redshift.core.types.names import fold
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


# Redshift manual, ALTER TABLE: a VARCHAR column with one of these encodings cannot be resized.
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
    """Columns to add, to widen in place (VARCHAR only, as in Redshift), and to rebuild the table for."""

    add: tuple[Column, ...] = ()
    widen: tuple[Column, ...] = ()
    rebuild: tuple[Column, ...] = ()

    def notes(self) -> tuple[str, ...]:
        """Return one note per change that the next load makes to the target."""
        changes = (
            ("is added", self.add),
            ("is widened", self.widen),
            ("is changed by rebuilding the table", self.rebuild),
        )
        return tuple(f"target column {c.target} {c.redshift_type} {what}" for what, found in changes for c in found)


def normal_type(text: str) -> str:
    """Return the canonical spelling of a Redshift type: ``VARCHAR(20)`` becomes ``character varying(20)``."""
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
    """Compare the source's columns with the target's, given as name -> type; ``required`` are NOT NULL in the target.

    Redshift cannot alter a primary key column or a column in ``fixed``, so widening one of these needs a rebuild. If
    ``rebuild`` is true, a column that is NOT NULL in the target but nullable at the source also causes a rebuild.

    Raises:
        TargetError: a column's type differs in a way that needs a rebuild and ``rebuild`` is false, or that a rebuild
            cannot convert; the message names every such column.

    """
    _refuse_other_case(schema, target, where)
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
            "The target's column types do not match the source",
            where=where,
            expected=", ".join(f"{c.target} {normal_type(c.redshift_type)}" for c in refused),
            found=", ".join(f"{c.target} {normal_type(target[c.target])}" for c in refused),
            remedy=_remedy(rebuild=rebuild),
        )
    return TargetChanges(add=tuple(add), widen=tuple(widen), rebuild=tuple(differing))


def _refuse_other_case(schema: TableSchema, target: Iterable[str], where: str) -> None:
    """Raise TargetError if a column differs in case only: added beside it, a second one would lack all older values."""
    wanted = {column.target for column in schema.columns}
    found = sorted(name for name in target if name not in wanted and fold(name) in wanted)
    if found:
        raise TargetError(
            "Columns of the target have upper-case letters: enable_case_sensitive_identifier was on",
            where=where,
            expected=", ".join(map(fold, found)),
            found=", ".join(found),
            remedy="Rename these columns of the target to lower case.",
        )


def _remedy(*, rebuild: bool) -> str:
    recreate = "drop the target and run with full_refresh: true to create it again"
    if rebuild:
        return f"A rebuild only casts numbers, text, dates and times. Alter the target by hand, or {recreate}."
    return f"Set on_type_change: rebuild for this table, alter the target by hand, or {recreate}."


def _convertible(old: str, new: str) -> bool:
    """Whether a rebuild can convert values: to a wider type, or by a cast whose result is checked."""
    return holds(old, new) or all(normal_type(text).partition("(")[0] in CASTABLE for text in (old, new))


def holds(wanted: str, found: str) -> bool:
    """Whether type ``found`` holds every value of ``wanted``: equal, longer text, larger integer, more digits."""
    return _same(wanted, found) or _rank(wanted) < _rank(found) or _digits_fit(wanted, found)


def _rank(text: str) -> float:
    """Return the rank of an integer type by size; NaN, which compares false, for any other type."""
    return INTEGERS.index(normal_type(text)) if normal_type(text) in INTEGERS else float("nan")


def _digits_fit(wanted: str, found: str) -> bool:
    (digits, scale), (held, held_scale) = _decimal(wanted), _decimal(found)
    return 0 < digits <= held and scale == held_scale


def _decimal(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"numeric\((\d+),(\d+)\)", normal_type(text))
    return (int(match.group(1)), int(match.group(2))) if match else (0, 0)


def _same(wanted: str, found: str) -> bool:
    """Whether the types are equal, or ``found`` is the same type with a greater length."""
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
