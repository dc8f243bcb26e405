"""docs/configuration.md describes the layers and exit codes that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mysql_redshift.config.layers import DEFAULTS, FOLDERS_ABOVE, OVERLAYS
from mysql_redshift.errors import MysqlRedshiftError

PAGE = (Path(__file__).parents[3] / "docs/configuration.md").read_text()


def subclasses(kind: type[MysqlRedshiftError]) -> Iterator[type[MysqlRedshiftError]]:
    for found in kind.__subclasses__():
        yield found
        yield from subclasses(found)


def test_every_exit_code_is_documented() -> None:
    """0 is success; every other code belongs to an error."""
    documented = {int(code) for code in re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE)}
    assert documented == {0, *(kind.exit_code for kind in subclasses(MysqlRedshiftError))}


def test_the_layers_are_documented_by_their_paths() -> None:
    """Defaults in each folder, overlays in one."""
    for up in range(FOLDERS_ABOVE + 1):
        assert f"`{'../' * up}{DEFAULTS}`" in PAGE
    assert f"`{OVERLAYS}/prod.yaml`" in PAGE
