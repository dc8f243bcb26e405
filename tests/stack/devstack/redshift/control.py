"""Send fault orders to the stand-in's control socket."""

from __future__ import annotations

import json
import socket
from typing import Any

from devstack.status import RedshiftStatus


def order(redshift: RedshiftStatus, **fields: Any) -> dict[str, Any]:
    """Send one order; raise RuntimeError if the stand-in refuses it."""
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(redshift.control_socket)
        control.sendall(json.dumps(fields).encode() + b"\n")
        response: dict[str, Any] = json.loads(control.makefile().readline())
    if "error" in response:
        raise RuntimeError(f"The stand-in refuses {fields}: {response['error']}")
    return response
