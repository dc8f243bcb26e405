"""The declared policies of the type contract: their names, what each may be, and which is the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.spelling import did_you_mean
from mysql_redshift.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One choice: ``choices`` start with the default; ``any_date`` allows an ISO date beside them."""

    name: str
    choices: tuple[str, ...]
    meaning: str
    any_date: bool = False

    @property
    def default(self) -> str:
        """What holds where nothing is declared."""
        return self.choices[0]

    @property
    def allowed(self) -> str:
        """Every value that may be declared, as text for a message."""
        return ", ".join([*self.choices, *(["a date as 1970-01-01"] if self.any_date else [])])

    def accepts(self, value: str) -> bool:
        """Whether the value may be declared."""
        return value in self.choices or (self.any_date and _is_date(value))


POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy(
            name="tinyint1",
            choices=("smallint", "boolean"),
            meaning="TINYINT(1); boolean fails where a value is neither 0, 1 nor NULL",
        ),
        Policy(
            name="bigint_unsigned",
            choices=("decimal", "bigint"),
            meaning="BIGINT UNSIGNED; bigint fails above 9223372036854775807",
        ),
        Policy(
            name="zero_date",
            choices=("null", "fail"),
            any_date=True,
            meaning="dates that no calendar has: zero, a zero month or day, year 0, 31 February",
        ),
        Policy(name="timestamp", choices=("timestamp", "timestamptz"), meaning="TIMESTAMP columns, in UTC either way"),
        Policy(
            name="time",
            choices=("text", "microseconds", "time"),
            meaning="TIME; time fails outside of 00:00:00 to 23:59:59.999999",
        ),
        Policy(
            name="too_long",
            choices=("fail", "truncate", "null"),
            meaning="values over the target's limit; text is cut at a character's boundary",
        ),
        Policy(
            name="nul_character",
            choices=("fail", "remove"),
            meaning="text that holds the character NUL, of which nobody vouches that Redshift keeps it",
        ),
        Policy(name="json", choices=("super", "varchar"), meaning="JSON as a document, or as its text"),
        Policy(
            name="json_too_long",
            choices=("fail", "null", "super_large"),
            meaning="JSON over 65,535 bytes; super_large takes a document of up to 1,000,000, each text in it up to "
            "65,535 (not with json: varchar)",
        ),
        Policy(name="geometry", choices=("wkt", "wkb"), meaning="geometry as text, or as bytes with its SRID"),
        Policy(name="geometry_too_long", choices=("fail", "null"), meaning="geometry over the target's limit"),
    )
}


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What is declared for one column; ``[]`` yields the value of a policy, its default where nothing is declared.

    ``mariadb`` is the server's flavour, for the few expressions that differ.
    """

    declared: Mapping[str, str]
    mariadb: bool = False

    def __getitem__(self, name: str) -> str:
        return self.declared.get(name, POLICIES[name].default)


def choices_of(spec: TableSpec, column: str, *, mariadb: bool) -> Choices:
    """Return what holds for one column: its own policies, then those for all."""
    return Choices(declared={**spec.policies, **spec.column_policies.get(column, {})}, mariadb=mariadb)


def check_policies(declared: Mapping[str, str], *, where: str) -> None:
    """Raise ConfigurationError naming every unknown policy and every value that is not allowed."""
    problems = []
    for name, value in declared.items():
        policy = POLICIES.get(name)
        if policy is None:
            problems.append(f"{name}: no such policy. {did_you_mean(name, POLICIES)}".strip())
        elif not policy.accepts(value):
            problems.append(f"{name}: {value!r} is not one of {policy.allowed}")
    if problems:
        raise ConfigurationError(
            "These type policies cannot be used",
            where=where,
            expected=f"policies {', '.join(POLICIES)}",
            found="; ".join(problems),
            remedy="Correct them under policies or column_policies.",
        )


def in_words(policy_counts: Mapping[str, int]) -> list[str]:
    """Say what the policies acted on, as a receipt and a log entry count it: by "column: policy"."""
    lines = []
    for key, count in sorted(policy_counts.items()):
        column, _, policy = key.rpartition(": ")
        lines.append(f"policy {policy} acted on {count} value{'s' * (count != 1)} of column {column}")
    return lines


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).year > 0
    except ValueError:
        return False
