"""Commands are declared once and available on both command lines."""

from __future__ import annotations

import argparse
import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.cli.cli_config import GroupCommand

from mysql_redshift.cli import airflow_command
from mysql_redshift.cli.airflow_command import get_mysql_redshift_cli_commands
from mysql_redshift.cli.commands import COMMANDS, Command, Group
from mysql_redshift.provider_info import get_provider_info
from tests.unit.cli.conftest import Run


def commands(level: tuple[Command | Group, ...] = COMMANDS, above: str = "") -> Iterator[tuple[str, Command]]:
    for command in level:
        name = f"{above}{command.name}"
        if isinstance(command, Group):
            yield from commands(command.commands, f"{name} ")
        else:
            yield name, command


def airflow_commands(level: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    for command in level:
        name = f"{above}{command.name}"
        if isinstance(command, GroupCommand):
            yield from airflow_commands(command.subcommands, f"{name} ")
        else:
            yield name, command


def test_airflow_and_the_standalone_command_line_have_the_same_commands() -> None:
    """`airflow mysql-redshift ...` and `python -m mysql_redshift ...` accept the same options."""
    (group,) = get_mysql_redshift_cli_commands()
    offered = dict(airflow_commands(group.subcommands))
    assert group.name == "mysql-redshift"
    assert list(offered) == [name for name, _ in commands()]
    for name, command in commands():
        assert [argument.flags for argument in offered[name].args] == [option.flags for option in command.options]


def test_the_provider_registers_its_commands() -> None:
    """Airflow imports the commands from the path in the provider info."""
    module, _, name = get_provider_info()["cli"][0].rpartition(".")
    assert getattr(importlib.import_module(module), name) is get_mysql_redshift_cli_commands


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=[name for name, _ in commands()])
def test_each_command_has_an_existing_target_and_valid_options(name: str, command: Command) -> None:
    """Otherwise a wrong path would fail only when the command runs."""
    module, _, function = command.target.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function)), name
    parser = argparse.ArgumentParser()
    for option in command.options:
        parser.add_argument(*option.flags, help=option.help, **option.settings)
    assert parser.format_help()


def test_the_definition_imports_nothing_heavy() -> None:
    """Every call of Airflow's command line imports it."""
    tree = ast.parse(Path(airflow_command.__file__).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"__future__", "typing", "airflow.cli.cli_config", "mysql_redshift.cli.commands"}
    code = "import sys, mysql_redshift.cli.commands; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert not {"airflow", "boto3", "pymysql", "pyarrow", "rich", "paramiko", "pydantic", "yaml"} & set(loaded)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("sink",),
        ("sync",),
        ("watermark",),
        ("sync", "--pipeline", "settlement", "--limit", "0"),
        ("lint", "--mode", "x"),
    ],
)
def test_a_usage_error_exits_with_1(run: Run, arguments: tuple[str, ...]) -> None:
    """S05: the code 2, which argparse uses, means a failed connection."""
    result = run(*arguments)
    assert result.code == 1
    assert "usage: python -m mysql_redshift" in result.err
