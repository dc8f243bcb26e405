"""The commands and their options, declared once for Airflow's command line and the standalone one.

Every call of ``airflow`` imports this module, so it imports nothing heavy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mysql_redshift.core.request import Mode

NAME = "mysql-redshift"
HELP = "Keep Redshift tables in sync with MySQL tables"


@dataclass(frozen=True, kw_only=True)
class Option:
    """One option; ``settings`` are passed to argparse."""

    flags: tuple[str, ...]
    help: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command; ``target`` is the dotted path of its function."""

    name: str
    help: str
    target: str
    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class Group:
    """A command with subcommands."""

    name: str
    help: str
    commands: tuple[Command | Group, ...]


def option(*flags: str, help: str, **settings: Any) -> Option:  # noqa: A002 - the name that argparse uses
    """Return an option; ``settings`` are passed to argparse."""
    return Option(flags=flags, help=help, settings=settings)


def at_least_one(text: str) -> int:
    """Parse a number of rows or entries; raise ValueError below 1."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


at_least_one.__name__ = "whole number above 0"  # part of argparse's error message

FOLDER = option(
    "--folder", help="folder of the pipelines; default: option [mysql_redshift] pipelines_folder", metavar="FOLDER"
)
ENVIRONMENT = option(
    "--environment",
    help="environment, which selects overlay and S3 prefix; default: option [mysql_redshift] environment",
    metavar="NAME",
)
PIPELINE = option("--pipeline", help="name of the pipeline", required=True, metavar="NAME")
ANY_PIPELINE = option("--pipeline", help="name of the pipeline; default: all pipelines in the folder", metavar="NAME")
TABLES = option(
    "--table", help="names of tables; default: all", action="extend", nargs="+", metavar="NAME", dest="tables"
)
TABLE = option("--table", help="name of the table", required=True, metavar="NAME")
OUTPUT = option("-o", "--output", help="output format", choices=("table", "json", "yaml"), default="table")
YES = option("--yes", help="do not ask; for scripts", action="store_true")
REASON = option("--reason", help="reason, stored in the log", default="", metavar="TEXT")

COMMON = (FOLDER, ENVIRONMENT, OUTPUT)
RUN = (
    option("--mode", help="stages to run", choices=tuple(mode.value for mode in Mode), default=Mode.SYNC.value),
    option(
        "--since",
        help="start of the window, inclusive: ISO 8601 or an id; default: the watermark",
        metavar="POINT",
    ),
    option("--until", help="end of the window, exclusive: ISO 8601 or an id; default: the safe point", metavar="POINT"),
    option(
        "--no-move-watermark",
        help="repair a window: it is read again, and the watermark does not move",
        dest="move_watermark",
        action="store_false",
        default=True,
    ),
    option("--limit", help="read at most this many rows", type=at_least_one, metavar="ROWS"),
    option("--full-refresh", help="read every row and replace the rows of the target", action="store_true"),
    option(
        "--allow-gap",
        help="accept a --since above the watermark; the rows in between are not read",
        action="store_true",
    ),
    option(
        "--accept-columns",
        help="accept a change of columns that the last plan refused: the rows loaded earlier are right as they are",
        action="store_true",
    ),
)
DRY_RUN = option("--dry-run", help="plan only; read no rows, write nothing, move no position", action="store_true")
CHECKS = option(
    "--check",
    help="checks to run; default: the table's setting checks",
    action="extend",
    nargs="+",
    choices=("custody", "bounds", "window", "keys"),
    dest="checks",
)
ASK_SOURCE = option(
    "--ask-source",
    help="also connect to MySQL and warn about foreign keys that change rows without moving their cursor",
    action="store_true",
)
POINT = {"metavar": "POINT"}

WATERMARK = Group(
    name="watermark",
    help="Show and set positions",
    commands=(
        Command(
            name="get",
            help="Show position and state of a pipeline's tables",
            target="mysql_redshift.cli.watermark.get",
            options=(PIPELINE, TABLES, *COMMON),
        ),
        Command(
            name="list",
            help="Show position and state of the tables of all pipelines",
            target="mysql_redshift.cli.watermark.get",
            options=(ANY_PIPELINE, TABLES, *COMMON),
        ),
        Command(
            name="set",
            help="Set a table's position, after a preview and a question; the next run continues from it",
            target="mysql_redshift.cli.watermark.set_position",
            options=(
                PIPELINE,
                TABLE,
                option("--timestamp", help="ISO 8601; rows at this time are read again", **POINT),
                option("--id", help="last id that is done; the next run reads the ids above it", **POINT),
                option(
                    "--allow-gap",
                    help="accept a position above the current one; the rows in between are not read",
                    action="store_true",
                ),
                YES,
                REASON,
                *COMMON,
            ),
        ),
        Command(
            name="reset",
            help="Reset a table's position, after a question; the next run reads every row again",
            target="mysql_redshift.cli.watermark.reset",
            options=(PIPELINE, TABLE, YES, REASON, *COMMON),
        ),
        Command(
            name="adopt",
            help="Accept a target with a new OID (restore, resize, migration) if counts and keys agree, and load",
            target="mysql_redshift.cli.watermark.adopt",
            options=(PIPELINE, TABLE, REASON, *COMMON),
        ),
        Command(
            name="history",
            help="Show a table's log entries, newest first",
            target="mysql_redshift.cli.watermark.history",
            options=(
                PIPELINE,
                TABLE,
                option("--last", help="number of entries", type=at_least_one, default=20, metavar="N"),
                *COMMON,
            ),
        ),
    ),
)

COMMANDS: tuple[Command | Group, ...] = (
    Command(
        name="sync",
        help="Extract new rows, load and verify them",
        target="mysql_redshift.cli.sync.sync",
        options=(PIPELINE, TABLES, *RUN, DRY_RUN, *COMMON),
    ),
    Command(
        name="plan",
        help="Show what a sync would read",
        target="mysql_redshift.cli.sync.plan",
        options=(PIPELINE, TABLES, *RUN, *COMMON),
    ),
    Command(
        name="verify",
        help="Compare source and target; with deletes: reconcile, the check keys also deletes target rows",
        target="mysql_redshift.cli.verify.verify",
        options=(PIPELINE, TABLES, CHECKS, *COMMON),
    ),
    WATERMARK,
    Command(
        name="check-cluster",
        help="Try on the pipeline's Redshift, in a schema of its own, what the provider assumes about it",
        target="mysql_redshift.cli.check_cluster.check_cluster",
        options=(PIPELINE, *COMMON),
    ),
    Command(
        name="lint",
        help="Check the YAML and report every error with file and line",
        target="mysql_redshift.cli.lint.lint",
        options=(ANY_PIPELINE, ASK_SOURCE, *COMMON),
    ),
    Command(
        name="render",
        help="Show the resolved settings of tables and the file and line of each",
        target="mysql_redshift.cli.render.render",
        options=(PIPELINE, TABLES, *COMMON),
    ),
    Command(
        name="schema",
        help="Print the JSON Schema of a pipeline's YAML",
        target="mysql_redshift.cli.render.schema",
        options=(),
    ),
)
