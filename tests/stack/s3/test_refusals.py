"""What the local S3 server never answers but Amazon's does: told by an HTTP server from a script."""

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
    """Gives each request the next answer of ``script``, and the last one for ever."""

    daemon_threads = True

    def __init__(self) -> None:
        self.script: Script = []
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def endpoint(self) -> str:
        """Where to connect."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answer(BaseHTTPRequestHandler):
    """One answer of the script."""

    protocol_version = "HTTP/1.1"  # which answers "100 Continue"; clients wait for it

    def do_any(self) -> None:
        assert isinstance(self.server, Scripted)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(self.command)
        status, code = self.server.script.pop(0) if len(self.server.script) > 1 else self.server.script[0]
        body = f"<Error><Code>{code}</Code><Message>as told</Message></Error>".encode() if code else b""
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
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between tries are not what is tested."""
    monkeypatch.setattr(store_module, "CONFLICT_SECONDS", 0.0)


def test_a_conflict_with_a_write_under_way_is_tried_again(make_store: MakeStore, server: Scripted) -> None:
    """409 decides nothing: the next try may create the object."""
    server.script = [(409, "ConditionalRequestConflict"), (409, "ConditionalRequestConflict"), (200, "")]

    assert make_store(endpoint=server.endpoint).put_new("key", b"mine") is True
    assert server.asked == ["PUT"] * 3


def test_a_conflict_without_end_is_a_transient_error(make_store: MakeStore, server: Scripted) -> None:
    """The tries are bounded."""
    server.script = [(409, "ConditionalRequestConflict")]

    with pytest.raises(StoreUnavailable, match="another write to this key"):
        make_store(endpoint=server.endpoint).put_new("key", b"mine")

    assert len(server.asked) == store_module.CONFLICT_TRIES


def test_a_key_that_was_taken_and_is_gone_is_unknown(make_store: MakeStore, server: Scripted) -> None:
    """412 and then nobody there: it may have been ours, so neither answer is given."""
    server.script = [(412, "PreconditionFailed"), (404, "NoSuchKey")]

    with pytest.raises(OutcomeUnknown):
        make_store(endpoint=server.endpoint).put_new("key", b"mine")


def test_a_server_without_conditional_writes_is_refused(make_store: MakeStore, server: Scripted) -> None:
    """501 NotImplemented: two runs could overwrite each other there."""
    server.script = [(501, "NotImplemented")]

    with pytest.raises(StoreError, match="no conditional writes"):
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
def test_each_refusal_is_terminal_or_transient(
    make_store: MakeStore, server: Scripted, tmp_path: Any, status: int, code: str, error: type[Exception], verb: str
) -> None:
    """S8, S9: a person must act, or a retry may succeed; never an empty answer. The object and a remedy are named."""
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


def test_a_head_that_is_denied_is_not_a_missing_object(make_store: MakeStore, server: Scripted) -> None:
    """Without s3:ListBucket S3 hides missing objects behind 403: that is said, and no None."""
    server.script = [(403, "")]

    with pytest.raises(AccessDenied, match="s3:ListBucket"):
        make_store(endpoint=server.endpoint).head("some/key")


def test_objects_that_were_not_deleted_are_named(make_store: MakeStore, bucket: Any) -> None:
    """DeleteObjects answers 200 even where it kept objects."""
    store = make_store()

    class Client:
        def delete_objects(self, **_: Any) -> dict[str, Any]:
            return {"Errors": [{"Key": "a", "Code": "AccessDenied", "Message": "no"}]}

    store._client = Client()
    with pytest.raises(StoreError, match="a: AccessDenied"):
        store.delete(["a", "b"])
