"""The queue of replies that the backend has not sent yet, each for the client or for the proxy."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from devstack.redshift.wire.framing import Message, rows
from devstack.redshift.wire.messages import ServerError, data_row

Filter = Callable[[Message], Sequence[bytes]]


class Request(Enum):
    """The kind of a request."""

    PARSE = "parse"
    BIND = "bind"
    CLOSE = "close"
    DESCRIBE = "describe"
    EXECUTE = "execute"
    SYNC = "sync"
    QUERY = "query"


COMPLETIONS = {
    Request.PARSE: b"1",
    Request.BIND: b"2",
    Request.CLOSE: b"3",
    Request.DESCRIBE: b"Tn",
    Request.EXECUTE: b"CIs",
    Request.SYNC: b"Z",
    Request.QUERY: b"Z",
}
_NO_ENTRY = frozenset((b"N", b"S", b"A"))


def same(message: Message) -> Sequence[bytes]:
    return (message.raw,)


@dataclass(kw_only=True, eq=False)
class Reply:
    """A pending reply. An internal reply is hidden from the client; its rows are stored in ``rows``."""

    request: Request
    internal: bool = False
    filter: Filter = same
    done: asyncio.Future[None]
    copy_started: asyncio.Future[None] | None = None
    rows: list[list[bytes | None]] = field(default_factory=list)
    error: ServerError | None = None

    def finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)
        if self.copy_started is not None and not self.copy_started.done():
            self.copy_started.cancel()


class Replies:
    """Track the backend's replies. ``skipping``: after an error the backend ignores all messages until a Sync."""

    def __init__(self) -> None:
        self._pending: deque[Reply] = deque()
        self.skipping = False
        self.status = b"I"
        self.on_complete: Callable[[str], None] = lambda _tag: None

    @property
    def idle(self) -> bool:
        return not self._pending

    @property
    def last(self) -> Reply | None:
        return self._pending[-1] if self._pending else None

    def expect(self, request: Request, *, internal: bool = False, filter_: Filter = same) -> Reply:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        reply = Reply(request=request, internal=internal, filter=filter_, done=future)
        if self.skipping and request is not Request.SYNC:
            reply.error = ServerError(code="25P02", message="ignored until the next Sync")
            reply.finish()
            return reply
        self.skipping = False
        self._pending.append(reply)
        return reply

    def take(self, message: Message) -> Sequence[bytes]:
        """Process one message of the backend; return the messages for the client."""
        if message.kind in _NO_ENTRY or not self._pending:
            return (message.raw,)
        head = self._pending[0]
        if message.kind == b"E":
            return self._fail(head, message)
        if message.kind == b"G":
            if head.copy_started is not None:
                head.copy_started.set_result(None)
            return ()
        if message.kind == b"D" and head.internal:
            head.rows += [data_row(row.body) for row in rows(message)]
        if message.kind == b"Z":
            self.status = message.body
        if message.kind == b"C":
            self.on_complete(message.body[:-1].decode())
        if message.kind in COMPLETIONS[head.request]:
            self._pending.popleft()
            head.finish()
        return () if head.internal else head.filter(message)

    def abandon(self) -> None:
        """Fail all pending replies because the backend connection was lost."""
        while self._pending:
            reply = self._pending.popleft()
            reply.error = ServerError(code="08006", message="the backend connection was lost")
            reply.finish()

    def _fail(self, head: Reply, message: Message) -> Sequence[bytes]:
        head.error = ServerError.decode(message.body)
        if head.request is Request.QUERY:
            if head.copy_started is not None and not head.copy_started.done():
                head.copy_started.cancel()
            return () if head.internal else head.filter(message)
        while self._pending and self._pending[0].request is not Request.SYNC:
            dropped = self._pending.popleft()
            dropped.error = head.error
            dropped.finish()
        self.skipping = not self._pending
        return () if head.internal else head.filter(message)
