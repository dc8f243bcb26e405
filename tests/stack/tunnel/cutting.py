"""A TCP proxy that can drop a reply: the server gets and answers the request, but the client gets no reply."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class CuttingProxy:
    """Forwards to ``target``. A request is all that the client sends until the server replies."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._requests_left = 0
        self._cutting = False
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def port(self) -> int:
        """The local port to connect to."""
        return int(self._listener.getsockname()[1])

    def lose_reply(self, request: int = 1) -> None:
        """Drop the reply to the n-th request from now, and close the connection."""
        with self._lock:
            self._requests_left = request

    def close(self) -> None:
        """Refuse new connections and close the others."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in tuple(self._sockets):
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(self._target) as server:
            self._sockets |= {client, server}
            server_sent_last = True
            while True:
                for peer in select.select([client, server], [], [])[0]:
                    data = peer.recv(65536)
                    if not data:
                        return
                    if peer is client and server_sent_last:
                        self._request_begins()
                    server_sent_last = peer is server
                    if peer is server and self._drops(data):
                        return
                    (server if peer is client else client).sendall(data)

    def _request_begins(self) -> None:
        with self._lock:
            if self._requests_left:
                self._requests_left -= 1
                self._cutting = self._requests_left == 0

    def _drops(self, data: bytes) -> bool:
        """Return whether to drop this reply. "100 Continue" is not a reply: the request's body follows it."""
        with self._lock:
            lost = self._cutting and not data.startswith(b"HTTP/1.1 100")
            if lost:
                self._cutting = False
                self.cuts += 1
            return lost
