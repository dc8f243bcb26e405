"""An HTTP proxy before S3 that gives answers of its own, or loses S3's."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

STALL_SECONDS = 2.5  # longer than the read timeout of the connection that the schedules use
HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "keep-alive"})
CODES = {
    "500": "InternalError",
    "503": "SlowDown",
    "409": "ConditionalRequestConflict",
}


@dataclass(frozen=True, kw_only=True)
class S3Answer:
    """What happens to the next ``count`` requests of a method whose path holds ``about``.

    500, 503, 409: S3 says so and does nothing. "refused": the connection ends before S3 hears anything. "lost": S3
    does it, and its reply never comes. "stalled": S3 does it, and the reply comes too late.
    """

    kind: str
    method: str
    about: str
    count: int


class S3Proxy(ThreadingHTTPServer):
    """Forwards to ``endpoint``, but for what was ordered."""

    daemon_threads = True

    def __init__(self, endpoint: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        parts = urlsplit(endpoint)
        self.target = (parts.hostname or "", parts.port or 80)
        self.struck = 0
        self._order: S3Answer | None = None
        self._left = 0
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def endpoint(self) -> str:
        """Where to connect."""
        return f"http://127.0.0.1:{self.server_port}"

    @contextmanager
    def ordered(self, answer: S3Answer) -> Iterator[None]:
        """Carry out an order while the block runs; ``struck`` counts how often."""
        with self._lock:
            self._order, self._left, self.struck = answer, answer.count, 0
        try:
            yield
        finally:
            with self._lock:
                self._order = None

    def take(self, method: str, path: str) -> str:
        """Return what is to happen to a request: "" for nothing."""
        with self._lock:
            order = self._order
            if order is None or not self._left or method != order.method or order.about not in path:
                return ""
            self._left -= 1
            self.struck += 1
            return order.kind

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together
    server: S3Proxy

    def handle_expect_100(self) -> bool:
        """Let the client send its body at once."""
        expected = super().handle_expect_100()
        self.wfile.flush()
        return expected

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fate = self.server.take(self.command, self.path)
        if fate == "refused":
            self._hang_up()
        elif fate in CODES:
            self._refuse(int(fate), CODES[fate])
        else:
            self._forward(body, fate)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _any  # noqa: N815 - the names that http.server calls

    def _forward(self, body: bytes, fate: str) -> None:
        with_s3 = http.client.HTTPConnection(*self.server.target, timeout=60)
        try:
            with_s3.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP | {"expect"}:
                    with_s3.putheader(name, value)
            with_s3.endheaders(body)
            answer = with_s3.getresponse()
            found = answer.read()
        finally:
            with_s3.close()
        if fate == "stalled":
            time.sleep(STALL_SECONDS)
        if fate in ("lost", "stalled"):
            self._hang_up()
            return
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(found))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        self.wfile.write(found)

    def _refuse(self, status: int, code: str) -> None:
        text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>ordered</Message></Error>'.encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in http.server
        """Say nothing."""
