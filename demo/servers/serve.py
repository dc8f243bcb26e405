"""The process that runs the demo's servers, the local stack and Airflow, and stops them all on SIGTERM."""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from demo import airflow
from demo.airflow.settings import aws_connection, bastion_connection, mysql_connection, redshift_connection
from demo.dataset import DATABASE
from demo.pipeline import definition
from demo.servers import descendants
from devstack import mysql, stack
from devstack.status import Status

READER = "airflow_reader"


def serve(home: Path, scale: float) -> None:
    """Start all servers below ``home`` and run until SIGTERM, or until the parent exits.

    After SIGUSR1 the servers outlive the parent; the file ``kept`` acknowledges the signal.
    """
    descendants.adopt_orphans()
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGUSR1, lambda *_: _stay(home))
    descendants.die_with_parent(signal.SIGTERM)
    try:
        with _everything(home, scale):
            while True:
                signal.pause()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        descendants.end_descendants()


@contextmanager
def _everything(home: Path, scale: float) -> Iterator[None]:
    flavor, why = mysql.preferred()
    _say(f"source: {'MySQL' if flavor == 'mysql' else 'MariaDB'} ({why})")
    only = ("postgres", "s3", flavor, "bastion", "redshift")
    with (
        stack.running(only, home / "stack", say=_say) as status,
        airflow.running(_settings(home, scale, status), _say) as access,
    ):
        file = home / "airflow.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(access), default=str))
        yield


def _settings(home: Path, scale: float, status: Status) -> airflow.Settings:
    source = status.mysql or status.mariadb
    if not (source and status.s3 and status.bastion and status.redshift and status.postgres):
        raise RuntimeError(f"The stack is incomplete: {status}")
    connections = {
        "settlement_mysql": mysql_connection(source, DATABASE),
        "aws_default": aws_connection(status.s3),
        "bastion": bastion_connection(status.bastion),
        "redshift": redshift_connection(status.redshift, "bastion"),
    }
    return airflow.Settings(
        home=home / "airflow",
        dags=definition.write(home / "dags", scale),
        environment_name=definition.ENVIRONMENT,
        metadata=status.postgres,
        connections=connections,
        ca_file=Path(status.redshift.ca_file),
        password=secrets.token_urlsafe(9),
    )


def _say(line: str) -> None:
    """Write a line to the log that the demo prints, without the time prefix: the demo adds its own."""
    print(line.partition("] ")[2] or line, flush=True)


def _leave(number: int, frame: FrameType | None) -> None:
    del frame
    sys.exit(128 + number)


def _stay(home: Path) -> None:
    descendants.die_with_parent(None)
    (home / "kept").write_text(str(os.getpid()))
