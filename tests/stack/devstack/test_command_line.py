"""``python -m devstack``: up, status, down and exec."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psycopg
import pytest

from devstack import status
from tests.stack.devstack.processes import descendants, left_alive

DEVSTACK = (sys.executable, "-m", "devstack")


@pytest.fixture
def environment(home: Path) -> Iterator[dict[str, str]]:
    values = {name: value for name, value in os.environ.items() if name != "DEVSTACK_STATUS"}
    values["DEVSTACK_HOME"] = str(home)
    yield values
    subprocess.run([*DEVSTACK, "down"], env=values, check=True, capture_output=True)


def devstack(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*DEVSTACK, *words], env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_up_returns_when_the_servers_are_ready_and_down_stops_them(environment: dict[str, str], home: Path) -> None:
    """In between ``status`` prints the addresses as JSON; afterwards no process is left."""
    up = devstack(environment, "up", "--only", "s3,postgres")
    assert up.returncode == 0, up.stderr
    assert "s] S3 at http://127.0.0.1:" in up.stdout
    printed = json.loads(devstack(environment, "status", "-o", "json").stdout)
    assert printed["s3"]["bucket"] == "lake"
    assert printed["mysql"] is None
    servers = descendants(int((home / "supervisor.pid").read_text()))
    assert devstack(environment, "down").stdout == "all servers are stopped\n"
    assert servers
    assert not left_alive(servers)
    assert devstack(environment, "status").returncode == 1


def test_up_is_idempotent(environment: dict[str, str], home: Path) -> None:
    """The second call finds the running servers, and names the requested ones that are not running."""
    devstack(environment, "up", "--only", "s3")
    first = (home / "supervisor.pid").read_text()
    assert devstack(environment, "up", "--only", "s3").stdout.startswith("already running")
    assert (home / "supervisor.pid").read_text() == first
    assert "without postgres" in devstack(environment, "up", "--only", "s3,postgres").stderr


def test_status_ignores_the_stale_file_of_a_killed_supervisor(environment: dict[str, str], home: Path) -> None:
    """The addresses of servers that died with their supervisor are not printed."""
    devstack(environment, "up", "--only", "s3")
    supervisor = int((home / "supervisor.pid").read_text())
    servers = descendants(supervisor)
    os.kill(supervisor, signal.SIGKILL)
    assert not left_alive(servers)
    assert "are no longer running" in devstack(environment, "status").stderr


def test_an_unknown_server_name_is_an_error(environment: dict[str, str]) -> None:
    """The message lists the known names."""
    done = devstack(environment, "up", "--only", "s3,mysq")
    assert done.returncode == 1
    assert "Unknown server mysq; expected some of postgres, s3" in done.stdout


def test_exec_passes_the_addresses_and_returns_the_commands_exit_code(environment: dict[str, str]) -> None:
    """The command's environment has the path of the status file and the single values."""
    script = 'test -s "$DEVSTACK_STATUS" && echo "$DEVSTACK_S3_ENDPOINT" && exit 7'
    done = devstack(environment, "exec", "--only", "s3", "--", "sh", "-c", script)
    assert done.returncode == 7
    assert done.stdout.startswith("http://127.0.0.1:")


def test_exec_kills_processes_that_the_command_left_behind(environment: dict[str, str], home: Path) -> None:
    """A process that the command started in another session is killed as well."""
    script = f"setsid sh -c 'echo $$ > {home}/left; exec sleep 600' & while [ ! -s {home}/left ]; do sleep 0.05; done"
    assert devstack(environment, "exec", "--only", "s3", "--", "sh", "-c", script).returncode == 0
    assert not Path(f"/proc/{(home / 'left').read_text().strip()}").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_terminated_exec_leaves_neither_the_command_nor_servers(
    environment: dict[str, str], home: Path, number: signal.Signals
) -> None:
    """This holds for Ctrl-C, SIGTERM and SIGKILL."""
    words = [*DEVSTACK, "exec", "--only", "s3", "--", "sh", "-c", "echo up; exec sleep 600"]
    with subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "up\n"
        below = descendants(child.pid)
        if number is signal.SIGINT:
            os.killpg(child.pid, number)  # as a terminal does
        else:
            child.send_signal(number)
        child.wait(60)
        assert len(below) >= 3  # S3, the command and its subreaper
        assert not left_alive(below)
    assert status.path(home).exists() == (number is signal.SIGKILL)


def test_the_redshift_command_serves_until_it_is_interrupted(environment: dict[str, str], home: Path) -> None:
    """``python -m devstack redshift`` prints how to connect to the stand-in, and exits on Ctrl-C."""
    process = subprocess.Popen(
        [*DEVSTACK, "redshift"], env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        printed = dict(line.split(maxsplit=1) for line in _lines_up_to(process.stdout, "control socket"))
        with psycopg.connect(printed["direct"].strip(), prepare_threshold=None) as connection:
            assert connection.execute("SELECT COUNT(*) FROM sys_load_history").fetchone() == (0,)
        servers = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    finally:
        process.kill()
    assert servers
    assert not left_alive(servers)


def _lines_up_to(lines: IO[str], last: str) -> Iterator[str]:
    for line in lines:
        yield line
        if line.startswith(last):
            return
