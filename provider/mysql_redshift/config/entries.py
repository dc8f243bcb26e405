"""The tables of one pipeline: each entry is merged over the defaults and validated separately."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mysql_redshift.config import contradictions, schedules
from mysql_redshift.config.document import Document
from mysql_redshift.config.layers import merge_values, without_nulls
from mysql_redshift.config.model import TableEntry
from mysql_redshift.config.problems import InvalidYaml, Location, Problem, independent_of
from mysql_redshift.config.wording import found, sentences
from mysql_redshift.core.spelling import did_you_mean
from mysql_redshift.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Entries:
    """The content of ``tables`` and ``defaults``, which can be validated even if the rest of the file is invalid."""

    path: Path
    pipeline: str
    schema: str
    document: Document
    tables: Mapping[str, Any]
    defaults: dict[str, Any]
    problems: tuple[Problem, ...]  # found before validation by the model

    @classmethod
    def of(cls, path: Path, document: Document, problems: Iterable[Problem]) -> Entries:
        """Take the entries from the merged layers, which may be invalid elsewhere."""
        values = document.values
        target, tables, defaults = (_mapping(values.get(key)) for key in ("target", "tables", "defaults"))
        return cls(
            path=path,
            pipeline=str(values.get("pipeline") or path.stem),
            schema=str(target.get("schema", "")),
            document=document,
            tables=tables,
            defaults=defaults,
            problems=tuple(problem for problem in problems if table_of(problem.location) is not None),
        )

    def all_problems(self) -> Iterator[Problem]:
        """Yield the problems of every table."""
        shared = self.shared()
        for name in self.tables:
            yield from shared.get(name, ())
            try:
                self.entry(name)
            except InvalidYaml as exc:
                yield from exc.problems

    def entry(self, name: str) -> TableEntry:
        """Return a table's entry, merged over the defaults and validated; raise InvalidYaml with all its problems."""
        wrong = [problem for problem in self.problems if table_of(problem.location) == name]
        entry: TableEntry | None = None
        try:
            entry = TableEntry.model_validate(self.settings(name))
            wrong += self._problems(name, contradictions.in_table(entry))
        except ValidationError as exc:
            wrong += independent_of(wrong, self._problems(name, sentences(exc, TableEntry)))
        if wrong or entry is None:
            raise InvalidYaml(wrong, where=self.where(name))
        return entry

    def settings(self, name: str) -> dict[str, Any]:
        """Return a table's settings merged over the defaults, as plain values."""
        if name not in self.tables:
            raise ConfigurationError(
                f"The pipeline {self.pipeline} has no table {name}",
                where=f"{self.path}, tables",
                expected=", ".join(self.tables),
                found=name,
                remedy=did_you_mean(name, self.tables),
            )
        own = self.tables[name]
        if own is not None and not isinstance(own, dict):
            text = f"expected a mapping such as {{load: replace}}, or nothing, found {found(own)}"
            raise InvalidYaml([*self._problems(name, [((), text)])], where=self.where(name))
        own = own or {}
        return without_nulls(merge_values(contradictions.fitting_defaults(self.defaults, own), own))

    def schedule(self, name: str) -> str | None:
        """Return a table's own schedule, even if its entry is invalid: the error then shows on that schedule."""
        own = {**self.defaults, **_mapping(self.tables.get(name))}.get("schedule")
        try:
            return schedules.schedule(own) if own is not None else None
        except ValueError:
            return None

    def location(self, name: str, inside: Location) -> Location:
        """Return the location that defines a table's setting: its own entry, or the inherited defaults."""
        own: Location = ("tables", name, *inside)
        inherited: Location = ("defaults", *inside)
        if not inside or own in self.document.lines or ("defaults", inside[0]) not in self.document.lines:
            return own
        if inherited in self.document.lines or own[:3] not in self.document.lines:
            return inherited
        return own

    def _problems(self, name: str, wrong: Iterable[tuple[Location, str]]) -> Iterator[Problem]:
        for inside, text in wrong:
            location = self.location(name, inside)
            yield Problem(location=location, place=self.document.place(location), text=text)

    def where(self, name: str) -> str:
        """Return the table's name in messages."""
        return f"pipeline {self.pipeline}, table {name}"

    def shared(self) -> dict[str, list[Problem]]:
        """Return a problem for each table that shares its target, or its source and thus its log (lesson D06)."""
        shared: dict[str, list[Problem]] = {}
        seen: dict[tuple[str, ...], str] = {}
        for name, settings in self.tables.items():
            own = settings if isinstance(settings, dict) else {}
            schema = own.get("target_schema") or self.defaults.get("target_schema") or self.schema
            target = f"{schema}.{own.get('target_table') or name}".lower()
            for what, key in (("target", target), ("source table", str(own.get("source_table") or name))):
                other = seen.setdefault((what, key), name)
                if other != name:
                    text = f"{other} and {name} have the same {what}, {key}; set a different one for each"
                    for table in (other, name):
                        shared.setdefault(table, []).extend(self._problems(table, [((), text)]))
        return shared


def table_of(location: Location) -> str | None:
    """Return the table whose entry contains the location, or None."""
    return str(location[1]) if len(location) > 1 and location[0] == "tables" else None


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
