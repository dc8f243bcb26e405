"""The commands and their options, declared once for Airflow's command line and for our own. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mysql_redshift.core.request import Mode

NAME = "mysql-redshift"
HELP = "Keep Redshift tables in step with MySQL tables"


@dataclass(frozen=True, kw_only=True)
class Option:
    """One option; ``settings`` are argparse's own."""

    flags: tuple[str, ...]
    help: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command; ``target`` is the dotted path of the function that runs it."""

    name: str
    help: str
    target: str
    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Commands below a common word."""

    name: str
    help: str
    commands: tuple[Command | Group, ...]


def option(*flags: str, help: str, **settings: Any) -> Option:  # noqa: A002 - as argparse calls it
    """Declare an option."""
    return Option(flags=flags, help=help, settings=settings)


def at_least_one(text: str) -> int:
    """Read a number of rows or entries."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


at_least_one.__name__ = "whole number above 0"  # argparse puts it into its message

FOLDER = option(
    "--folder", help="folder of the pipelines' YAML; default: [mysql_redshift] pipelines_folder", metavar="FOLDER"
)
ENVIRONMENT = option(
    "--environment", help="whose overlay and S3 prefix; default: [mysql_redshift] environment", metavar="NAME"
)
PIPELINE = option("--pipeline", help="the pipeline", required=True, metavar="NAME")
ANY_PIPELINE = option("--pipeline", help="the pipeline; default: every one in the folder", metavar="NAME")
TABLES = option("--table", help="tables; default: all", action="extend", nargs="+", metavar="NAME", dest="tables")
TABLE = option("--table", help="the table", required=True, metavar="NAME")
OUTPUT = option("-o", "--output", help="how to print", choices=("table", "json", "yaml"), default="table")
REASON = option("--reason", help="why, kept in the log", default="", metavar="TEXT")

PLACE = (FOLDER, ENVIRONMENT, OUTPUT)
RUN = (
    option("--mode", help="which stages run", choices=tuple(mode.value for mode in Mode), default=Mode.SYNC.value),
    option("--since", help="read from here instead of the watermark: ISO 8601 or an id", metavar="POINT"),
    option("--until", help="read up to here, not including it", metavar="POINT"),
    option(
        "--no-move-watermark",
        help="repair a window: the watermark stays",
        dest="move_watermark",
        action="store_false",
        default=True,
    ),
    option("--limit", help="at most this many rows", type=at_least_one, metavar="ROWS"),
    option("--full-refresh", help="read every row and replace the target's", action="store_true"),
    option(
        "--allow-gap", help="let --since lie above the watermark: the rows between are left out", action="store_true"
    ),
)
DRY_RUN = option("--dry-run", help="plan only: nothing is read, written or moved", action="store_true")
CHECKS = option(
    "--check",
    help="what to check; default: what the table's YAML says",
    action="extend",
    nargs="+",
    choices=("custody", "bounds", "window", "keys"),
    dest="checks",
)
ASK_SOURCE = option(
    "--ask-source",
    help="connect to MySQL as well, and warn of foreign keys that change rows unseen",
    action="store_true",
)
POINT = {"metavar": "POINT"}

WATERMARK = Group(
    name="watermark",
    help="Look up and move positions",
    commands=(
        Command(
            name="get",
            help="Show how far each table is",
            target="mysql_redshift.cli.watermark.get",
            options=(PIPELINE, TABLES, *PLACE),
        ),
        Command(
            name="list",
            help="Show how far every table of every pipeline is",
            target="mysql_redshift.cli.watermark.get",
            options=(ANY_PIPELINE, TABLES, *PLACE),
        ),
        Command(
            name="set",
            help="Set a table's position: the next run goes on from there",
            target="mysql_redshift.cli.watermark.set_position",
            options=(
                PIPELINE,
                TABLE,
                option("--timestamp", help="rows at this very time are read again", **POINT),
                option("--id", help="the row with this id is done", **POINT),
                REASON,
                *PLACE,
            ),
        ),
        Command(
            name="reset",
            help="Forget a table's position: the next run reads every row again",
            target="mysql_redshift.cli.watermark.reset",
            options=(PIPELINE, TABLE, REASON, *PLACE),
        ),
        Command(
            name="history",
            help="Show the log of a table, the newest entry first",
            target="mysql_redshift.cli.watermark.history",
            options=(
                PIPELINE,
                TABLE,
                option("--last", help="how many entries", type=at_least_one, default=20, metavar="N"),
                *PLACE,
            ),
        ),
    ),
)

COMMANDS: tuple[Command | Group, ...] = (
    Command(
        name="sync",
        help="Read what is new, load it, verify it",
        target="mysql_redshift.cli.sync.sync",
        options=(PIPELINE, TABLES, *RUN, DRY_RUN, *PLACE),
    ),
    Command(
        name="plan",
        help="Show what a sync would read",
        target="mysql_redshift.cli.sync.plan",
        options=(PIPELINE, TABLES, *RUN, *PLACE),
    ),
    Command(
        name="verify",
        help="Count again at both ends",
        target="mysql_redshift.cli.verify.verify",
        options=(PIPELINE, TABLES, CHECKS, *PLACE),
    ),
    WATERMARK,
    Command(
        name="lint",
        help="Check the YAML; every error with its line",
        target="mysql_redshift.cli.lint.lint",
        options=(ANY_PIPELINE, ASK_SOURCE, *PLACE),
    ),
    Command(
        name="render",
        help="Show what a table's settings come to, and where each comes from",
        target="mysql_redshift.cli.render.render",
        options=(PIPELINE, TABLES, *PLACE),
    ),
    Command(
        name="schema",
        help="Print the JSON Schema of a pipeline's YAML, for editors",
        target="mysql_redshift.cli.render.schema",
        options=(),
    ),
)
