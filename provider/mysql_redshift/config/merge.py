"""How one layer of YAML lies over another: maps deep, lists replace, ``tags`` unite, null unsets."""

from __future__ import annotations

from typing import Any

from mysql_redshift.config.document import Document


def merge(below: Document, above: Document) -> Document:
    """Merge two documents; ``above`` wins."""
    return Document(
        values=merge_values(below.values, above.values),
        lines={**below.lines, **above.lines},
        problems=(*below.problems, *above.problems),
    )


def merge_values(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge plain mappings. A null over nothing stays: ``orders:`` alone names a table without settings of its own."""
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        if value is None and key in merged:
            del merged[key]
        elif isinstance(known, dict) and isinstance(value, dict):
            merged[key] = merge_values(known, value)
        elif key == "cursor" and isinstance(known, str) and isinstance(value, dict):
            merged[key] = {"column": known, **value}
        elif key == "tags" and isinstance(known, list) and isinstance(value, list):
            merged[key] = [*known, *(tag for tag in value if tag not in known)]
        else:
            merged[key] = value
    return merged


def without_nulls(values: dict[str, Any]) -> dict[str, Any]:
    """Drop what is unset, deep: the model's own default holds there."""
    return {
        key: without_nulls(value) if isinstance(value, dict) else value
        for key, value in values.items()
        if value is not None
    }
