"""The standalone command line: ``python -m mysql_redshift``."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from mysql_redshift.cli.commands import COMMANDS, HELP, Command, Group

USAGE_ERROR = 1


class Parser(argparse.ArgumentParser):
    """Exits with 1 on a usage error: argparse's own 2 is the code of a failed connection here."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the error, and exit."""
        self.print_usage(sys.stderr)
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; the process exits with its code."""
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
