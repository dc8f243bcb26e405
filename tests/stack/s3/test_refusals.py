"""Responses that Amazon S3 sends but the local S3 server does not, from a scripted HTTP server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mysql_redshift.adapters.s3 import store as store_module
from mysql_redshift.errors import AccessDenied, OutcomeUnknown, StoreError, StoreUnavailable
from tests.stack.s3.conftest import MakeStore

Script = list[tuple[int, str]]


class Scripted(ThreadingHTTPServer):
    """Answers each request with the next response of ``script``, and repeats the last one."""

    daemon_threads = True

    def __init__(self) -> None:
        self.script: Script = []
        self.requests: list[str] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def endpoint(self) -> str:
        """The server's URL."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """Sends one response of the script."""

    protocol_version = "HTTP/1.1"  # sends "100 Continue", which clients wait for

    def do_any(self) -> None:
        assert isinstance(self.server, Scripted)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append(self.command)
        status, code = self.server.script.pop(0) if len(self.server.script) > 1 else self.server.script[0]
        body = f"<Error><Code>{code}</Code><Message>scripted</Message></Error>".encode() if code else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"e"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_HEAD = do_POST = do_any  # noqa: N815 - the names that http.server calls

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in http.server
        pass


@pytest.fixture
def server() -> Iterator[Scripted]:
    """The scripted server."""
    with Scripted() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the delay between attempts."""
    monkeypatch.setattr(store_module, "CONFLICT_SECONDS", 0.0)


def test_a_conflict_with_a_write_in_progress_is_retried(make_store: MakeStore, server: Scripted) -> None:
    """A 409 decides nothing: the next attempt may create the object."""
    server.script = [(409, "ConditionalRequestConflict"), (409, "ConditionalRequestConflict"), (200, "")]

    assert make_store(endpoint=server.endpoint).put_new("key", b"mine") is True
    assert server.requests == ["PUT"] * 3


def test_a_persistent_conflict_is_a_transient_error(make_store: MakeStore, server: Scripted) -> None:
    """The number of attempts is limited."""
    server.script = [(409, "ConditionalRequestConflict")]

    with pytest.raises(StoreUnavailable, match="another write to this key"):
        make_store(endpoint=server.endpoint).put_new("key", b"mine")

    assert len(server.requests) == store_module.CONFLICT_TRIES


def test_a_taken_key_whose_object_is_missing_is_an_unknown_outcome(make_store: MakeStore, server: Scripted) -> None:
    """After a 412 and a 404, the deleted object may have been ours."""
    server.script = [(412, "PreconditionFailed"), (404, "NoSuchKey")]

    with pytest.raises(OutcomeUnknown):
        make_store(endpoint=server.endpoint).put_new("key", b"mine")


def test_a_server_without_conditional_writes_is_refused(make_store: MakeStore, server: Scripted) -> None:
    """If S3 answers 501 NotImplemented, two runs could overwrite each other's log entries."""
    server.script = [(501, "NotImplemented")]

    with pytest.raises(StoreError, match="does not support conditional writes"):
        make_store(endpoint=server.endpoint).put_new("key", b"mine")


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (403, "AccessDenied", AccessDenied),
        (403, "InvalidAccessKeyId", AccessDenied),
        (403, "SignatureDoesNotMatch", AccessDenied),
        (400, "ExpiredToken", AccessDenied),
        (404, "NoSuchBucket", StoreError),
        (400, "AuthorizationHeaderMalformed", StoreError),
        (503, "SlowDown", StoreUnavailable),
        (500, "InternalError", StoreUnavailable),
        (409, "OperationAborted", StoreUnavailable),
    ],
)
@pytest.mark.parametrize("verb", ["get", "put", "upload", "list"])
def test_each_error_code_is_terminal_or_transient(
    make_store: MakeStore, server: Scripted, tmp_path: Any, status: int, code: str, error: type[Exception], verb: str
) -> None:
    """No error becomes an empty result; the message names the object and a remedy (S01)."""
    path = tmp_path / "file"
    path.write_bytes(b"x")
    store = make_store(endpoint=server.endpoint, name="lake")
    server.script = [(status, code)]
    calls: dict[str, Callable[[], object]] = {
        "get": lambda: store.get("some/key"),
        "put": lambda: store.put("some/key", b""),
        "upload": lambda: store.upload("some/key", path),
        "list": lambda: list(store.list("some/key")),
    }

    with pytest.raises(error, match="s3://lake/some/key") as raised:
        calls[verb]()

    assert type(raised.value) is error
    assert raised.value.remedy  # type: ignore[attr-defined]


def test_a_denied_head_is_not_reported_as_a_missing_object(make_store: MakeStore, server: Scripted) -> None:
    """Without s3:ListBucket, S3 answers 403 for a missing object; head raises instead of returning None."""
    server.script = [(403, "")]

    with pytest.raises(AccessDenied, match="s3:ListBucket"):
        make_store(endpoint=server.endpoint).head("some/key")


def test_the_error_of_a_partial_delete_lists_the_objects(make_store: MakeStore, bucket: Any) -> None:
    """DeleteObjects returns 200 even if it did not delete some objects."""
    store = make_store()

    class Client:
        def delete_objects(self, **_: Any) -> dict[str, Any]:
            return {"Errors": [{"Key": "a", "Code": "AccessDenied", "Message": "no"}]}

    store._client = Client()
    with pytest.raises(StoreError, match="a: AccessDenied"):
        store.delete(["a", "b"])
