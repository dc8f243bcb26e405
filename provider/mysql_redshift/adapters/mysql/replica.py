"""Wait until a replica has applied what its writer had committed (DESIGN.md, rule 1; L5c)."""

from __future__ import annotations

import re

from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.core.quoting import mysql_string
from mysql_redshift.errors import ConfigurationError, TransientError

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


def _gtid_set(session: Session, variable: str) -> str:
    ((found,),) = session.query(f"SELECT {variable}")
    return str(found or "").replace("\n", "")
