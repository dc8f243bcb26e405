"""Whether a replica has what its writer had (DESIGN.md, rule 1; L5c)."""

from __future__ import annotations

import re

from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.core.quoting import mysql_string
from mysql_redshift.errors import ConfigurationError, TransientError

CATCH_UP_SECONDS = 60
OWNER = re.compile(r"#\d+")  # gtid_owned names the thread behind each number


def executed(writer: Session) -> str:
    """Return the transactions that the writer has committed, as its GTID set; read after its clock."""
    variable = "@@global.gtid_binlog_pos" if writer.mariadb else "@@global.gtid_executed"
    committing = "" if writer.mariadb else OWNER.sub("", _set(writer, "@@global.gtid_owned"))
    gtids = _set(writer, variable)
    if not gtids:
        raise ConfigurationError(
            "The writer keeps no GTIDs, so nobody can tell what its replica has",
            where=writer.where,
            expected="a binary log, and on MySQL gtid_mode=ON",
            found=f"{variable} is empty",
            remedy="Turn them on, or leave writer_conn_id out: then lag and lookback alone guard the window.",
        )
    # MySQL ends a whole group's transactions in InnoDB before it adds them to gtid_executed: in between they are in no
    # list of transactions any more. MariaDB's set grows with the binary log, before InnoDB commits.
    return f"{gtids},{committing}" if committing else gtids


def wait_until_reached(replica: Session, gtids: str, *, seconds: int) -> None:
    """Return once the replica has applied ``gtids``; raises TransientError where it has not in time."""
    function = "MASTER_GTID_WAIT" if replica.mariadb else "WAIT_FOR_EXECUTED_GTID_SET"
    ((answer,),) = replica.query(f"SELECT {function}({mysql_string(gtids)}, {seconds})")
    if answer == 0:
        return
    own = "@@global.gtid_slave_pos" if replica.mariadb else "@@global.gtid_executed"
    raise TransientError(
        "The replica lags behind its writer",
        where=replica.where,
        expected=gtids,
        found=f"{_set(replica, own) or 'nothing'} after {seconds} s",
        remedy="Check the replication; a retry goes on where this run stopped.",
    )


def _set(session: Session, variable: str) -> str:
    ((found,),) = session.query(f"SELECT {variable}")
    return str(found or "").replace("\n", "")
