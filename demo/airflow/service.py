"""Airflow's processes: scheduler, api-server, dag-processor and triggerer."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from demo.airflow.rest import AirflowClient
from demo.airflow.settings import DATABASE, USER, Settings
from devstack.paths import REPOSITORY
from devstack.process import Server, run
from devstack.status import PostgresStatus

COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
START_SECONDS = 180


@dataclass(frozen=True, kw_only=True)
class Access:
    """How to access a running Airflow; a shell sources ``environment_file`` to call ``airflow``."""

    url: str
    user: str
    password: str = field(repr=False)
    environment_file: Path

    def client(self) -> AirflowClient:
        """Return a client with a token."""
        client = AirflowClient(self.url, self.user, self.password)
        client.log_in()
        return client


@contextmanager
def running(settings: Settings, say: Callable[[str], None]) -> Iterator[Access]:
    """Create the metadata database, start every component, yield once all are healthy, and stop them at exit."""
    settings.home.mkdir(parents=True, exist_ok=True)
    environment = settings.environment()
    file = _write_files(settings, environment)
    airflow = Path(sys.executable).with_name("airflow")
    _create_database(settings.metadata)
    run([airflow, "db", "migrate"], env=environment)
    say("Airflow's metadata database is ready")
    with _components(airflow, settings.home / "logs", environment) as servers:
        access = Access(url=settings.url, user=USER, password=settings.password, environment_file=file)
        _wait(access, servers)
        say(f"Airflow at {settings.url}")
        yield access


@contextmanager
def _components(airflow: Path, logs: Path, environment: Mapping[str, str]) -> Iterator[list[Server]]:
    """Start all components; stop them concurrently, since each takes some seconds to stop."""
    servers: list[Server] = []
    try:
        for name in COMPONENTS:
            command: list[str | Path] = [airflow, name]
            if name == "scheduler":
                command = [sys.executable, "-m", "demo.airflow.warm", name]
            log = logs / f"{name}.log"
            # a subreaper, because the scheduler's tasks run in their own process groups
            server = Server(f"airflow {name}", command, log=log, env=environment, cwd=REPOSITORY, subreaper=True)
            servers.append(server)
        yield servers
    finally:
        with ThreadPoolExecutor(len(COMPONENTS)) as pool:
            for stopped in [pool.submit(server.stop) for server in servers]:
                stopped.result()


def _write_files(settings: Settings, environment: dict[str, str]) -> Path:
    """Write the environment and the passwords to files that only the owner can read."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
    file = settings.home / "environment.sh"
    texts = {
        file: "\n".join([*lines, f"PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH", ""]),
        settings.password_file: json.dumps({USER: settings.password}),
    }
    for path, text in texts.items():
        path.touch(mode=0o600)
        path.write_text(text)
    return file


def _create_database(metadata: PostgresStatus) -> None:
    address = psycopg.conninfo.make_conninfo(
        host=metadata.host,
        port=metadata.port,
        user=metadata.user,
        password=metadata.password,
        dbname=metadata.database,
    )
    with psycopg.connect(address, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _wait(access: Access, servers: list[Server]) -> None:
    """Wait until every component is healthy.

    Raises:
        DevstackError: a component exited or is not healthy in time; the message contains the last lines of its log.

    """
    client = AirflowClient(access.url, access.user, access.password)
    deadline = time.monotonic() + START_SECONDS

    def healthy() -> bool:
        try:
            return not client.unhealthy()
        except httpx.HTTPError:
            return False

    try:
        for server in servers:
            server.wait_ready(healthy, seconds=deadline - time.monotonic())
    finally:
        client.close()
