"""Type policies: how to handle values that the target cannot hold unchanged. Names, choices and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.spelling import did_you_mean
from mysql_redshift.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One policy. The first of ``choices`` is the default; ``any_date`` additionally allows an ISO date."""

    name: str
    choices: tuple[str, ...]
    meaning: str
    any_date: bool = False

    @property
    def default(self) -> str:
        """The value that applies if none is declared."""
        return self.choices[0]

    @property
    def allowed(self) -> str:
        """All valid values, as text for a message."""
        return ", ".join([*self.choices, *(["a date such as 1970-01-01"] if self.any_date else [])])

    def accepts(self, value: str) -> bool:
        """Whether the value is valid."""
        return value in self.choices or (self.any_date and _is_date(value))


POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy(
            name="tinyint1",
            choices=("smallint", "boolean"),
            meaning="Type of TINYINT(1) columns; boolean fails on values other than 0, 1 and NULL.",
        ),
        Policy(
            name="smallint",
            choices=("smallint", "integer"),
            meaning="Type of TINYINT, SMALLINT and YEAR columns; integer if the cluster refuses SMALLINT from Parquet.",
        ),
        Policy(
            name="bigint_unsigned",
            choices=("decimal", "bigint"),
            meaning="Type of BIGINT UNSIGNED columns; bigint fails on values above 9223372036854775807.",
        ),
        Policy(
            name="zero_date",
            choices=("null", "fail"),
            any_date=True,
            meaning="Invalid dates: zero dates, a zero month or day, year 0, 31 February.",
        ),
        Policy(
            name="timestamp",
            choices=("timestamp", "timestamptz"),
            meaning="Type of TIMESTAMP columns; values are in UTC with either type.",
        ),
        Policy(
            name="time",
            choices=("text", "microseconds", "time"),
            meaning="Type of TIME columns; time fails on values outside 00:00:00 to 23:59:59.999999.",
        ),
        Policy(
            name="too_long",
            choices=("fail", "truncate", "null"),
            meaning="Values longer than the target's limit; truncate cuts text at a character boundary.",
        ),
        Policy(
            name="nul_character",
            choices=("fail", "remove"),
            meaning="Text that contains the NUL character; Redshift does not document that it keeps it.",
        ),
        Policy(
            name="json",
            choices=("super", "varchar"),
            meaning="Type of JSON columns: the parsed document, or its text.",
        ),
        Policy(
            name="json_too_long",
            choices=("fail", "null", "super_large"),
            meaning="JSON longer than 65,535 bytes; super_large loads documents of up to 1,000,000 bytes whose strings "
            "have at most 65,535 bytes each (not with json: varchar).",
        ),
        Policy(
            name="json_duplicates",
            choices=("fail", "keep_last"),
            meaning="MariaDB's JSON objects with two members of one name, which JSON_PARSE refuses; MySQL stores none.",
        ),
        Policy(name="geometry", choices=("wkt", "wkb"), meaning="Format of geometry: text, or binary with the SRID."),
        Policy(name="geometry_too_long", choices=("fail", "null"), meaning="Geometry longer than the target's limit."),
    )
}


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The policies declared for one column; ``choices[name]`` returns the declared value or the default.

    ``mariadb`` selects MariaDB's form of the few source expressions that differ from MySQL's.
    """

    declared: Mapping[str, str]
    mariadb: bool = False

    def __getitem__(self, name: str) -> str:
        return self.declared.get(name, POLICIES[name].default)


def choices_of(spec: TableSpec, column: str, *, mariadb: bool) -> Choices:
    """Return the policies of one column: its own override those for all columns."""
    return Choices(declared={**spec.policies, **spec.column_policies.get(column, {})}, mariadb=mariadb)


def check_policies(declared: Mapping[str, str], *, where: str) -> None:
    """Raise ConfigurationError that names every unknown policy and every invalid value."""
    problems = []
    for name, value in declared.items():
        policy = POLICIES.get(name)
        if policy is None:
            problems.append(f"{name}: unknown policy. {did_you_mean(name, POLICIES)}".strip())
        elif not policy.accepts(value):
            problems.append(f"{name}: {value!r} is not one of {policy.allowed}")
    if problems:
        raise ConfigurationError(
            "Invalid type policies",
            where=where,
            expected=f"policies {', '.join(POLICIES)}",
            found="; ".join(problems),
            remedy="Correct policies or column_policies.",
        )


def policy_notes(policy_counts: Mapping[str, int]) -> list[str]:
    """Return one line per policy count of a receipt or log entry; its keys are "column: policy"."""
    lines = []
    for key, count in sorted(policy_counts.items()):
        column, _, policy = key.rpartition(": ")
        lines.append(f"policy {policy} applied to {count:,} value{'s' * (count != 1)} of column {column}")
    return lines


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).year > 0
    except ValueError:
        return False
