"""Names as PostgreSQL keeps them: its limit is half of Redshift's."""

from __future__ import annotations

import hashlib

from devstack.redshift.wire.messages import ServerError

MOST_BYTES = 127
POSTGRES_BYTES = 63


def stored_name(name: str) -> str:
    """Shorten a name of 64 to 127 bytes to one that PostgreSQL keeps whole. Raises ServerError above 127."""
    size = len(name.encode())
    if size > MOST_BYTES:
        text = f'identifier "{name}" is too long: {size} bytes, the most is {MOST_BYTES}'
        raise ServerError(code="42622", message=text)
    if size <= POSTGRES_BYTES:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return name.encode()[: POSTGRES_BYTES - 13].decode("utf-8", "ignore") + "~" + digest
