"""A local port that forwards through the bastion to one address behind it."""

from __future__ import annotations

import base64
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import paramiko

from devstack.status import BastionStatus

PATIENCE = 20.0  # seconds for each step of connecting
BLOCK = 65_536


@contextmanager
def tunnel(bastion: BastionStatus, host: str, port: int) -> Iterator[int]:
    """Open a tunnel for one connection; yield its local port. The bastion's host key must match the pinned one."""
    transport = _connect(bastion)
    try:
        channel = transport.open_channel("direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=PATIENCE)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            local_port: int = listener.getsockname()[1]
            threading.Thread(target=_serve, args=(listener, channel), name="verifier tunnel", daemon=True).start()
            yield local_port
    finally:
        transport.close()


def _connect(bastion: BastionStatus) -> paramiko.Transport:
    kind, key = bastion.host_key.split()[:2]
    pinned = paramiko.PKey.from_type_string(kind, base64.b64decode(key, validate=True))
    transport = paramiko.Transport(socket.create_connection((bastion.host, bastion.port), PATIENCE))
    try:
        transport.connect(pinned, bastion.user, pkey=paramiko.PKey.from_path(bastion.private_key_file))
    except BaseException:
        transport.close()
        raise
    return transport


def _serve(listener: socket.socket, channel: paramiko.Channel) -> None:
    """Forward bytes in both directions until one side closes."""
    # Closing the transport interrupts the wait here; the channel can then no longer send its close message.
    with suppress(OSError, EOFError), listener.accept()[0] as local, channel:
        endpoints: tuple[socket.socket | paramiko.Channel, ...] = (local, channel)
        while True:
            for ready in select.select(endpoints, [], [])[0]:
                data = ready.recv(BLOCK)
                if not data:
                    return
                (channel if ready is local else local).sendall(data)
