"""Which compression encodings Redshift accepts for which types (Amazon Redshift developer guide)."""

from __future__ import annotations

INTEGERS = frozenset({"SMALLINT", "INTEGER", "BIGINT"})
TIMES = frozenset({"DATE", "TIMESTAMP", "TIMESTAMPTZ"})
FLOATS = frozenset({"REAL", "DOUBLE PRECISION"})
NUMBERS = INTEGERS | TIMES | {"DECIMAL"}
BYTES = frozenset({"VARCHAR", "VARBYTE"})
# The guide's table names neither TIME nor VARBYTE, and its editions differ on SUPER: these are unverified, and SUPER
# keeps its default.
TYPES_BY_ENCODING = {
    "az64": NUMBERS | {"TIME"},
    "bytedict": NUMBERS | FLOATS | {"VARCHAR"},
    "delta": NUMBERS - {"TIMESTAMPTZ"},
    "delta32k": NUMBERS - {"TIMESTAMPTZ", "SMALLINT"},
    "lzo": NUMBERS | BYTES,
    "mostly8": INTEGERS | {"DECIMAL"},
    "mostly16": (INTEGERS | {"DECIMAL"}) - {"SMALLINT"},
    "mostly32": frozenset({"BIGINT", "DECIMAL"}),
    "runlength": NUMBERS | FLOATS | {"VARCHAR", "BOOLEAN"},
    "text255": frozenset({"VARCHAR"}),
    "text32k": frozenset({"VARCHAR"}),
    "zstd": NUMBERS | FLOATS | BYTES | {"BOOLEAN", "TIME"},
}


def encodings_of(redshift_type: str) -> tuple[str, ...]:
    """Return the encodings that a column of this type can have; ``raw`` fits every type."""
    base = redshift_type.partition("(")[0].strip().upper()
    return ("raw", *(name for name, types in TYPES_BY_ENCODING.items() if base in types))


def temporary_encoding(redshift_type: str) -> str:
    """Return the encoding for a column of a temporary table, which is raw by default; empty if none is known to fit.

    AZ64 and LZO are Redshift's own choices for permanent tables.
    """
    base = redshift_type.partition("(")[0].strip().upper()
    return "az64" if base in NUMBERS else "lzo" if base == "VARCHAR" else ""
