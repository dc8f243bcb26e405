"""Which columns must be widened before a batch, derived from the entries' schemas and the target's columns."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.spec import OnTypeChange
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.errors import TargetError
from mysql_redshift.ports import TargetColumn, TargetTable
from mysql_redshift.steps.loading.groups import group_entries
from mysql_redshift.steps.loading.widening import Widening, widening_before
from tests.fakes.specs import column, entry, spec


def texts(**sizes: int) -> TableSchema:
    """Return a table with an id and VARCHAR columns of these sizes."""
    columns = [
        column(name, redshift_type=f"VARCHAR({size})", staging_type=f"VARCHAR({size})") for name, size in sizes.items()
    ]
    return TableSchema(columns=(column("id"), *columns), key=("id",))


def target(**sizes: int) -> TargetTable:
    """Return the target's catalogue with these VARCHAR columns."""
    columns = [TargetColumn(name=name, type=f"character varying({size})") for name, size in sizes.items()]
    return TargetTable(oid=1, columns=(TargetColumn(name="id", type="bigint", nullable=False), *columns))


def before(
    entries: Sequence[LogEntry], table: TargetTable | None, *, rebuild: bool = False, fixed: Sequence[str] = ()
) -> tuple[list[str], int | None]:
    """Return the types to widen to, and the last entry that can be applied before a COMMIT."""
    mode = OnTypeChange.REBUILD if rebuild else OnTypeChange.FAIL
    found = widening_before(spec(on_type_change=mode), group_entries(entries), table, fixed=fixed)
    return [f"{column.target} {column.redshift_type}" for column in found.columns], found.through


def test_columns_that_are_wide_enough_are_not_altered() -> None:
    """This holds even if they are wider than the source needs."""
    assert before([entry(1, schema=texts(a=10, b=20))], target(a=10, b=99)) == ([], None)


def test_a_column_is_widened_before_the_batch() -> None:
    """Redshift refuses the ALTER inside the load's transaction."""
    assert before([entry(1, schema=texts(a=20))], target(a=10)) == (["a VARCHAR(20)"], None)


def test_the_widest_entry_of_a_batch_determines_the_width() -> None:
    """One ALTER per column, however many entries widen it."""
    entries = [entry(1, schema=texts(a=20)), entry(2, schema=texts(a=30))]
    assert before(entries, target(a=10)) == (["a VARCHAR(30)"], None)


def test_a_narrower_later_entry_does_not_change_the_width() -> None:
    """The target keeps its width."""
    entries = [entry(1, schema=texts(a=30)), entry(2, schema=texts(a=20))]
    assert before(entries, target(a=10)) == (["a VARCHAR(30)"], None)


@pytest.mark.parametrize("table", [None, target(b=5)], ids=["a new target", "a column that the batch adds"])
def test_a_batch_ends_before_an_uncommitted_column_must_be_wider(table: TargetTable | None) -> None:
    """Outside the transaction the column does not exist yet."""
    entries = [entry(1, schema=texts(a=10)), entry(2, schema=texts(a=10)), entry(3, schema=texts(a=20))]
    assert before(entries, table) == ([], 2)


def test_what_exists_is_widened_even_if_the_batch_ends_early() -> None:
    """The next batch continues with the added column."""
    entries = [entry(1, schema=texts(a=10, b=20)), entry(2, schema=texts(a=20, b=20))]
    assert before(entries, target(b=5)) == (["b VARCHAR(20)"], 1)


def test_superseded_entries_widen_nothing() -> None:
    """They are not copied."""
    entries = [entry(1, schema=texts(a=50)), entry(2, schema=texts(a=10), full=True)]
    assert before(entries, target(a=10)) == ([], None)


def test_a_fixed_column_is_rebuilt_and_cannot_be_widened_in_the_same_batch() -> None:
    """The rebuilt column exists only inside the transaction."""
    entries = [entry(1, schema=texts(a=20)), entry(2, schema=texts(a=30))]
    assert before(entries[:1], target(a=10), rebuild=True, fixed=["a"]) == ([], None)
    assert before(entries, target(a=10), rebuild=True, fixed=["a"]) == ([], None)


def test_a_fixed_column_without_rebuild_fails_before_anything_is_copied() -> None:
    """The error names the column's two types."""
    with pytest.raises(TargetError, match=r"(?s)character varying\(20\).*character varying\(10\)"):
        before([entry(1, schema=texts(a=20))], target(a=10), fixed=["a"])


def test_nothing_pending_widens_nothing() -> None:
    """An empty batch needs no ALTER."""
    assert widening_before(spec(), [], None) == Widening()
