"""Start the selected servers in order, and stop them all."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from devstack import bastion, flavors, mysql, paths, postgres, s3, stand_in, status
from devstack.errors import DevstackError
from devstack.paths import Say
from devstack.process import Server, free_port
from devstack.status import BastionStatus, MySQLStatus, PostgresStatus, RedshiftStatus, S3Status, Status

SERVICES = ("postgres", "s3", "mysql", "mariadb", "bastion", "redshift")
OTHER_ACCOUNTS = frozenset({"postgres", "bastion", "redshift"})


@contextmanager
def running(only: Sequence[str] = SERVICES, home: Path | None = None, say: Say | None = None) -> Iterator[Status]:
    """Start the named servers, yield their addresses, and stop them all at exit.

    The addresses are also written to ``status.json`` in the home. ``redshift`` includes the bastion and S3.
    Call it from a thread that lives as long as the servers: the kernel kills them when the thread that started them
    exits.

    Raises:
        DevstackError: a name is unknown, the home is in use, or a server cannot be downloaded or does not start.

    """
    wanted = _wanted(only)
    folder = (home or paths.home()).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    if wanted & OTHER_ACCOUNTS:
        paths.require_open(folder, "DEVSTACK_HOME")
    with paths.claimed(folder), ExitStack() as servers, _signals_raise():
        found = _Start(folder, servers, say or _silent).everything(wanted)
        file = status.path(folder)
        servers.callback(file.unlink, missing_ok=True)
        partial = file.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(found.to_json())
        partial.rename(file)
        yield found


def _wanted(only: Sequence[str]) -> frozenset[str]:
    unknown = sorted(set(only) - set(SERVICES))
    if unknown:
        raise DevstackError(f"Unknown server {', '.join(unknown)}; expected some of {', '.join(SERVICES)}")
    return frozenset(only) | ({"bastion", "s3"} if "redshift" in only else frozenset())


class _Start:
    """Start one server after the other, and print a line per server with the elapsed seconds."""

    def __init__(self, home: Path, servers: ExitStack, say: Say) -> None:
        self._home = home
        self._servers = servers
        self._say = say
        self._begun = time.monotonic()

    def everything(self, wanted: frozenset[str]) -> Status:
        metadata = self._metadata() if "postgres" in wanted else None
        lake = self._lake() if "s3" in wanted else None
        databases = {name: self._database(name) for name in flavors.FLAVORS if name in wanted}
        ports = (free_port(), free_port())
        jump_host = self._bastion([ports[0], *(database.port for database in databases.values())], wanted)
        warehouse = self._warehouse(ports, lake, jump_host) if lake and jump_host and "redshift" in wanted else None
        return Status(
            home=str(self._home),
            mysql=databases.get("mysql"),
            mariadb=databases.get("mariadb"),
            s3=lake,
            bastion=jump_host,
            redshift=warehouse,
            postgres=metadata,
        )

    def _metadata(self) -> PostgresStatus:
        server, address = postgres.start("postgres", self._home)
        self._add(server, f"PostgreSQL for Airflow's metadata at port {address.port}")
        return address

    def _lake(self) -> S3Status:
        server, address = s3.start(self._home, self._log)
        self._add(server, f"S3 at {address.endpoint}")
        return address

    def _database(self, name: str) -> MySQLStatus:
        flavor = flavors.FLAVORS[name]
        server, address = mysql.start(flavor, self._home, self._log)
        self._add(server, f"{flavor.title} {address.version} at port {address.port}")
        return address

    def _bastion(self, ports: Sequence[int], wanted: frozenset[str]) -> BastionStatus | None:
        if "bastion" not in wanted:
            return None
        server, address = bastion.start(self._home, [f"127.0.0.1:{port}" for port in ports], self._log)
        self._add(server, f"OpenSSH bastion at port {address.port}")
        return address

    def _warehouse(self, ports: tuple[int, int], lake: S3Status, jump_host: BastionStatus) -> RedshiftStatus:
        server, storage = postgres.start("redshift-storage", self._home)
        self._servers.callback(server.stop)
        server, address = stand_in.start(self._home, ports, storage, lake, jump_host.pid)
        self._add(server, f"Redshift stand-in at port {address.port}, through the bastion only")
        return address

    def _add(self, server: Server, line: str) -> None:
        self._servers.callback(server.stop)
        self._log(line)

    def _log(self, line: str) -> None:
        self._say(f"[{time.monotonic() - self._begun:5.1f} s] {line}")


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise like Ctrl-C, unless they have handlers already."""

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        sys.exit(128 + number)

    unhandled = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        unhandled = []  # only the main thread may set handlers
    for number in unhandled:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in unhandled:
            signal.signal(number, signal.SIG_DFL)


def _silent(line: str) -> None:
    del line
