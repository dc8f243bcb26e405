"""Which files make one pipeline, and in which order they lie over each other."""

from __future__ import annotations

import os
import re
from pathlib import Path

from mysql_redshift.config.document import Document, read
from mysql_redshift.config.fields import PIPELINE_NAME
from mysql_redshift.config.merge import merge
from mysql_redshift.errors import ConfigurationError

DEFAULTS = "defaults.yaml"
OVERLAYS = "environments"
FOLDERS_ABOVE = 2


def find_pipelines(folder: Path) -> list[Path]:
    """Return the pipelines' files in a folder, in the order of their names: neither defaults nor overlays."""
    return sorted(path for path in folder.glob("*.yaml") if path.name != DEFAULTS and path.is_file())


def layers(path: Path, environment: str) -> Document:
    """Merge a pipeline's file with what lies below and above it.

    Below it: ``defaults.yaml`` beside it, and in the two folders above. Above it, where the environment is ``prod``:
    ``environments/prod.yaml`` beside it, for every pipeline, and ``environments/<pipeline>.prod.yaml`` for this one.
    """
    if not re.fullmatch(PIPELINE_NAME, environment):
        raise ConfigurationError(
            "This is not the name of an environment", expected="letters, digits, _ and -", found=repr(environment)
        )
    names = (f"{environment}.yaml", f"{path.stem}.{environment}.yaml")
    found = [*_defaults(path), path, *(path.parent / OVERLAYS / name for name in names)]
    document = Document(values={})
    for layer in found:
        if layer == path or layer.is_file():
            document = merge(document, read(layer))
    return document


def _defaults(path: Path) -> list[Path]:
    """Return where defaults may lie, the farthest first."""
    folders = [Path(os.path.normpath(path.parent / Path(*[".."] * up))) for up in range(FOLDERS_ABOVE + 1)]
    return [folder / DEFAULTS for folder in reversed(folders)]
