"""The lines that a fault can cut: a proxy before a server, which ends every connection at once when told to."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class Line:
    """Forwards TCP to ``target``. New connections are always let through: what was cut comes back."""

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
        self.cut()

    @property
    def port(self) -> int:
        """Where to connect."""
        return int(self._listener.getsockname()[1])

    def cut(self) -> None:
        """End every connection that is open now."""
        with self._lock:
            ends = tuple(self._sockets)
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(self._target) as server:
            both = {client, server}
            for end in both:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._sockets |= both
            try:
                _pass_on(client, server)
            finally:
                with self._lock:
                    self._sockets -= both


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    while True:
        for end in select.select([client, server], [], [])[0]:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # sshd waits for it
            data = end.recv(65536)
            if not data:
                return
            (server if end is client else client).sendall(data)
