"""The exception hierarchy.

MysqlRedshiftError
|-- TransientError            a retry may succeed; nothing was decided
|   |-- ConnectionFailed      a server could not be reached, or the connection broke before anything was decided
|   |-- SourceMoved           a table without snapshots was written to while it was read
|   |-- OutcomeUnknown        the reply to COMMIT or to a conditional put was lost
|   |-- StoreUnavailable      S3 returned 5xx, throttled or timed out
|   `-- SerializationFailure  Redshift aborted the transaction because of a concurrent one
`-- TerminalError             a retry would fail again; an operator must act
    |-- ConfigurationError    YAML, run configuration or connection settings are wrong
    |-- AccessDenied          credentials or privileges are missing
    |-- HostKeyMismatch       the bastion's host key is not the pinned one
    |-- SourceError           a table, column or value at the source cannot be used
    |-- StoreError            the bucket is missing, lacks conditional writes, or denies access
    |-- StateError            the log or the ledger is unreadable, or belongs to another table
    |-- Conflict              another run committed first; the message names it
    |-- WindowHeld            an open transaction holds the window back for longer than max_hold
    |-- DataCheckFailed       row counts disagree
    `-- TargetError           Redshift rejected a statement, or the target is not the one in the ledger
"""

from __future__ import annotations


class MysqlRedshiftError(Exception):
    """Base class of every error that this package raises deliberately.

    The message states what happened, where, what was expected, what was found and what to do; each known part is on
    its own line. It never contains a secret. ``exit_code`` is the exit status of the CLI.
    """

    exit_code = 1

    def __init__(
        self, what: str, *, where: str = "", expected: object = "", found: object = "", remedy: str = ""
    ) -> None:
        self.what = what
        self.where = where
        self.expected = expected
        self.found = found
        self.remedy = remedy
        super().__init__(self._message())

    def _message(self) -> str:
        rows = [("where", self.where), ("expected", self.expected), ("found", self.found), ("what to do", self.remedy)]
        lines = [f"  {name}: {value}" for name, value in rows if value not in ("", None)]
        return "\n".join([self.what, *lines])


class TransientError(MysqlRedshiftError):
    """A retry may succeed; nothing was decided."""

    exit_code = 2


class ConnectionFailed(TransientError):
    """A server could not be reached, or the connection broke before anything was decided."""


class SourceMoved(TransientError):
    """A table whose storage engine has no snapshots was written to while it was read."""

    exit_code = 4


class OutcomeUnknown(TransientError):
    """The reply to a COMMIT or a conditional put was lost: the outcome is unknown until it is read again."""


class StoreUnavailable(TransientError):
    """S3 returned 5xx, throttled the request or timed out."""

    exit_code = 5


class SerializationFailure(TransientError):
    """Redshift aborted the transaction because of a concurrent one (errors 1023 and 1018, racing DDL)."""

    exit_code = 6


class TerminalError(MysqlRedshiftError):
    """A retry would fail again; an operator must act."""


class ConfigurationError(TerminalError):
    """YAML, run configuration or connection settings are wrong."""


class AccessDenied(TerminalError):
    """Credentials or privileges are missing."""

    exit_code = 2


class HostKeyMismatch(TerminalError):
    """The bastion's host key is not the pinned one."""

    exit_code = 2


class SourceError(TerminalError):
    """A table, column or value at the source cannot be used."""


class StoreError(TerminalError):
    """The bucket is missing, lacks conditional writes, or denies access."""

    exit_code = 5


class StateError(TerminalError):
    """The log or the ledger is unreadable or belongs to another table; its content is never guessed."""

    exit_code = 5


class Conflict(TerminalError):
    """Another run committed first; the message names it."""

    exit_code = 3


class WindowHeld(TerminalError):
    """An open transaction holds the window back for longer than ``max_hold``."""

    exit_code = 3


class DataCheckFailed(TerminalError):
    """Rows were counted at two stages and the counts disagree."""

    exit_code = 4


class TargetError(TerminalError):
    """Redshift rejected a statement, or the target is not the one in the ledger."""

    exit_code = 6
