"""Random tables: columns of every type, NOT NULL, generated or invisible, all with unusual names."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mysql_redshift.core.quoting import mysql_name
from tests.types.cases import Case
from tests.types.random_columns import ROWS, Collations, random_case
from tests.types.unusual_names import COLUMNS

ALPHABET = "aB9_ '\"`.;-$%{}\\/*()éßΩЯ名?:@#\t"


@dataclass(frozen=True, kw_only=True)
class RandomColumn:
    """One column: its values, which may be NULL, and its definition in SQL."""

    case: Case
    definition: str
    generated: bool = False


@dataclass(frozen=True, kw_only=True)
class RandomTable:
    """The table ``t`` and its rows."""

    columns: tuple[RandomColumn, ...]

    @property
    def cases(self) -> dict[str, Case]:
        """The columns by name, in order."""
        return {column.case.name: column.case for column in self.columns}

    def statements(self) -> Iterator[str]:
        """Yield the statements that create the table and insert its rows."""
        definitions = ", ".join(f"{mysql_name(column.case.name)} {column.definition}" for column in self.columns)
        yield f"CREATE TABLE t (id INT PRIMARY KEY, {definitions})"
        inserted = [column.case for column in self.columns if not column.generated]
        names = ", ".join(["id", *(mysql_name(case.name) for case in inserted)])
        for row in range(ROWS):
            yield f"INSERT INTO t ({names}) VALUES ({row}, {', '.join(case.values[row] for case in inserted)})"


def random_table(rng: random.Random, width: int, collations: Collations) -> RandomTable:
    """Return a table of about ``width`` columns."""
    names = _names(rng)
    columns: list[RandomColumn] = []
    while len(columns) < width:
        column = _column(rng, random_case(rng, next(names), collations))
        columns.append(column)
        if rng.random() < 0.3:
            columns.append(_generated(rng, column.case, next(names)))
    return RandomTable(columns=tuple(columns))


def _column(rng: random.Random, case: Case) -> RandomColumn:
    plain = case.type.removesuffix(" NULL")
    if rng.random() < 0.3:
        return RandomColumn(case=case, definition=f"{plain} NOT NULL")
    values = tuple("NULL" if rng.random() < 0.2 else value for value in case.values)
    invisible = " INVISIBLE" if rng.random() < 0.1 else ""
    return RandomColumn(case=replace(case, values=values), definition=f"{case.type}{invisible}")


def _generated(rng: random.Random, base: Case, name: str) -> RandomColumn:
    """Return a generated column with the values of ``base``."""
    plain = base.type.removesuffix(" NULL")
    kind = rng.choice(["STORED", "VIRTUAL"])
    return RandomColumn(
        case=replace(base, name=name),
        definition=f"{plain} GENERATED ALWAYS AS ({mysql_name(base.name)}) {kind}",
        generated=True,
    )


def _names(rng: random.Random) -> Iterator[str]:
    """Yield names that differ also in lower case, as Redshift folds them; half of them are handwritten, half random."""
    taken = {"id"}
    while True:
        random_name = "".join(rng.choices(ALPHABET, k=rng.randint(1, 30))).rstrip()
        name = rng.choice([rng.choice(COLUMNS), random_name])
        # the stand-in's PostgreSQL limits a column name in COPY to 63 bytes; Redshift's limit is 127
        if name and name.lower() not in taken and len(name.encode()) <= 63:
            taken.add(name.lower())
            yield name
