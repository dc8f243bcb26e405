"""The version is stated twice: for Python and for the build."""

from __future__ import annotations

import tomllib
from pathlib import Path

import mysql_redshift


def test_the_package_and_pyproject_state_the_same_version() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert mysql_redshift.__version__ == project["version"]
