"""Measure JSON documents before Redshift parses them."""

from __future__ import annotations

import json
import re

STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')


def longest_string(document: bytes) -> int:
    """Return the length in bytes of the longest string or member name in a JSON document, escapes resolved."""
    longest = 0
    for match in STRING.finditer(document):
        written = match.group()
        if len(written) - 2 > longest:  # a string is never longer than its escaped form
            longest = max(longest, len(json.loads(written).encode("utf-8", "surrogatepass")))
    return longest
