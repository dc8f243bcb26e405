"""Cases, read from the TOML files beside this module, and the type matrix."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

MARKS = ("D", "R", "X", "?")


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The expected outcome of a step. Without any field: success.

    ``message`` and ``detail`` are parts of the error's texts, ``detail_matches`` is a pattern. ``blocked``: the step
    waits for another session; a later step with ``joins`` checks its outcome.
    """

    rows: list[list[Any]] | None = None
    tag: str | None = None
    error: str | None = None
    message: str = ""
    detail: str = ""
    detail_matches: str = ""
    absent: str = ""
    blocked: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """One statement in one of the case's sessions, or the wait for a blocked statement."""

    sql: str
    session: str = "a"
    expected: Expected = field(default_factory=Expected)
    joins: bool = False


@dataclass(frozen=True, kw_only=True)
class Case:
    """An observable rule. ``{schema}``, ``{role}``, ``{bucket}`` and ``{prefix}`` in its texts are replaced."""

    name: str
    family: str
    mark: str
    source: str
    setup: tuple[str, ...]
    files: Mapping[str, Mapping[str, Any]]
    steps: tuple[Step, ...]
    protocols: tuple[str, ...] = ()
    own: bool = False  # a limitation of the stand-in, not run on a cluster

    def __post_init__(self) -> None:
        if self.mark not in MARKS:
            raise ValueError(f"case {self.name}: expected a mark of {', '.join(MARKS)}, found {self.mark!r}")
        if not self.steps:
            raise ValueError(f"case {self.name} has no steps")


def cases() -> list[Case]:
    """Return every case, in the order of the files and of the cases in them."""
    folder = resources.files(__package__).joinpath("cases")
    found: list[Case] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            family = entry.name.removesuffix(".toml").split("_", 1)[1]
            data = tomllib.loads(entry.read_text())
            found += _matrix(data, family) if "column" in data else [_case(c, family) for c in data["case"]]
    names = [case.name for case in found]
    duplicates = sorted({name for name in names if names.count(name) > 1})
    if duplicates:
        raise ValueError(f"cases with the same name: {', '.join(duplicates)}")
    return found


def _case(data: dict[str, Any], family: str) -> Case:
    steps = data.get("steps") or [{k: data[k] for k in ("sql", *EXPECTED) if k in data}]
    return Case(
        name=data["name"],
        family=family,
        mark=data["mark"],
        source=data.get("source", ""),
        setup=tuple(data.get("setup", ())),
        files=data.get("files", {}),
        steps=tuple(_step(step) for step in steps),
        protocols=tuple(data.get("protocols", ())),
        own=data.get("own", False),
    )


EXPECTED = tuple(Expected.__dataclass_fields__)


def _step(data: dict[str, Any]) -> Step:
    unknown = set(data) - {"sql", "session", "joins", *EXPECTED}
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)} in step {data}")
    expected = Expected(**{key: data[key] for key in EXPECTED if key in data})
    return Step(
        sql=data.get("sql", ""), session=data.get("session", "a"), expected=expected, joins=data.get("joins", False)
    )


def _matrix(data: dict[str, Any], family: str) -> Iterator[Case]:
    """Yield one case per pair of a Redshift column type and a Parquet type."""
    for column in data["column"]:
        for name, parquet in data["parquet"].items():
            accepted = name in column["accepts"]
            yield Case(
                name=f"{column['type']} from {name}: {'accepted' if accepted else 'refused'}",
                family=family,
                mark=column.get("marks", {}).get(name, column["mark"]),
                source=data["source"],
                setup=(f"CREATE TABLE {{schema}}.t (c {column['type']})",),
                files={"f.parquet": {"columns": [["c", *parquet["column"]]], **parquet.get("options", {})}},
                steps=_matrix_steps(column["type"], accepted=accepted),
            )


def _matrix_steps(column_type: str, *, accepted: bool) -> tuple[Step, Step]:
    option = " SERIALIZETOJSON" if column_type == "SUPER" else ""
    copy = f"COPY {{schema}}.t FROM '{{prefix}}f.parquet' {{role}} FORMAT AS PARQUET{option}"
    expected = Expected() if accepted else Expected(error="XX000", message="Spectrum Scan Error", detail="incompatible")
    count = Expected(rows=[[1 if accepted else 0]])
    return Step(sql=copy, expected=expected), Step(sql="SELECT COUNT(*) FROM {schema}.t", expected=count)
