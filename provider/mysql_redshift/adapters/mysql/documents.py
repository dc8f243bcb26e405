"""What has to be known of a JSON document before Redshift parses it."""

from __future__ import annotations

import json
import re

TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')


def longest_text(document: bytes) -> int:
    """Return the bytes of the longest text or name inside a JSON document, escapes resolved."""
    longest = 0
    for match in TEXT.finditer(document):
        written = match.group()
        if len(written) - 2 > longest:  # escapes only ever make a text longer
            longest = max(longest, len(json.loads(written).encode("utf-8", "surrogatepass")))
    return longest
