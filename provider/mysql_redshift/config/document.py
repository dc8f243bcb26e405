"""Parse one YAML file into plain values, the line of each key, and problems of YAML syntax."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mysql_redshift.config.problems import Location, Problem
from mysql_redshift.errors import ConfigurationError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is eight times faster
_NULL, _TIMESTAMP = "tag:yaml.org,2002:null", "tag:yaml.org,2002:timestamp"


@dataclass(frozen=True, kw_only=True)
class Document:
    """One parsed file. ``lines`` maps a key's location, such as ("tables", "orders", "load"), to ``file:line``.

    Keys are kept as written, so that a column may be named ``on`` or ``2024``; dates stay text.
    """

    values: dict[str, Any]
    lines: Mapping[Location, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def place(self, location: Location) -> str:
        """Return ``file:line`` of the key, or of the closest enclosing key."""
        for length in range(len(location), -1, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return ""


def read(path: Path) -> Document:
    """Read a file that contains one mapping.

    Raises:
        ConfigurationError: the file is missing, unreadable, not valid YAML, or not a mapping.

    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except FileNotFoundError as exc:
        raise ConfigurationError("File not found", where=str(path)) from exc
    except OSError as exc:
        raise ConfigurationError("Cannot read the file", where=str(path), found=exc.strerror) from exc
    except UnicodeDecodeError as exc:
        raise ConfigurationError(
            "The file is not UTF-8", where=str(path), found=f"byte {exc.start}", remedy="Save it as UTF-8."
        ) from exc
    except yaml.YAMLError as exc:
        raise _not_yaml(exc, path) from exc
    if not isinstance(node, yaml.MappingNode):
        raise ConfigurationError(
            "The file does not define a pipeline",
            where=f"{path}:1",
            expected="a mapping, for example `pipeline: settlement`",
            found="an empty file" if node is None else _Reading.kind(node),
            remedy="Define the pipeline in the file, or delete the file.",
        )
    return _Reading(path).document(node)


def _not_yaml(exc: yaml.YAMLError, path: Path) -> ConfigurationError:
    mark = getattr(exc, "problem_mark", None)
    found = str(getattr(exc, "problem", None) or "characters that YAML does not allow")
    found = found.removeprefix("found ")
    tab = "\\t" in found or "tab character" in found
    return ConfigurationError(
        "Invalid YAML",
        where=f"{path}:{mark.line + 1}, column {mark.column + 1}" if mark else str(path),
        expected="spaces for indentation; tabs are not allowed" if tab else "",
        found=found,
        remedy="Correct this line or the one before it.",
    )


class _Reading:
    """One traversal of a file's nodes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._constructor = yaml.constructor.SafeConstructor()
        self._lines: dict[Location, str] = {(): f"{path}:1"}
        self._problems: list[Problem] = []
        self._enclosing: set[int] = set()  # ids of the open nodes: an alias to one of them would be endless

    def document(self, root: yaml.MappingNode) -> Document:
        values = self._mapping(root, ())
        return Document(values=values, lines=self._lines, problems=tuple(self._problems))

    @staticmethod
    def kind(node: yaml.Node) -> str:
        return "a list" if isinstance(node, yaml.SequenceNode) else f"only {node.value!r:.40}"

    def _value(self, node: yaml.Node, location: Location) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, location)
        if id(node) in self._enclosing:
            self._problem(node, location, "an alias must not refer to a node that contains it; write the value out")
            return None
        self._enclosing.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, location)
            return [self._item(item, (*location, index)) for index, item in enumerate(node.value)]
        finally:
            self._enclosing.discard(id(node))

    def _item(self, node: yaml.Node, location: Location) -> Any:
        self._lines[location] = self._place(node)
        return self._value(node, location)

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        for key in self._duplicates(node):
            first = self._place(next(k for k, _ in node.value if k.value == key.value))
            self._problem(key, (*location, str(key.value)), f"duplicate key, first at {first}; remove one of the two")
        self._constructor.flatten_mapping(node)
        values = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            self._lines[(*location, name)] = self._place(key)
            values[name] = self._value(value, (*location, name))
        return values

    @staticmethod
    def _duplicates(node: yaml.MappingNode) -> Iterator[yaml.ScalarNode]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                yield key
            elif isinstance(key, yaml.ScalarNode):
                seen.add(key.value)

    def _scalar(self, node: yaml.ScalarNode, location: Location) -> Any:
        if node.tag == _TIMESTAMP or (node.tag == _NULL and node.value == "null" and _is_policy(location)):
            return node.value
        try:
            return self._constructor.construct_object(node)
        except (yaml.YAMLError, ValueError):
            self._problem(node, location, f"tag {node.tag} is not supported; write a plain value")
            return None

    def _problem(self, node: yaml.Node, location: Location, text: str) -> None:
        self._problems.append(Problem(location=location, place=self._place(node), text=text))

    def _place(self, node: yaml.Node) -> str:
        return f"{self._path}:{node.start_mark.line + 1}"


def _is_policy(location: Location) -> bool:
    """Whether the location is a policy, where a plain ``null`` is a value (load NULL) instead of an unset key."""
    return "policies" in location[-2:-1] or "column_policies" in location[-3:-2]
