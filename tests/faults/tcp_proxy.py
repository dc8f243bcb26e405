"""A TCP proxy in front of a server that can close all its connections at the same time."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class TcpProxy:
    """Forwards TCP to ``target``. New connections are always accepted, so a client can reconnect."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_connections()

    @property
    def port(self) -> int:
        """The local port of the proxy."""
        return int(self._listener.getsockname()[1])

    def drop_connections(self) -> None:
        """Close every open connection."""
        with self._lock:
            sockets = tuple(self._sockets)
        for endpoint in sockets:
            with suppress(OSError):
                endpoint.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(self._target) as server:
            sockets = {client, server}
            for endpoint in sockets:
                endpoint.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._sockets |= sockets
            try:
                _relay(client, server)
            finally:
                with self._lock:
                    self._sockets -= sockets


def _relay(client: socket.socket, server: socket.socket) -> None:
    while True:
        for endpoint in select.select([client, server], [], [])[0]:
            endpoint.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # sshd waits for the acknowledgement
            data = endpoint.recv(65536)
            if not data:
                return
            (server if endpoint is client else client).sendall(data)
