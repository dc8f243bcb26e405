"""Refuse to add rows to a target whose older rows may no longer mean what the source's columns mean now.

MySQL gives a column no identity but its name, type and place, so a rename is guessed from these. A guess is never acted
upon: the plan fails, and the operator decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.types.column import Column, TableSchema
from mysql_redshift.core.types.value_change import family, keeps_values
from mysql_redshift.errors import SourceError

MOST_NAMES = 6  # in a message

Listed = Sequence[tuple[str, str]]  # name and type of each column of the table, in its order


def check_columns(spec: TableSpec, before: TableSchema | None, now: TableSchema, *, accept: bool) -> tuple[str, ...]:
    """Compare the columns with those of the last run; return as notes what ``accept`` accepted.

    Raises:
        SourceError: columns may have been renamed, or a column's loaded values mean something else now.

    """
    if before is None:
        return ()
    found = tuple(dict.fromkeys((*_renames(before, now), *_targets(before, now), *_values(before, now))))
    if found and not accept:
        raise SourceError(
            "Columns changed, and rows loaded earlier may no longer hold the source's values",
            where=spec.route,
            expected="columns whose loaded values stay right",
            found="; ".join(found),
            remedy="Run with full_refresh: true, which reads every row again. Or, if the rows loaded earlier are right "
            "as they are, run once with accept_columns: true.",
        )
    return tuple(f"accepted: {text}" for text in found)


def _renames(before: TableSchema, now: TableSchema) -> Iterator[str]:
    old, new = _listed(before), _listed(now)
    loaded = {column.name.lower() for column in (*before.columns, *now.columns)}
    yield from _moved(old, new, loaded)
    replaced = tuple(_replaced(old, new, loaded))
    yield from replaced
    gone = [name for name, _ in old if name not in dict(new)]
    if gone and not replaced and [kind for _, kind in old] == [kind for _, kind in new]:
        yield f"column {', '.join(gone)} is gone, and the types of all columns are the same in the same order: renamed?"


def _replaced(old: Listed, new: Listed, loaded: set[str]) -> Iterator[str]:
    """Pairs of a column that is gone and a new one of the same family of types in its place."""
    was, come = _places(old, dict(new)), _places(new, dict(old))
    for name, kind in new:
        for former, former_kind in old:
            same = name in come and former in was and come[name] == was[former] and family(kind) == family(former_kind)
            if same and {name, former} & loaded:
                yield f"column {name} {kind} stands where {former} {former_kind} stood, which is gone: renamed?"


def _moved(old: Listed, new: Listed, loaded: set[str]) -> Iterator[str]:
    """Columns in both lists whose order differs."""
    was = [name for name, _ in old if name in dict(new)]
    order = [name for name, _ in new if name in dict(old)]
    moved = [name for name, other in zip(was, order, strict=True) if name != other]
    if loaded.intersection(moved):
        named = ", ".join(moved[:MOST_NAMES]) + (
            f" and {len(moved) - MOST_NAMES} more" if len(moved) > MOST_NAMES else ""
        )
        yield f"columns {named} are in another order: moved, or renamed into each other?"


def _places(columns: Listed, others: Mapping[str, str]) -> dict[str, int]:
    """Return, per column that ``others`` lacks, the number of columns before it that both have."""
    found, place = {}, 0
    for name, _ in columns:
        if name in others:
            place += 1
        else:
            found[name] = place
    return found


def _targets(before: TableSchema, now: TableSchema) -> Iterator[str]:
    """A setting under columns.rename can load a column into another one's values."""
    held = {column.target: column.name for column in before.columns}
    for column in now.columns:
        former = held.get(column.target)
        if former is not None and former.lower() != column.name.lower() and former in _names(now):
            yield f"column {column.name} is loaded into {column.target}, which holds the values of {former}"


def _values(before: TableSchema, now: TableSchema) -> Iterator[str]:
    kinds, expressions = dict(_listed(now)), _expressions(before)
    old = {column.name.lower(): column for column in before.columns}
    for column in now.columns:
        former = old.get(column.name.lower())
        if former is not None and not _kept(former, column):
            yield f"column {column.name} changed from {former.source_type} to {column.source_type}"
    for name, expression in _expressions(now).items():
        if name in old and name in kinds and expressions.get(name) != expression:
            yield f"column {name} is generated by another expression, {expression}"


def _kept(before: Column, now: Column) -> bool:
    boolean = {"BOOLEAN"} & {before.redshift_type, now.redshift_type}
    if boolean and before.redshift_type != now.redshift_type:
        return False
    return before.source_type == now.source_type or keeps_values(before.source_type, now.source_type)


def _names(schema: TableSchema) -> set[str]:
    return {column.name for column in schema.columns}


def _listed(schema: TableSchema) -> Listed:
    return [(name.lower(), kind) for name, kind, _ in schema.source]


def _expressions(schema: TableSchema) -> dict[str, str]:
    return {name.lower(): expression for name, _, expression in schema.source if expression}
