"""Build source columns and tables as the catalogue returns them."""

from __future__ import annotations

import re
from typing import Any

from mysql_redshift.core.types.column import SourceColumn, SourceTable


def source_column(name: str, column_type: str = "int", **changes: Any) -> SourceColumn:
    """Return a column with the attributes that information_schema derives from its type."""
    match = re.match(r"(\w+)(?:\((\d+)(?:,(\d+))?\))?", column_type)
    assert match is not None
    data_type, first, second = match.groups()
    number = int(first) if first else None
    textual = data_type in {"char", "varchar", "binary", "varbinary"}
    values: dict[str, Any] = {
        "name": name,
        "data_type": data_type,
        "column_type": column_type,
        "nullable": True,
        "character_length": number if textual else None,
        "octet_length": number if textual else None,
        "precision": number if data_type in {"decimal", "bit"} else None,
        "scale": int(second) if second else (0 if data_type == "decimal" else None),
        "datetime_precision": (number or 0) if data_type in {"time", "datetime", "timestamp"} else None,
        "charset": "utf8mb4" if data_type in {"char", "varchar", "text", "tinytext", "enum", "set"} else None,
    }
    return SourceColumn(**(values | changes))


def source_table(*columns: SourceColumn, **changes: Any) -> SourceTable:
    """Return table ``shop.orders`` with these columns; by default ``id`` and ``updated_at``."""
    default = (source_column("id", "bigint", nullable=False), source_column("updated_at", "timestamp(6)"))
    values: dict[str, Any] = {
        "database": "shop",
        "name": "orders",
        "columns": columns or default,
        "primary_key": () if columns else ("id",),
    }
    return SourceTable(**(values | changes))
