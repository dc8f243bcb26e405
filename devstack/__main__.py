"""``python -m devstack up | down | status | exec``: manage the local servers from the command line."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict

from devstack import background, paths, status
from devstack.errors import DevstackError
from devstack.process import under_subreaper
from devstack.stack import SERVICES, running
from devstack.stand_in import connection_details
from devstack.status import Status

PATIENCE_SECONDS = 15.0  # for an interrupted command to exit by itself


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["conformance"]:
        from devstack.redshift.conformance.__main__ import main as conformance

        return conformance(words[1:])
    arguments = _parser().parse_args(words)
    try:
        return int(arguments.run(arguments))
    except DevstackError as exc:
        print(exc, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devstack", description="Local servers for the demo and the tests.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("up", _up, "start servers in the background and return when they are ready"),
        ("down", _down, "stop the servers"),
        ("status", _status, "print their addresses"),
        ("exec", _exec, "start servers, run a command with their addresses in its environment, stop the servers"),
        ("serve", _serve, "run servers in the foreground"),
        ("redshift", _redshift, "run only the Redshift stand-in in the foreground and print how to connect"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run)
        if name in ("up", "exec", "serve"):
            command.add_argument(
                "--only",
                type=_names,
                default=SERVICES,
                help=f"comma-separated, from {','.join(SERVICES)}; default: all",
            )
        if name == "status":
            command.add_argument("-o", dest="output", choices=("json", "table"), default="table")
        if name == "exec":
            command.add_argument("command", nargs=argparse.REMAINDER, help="-- COMMAND ...")
    return parser


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _up(arguments: argparse.Namespace) -> int:
    if background.supervisor() is None:
        background.start(arguments.only, _say)
        return 0
    missing = [name for name in arguments.only if getattr(status.load(), name) is None]
    if missing:
        raise DevstackError(
            f"Servers are running, but without {', '.join(missing)}. Run python -m devstack down, then up."
        )
    print("already running; print the addresses with python -m devstack status")
    return 0


def _down(arguments: argparse.Namespace) -> int:
    del arguments
    print("all servers are stopped" if background.stop() else "no servers are running")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    found = status.load()
    print(found.to_json() if arguments.output == "json" else _table(found))
    return 0


def _table(found: Status) -> str:
    rows = [
        (service, name, str(value))
        for service, fields in asdict(found).items()
        if isinstance(fields, dict)
        for name, value in fields.items()
    ]
    return "\n".join(f"{service:<9} {name:<17} {value}" for service, name, value in rows)


def _exec(arguments: argparse.Namespace) -> int:
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        raise DevstackError("exec needs a command: python -m devstack exec -- COMMAND ...")
    with running(arguments.only, say=lambda line: print(line, file=sys.stderr)) as found:
        return _attached(command, {**os.environ, **found.environment()})


def _attached(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command in the foreground; on Ctrl-C wait for it to exit before the servers are stopped."""
    child = subprocess.Popen(under_subreaper(command), env=environment)
    try:
        return child.wait()
    except KeyboardInterrupt:  # the terminal has also sent SIGINT to the command
        with suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE_SECONDS)
        raise
    finally:
        child.terminate()
        child.wait()


def _serve(arguments: argparse.Namespace) -> int:
    with running(arguments.only, say=_say):
        while True:
            signal.pause()


def _redshift(arguments: argparse.Namespace) -> int:
    """Run the stand-in with the bastion, S3 and PostgreSQL that it needs, in a separate home."""
    del arguments
    with running(("redshift",), home=paths.home() / "stand-in", say=_say) as found:
        _say(connection_details(found))
        while True:
            signal.pause()


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
