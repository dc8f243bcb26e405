"""The start of a session: preparing the backend, and the messages to the client."""

from __future__ import annotations

import struct

from devstack.redshift.session.backend import Backend
from devstack.redshift.wire import messages as m

SERVER_VERSION = "8.0.2"
REPORTED = ("client_encoding", "DateStyle", "integer_datetimes", "is_superuser", "server_encoding", "TimeZone")


async def prepare(backend: Backend) -> None:
    """Create the session state that survives a rollback: the last COPY's count and number."""
    await backend.query(
        "CREATE TEMP SEQUENCE standin_copy_count MINVALUE 0 START 0; "
        "CREATE TEMP SEQUENCE standin_copy_id MINVALUE 0 START 0"
    )


def opening(backend: Backend, reported: dict[str, str]) -> bytes:
    """Return the messages that follow a successful authentication."""
    statuses = {key: reported[key] for key in REPORTED if key in reported}
    statuses |= {"server_version": SERVER_VERSION, "session_authorization": reported.get("session_authorization", "")}
    out = [m.message(b"R", struct.pack("!I", 0)), *(m.parameter_status(k, v) for k, v in statuses.items())]
    out.append(m.message(b"K", struct.pack("!II", backend.process, backend.secret)))
    return b"".join([*out, m.ready(b"I")])
