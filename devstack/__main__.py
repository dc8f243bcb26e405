"""``python -m devstack up | down | status | exec``: the local servers on the command line."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from devstack import places, status
from devstack.errors import DevstackError
from devstack.stack import SERVICES, running

START_SECONDS = 600  # a first start downloads


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except DevstackError as exc:
        print(exc, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devstack", description="Local servers for demo and tests.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("up", _up, "start servers in the background and return when they are ready"),
        ("down", _down, "end them"),
        ("status", _status, "show their addresses"),
        ("exec", _exec, "start servers, run a command with their addresses in its environment, end them"),
        ("serve", _serve, "start servers in the foreground"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run)
        if name in ("up", "exec", "serve"):
            command.add_argument("--only", type=_names, default=SERVICES, help=f"some of {','.join(SERVICES)}")
        if name == "status":
            command.add_argument("-o", dest="output", choices=("json", "table"), default="table")
        if name == "exec":
            command.add_argument("command", nargs=argparse.REMAINDER, help="-- COMMAND ...")
    return parser


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _up(arguments: argparse.Namespace) -> int:
    """Start a supervisor in a session of its own and wait for the addresses."""
    home = places.home()
    if _supervisor() is not None:
        print("already up")
        return _status(argparse.Namespace(output="table"))
    home.mkdir(parents=True, exist_ok=True)
    status.path(home).unlink(missing_ok=True)
    log = home / "supervisor.log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-u", "-m", "devstack", "serve", "--only", ",".join(arguments.only)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=places.REPOSITORY,
        )
    _pid_file().write_text(str(child.pid))
    shown = 0
    deadline = time.monotonic() + START_SECONDS
    while not status.path(home).exists():
        shown = _show(log, shown)
        if child.poll() is not None or time.monotonic() > deadline:
            _show(log, shown)
            return 1
        time.sleep(0.1)
    _show(log, shown)
    return 0


def _show(log: Path, shown: int) -> int:
    text = log.read_text(errors="replace")
    print(text[shown:], end="", flush=True)
    return len(text)


def _down(arguments: argparse.Namespace) -> int:
    del arguments
    pid = _supervisor()
    if pid is None:
        print("nothing is up")
        return 0
    os.kill(pid, signal.SIGTERM)
    while _supervisor() is not None:
        time.sleep(0.1)
    print("all servers have ended")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    found = status.load()
    if arguments.output == "json":
        print(found.to_json())
        return 0
    for name, value in found.environment().items():
        print(f"{name}={value}")
    return 0


def _exec(arguments: argparse.Namespace) -> int:
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        raise DevstackError("exec needs a command: python -m devstack exec -- COMMAND ...")
    with running(arguments.only, say=lambda line: print(line, file=sys.stderr)) as found:
        return subprocess.run(command, env={**os.environ, **found.environment()}, check=False).returncode


def _serve(arguments: argparse.Namespace) -> int:
    with running(arguments.only, say=print):
        while True:
            signal.pause()


def _pid_file() -> Path:
    return places.home() / "supervisor.pid"


def _supervisor() -> int | None:
    """Return the supervisor's process id while it runs."""
    try:
        pid = int(_pid_file().read_text())
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if b"devstack" in words else None


if __name__ == "__main__":
    sys.exit(main())
