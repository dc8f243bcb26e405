"""Which servers, in which order, and how they all end."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from devstack import bastion, mysql, places, postgres, s3, stand_in
from devstack.errors import DevstackError
from devstack.process import Server, free_port
from devstack.status import MySQLStatus, Status, path

SERVICES = ("postgres", "s3", "mysql", "mariadb", "bastion", "redshift")
Say = Callable[[str], None]


@contextmanager
def running(only: Sequence[str] = SERVICES, home: Path | None = None, say: Say | None = None) -> Iterator[Status]:
    """Start the servers named, yield their addresses, and end them all.

    The addresses are also written to ``status.json`` in the home. Redshift brings the bastion and S3 with it.

    Raises:
        DevstackError: an unknown name, or a server that does not start.

    """
    wanted = _wanted(only)
    folder = home or places.home()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    with ExitStack() as servers, _signals_raise():
        status = _start(wanted, folder, servers, say or _silent)
        file = path(folder)
        servers.callback(file.unlink, missing_ok=True)
        partial = file.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(status.to_json())
        partial.rename(file)
        yield status


def _wanted(only: Sequence[str]) -> frozenset[str]:
    unknown = sorted(set(only) - set(SERVICES))
    if unknown:
        raise DevstackError(f"Unknown server {', '.join(unknown)}; expected some of {', '.join(SERVICES)}")
    return frozenset(only) | ({"bastion", "s3"} if "redshift" in only else frozenset())


def _start(wanted: frozenset[str], home: Path, servers: ExitStack, say: Say) -> Status:
    begun = time.monotonic()

    def keep(server: Server, what: str) -> None:
        servers.callback(server.stop)
        say(f"[{time.monotonic() - begun:5.1f} s] {what}")

    found = Status(home=str(home))
    values: dict[str, object] = {}
    if "postgres" in wanted:
        server, values["postgres"] = postgres.start("postgres", home)
        keep(server, "PostgreSQL for Airflow's metadata")
    s3_status = None
    if "s3" in wanted:
        server, s3_status = s3.start(home)
        values["s3"] = s3_status
        keep(server, f"S3 at {s3_status.endpoint}")
    databases: list[MySQLStatus] = []
    for name, flavor in mysql.FLAVORS.items():
        if name in wanted:
            server, address = mysql.start(flavor, home)
            values[name] = address
            databases.append(address)
            keep(server, f"{'MySQL' if name == 'mysql' else 'MariaDB'} {address.version} at port {address.port}")
    ports = (free_port(), free_port())
    if "bastion" in wanted:
        targets = [f"127.0.0.1:{port}" for port in (ports[0], *(d.port for d in databases))]
        server, gate = bastion.start(home, targets)
        values["bastion"] = gate
        keep(server, f"OpenSSH bastion at port {gate.port}")
        if "redshift" in wanted:
            server, storage = postgres.start("redshift-storage", home)
            servers.callback(server.stop)
            server, values["redshift"] = stand_in.start(home, ports, storage, s3_status, gate.pid)
            keep(server, f"Redshift stand-in at port {ports[0]}, through the bastion only")
    return Status(**{**found.__dict__, **values})


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind like Ctrl-C, so that nothing is left behind."""

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        sys.exit(128 + number)

    if os.environ.get("DEVSTACK_KEEP_SIGNALS"):
        yield
        return
    signals = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _silent(line: str) -> None:
    del line
