"""Find and merge the YAML files of a pipeline: defaults, the pipeline file, overlays of the environment.

Maps merge deep, lists replace, ``tags`` unite, and null unsets.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from mysql_redshift.config.document import Document, read
from mysql_redshift.config.fields import PIPELINE_NAME
from mysql_redshift.errors import ConfigurationError

DEFAULTS = "defaults.yaml"
OVERLAYS = "environments"
FOLDERS_ABOVE = 2


def find_pipelines(folder: Path) -> list[Path]:
    """Return the pipeline files in a folder, sorted by name, without defaults and overlays."""
    return sorted(path for path in folder.glob("*.yaml") if path.name != DEFAULTS and path.is_file())


def layers(path: Path, environment: str) -> Document:
    """Merge a pipeline's file with its defaults and the environment's overlays; later layers override earlier ones.

    The layers for environment ``prod``, in order: ``defaults.yaml`` two folders up, one folder up and next to the file;
    the file; ``environments/prod.yaml`` for all pipelines; ``environments/<pipeline>.prod.yaml``.
    """
    if not re.fullmatch(PIPELINE_NAME, environment):
        raise ConfigurationError(
            "Invalid environment name", expected="letters, digits, _ and -", found=repr(environment)
        )
    names = (f"{environment}.yaml", f"{path.stem}.{environment}.yaml")
    found = [*_defaults(path), path, *(path.parent / OVERLAYS / name for name in names)]
    document = Document(values={})
    for layer in found:
        if layer == path or layer.is_file():
            document = merge_documents(document, read(layer))
    return document


def _defaults(path: Path) -> list[Path]:
    """Return the paths where defaults may exist, the outermost folder first."""
    folders = [Path(os.path.normpath(path.parent / Path(*[".."] * up))) for up in range(FOLDERS_ABOVE + 1)]
    return [folder / DEFAULTS for folder in reversed(folders)]


def merge_documents(below: Document, above: Document) -> Document:
    """Merge two documents; ``above`` wins."""
    return Document(
        values=merge_values(below.values, above.values),
        lines={**below.lines, **above.lines},
        problems=(*below.problems, *above.problems),
    )


def merge_values(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge plain mappings. Null without an earlier value is kept: ``orders:`` declares a table without settings."""
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        if value is None and key in merged:
            del merged[key]
        elif isinstance(known, dict) and isinstance(value, dict):
            merged[key] = merge_values(known, value)
        elif key == "cursor" and isinstance(known, str) and isinstance(value, dict):
            merged[key] = {"column": known, **value}
        elif key == "tags" and isinstance(known, list) and isinstance(value, list):
            merged[key] = [*known, *(tag for tag in value if tag not in known)]
        else:
            merged[key] = value
    return merged


def without_nulls(values: dict[str, Any]) -> dict[str, Any]:
    """Drop null values at every level, so that the model's defaults apply."""
    return {
        key: without_nulls(value) if isinstance(value, dict) else value
        for key, value in values.items()
        if value is not None
    }
