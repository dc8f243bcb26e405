"""``python -m demo run | down``: the whole story on the command line."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import httpx

from demo.airflow import Access
from demo.pipeline.definition import PIPELINE
from demo.pipeline.runs import RunFailed
from demo.proof.report import Report
from demo.screen import Screen
from demo.servers import paths, supervisor
from demo.servers.serve import serve
from demo.story.scenario import Scenario
from devstack.errors import DevstackError

EXPECTED_FAILURES = (RunFailed, DevstackError, httpx.HTTPError, OSError)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    arguments = _parser().parse_args(argv)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        return int(arguments.run(arguments))
    except KeyboardInterrupt:
        print("interrupted; every server has ended", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="MySQL -> S3 -> Redshift under Airflow, proved."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="play the whole story on local servers")
    run.set_defaults(run=_run)
    run.add_argument("--keep", action="store_true", help="leave the servers up at the end")
    run.add_argument("--report", type=Path, default=Path("demo-report.json"), help="where the report goes")
    down = commands.add_parser("down", help="end the servers that --keep left up")
    down.set_defaults(run=_down)
    hold = commands.add_parser("serve", help="hold the servers (what run starts)")
    hold.set_defaults(run=_serve)
    for command in (run, hold):
        scale = float(os.environ.get("DEMO_SCALE") or 1)
        command.add_argument("--scale", type=float, default=scale, help="1 is a million rows; DEMO_SCALE")
    return parser


def _run(arguments: argparse.Namespace) -> int:
    screen = Screen()
    result = Report(scale=arguments.scale)
    try:
        with supervisor.started(arguments.scale, screen.say) as group:
            access = Scenario(group, screen, result).run()
            if arguments.keep:
                group.keep()
                _explain(screen, access)
    except EXPECTED_FAILURES as exc:
        result.problems.append(str(exc))
        screen.say(f"FAILED: {exc}", "bold red")
    finally:
        result.seconds = round(screen.seconds, 1)
        result.write(arguments.report)
    verdict = "OK: nothing is lost, nothing is doubled, nothing differs" if result.ok else "NOT OK"
    screen.say(
        f"{verdict}; {result.seconds:.0f} s in all; {arguments.report}", "bold green" if result.ok else "bold red"
    )
    return 0 if result.ok else 1


def _explain(screen: Screen, access: Access) -> None:
    """Say how to go on by hand."""
    screen.heading("Everything stays up")
    conf = '{"since": "2025-06-01", "move_watermark": false}'
    for line in (
        f"Airflow:  {access.url}   user {access.user}   password {access.password}",
        f"trigger:  in the UI: DAG {PIPELINE} (all tables) or {PIPELINE}.orders, button Trigger, with a form",
        f"          in a shell: . {access.environment_file}",
        f"                      airflow dags trigger {PIPELINE}.orders --conf '{conf}'",
        f"servers:  DEVSTACK_HOME={paths.home() / 'stack'} python -m devstack status",
        "end:      make down",
    ):
        screen.say(line)


def _down(arguments: argparse.Namespace) -> int:
    del arguments
    print("all servers have ended" if supervisor.down() else "nothing is up")
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    try:
        serve(paths.home(), arguments.scale)
    except DevstackError as exc:  # run shows what is printed here
        print(exc)
        return 1
    return 0


def _leave(number: int, frame: FrameType | None) -> None:
    del frame
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
