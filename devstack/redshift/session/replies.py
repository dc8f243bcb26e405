"""The first-in first-out list of what the backend still owes, each entry owed to the client or to the proxy."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from devstack.redshift.wire.framing import Message, rows
from devstack.redshift.wire.messages import ServerError, data_row

Filter = Callable[[Message], Sequence[bytes]]


class Asked(Enum):
    """What was asked."""

    PARSE = "parse"
    BIND = "bind"
    CLOSE = "close"
    DESCRIBE = "describe"
    EXECUTE = "execute"
    SYNC = "sync"
    QUERY = "query"


ENDS = {
    Asked.PARSE: b"1",
    Asked.BIND: b"2",
    Asked.CLOSE: b"3",
    Asked.DESCRIBE: b"Tn",
    Asked.EXECUTE: b"CIs",
    Asked.SYNC: b"Z",
    Asked.QUERY: b"Z",
}
_NO_ENTRY = frozenset((b"N", b"S", b"A"))


def same(message: Message) -> Sequence[bytes]:
    return (message.raw,)


@dataclass(kw_only=True, eq=False)
class Reply:
    """One answer the backend owes. An internal one is kept from the client, in ``rows``."""

    asked: Asked
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
    """Follows the backend's answers. ``skipping``: an error came, and the backend ignores all until a Sync."""

    def __init__(self) -> None:
        self._owed: deque[Reply] = deque()
        self.skipping = False
        self.status = b"I"
        self.on_complete: Callable[[str], None] = lambda _tag: None

    @property
    def idle(self) -> bool:
        return not self._owed

    @property
    def last(self) -> Reply | None:
        return self._owed[-1] if self._owed else None

    def owe(self, asked: Asked, *, internal: bool = False, filter_: Filter = same) -> Reply:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        reply = Reply(asked=asked, internal=internal, filter=filter_, done=future)
        if self.skipping and asked is not Asked.SYNC:
            reply.error = ServerError(code="25P02", message="ignored until the next Sync")
            reply.finish()
            return reply
        self.skipping = False
        self._owed.append(reply)
        return reply

    def take(self, message: Message) -> Sequence[bytes]:
        """Account for one message of the backend; return what the client gets for it."""
        if message.kind in _NO_ENTRY or not self._owed:
            return (message.raw,)
        head = self._owed[0]
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
        if message.kind in ENDS[head.asked]:
            self._owed.popleft()
            head.finish()
        return () if head.internal else head.filter(message)

    def abandon(self) -> None:
        """The backend is gone: nothing owed will come."""
        while self._owed:
            reply = self._owed.popleft()
            reply.error = ServerError(code="08006", message="the backend connection was lost")
            reply.finish()

    def _fail(self, head: Reply, message: Message) -> Sequence[bytes]:
        head.error = ServerError.decode(message.body)
        if head.asked is Asked.QUERY:
            if head.copy_started is not None and not head.copy_started.done():
                head.copy_started.cancel()
            return () if head.internal else head.filter(message)
        while self._owed and self._owed[0].asked is not Asked.SYNC:
            dropped = self._owed.popleft()
            dropped.error = head.error
            dropped.finish()
        self.skipping = not self._owed
        return () if head.internal else head.filter(message)
