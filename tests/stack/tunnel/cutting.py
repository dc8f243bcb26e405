"""A TCP proxy that can lose a reply: the request arrives and is answered, and the answer never comes back."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class CuttingProxy:
    """Forwards to ``target``. Client and server take turns: a request is what is sent until the server speaks."""

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
        """Where to connect."""
        return int(self._listener.getsockname()[1])

    def lose_reply(self, request: int = 1) -> None:
        """Lose the reply to the n-th request from now, and the connection with it."""
        with self._lock:
            self._requests_left = request

    def close(self) -> None:
        """Refuse new connections and end all others."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in tuple(self._sockets):
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
            self._sockets |= {client, server}
            server_spoke_last = True
            while True:
                for end in select.select([client, server], [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    if end is client and server_spoke_last:
                        self._request_begins()
                    server_spoke_last = end is server
                    if end is server and self._loses(data):
                        return
                    (server if end is client else client).sendall(data)

    def _request_begins(self) -> None:
        with self._lock:
            if self._requests_left:
                self._requests_left -= 1
                self._cutting = self._requests_left == 0

    def _loses(self, data: bytes) -> bool:
        """An HTTP server's "100 Continue" is no reply: the body has not been sent yet."""
        with self._lock:
            lost = self._cutting and not data.startswith(b"HTTP/1.1 100")
            if lost:
                self._cutting = False
                self.cuts += 1
            return lost
