"""One pipeline's layers, merged, and checked outside of its tables; its tables, checked one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mysql_redshift.config import contradictions
from mysql_redshift.config.document import Document
from mysql_redshift.config.layers import layers
from mysql_redshift.config.merge import merge_values, without_nulls
from mysql_redshift.config.model import PipelineFile, TableEntry
from mysql_redshift.config.problems import NO_SECRETS, InvalidYaml, Location, Problem, refuse, secrets_in
from mysql_redshift.config.wording import found, sentences
from mysql_redshift.core.types.names import did_you_mean
from mysql_redshift.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One pipeline's layers, merged and checked outside of its tables."""

    path: Path
    environment: str
    document: Document
    file: PipelineFile
    problems: tuple[Problem, ...]  # of tables' entries, found before the model saw them

    @classmethod
    def of(cls, path: Path, environment: str) -> Reading:
        """Read and merge the layers; raises ConfigurationError with everything wrong outside of the tables."""
        document = layers(path, environment)
        problems = list(dict.fromkeys([*document.problems, *_secrets(document)]))
        in_tables = tuple(problem for problem in problems if _table_of(problem.location) is not None)
        outside = [problem for problem in problems if problem not in in_tables]
        file, wrong = _file(document, path)
        refuse([*outside, *_beside(outside, wrong)], where=str(path))
        if file is None:
            raise InvalidYaml(wrong, where=str(path))
        return cls(path=path, environment=environment, document=document, file=file, problems=in_tables)

    def entry(self, name: str) -> TableEntry:
        """Merge defaults and the table's own words, and check them."""
        wrong = [problem for problem in self.problems if _table_of(problem.location) == name]
        entry: TableEntry | None = None
        try:
            entry = TableEntry.model_validate(self.words(name))
            wrong += self._problems(name, contradictions.in_table(entry))
        except ValidationError as exc:
            wrong += _beside(wrong, self._problems(name, sentences(exc, TableEntry)))
        if wrong or entry is None:
            raise InvalidYaml(wrong, where=self.where(name))
        return entry

    def words(self, name: str) -> dict[str, Any]:
        """Return a table's own words over the defaults, as plain values."""
        if name not in self.file.tables:
            raise ConfigurationError(
                f"The pipeline {self.file.pipeline} has no table {name}",
                where=f"{self.path}, tables",
                expected=", ".join(self.file.tables),
                found=name,
                remedy=did_you_mean(name, self.file.tables),
            )
        own = self.file.tables[name]
        if own is not None and not isinstance(own, dict):
            text = f"expected a mapping as {{load: replace}}, or nothing, found {found(own)}"
            raise InvalidYaml([*self._problems(name, [((), text)])], where=self.where(name))
        own = own or {}
        return without_nulls(merge_values(contradictions.fitting_defaults(self.file.defaults, own), own))

    def location(self, name: str, inside: Location) -> Location:
        """Return where a table's setting really stands: in its entry, or in the defaults it inherits."""
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
        """Return how messages name a table."""
        return f"pipeline {self.file.pipeline}, table {name}"

    def shared(self) -> dict[str, list[Problem]]:
        """D6: two tables may share neither target nor source (and with it the log). Each of the two is refused."""
        shared: dict[str, list[Problem]] = {}
        seen: dict[tuple[str, ...], str] = {}
        for name, words in self.file.tables.items():
            own = words if isinstance(words, dict) else {}
            schema = own.get("target_schema") or self.file.defaults.get("target_schema") or self.file.target.schema_
            target = f"{schema}.{own.get('target_table') or name}".lower()
            for what, key in (("target", target), ("source table", str(own.get("source_table") or name))):
                other = seen.setdefault((what, key), name)
                if other != name:
                    text = f"{other} and {name} have the same {what}, {key}; give each its own"
                    for table in (other, name):
                        shared.setdefault(table, []).extend(self._problems(table, [((), text)]))
        return shared


def _file(document: Document, path: Path) -> tuple[PipelineFile | None, list[Problem]]:
    """Check everything outside of the tables."""
    values = document.values
    kept = {key: values[key] for key in ("defaults", "tables") if isinstance(values.get(key), dict)}
    try:
        file = PipelineFile.model_validate({**without_nulls(values), **kept})
    except ValidationError as exc:
        return None, list(_placed(document, sentences(exc, PipelineFile)))
    return file, list(_placed(document, contradictions.in_file(file, path.stem)))


def _beside(known: Iterable[Problem], more: Iterable[Problem]) -> list[Problem]:
    """Return those of ``more`` that do not lie at or below a known one: they would only follow from it."""
    places = [problem.location for problem in known]
    return [p for p in more if not any(p.location[: len(place)] == place for place in places)]


def _placed(document: Document, wrong: Iterable[tuple[Location, str]]) -> Iterator[Problem]:
    for location, text in wrong:
        yield Problem(location=location, place=document.place(location), text=text)


def _secrets(document: Document) -> Iterator[Problem]:
    return _placed(document, ((location, NO_SECRETS) for location in secrets_in(document.values)))


def _table_of(location: Location) -> str | None:
    return str(location[1]) if len(location) > 1 and location[0] == "tables" else None
