"""An HTTP proxy in front of S3 that returns errors, or loses or delays S3's responses."""

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
ERROR_CODES = {
    "500": "InternalError",
    "503": "SlowDown",
    "409": "ConditionalRequestConflict",
}


@dataclass(frozen=True, kw_only=True)
class S3Fault:
    """The fault of the next ``count`` requests of a method whose path contains ``path_part``.

    500, 503, 409: the client gets this status and S3 does not get the request. "refused": the connection closes before
    S3 gets the request. "lost": S3 handles the request, but its response is lost. "stalled": the response is too late.
    """

    kind: str
    method: str
    path_part: str
    count: int


class S3Proxy(ThreadingHTTPServer):
    """Forwards requests to ``endpoint``, except those that the ordered fault applies to."""

    daemon_threads = True

    def __init__(self, endpoint: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        parts = urlsplit(endpoint)
        self.target = (parts.hostname or "", parts.port or 80)
        self.triggered = 0
        self._fault: S3Fault | None = None
        self._left = 0
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def endpoint(self) -> str:
        """The URL of the proxy."""
        return f"http://127.0.0.1:{self.server_port}"

    @contextmanager
    def ordered(self, fault: S3Fault) -> Iterator[None]:
        """Inject a fault while the block runs; ``triggered`` counts the affected requests."""
        with self._lock:
            self._fault, self._left, self.triggered = fault, fault.count, 0
        try:
            yield
        finally:
            with self._lock:
                self._fault = None

    def take(self, method: str, path: str) -> str:
        """Return the kind of fault for a request; empty for none."""
        with self._lock:
            fault = self._fault
            if fault is None or not self._left or method != fault.method or fault.path_part not in path:
                return ""
            self._left -= 1
            self.triggered += 1
            return fault.kind

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore closed connections, which these tests cause on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body are sent together
    server: S3Proxy

    def handle_expect_100(self) -> bool:
        """Answer 100 Continue without delay."""
        expected = super().handle_expect_100()
        self.wfile.flush()
        return expected

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.server.take(self.command, self.path)
        if kind == "refused":
            self._close_connection()
        elif kind in ERROR_CODES:
            self._refuse(int(kind), ERROR_CODES[kind])
        else:
            self._forward(body, kind)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _handle  # noqa: N815 - the names that http.server calls

    def _forward(self, body: bytes, kind: str) -> None:
        connection = http.client.HTTPConnection(*self.server.target, timeout=60)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP | {"expect"}:
                    connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            body_from_s3 = response.read()
        finally:
            connection.close()
        if kind == "stalled":
            time.sleep(STALL_SECONDS)
        if kind in ("lost", "stalled"):
            self._close_connection()
            return
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        length = response.getheader("Content-Length") if self.command == "HEAD" else str(len(body_from_s3))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        self.wfile.write(body_from_s3)

    def _refuse(self, status: int, code: str) -> None:
        text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>ordered</Message></Error>'.encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def _close_connection(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in http.server
        """Log nothing."""
