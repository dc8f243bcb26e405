"""One YAML file as plain values, and the line on which each key stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mysql_redshift.errors import ConfigurationError

Location = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    """``lines`` maps the path of a key, as ("tables", "orders", "load"), to file and line."""

    values: dict[str, Any]
    lines: dict[Location, str] = field(default_factory=dict)

    def place(self, location: Location) -> str:
        """Return ``file:line`` of the key, or of the nearest key above it."""
        for length in range(len(location), -1, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return ""


def read(path: Path) -> Document:
    """Read a file that holds one mapping.

    Raises:
        ConfigurationError: the file is missing, is not YAML, holds something else, or a key twice.

    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except FileNotFoundError as exc:
        raise ConfigurationError("This file does not exist", where=str(path)) from exc
    except UnicodeDecodeError as exc:
        raise ConfigurationError("This file is not UTF-8", where=str(path), found=str(exc)) from exc
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        raise ConfigurationError("This is not YAML", where=f"{path}:{line}", found=str(exc.problem)) from exc
    if not isinstance(node, yaml.MappingNode):
        found = "nothing" if node is None else node.tag.rpartition(":")[2]
        raise ConfigurationError("A pipeline's file holds one mapping", where=str(path), found=found)
    lines: dict[Location, str] = {(): f"{path}:1"}
    _walk(node, (), path, lines)
    values = yaml.constructor.SafeConstructor()
    return Document(values=_construct(values, node), lines=lines)


def merge(below: Document, above: Document) -> Document:
    """Merge two documents: maps deep, lists replace, ``tags`` unite, null unsets. ``above`` wins."""
    return Document(values=merge_values(below.values, above.values), lines={**below.lines, **above.lines})


def merge_values(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge plain mappings by the same rules."""
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        if value is None:
            merged.pop(key, None)
        elif isinstance(known, dict) and isinstance(value, dict):
            merged[key] = merge_values(known, value)
        elif key == "tags" and isinstance(known, list) and isinstance(value, list):
            merged[key] = list(dict.fromkeys([*known, *value]))
        else:
            merged[key] = value
    return merged


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _construct(constructor: yaml.constructor.SafeConstructor, node: yaml.Node) -> dict[str, Any]:
    return dict(constructor.construct_document(node))


def _walk(node: yaml.Node, location: Location, path: Path, lines: dict[Location, str]) -> None:
    """Note the line of every key; refuse one that stands twice."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*location, key.value)
            if place in lines:
                raise ConfigurationError(
                    f"The key {key.value!r} stands twice",
                    where=f"{path}:{key.start_mark.line + 1}",
                    found=f"first at {lines[place]}",
                    remedy="Remove one of the two.",
                )
            lines[place] = f"{path}:{key.start_mark.line + 1}"
            _walk(value, place, path, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*location, index)] = f"{path}:{item.start_mark.line + 1}"
            _walk(item, (*location, index), path, lines)
