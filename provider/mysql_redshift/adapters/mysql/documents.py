"""Measure and correct JSON documents before Redshift parses them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

SURROGATE = re.compile("[\ud800-\udfff]")
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')


def longest_string(document: bytes) -> int:
    """Return the length in bytes of the longest string or member name in a JSON document, escapes resolved."""
    longest = 0
    for match in STRING.finditer(document):
        written = match.group()
        if len(written) - 2 > longest:  # a string is never longer than its escaped form
            longest = max(longest, len(json.loads(written).encode("utf-8", "surrogatepass")))
    return longest


class _Number(str):
    """A number as it is written: a float would lose digits."""


def keep_last_members(document: bytes) -> bytes | None:
    """Return the document with the last of several members of one name; None if no object has such members.

    None also for invalid documents, which Redshift refuses. Numbers keep their digits.
    """
    duplicates = False

    def members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal duplicates
        kept = dict(pairs)
        duplicates = duplicates or len(kept) < len(pairs)
        return kept

    try:
        value = json.loads(document.decode(), object_pairs_hook=members, parse_int=_Number, parse_float=_Number)
    except (ValueError, RecursionError):
        return None
    return _written(value).encode() if duplicates else None


def _written(value: Any) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_written(name)}:{_written(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    # A lone surrogate exists as an escape only.
    return json.dumps(value, ensure_ascii=isinstance(value, str) and SURROGATE.search(value) is not None)
