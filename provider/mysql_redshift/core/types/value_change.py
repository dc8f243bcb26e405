"""Whether ALTER TABLE keeps a column's values, or MySQL refuses the change: then rows loaded before stay right.

The rules take the texts of information_schema.COLUMNS.COLUMN_TYPE. What is not listed changes values, or may. MySQL is
assumed to run in strict mode: there an ALTER fails if a value does not fit the new type.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TYPE = re.compile(r"(?P<base>[a-z0-9]+)(?:\((?P<arguments>.*?)\))?(?P<attributes>(?: [a-z]+)*)", re.IGNORECASE)
_MEMBER = re.compile(r"'((?:[^']|'')*)'")
_BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "integer": 32, "bigint": 64}
_TEXTS = ("varchar", "tinytext", "text", "mediumtext", "longtext")
_BYTES = ("varbinary", "tinyblob", "blob", "mediumblob", "longblob")
_NUMERIC = 38  # a DECIMAL with more digits is loaded as text
_FAMILIES = {
    **dict.fromkeys((*_BITS, "decimal", "float", "double", "bit", "year"), "number"),
    **dict.fromkeys(("char", *_TEXTS, "enum", "set", "json"), "text"),
    **dict.fromkeys(("binary", *_BYTES), "bytes"),
    **dict.fromkeys(("date", "datetime", "timestamp"), "moment"),
}


@dataclass(frozen=True, kw_only=True)
class _Type:
    """A parsed column type; ``members``: those of an ENUM or SET."""

    base: str
    numbers: tuple[int, ...]
    members: tuple[str, ...]
    unsigned: bool
    zerofill: bool


def family(column_type: str) -> str:
    """Return what a type holds, such as number, text, bytes or moment; unknown types are families of their own."""
    base = _parse(column_type).base
    return _FAMILIES.get(base, base)


def keeps_values(before: str, now: str) -> bool:
    """Whether every value that the change of type allows is the same value afterwards."""
    old, new = _parse(before), _parse(now)
    if before == now or (old == new and old.base not in ("enum", "set")):
        return True
    if old.base in ("enum", "set") or new.base in ("enum", "set"):
        return _members(old, new)
    return any(rule(old, new) for rule in (_integers, _decimals, _floats, _texts, _bytes, _times, _printed, _read))


def _parse(column_type: str) -> _Type:
    found = _TYPE.match(column_type.strip())
    if found is None:
        return _Type(base=column_type, numbers=(), members=(), unsigned=False, zerofill=False)
    base, arguments = found["base"].lower(), found["arguments"] or ""
    listed = base in ("enum", "set")
    members = tuple(_MEMBER.findall(column_type)) if listed else ()
    numbers = () if listed else tuple(int(number) for number in re.findall(r"\d+", arguments))
    attributes = found["attributes"].lower().split() if not listed else []
    return _Type(
        base=base,
        numbers=() if base in _BITS else numbers,  # a display width says nothing
        members=members,
        unsigned="unsigned" in attributes,
        zerofill="zerofill" in attributes,
    )


def _members(old: _Type, new: _Type) -> bool:
    """Old members may be kept in their order, or become text; a new one between them changes nothing either."""
    if old.base in ("enum", "set") and new.base in _TEXTS:
        return True
    if old.base != new.base:
        return False
    rest = iter(new.members)
    return all(member in rest for member in old.members)


def _integers(old: _Type, new: _Type) -> bool:
    if old.base not in _BITS or new.base not in _BITS:
        return False
    if old.unsigned == new.unsigned:
        return True
    return old.unsigned and _BITS[new.base] > _BITS[old.base]


def _decimals(old: _Type, new: _Type) -> bool:
    """Digits behind the point may be added, not removed; above 38 digits the printed text is loaded."""
    if new.base != "decimal" or old.base not in ("decimal", *_BITS):
        return False
    if old.base != "decimal":
        return _digits(new) <= _NUMERIC
    same = _scale(old) == _scale(new)
    return same or (_scale(old) < _scale(new) and max(_digits(old), _digits(new)) <= _NUMERIC)


def _floats(old: _Type, new: _Type) -> bool:
    """A DOUBLE holds every FLOAT, and every integer of up to 32 bits; with digits, as FLOAT(7,2), it rounds."""
    if new.base != "double" or new.numbers or new.unsigned:
        return False
    return old.base in ("float", "double") or _BITS.get(old.base, 64) <= _BITS["int"]


def _texts(old: _Type, new: _Type) -> bool:
    """CHAR drops trailing blanks."""
    return old.base in ("char", *_TEXTS) and (new.base in _TEXTS or (old.base == "char" == new.base))


def _bytes(old: _Type, new: _Type) -> bool:
    """BINARY is padded with zeros."""
    return old.base in ("binary", *_BYTES) and new.base in _BYTES


def _times(old: _Type, new: _Type) -> bool:
    """A DATETIME has no zone and a TIMESTAMP has one: the change between them moves old values by the session's."""
    if old.base == "date" and new.base == "datetime":
        return True
    return old.base == new.base and old.base in ("datetime", "timestamp", "time") and _first(old) <= _first(new)


def _printed(old: _Type, new: _Type) -> bool:
    """Both ends print integers and decimals alike, unless zeros are put in front."""
    return new.base in _TEXTS and not old.zerofill and (old.base in _BITS or old.base == "decimal")


def _read(old: _Type, new: _Type) -> bool:
    """A text that is not the number fails the ALTER or, in the target, the rebuild."""
    return old.base in ("char", *_TEXTS) and (new.base in _BITS or new.base == "decimal")


def _first(column: _Type) -> int:
    return column.numbers[0] if column.numbers else 0


def _digits(column: _Type) -> int:
    return column.numbers[0] if column.numbers else 10


def _scale(column: _Type) -> int:
    return column.numbers[1] if len(column.numbers) > 1 else 0
