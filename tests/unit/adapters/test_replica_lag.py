"""The lag that a replica reports, for server states that the local servers do not have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pymysql
import pytest

from mysql_redshift.adapters.mysql.replica import seconds_behind
from mysql_redshift.errors import SourceError, TransientError

RUNNING: dict[str, Any] = {"Channel_Name": "", "Replica_IO_Running": "Yes", "Replica_SQL_Running": "Yes"}
STOPPED = {"Replica_IO_Running": "No", "Replica_SQL_Running": "No", "Seconds_Behind_Source": None}


class Replica:
    """A session whose server answers SHOW REPLICA STATUS with the given channels, or with an error."""

    where = "reader@replica:3306"
    mariadb = False

    def __init__(self, *channels: dict[str, Any], error: Exception | None = None) -> None:
        self.raw = self
        self._channels = channels
        self._error = error

    @contextmanager
    def cursor(self, _: type) -> Iterator[Replica]:
        yield self

    def execute(self, sql: str) -> None:
        assert sql == "SHOW REPLICA STATUS"
        if self._error is not None:
            raise self._error

    def fetchall(self) -> tuple[dict[str, Any], ...]:
        return self._channels


def lag(*channels: dict[str, Any], error: Exception | None = None) -> int | None:
    session: Any = Replica(*channels, error=error)
    return seconds_behind(session)


def test_the_slowest_channel_counts() -> None:
    """A replica of several sources; one second is added because the server truncates."""
    assert lag({**RUNNING, "Seconds_Behind_Source": 0}, {**RUNNING, "Seconds_Behind_Source": 40}) == 41


def test_a_stopped_channel_beside_a_running_one_is_a_transient_error() -> None:
    """The rows of its source are missing; the error contains the channel's last error."""
    stopped = {**RUNNING, **STOPPED, "Last_SQL_Error": "Duplicate entry"}
    with pytest.raises(TransientError, match="Replica_SQL_Running: No; Duplicate entry"):
        lag({**RUNNING, "Seconds_Behind_Source": 0}, stopped)


def test_the_channels_of_group_replication_are_ignored() -> None:
    """The recovery channel is stopped once the member has joined."""
    assert lag({**STOPPED, "Channel_Name": "group_replication_recovery"}) is None


@pytest.mark.parametrize("code", [1227, 1064])
def test_a_server_that_refuses_the_statement_does_not_report_its_lag(code: int) -> None:
    """1227: a privilege is missing. 1064: MySQL before 8.0.22 does not know the statement."""
    assert lag(error=pymysql.err.ProgrammingError(code, "refused")) is None


def test_other_errors_are_raised() -> None:
    """Without the lag the safe point would be too high."""
    with pytest.raises(SourceError):
        lag(error=pymysql.err.ProgrammingError(1105, "unknown"))
