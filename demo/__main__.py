"""``python -m demo run | down``: run the demo from the command line."""

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
        print("interrupted; all servers are stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="Replicate MySQL -> S3 -> Redshift under Airflow and verify every row."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run the demo on local servers")
    run.set_defaults(run=_run)
    run.add_argument("--keep", action="store_true", help="keep the servers running at the end")
    run.add_argument("--report", type=Path, default=Path("demo-report.json"), help="path of the JSON report")
    down = commands.add_parser("down", help="stop the servers that --keep left running")
    down.set_defaults(run=_down)
    hold = commands.add_parser("serve", help="run the servers in the foreground (started by run)")
    hold.set_defaults(run=_serve)
    for command in (run, hold):
        scale = float(os.environ.get("DEMO_SCALE") or 1)
        command.add_argument(
            "--scale",
            type=float,
            default=scale,
            help="1 is a million rows; default: DEMO_SCALE or 1",
        )
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
    verdict = "OK: no row is missing, duplicate or different" if result.ok else "NOT OK"
    screen.say(
        f"{verdict}; {result.seconds:.0f} s in total; report: {arguments.report}",
        "bold green" if result.ok else "bold red",
    )
    return 0 if result.ok else 1


def _explain(screen: Screen, access: Access) -> None:
    """Print how to continue by hand."""
    screen.heading("The servers keep running")
    conf = '{"since": "2025-06-01", "move_watermark": false}'
    for line in (
        f"Airflow:    {access.url}   user {access.user}   password {access.password}",
        f"trigger:    in the UI: DAG {PIPELINE} (all tables) or {PIPELINE}.orders, button Trigger (opens a form)",
        f"            in a shell: . {access.environment_file}",
        f"                        airflow dags trigger {PIPELINE}.orders --conf '{conf}'",
        f"addresses:  DEVSTACK_HOME={paths.home() / 'stack'} python -m devstack status",
        "stop:       make down",
    ):
        screen.say(line)


def _down(arguments: argparse.Namespace) -> int:
    del arguments
    print("all servers are stopped" if supervisor.down() else "no servers are running")
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    try:
        serve(paths.home(), arguments.scale)
    except DevstackError as exc:  # the run command prints this process's output
        print(exc)
        return 1
    return 0


def _leave(number: int, frame: FrameType | None) -> None:
    del frame
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
