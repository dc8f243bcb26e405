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


def test_up_returns_when_the_servers_are_ready_and_down_ends_them(environment: dict[str, str], home: Path) -> None:
    """Between the two, ``status`` tells the addresses as JSON; afterwards no process is left."""
    up = devstack(environment, "up", "--only", "s3,postgres")
    assert up.returncode == 0, up.stderr
    assert "s] S3 at http://127.0.0.1:" in up.stdout
    told = json.loads(devstack(environment, "status", "-o", "json").stdout)
    assert told["s3"]["bucket"] == "lake"
    assert told["mysql"] is None
    servers = descendants(int((home / "supervisor.pid").read_text()))
    assert devstack(environment, "down").stdout == "all servers have ended\n"
    assert servers
    assert not left_alive(servers)
    assert devstack(environment, "status").returncode == 1


def test_up_twice_starts_nothing_twice(environment: dict[str, str], home: Path) -> None:
    """The second call finds the first one's servers, and says so when it asks for more than they are."""
    devstack(environment, "up", "--only", "s3")
    first = (home / "supervisor.pid").read_text()
    assert devstack(environment, "up", "--only", "s3").stdout.startswith("already up")
    assert (home / "supervisor.pid").read_text() == first
    assert "without postgres" in devstack(environment, "up", "--only", "s3,postgres").stderr


def test_status_does_not_believe_a_file_that_a_kill_left(environment: dict[str, str], home: Path) -> None:
    """Addresses of servers that died with their supervisor are not told."""
    devstack(environment, "up", "--only", "s3")
    supervisor = int((home / "supervisor.pid").read_text())
    servers = descendants(supervisor)
    os.kill(supervisor, signal.SIGKILL)
    assert not left_alive(servers)
    assert "have ended" in devstack(environment, "status").stderr


def test_an_unknown_server_is_named(environment: dict[str, str]) -> None:
    """A misspelt name is an error that lists the names, not an empty stack."""
    done = devstack(environment, "up", "--only", "s3,mysq")
    assert done.returncode == 1
    assert "Unknown server mysq; expected some of postgres, s3" in done.stdout


def test_exec_gives_the_command_addresses_and_returns_its_exit_code(environment: dict[str, str]) -> None:
    """The command finds the file of addresses and single values in its environment."""
    script = 'test -s "$DEVSTACK_STATUS" && echo "$DEVSTACK_S3_ENDPOINT" && exit 7'
    done = devstack(environment, "exec", "--only", "s3", "--", "sh", "-c", script)
    assert done.returncode == 7
    assert done.stdout.startswith("http://127.0.0.1:")


def test_exec_ends_what_the_command_left_behind(environment: dict[str, str], home: Path) -> None:
    """A process that the command put into a session of its own goes with the servers."""
    script = f"setsid sh -c 'echo $$ > {home}/left; exec sleep 600' & while [ ! -s {home}/left ]; do sleep 0.05; done"
    assert devstack(environment, "exec", "--only", "s3", "--", "sh", "-c", script).returncode == 0
    assert not Path(f"/proc/{(home / 'left').read_text().strip()}").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_exec_that_is_ended_ends_command_and_servers(
    environment: dict[str, str], home: Path, number: signal.Signals
) -> None:
    """Ctrl-C, SIGTERM and SIGKILL leave neither the command nor a server."""
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


def test_redshift_alone_serves_until_it_is_interrupted(environment: dict[str, str], home: Path) -> None:
    """``python -m devstack redshift`` says how to reach the stand-in, beside other servers, and ends with Ctrl-C."""
    process = subprocess.Popen(
        [*DEVSTACK, "redshift"], env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        told = dict(line.split(maxsplit=1) for line in _until_it_tells(process.stdout, "order faults at"))
        with psycopg.connect(told["direct"].strip(), prepare_threshold=None) as connection:
            assert connection.execute("SELECT COUNT(*) FROM sys_load_history").fetchone() == (0,)
        servers = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    finally:
        process.kill()
    assert servers
    assert not left_alive(servers)


def _until_it_tells(lines: IO[str], last: str) -> Iterator[str]:
    for line in lines:
        yield line
        if line.startswith(last):
            return
