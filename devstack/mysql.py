"""Real MySQL (from Debian sid, in a private root) and MariaDB 10.11 (from Debian 12)."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devstack import private_root
from devstack.errors import DevstackError
from devstack.process import Server, answers, free_port, run
from devstack.status import MySQLStatus

SYSTEM_ZONE = "Europe/Berlin"  # not UTC, so that a fault with zones shows
USER = "admin"
MARIADB_SCRIPTS = (
    "mysql_system_tables.sql",
    "mysql_performance_tables.sql",
    "mysql_system_tables_data.sql",
    "maria_add_gis_sp_bootstrap.sql",
    "mysql_sys_schema.sql",
)


@dataclass(frozen=True, kw_only=True)
class Flavor:
    """One of the two servers: how it is fetched, told what to do, and set up."""

    name: str
    suite: str
    package: str
    binary: str
    initialise: Callable[[Path, Path, list[str]], None]
    extra: tuple[str, ...]


def start(flavor: Flavor, home: Path) -> tuple[Server, MySQLStatus]:
    """Start a server on a free port, its data below ``home``; the first time, initialise it."""
    root = private_root.fetch(flavor.name, flavor.suite, [flavor.package])
    data = home / flavor.name
    command = _command(flavor, root, data)
    password = _password(home / f"{flavor.name}.password")
    if not (data / "mysql").exists():
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        flavor.initialise(root, data, command)
    port = free_port()
    init_file = home / f"{flavor.name}-accounts.sql"
    init_file.write_text(_accounts(password))
    init_file.chmod(0o600)
    arguments = [
        f"--socket={data}/server.sock",
        f"--pid-file={data}/server.pid",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--init-file={init_file}",
        "--innodb-buffer-pool-size=128M",
        "--innodb-flush-log-at-trx-commit=2",
        "--max-connections=200",
        "--max-allowed-packet=1G",
        "--skip-log-bin",
        *flavor.extra,
    ]
    environment = {"TZ": SYSTEM_ZONE, "TZDIR": "/usr/share/zoneinfo"}
    server = Server(flavor.name, [*command, *arguments], log=home / "logs" / f"{flavor.name}.log", env=environment)
    server.wait_ready(lambda: len(answers(port, expect=5)) == 5, seconds=90)
    version = _version(port)
    status = MySQLStatus(
        flavor=flavor.name,
        version=version,
        host="127.0.0.1",
        port=port,
        user=USER,
        password=password,
        system_zone=SYSTEM_ZONE,
    )
    return server, status


def preferred() -> tuple[str, str]:
    """Return which flavour the demo uses and why: MYSQL_FLAVOR, else real MySQL where it can be had."""
    chosen = os.environ.get("MYSQL_FLAVOR", "")
    if chosen:
        if chosen not in FLAVORS:
            raise DevstackError(f"MYSQL_FLAVOR is {chosen!r}; expected one of {', '.join(FLAVORS)}")
        return chosen, "MYSQL_FLAVOR says so"
    try:
        private_root.fetch("mysql", MYSQL.suite, [MYSQL.package])
    except DevstackError as exc:
        return "mariadb", f"real MySQL cannot be had here: {str(exc).splitlines()[-1]}"
    return "mysql", "real MySQL"


def _command(flavor: Flavor, root: Path, data: Path) -> list[str]:
    """Return the server's command line up to what both initialising and running need."""
    start = private_root.launcher(root, root / flavor.binary)
    common = [
        "--no-defaults",
        f"--basedir={root}/usr",
        f"--lc-messages-dir={root}/usr/share/mysql",
        f"--character-sets-dir={root}/usr/share/mysql/charsets",
        f"--plugin-dir={root}/usr/lib/mysql/plugin",
        f"--datadir={data}",
    ]
    return [*start, *common, *(["--user=root"] if os.geteuid() == 0 else [])]


def _initialise_mysql(root: Path, data: Path, command: list[str]) -> None:
    del root, data  # the command names them
    run([*command, "--initialize-insecure"])


def _initialise_mariadb(root: Path, data: Path, command: list[str]) -> None:
    """Feed the bootstrap scripts, as mariadb-install-db does; that script itself expects a system installation."""
    (data / "mysql").mkdir()
    share = root / "usr/share/mysql"
    script = data.parent / "mariadb-bootstrap.sql"
    parts = ["create database if not exists mysql;\nuse mysql;\nSET @auth_root_socket=NULL;\n"]
    parts += [(share / name).read_text() for name in MARIADB_SCRIPTS]
    script.write_text("\n".join(parts))
    quoted = " ".join(f"'{part}'" for part in [*command, "--bootstrap"])
    try:
        run(["sh", "-c", f"{quoted} < '{script}'"])
    except DevstackError:
        shutil.rmtree(data, ignore_errors=True)
        raise
    script.unlink()


def _accounts(password: str) -> str:
    return (
        f"CREATE USER IF NOT EXISTS '{USER}'@'127.0.0.1' IDENTIFIED BY '{password}';\n"
        f"ALTER USER '{USER}'@'127.0.0.1' IDENTIFIED BY '{password}';\n"
        f"GRANT ALL PRIVILEGES ON *.* TO '{USER}'@'127.0.0.1' WITH GRANT OPTION;\n"
    )


def _password(file: Path) -> str:
    """Return the home's random password, made once."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(12))
    return file.read_text()


def _version(port: int) -> str:
    """Read the version from the greeting: protocol byte, then text up to a NUL."""
    greeting = answers(port, expect=64)
    return greeting[5:].split(b"\0", 1)[0].decode(errors="replace").removeprefix("5.5.5-")


MYSQL = Flavor(
    name="mysql",
    suite="sid",
    package="mysql-server-core",
    binary="usr/sbin/mysqld",
    initialise=_initialise_mysql,
    extra=("--mysqlx=OFF", "--secure-file-priv=NULL", "--performance-schema=OFF", "--innodb-redo-log-capacity=128M"),
)
MARIADB = Flavor(
    name="mariadb",
    suite="bookworm",
    package="mariadb-server-core",
    binary="usr/sbin/mariadbd",
    initialise=_initialise_mariadb,
    extra=("--skip-name-resolve",),
)
FLAVORS = {"mysql": MYSQL, "mariadb": MARIADB}
