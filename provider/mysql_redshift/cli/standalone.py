"""The commands without Airflow's command line: ``python -m mysql_redshift``."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from mysql_redshift.cli.commands import COMMANDS, HELP, Command, Group

USAGE_ERROR = 1


class Parser(argparse.ArgumentParser):
    """A wrong usage is a wrong configuration: exit code 1, where argparse would say 2."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and what is wrong with it."""
        self.print_usage(sys.stderr)
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; the process ends with its exit code."""
    parser = Parser(prog="python -m mysql_redshift", description=HELP)
    _add(parser, COMMANDS)
    chosen = parser.parse_args(arguments)
    module, _, name = chosen.target.rpartition(".")
    getattr(importlib.import_module(module), name)(chosen)


def _add(parser: argparse.ArgumentParser, commands: Sequence[Command | Group]) -> None:
    below: Any = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for command in commands:
        inner = below.add_parser(command.name, help=command.help, description=command.help)
        if isinstance(command, Group):
            _add(inner, command.commands)
            continue
        for option in command.options:
            inner.add_argument(*option.flags, help=option.help, **option.settings)
        inner.set_defaults(target=command.target)
