"""Real MySQL (from Debian sid) and MariaDB 10.11 (from Debian 12), each unpacked into its own folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devstack.apt_root import Origin
from devstack.errors import DevstackError
from devstack.process import run

MARIADB_SCRIPTS = (
    "mysql_system_tables.sql",
    "mysql_performance_tables.sql",
    "mysql_system_tables_data.sql",
    "maria_add_gis_sp_bootstrap.sql",
    "mysql_sys_schema.sql",
)
# The performance schema is on, as by default in MySQL; without its histories it needs 100 MB less.
SMALL_PERFORMANCE_SCHEMA = (
    "--performance-schema-digests-size=0",
    "--performance-schema-events-statements-history-long-size=0",
    "--performance-schema-error-size=0",
)


@dataclass(frozen=True, kw_only=True)
class Flavor:
    """One of the two servers: its packages, how its data folder is initialised, and its options."""

    name: str
    title: str
    origin: Origin
    binary: str
    initialise: Callable[[Path, Path, list[str]], None]
    close_root: str  # SQL that disables the predefined accounts, which have no password
    options: tuple[str, ...]


def _initialise_mysql(root: Path, data: Path, command: list[str]) -> None:
    del root, data  # the command names them
    run([*command, "--initialize-insecure"])


def _initialise_mariadb(root: Path, data: Path, command: list[str]) -> None:
    """Run the bootstrap scripts as mariadb-install-db does; that script requires a system installation."""
    (data / "mysql").mkdir()
    share = root / "usr/share/mysql"
    parts = ["create database if not exists mysql;\nuse mysql;\nSET @auth_root_socket=NULL;\n"]
    parts += [(share / name).read_text() for name in MARIADB_SCRIPTS]
    script = data.parent / "mariadb-bootstrap.sql"
    script.write_text("\n".join(parts))
    run(["sh", "-c", '"$@" < "$0"', script, *command, "--bootstrap"])
    script.unlink()


MYSQL = Flavor(
    name="mysql",
    title="MySQL",
    origin=Origin(
        suite="sid",
        packages=("mysql-server-core", "tzdata"),
        ubuntu_packages=("mysql-server-core-8.0", "tzdata"),
    ),
    binary="usr/sbin/mysqld",
    initialise=_initialise_mysql,
    close_root="ALTER USER 'root'@'localhost' ACCOUNT LOCK;\n",
    options=("--mysqlx=OFF", "--secure-file-priv=NULL", "--innodb-redo-log-capacity=128M", *SMALL_PERFORMANCE_SCHEMA),
)
MARIADB = Flavor(
    name="mariadb",
    title="MariaDB",
    origin=Origin(suite="bookworm", packages=("mariadb-server-core", "tzdata")),
    binary="usr/sbin/mariadbd",
    initialise=_initialise_mariadb,
    close_root="DELETE FROM mysql.global_priv WHERE User = 'root';\nFLUSH PRIVILEGES;\n",
    options=("--character-set-server=utf8mb4",),
)
FLAVORS = {flavor.name: flavor for flavor in (MYSQL, MARIADB)}


def chosen(name: str) -> Flavor:
    """Return the flavor with this name."""
    if name not in FLAVORS:
        raise DevstackError(f"MYSQL_FLAVOR is {name!r}; expected one of {', '.join(FLAVORS)}")
    return FLAVORS[name]
