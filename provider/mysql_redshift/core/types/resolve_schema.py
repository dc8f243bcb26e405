"""Resolve a table's columns and key from the source's catalogue and the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mysql_redshift.core.spec import LoadMode, TableSpec
from mysql_redshift.core.spelling import did_you_mean
from mysql_redshift.core.types.column import Cell, Column, SourceColumn, SourceTable, TableSchema
from mysql_redshift.core.types.names import target_name
from mysql_redshift.core.types.policy import Choices, check_policies, choices_of
from mysql_redshift.core.types.rules import RULES, Rule, rule_of
from mysql_redshift.errors import ConfigurationError, SourceError

MAX_COLUMNS = 1599  # Redshift allows 1,600, and staging adds one


def resolve_schema(table: SourceTable, spec: TableSpec) -> TableSchema:
    """Return the schema that a run of ``spec`` reads, writes and loads.

    Raises:
        ConfigurationError: a configured key or policy is invalid, or the selection of columns is.
        SourceError: a configured column does not exist, or a column's type or name is not supported.

    """
    where = f"{table.database}.{table.name}"
    selected = _selected(table, spec, where)
    _check_policies(table, spec, where)
    key = _key(table, spec, selected, where)
    rules = _rules(selected, where)
    mariadb = "mariadb" in table.server_version.lower()
    columns = tuple(
        _column(
            column,
            rules[column.name],
            spec,
            _keep_append_cursor(
                choices_of(spec, _declared_spelling(column.name, spec), mariadb=mariadb), column, spec, key
            ),
            in_key=column.name in key,
        )
        for column in selected
    )
    _check_key_types(columns, key, where)
    listed = tuple((column.name, column.column_type, column.expression) for column in table.columns)
    return TableSchema(columns=columns, key=key, source=listed)


def find_column(table: SourceTable, name: str, *, role: str) -> SourceColumn:
    """Return the named column, ignoring case as MySQL does; raise SourceError that names similar columns."""
    for column in table.columns:
        if column.name.lower() == name.lower():
            return column
    names = [column.name for column in table.columns]
    raise SourceError(
        f"The {role} does not exist in the table",
        where=f"{table.database}.{table.name}",
        expected=f"column {name}",
        found=", ".join(names),
        remedy=f"{did_you_mean(name, names)} Correct the name in the table's entry.".strip(),
    )


def _selected(table: SourceTable, spec: TableSpec, where: str) -> tuple[SourceColumn, ...]:
    chosen = spec.columns
    include = {find_column(table, name, role="column under columns.include").name for name in chosen.include}
    exclude = {find_column(table, name, role="column under columns.exclude").name for name in chosen.exclude}
    for name in chosen.rename:
        find_column(table, name, role="column under columns.rename")
    selected = tuple(c for c in table.columns if (not include or c.name in include) and c.name not in exclude)
    if not selected or len(selected) > MAX_COLUMNS:
        raise ConfigurationError(
            "Unsupported number of columns for a Redshift table",
            where=where,
            expected=f"1 to {MAX_COLUMNS}",
            found=len(selected),
            remedy="Correct columns.include and columns.exclude.",
        )
    return selected


def _check_policies(table: SourceTable, spec: TableSpec, where: str) -> None:
    check_policies(spec.policies, where=where)
    for name, declared in spec.column_policies.items():
        column = find_column(table, name, role="column under column_policies")
        check_policies(declared, where=f"{where}, column {column.name}")
        rule = rule_of(column)
        applicable = rule.policies if rule else ()
        inapplicable = [policy for policy in declared if policy not in applicable]
        if inapplicable:
            raise ConfigurationError(
                f"These policies do not apply to a column of type {column.column_type}",
                where=f"{where}, column {column.name}",
                expected=", ".join(applicable) or "none",
                found=", ".join(inapplicable),
                remedy="Remove them, or declare them for all columns under policies.",
            )


def _key(table: SourceTable, spec: TableSpec, selected: tuple[SourceColumn, ...], where: str) -> tuple[str, ...]:
    """Return the declared key, else the primary key, else the shortest unique key of NOT NULL columns."""
    if spec.key:
        key = _declared_key(table, spec, where)
    elif table.primary_key:
        key = table.primary_key
    else:
        key = min(table.unique_keys, key=len, default=())
    present = {column.name for column in selected}
    missing = [name for name in key if name not in present]
    if missing:
        raise ConfigurationError(
            "A key column is excluded",
            where=where,
            expected=f"all key columns: {', '.join(key)}",
            found=f"not read: {', '.join(missing)}",
            remedy="Correct columns.include and columns.exclude, or declare another key.",
        )
    return key


def _declared_key(table: SourceTable, spec: TableSpec, where: str) -> tuple[str, ...]:
    """Refuse nullable columns in every load mode: a NULL equals nothing, so rows could not be merged or checked."""
    columns = [find_column(table, name, role="key column") for name in spec.key]
    nullable = [column.name for column in columns if column.nullable]
    if nullable:
        raise ConfigurationError(
            "A key column is nullable, and rows whose key is NULL cannot be distinguished",
            where=where,
            expected=f"all key columns NOT NULL: {', '.join(column.name for column in columns)}",
            found=f"nullable: {', '.join(nullable)}",
            remedy="Make it NOT NULL at the source (in a view with COALESCE), declare another key, or remove key and "
            "set load: append or replace.",
        )
    return tuple(column.name for column in columns)


def _rules(selected: tuple[SourceColumn, ...], where: str) -> dict[str, Rule]:
    rules = {column.name: rule for column in selected if (rule := rule_of(column)) is not None}
    unknown = [f"{column.name} {column.column_type}" for column in selected if column.name not in rules]
    if unknown:
        known = sorted({kind for rule in RULES for kind in rule.types})
        raise SourceError(
            "Unsupported column types",
            where=where,
            expected=", ".join(known),
            found=", ".join(unknown),
            remedy="Exclude the columns under columns.exclude.",
        )
    return rules


def _column(source: SourceColumn, rule: Rule, spec: TableSpec, choices: Choices, *, in_key: bool) -> Column:
    policies = {name: choices[name] for name in rule.policies if _applies(name, choices)}
    if in_key:
        policies = {name: "fail" if value == "null" else value for name, value in policies.items()}
    shape = rule.becomes(source, choices)
    renamed = {name.lower(): new for name, new in spec.columns.rename.items()}
    return Column(
        name=source.name,
        target=target_name(source.name, renamed.get(source.name.lower())),
        source_type=source.column_type,
        cell=shape.cell,
        redshift_type=shape.redshift,
        staging_type=shape.staging or shape.redshift,
        nullable=source.nullable or "null" in policies.values(),
        precision=shape.precision,
        scale=shape.scale,
        max_bytes=shape.max_bytes,
        select=shape.select,
        insert=shape.insert,
        rule=rule.name,
        no_pad=in_key and shape.cell is Cell.TEXT and _no_pad(source.collation or ""),
        policies=tuple(policies.items()),
    )


def _applies(policy: str, choices: Choices) -> bool:
    """MySQL's JSON objects have no duplicate names, and a text is not parsed: neither is searched for them."""
    return policy != "json_duplicates" or (choices.mariadb and choices["json"] == "super")


