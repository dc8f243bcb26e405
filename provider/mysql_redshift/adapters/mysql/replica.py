"""Wait until a replica has what its writer had, or read how far it is behind (ADR 9)."""

from __future__ import annotations

import re
from typing import Any

from pymysql.cursors import DictCursor

from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.adapters.mysql.errors import MISSING_PRIVILEGE, SYNTAX_ERROR, code_of, translated
from mysql_redshift.core.quoting import mysql_string
from mysql_redshift.errors import ConfigurationError, MysqlRedshiftError, TransientError

CATCH_UP_SECONDS = 60
OWNER = re.compile(r"#\d+")  # in gtid_owned, the thread id follows each GTID


def executed(writer: Session) -> str:
    """Return the GTID set of the transactions that the writer has committed. Call it after reading the writer's clock.

    Raises:
        ConfigurationError: the writer has no binary log or no GTIDs.

    """
    variable = "@@global.gtid_binlog_pos" if writer.mariadb else "@@global.gtid_executed"
    committing = "" if writer.mariadb else OWNER.sub("", _gtid_set(writer, "@@global.gtid_owned"))
    gtids = _gtid_set(writer, variable)
    if not gtids:
        raise ConfigurationError(
            "The writer has no GTIDs, so its replica's progress cannot be checked",
            where=writer.where,
            expected="the binary log enabled, and gtid_mode=ON on MySQL",
            found=f"{variable} is empty",
            remedy="Enable GTIDs, or remove writer_conn_id: then only lag and lookback protect the window.",
        )
    # In a group commit, MySQL commits the transactions in InnoDB before it adds them to gtid_executed: in between they
    # are in neither list, only in gtid_owned. MariaDB's set grows with the binary log, before InnoDB commits.
    return f"{gtids},{committing}" if committing else gtids


def wait_until_reached(replica: Session, gtids: str, *, seconds: int) -> None:
    """Wait until the replica has applied ``gtids``.

    Raises:
        TransientError: the replica has not applied them after ``seconds``.

    """
    function = "MASTER_GTID_WAIT" if replica.mariadb else "WAIT_FOR_EXECUTED_GTID_SET"
    ((answer,),) = replica.query(f"SELECT {function}({mysql_string(gtids)}, {seconds})")
    if answer == 0:
        return
    own = "@@global.gtid_slave_pos" if replica.mariadb else "@@global.gtid_executed"
    raise TransientError(
        "The replica lags behind its writer",
        where=replica.where,
        expected=gtids,
        found=f"{_gtid_set(replica, own) or 'nothing'} after {seconds} s",
        remedy="Check the replication; a retry continues where this run stopped.",
    )


def has_channels(server: Session) -> bool:
    """Whether the server is set up to replicate, even if it is stopped; False if it does not tell."""
    try:
        return bool(_channels(server))
    except MysqlRedshiftError as exc:
        if code_of(exc) not in {MISSING_PRIVILEGE, SYNTAX_ERROR}:
            raise
        return False


def seconds_behind(replica: Session) -> int | None:
    """Return how many seconds the replica reports that it is behind, rounded up; the maximum of its channels.

    None if the replica does not report it: the account lacks the privilege (REPLICATION CLIENT on MySQL, REPLICA
    MONITOR on MariaDB), MySQL is older than 8.0.22, or the server replicates through its storage or a group.

    Raises:
        TransientError: replication is stopped, so the lag is unknown.

    """
    try:
        channels = _channels(replica)
    except MysqlRedshiftError as exc:
        if code_of(exc) not in {MISSING_PRIVILEGE, SYNTAX_ERROR}:
            raise
        return None
    seconds = [_field(channel, "Seconds_Behind_") for channel in channels]
    if None in seconds:
        raise _stopped(replica, channels[seconds.index(None)])
    return max(map(int, seconds)) + 1 if seconds else None  # the server truncates to whole seconds


def _channels(replica: Session) -> list[dict[str, Any]]:
    sql = "SHOW ALL SLAVES STATUS" if replica.mariadb else "SHOW REPLICA STATUS"
    with translated(replica.where), replica.raw.cursor(DictCursor) as cursor:
        cursor.execute(sql)
        found = list(cursor.fetchall())
    # After a member of a replication group has joined, its recovery channel is listed and stopped.
    return [channel for channel in found if not str(channel.get("Channel_Name", "")).startswith("group_replication_")]


def _field(channel: dict[str, Any], prefix: str) -> Any:
    """Return a field by its prefix: MySQL's names end in "Source", MariaDB's in "Master"."""
    return next((value for name, value in channel.items() if name.startswith(prefix)), None)


def _stopped(replica: Session, channel: dict[str, Any]) -> TransientError:
    threads = {name: value for name, value in channel.items() if name.endswith(("_IO_Running", "_SQL_Running"))}
    errors = [str(value) for name, value in channel.items() if name in ("Last_IO_Error", "Last_SQL_Error") and value]
    return TransientError(
        "Replication is stopped, so the replica's lag is unknown",
        where=replica.where,
        expected="the replica's IO and SQL threads running",
        found="; ".join([*(f"{name}: {value}" for name, value in threads.items()), *errors]),
        remedy="Start the replication; a retry continues where this run stopped. Or set writer_conn_id. If this server "
        f"was promoted and replicates no more, run on it: RESET {'SLAVE' if replica.mariadb else 'REPLICA'} ALL.",
    )


def _gtid_set(session: Session, variable: str) -> str:
    ((found,),) = session.query(f"SELECT {variable}")
    return str(found or "").replace("\n", "")
