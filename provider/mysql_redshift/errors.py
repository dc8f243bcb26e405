"""The whole exception tree.

MysqlRedshiftError
|-- TransientError            a retry may succeed; nothing was decided
|   |-- ConnectionFailed      a server could not be reached, or went away before anything was decided
|   |-- OutcomeUnknown        the reply to COMMIT or to a conditional put was lost
|   |-- StoreUnavailable      S3 answered 5xx, throttled or timed out
|   `-- SerializationFailure  Redshift 1023 / 1018: another transaction was first
`-- TerminalError             a retry would fail again; a person must act
    |-- ConfigurationError    YAML, run configuration, connection settings
    |-- AccessDenied          credentials or privileges
    |-- HostKeyMismatch       the bastion is not the one whose key is pinned
    |-- SourceError           the table, a column or a value at the source
    |-- StoreError            bucket missing, no conditional writes, no permission
    |-- StateError            the log or the ledger is unreadable, or does not belong here
    |-- Conflict              another run was first; it is named
    |-- WindowHeld            a transaction holds the window back for longer than max_hold
    |-- DataCheckFailed       rows were counted and the counts disagree
    `-- TargetError           Redshift refused a statement, or the target is not the one known
"""

from __future__ import annotations


class MysqlRedshiftError(Exception):
    """Base of every error this package raises on purpose.

    The message says what happened, where, what was expected, what was found and what to do, each on a line of its own
    where known. It never holds a secret.
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
    """A server could not be reached, or went away before anything was decided."""


class SourceMoved(TransientError):
    """A table whose engine has no snapshots was written to while it was read."""

    exit_code = 4


class OutcomeUnknown(TransientError):
    """The reply to a COMMIT or a conditional put was lost: neither success nor failure until asked."""


class StoreUnavailable(TransientError):
    """S3 answered 5xx, throttled the request or timed out."""

    exit_code = 5


class SerializationFailure(TransientError):
    """Redshift ended the transaction because another one was first (1023, 1018)."""

    exit_code = 6


class TerminalError(MysqlRedshiftError):
    """A retry would fail again; a person must act."""


class ConfigurationError(TerminalError):
    """YAML, run configuration or connection settings are wrong."""


class AccessDenied(TerminalError):
    """Credentials or privileges are missing."""

    exit_code = 2


class HostKeyMismatch(TerminalError):
    """The bastion answered with another key than the pinned one."""

    exit_code = 2


class SourceError(TerminalError):
    """The table, a column or a value at the source cannot be used."""


class StoreError(TerminalError):
    """The bucket is missing, lacks conditional writes, or refuses us."""

    exit_code = 5


class StateError(TerminalError):
    """The log or the ledger is unreadable or does not belong here. Nothing is assumed."""

    exit_code = 5


class Conflict(TerminalError):
    """Another run was first; the message names it."""

    exit_code = 3


class WindowHeld(TerminalError):
    """A writing transaction holds the window back for longer than ``max_hold``."""

    exit_code = 3


class DataCheckFailed(TerminalError):
    """Rows were counted at two places and the counts disagree."""

    exit_code = 4


class TargetError(TerminalError):
    """Redshift refused a statement, or the target is not the one the ledger knows."""

    exit_code = 6
