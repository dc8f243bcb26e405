"""The commands for Airflow's command line. Every call of ``airflow`` imports this module: keep it light."""

from __future__ import annotations

from typing import Any

from airflow.cli.cli_config import ActionCommand, Arg, GroupCommand, lazy_load_command

from mysql_redshift.cli.commands import COMMANDS, HELP, NAME, Command, Group, Option


def get_mysql_redshift_cli_commands() -> list[GroupCommand]:
    """Return ``airflow mysql-redshift`` with all its commands."""
    return [GroupCommand(name=NAME, help=HELP, subcommands=[_command(command) for command in COMMANDS])]


def _command(command: Command | Group) -> Any:
    if isinstance(command, Group):
        return GroupCommand(
            name=command.name, help=command.help, subcommands=[_command(inner) for inner in command.commands]
        )
    return ActionCommand(
        name=command.name,
        help=command.help,
        func=lazy_load_command(command.target),
        args=[_argument(option) for option in command.options],
    )


def _argument(option: Option) -> Any:
    make: Any = Arg  # Airflow's Arg has no annotations
    return make(flags=option.flags, help=option.help, **option.settings)
