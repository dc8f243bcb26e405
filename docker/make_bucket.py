"""The S3 container's health check: the bucket exists, or is made now."""

from __future__ import annotations

import sys
from http.client import HTTPConnection


def main() -> int:
    """Return 0 where the server answers and has the bucket."""
    connection = HTTPConnection("127.0.0.1", 4566, timeout=2)
    connection.request("PUT", "/lake")
    return 0 if connection.getresponse().status in (200, 409) else 1


if __name__ == "__main__":
    sys.exit(main())
