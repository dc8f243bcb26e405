"""Start MySQL and MariaDB, each with its own administrator account."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from devstack import apt_root
from devstack.errors import DevstackError
from devstack.flavors import FLAVORS, MYSQL, Flavor, chosen
from devstack.paths import Say
from devstack.process import Server, first_bytes, free_port
from devstack.status import MySQLStatus

SYSTEM_ZONE = "Europe/Berlin"  # not UTC, so that time zone bugs show; DEVSTACK_SYSTEM_ZONE overrides it
USER = "admin"
HANDSHAKE = 5  # bytes of a greeting that prove that a server responds, not just an open port


def start(flavor: Flavor, home: Path, say: Say) -> tuple[Server, MySQLStatus]:
    """Start a server on a free port with its data below ``home``; initialise the data at the first start.

    Raises:
        DevstackError: the server cannot be downloaded or does not start.

    """
    root = apt_root.fetch(flavor.name, flavor.origin, say)
    zones, zone = _zone(root)
    data = home / flavor.name
    command = [*_command(flavor, root), f"--tmpdir={_own_tmpdir(data)}"]
    if not data.exists():
        _initialise(flavor, root, data, command)
    port = free_port()
    password = _password(home / f"{flavor.name}.password")
    accounts = _accounts(flavor, home, password)
    server = Server(
        flavor.name,
        [*command, f"--datadir={data}", *_options(data, port, accounts), *flavor.options],
        log=home / "logs" / f"{flavor.name}.log",
        env={"TZ": zone, "TZDIR": str(zones)},
    )
    server.wait_ready(lambda: len(first_bytes(port, expect=HANDSHAKE)) == HANDSHAKE, seconds=90)
    status = MySQLStatus(
        flavor=flavor.name,
        version=_version(port),
        host="127.0.0.1",
        port=port,
        user=USER,
        password=password,
        system_zone=zone,
    )
    return server, status


def preferred(say: Say | None = None) -> tuple[str, str]:
    """Return the flavor that the demo uses and the reason: MYSQL_FLAVOR, else real MySQL if it is available."""
    name = os.environ.get("MYSQL_FLAVOR", "")
    if name:
        return chosen(name).name, "set by MYSQL_FLAVOR"
    try:
        apt_root.fetch("mysql", MYSQL.origin, say)
    except DevstackError as exc:
        return "mariadb", f"real MySQL is not available: {str(exc).splitlines()[-1]}"
    return "mysql", "available"


def _zone(root: Path) -> tuple[Path, str]:
    """Return the zone folder and the zone; a server would silently use UTC if the zone were missing."""
    folder = root / "usr/share/zoneinfo"
    zone = os.environ.get("DEVSTACK_SYSTEM_ZONE") or SYSTEM_ZONE
    if not (folder / zone).is_file():
        raise DevstackError(f"DEVSTACK_SYSTEM_ZONE is {zone!r}, which is not a zone in {folder}")
    return folder, zone


def _command(flavor: Flavor, root: Path) -> list[str]:
    """Return the part of the command line that initialising and running share."""
    return [
        *apt_root.launcher(root, root / flavor.binary),
        "--no-defaults",
        f"--basedir={root}/usr",
        f"--lc-messages-dir={root}/usr/share/mysql",
        f"--character-sets-dir={root}/usr/share/mysql/charsets",
        f"--plugin-dir={root}/usr/lib/mysql/plugin",
        *(["--user=root"] if os.geteuid() == 0 else []),
    ]


def _own_tmpdir(data: Path) -> Path:
    """Create a separate folder for temporary tables: at start a server deletes all of them, even another server's."""
    folder = data.with_suffix(".tmp")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _initialise(flavor: Flavor, root: Path, data: Path, command: list[str]) -> None:
    """Create the data in a temporary folder and rename it, so that an interrupted start leaves nothing incomplete."""
    building = data.with_suffix(".building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    flavor.initialise(root, building, [*command, f"--datadir={building}"])
    building.rename(data)


def _options(data: Path, port: int, accounts: Path) -> list[str]:
    return [
        f"--socket={data}/server.sock",
        f"--pid-file={data}/server.pid",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--init-file={accounts}",
        "--innodb-buffer-pool-size=128M",
        "--innodb-flush-log-at-trx-commit=2",
        "--max-connections=200",
        "--max-allowed-packet=1G",
        "--skip-log-bin",
        "--skip-name-resolve",  # accounts and messages name 127.0.0.1, regardless of the machine's resolver
    ]


def _accounts(flavor: Flavor, home: Path, password: str) -> Path:
    """Write the SQL file that the server runs at each start."""
    file = home / f"{flavor.name}-accounts.sql"
    file.touch(mode=0o600)
    file.write_text(
        f"CREATE USER IF NOT EXISTS '{USER}'@'127.0.0.1' IDENTIFIED BY '{password}';\n"
        f"ALTER USER '{USER}'@'127.0.0.1' IDENTIFIED BY '{password}';\n"
        f"GRANT ALL PRIVILEGES ON *.* TO '{USER}'@'127.0.0.1' WITH GRANT OPTION;\n{flavor.close_root}"
    )
    return file


def _password(file: Path) -> str:
    """Return the random password, created once per home."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(12))
    return file.read_text()


def _version(port: int) -> str:
    """Read the version from the greeting: protocol byte, then text up to a NUL."""
    greeting = first_bytes(port, expect=64)
    return greeting[HANDSHAKE:].split(b"\0", 1)[0].decode(errors="replace").removeprefix("5.5.5-")


__all__ = ["FLAVORS", "preferred", "start"]
