"""Health check of the S3 container; creates the bucket if it is missing."""

from __future__ import annotations

import sys
from http.client import HTTPConnection


def main() -> int:
    """Return 0 if the server responds and has the bucket."""
    connection = HTTPConnection("127.0.0.1", 4566, timeout=2)
    connection.request("PUT", "/lake")
    return 0 if connection.getresponse().status in (200, 409) else 1


if __name__ == "__main__":
    sys.exit(main())