def _keep_append_cursor(choices: Choices, column: SourceColumn, spec: TableSpec, key: Sequence[str]) -> Choices:
    """Fail on zero dates by which an append would find the wrong rows in the target, instead of changing them.

    Without a key it finds the rows that it reads again by their cursor alone. With a key NULL is outside of every
    window, but a date would be inside of one that the row itself is not in.
    """
    if spec.cursor is None or column.name.lower() != spec.cursor.column.lower():
        return choices
    keyless = not key and spec.load is not LoadMode.REPLACE
    keyed = bool(key) and spec.load is LoadMode.APPEND and choices["zero_date"] != "null"
    if not (keyless or keyed):
        return choices
    return replace(choices, declared={**choices.declared, "zero_date": "fail"})


def _no_pad(collation: str) -> bool:
    """Whether trailing blanks are significant in comparisons (MySQL's PAD_ATTRIBUTE; part of the name in MariaDB)."""
    return collation == "binary" or "_0900_" in collation or "_nopad_" in collation


def _declared_spelling(name: str, spec: TableSpec) -> str:
    """Return the column's name as ``column_policies`` spells it."""
    return next((declared for declared in spec.column_policies if declared.lower() == name.lower()), name)


def _check_key_types(columns: tuple[Column, ...], key: tuple[str, ...], where: str) -> None:
    unsupported = [c for c in columns if c.name in key and (c.redshift_type == "SUPER" or c.rule == "geometry")]
    if unsupported:
        raise ConfigurationError(
            "Redshift cannot compare key columns of these types",
            where=where,
            found=", ".join(f"{c.name} {c.source_type}" for c in unsupported),
            remedy="Declare another key.",
        )
