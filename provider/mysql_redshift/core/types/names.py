"""Names of MySQL columns in Redshift."""

from __future__ import annotations

from mysql_redshift.errors import SourceError

MAX_NAME_BYTES = 127
# System columns of PostgreSQL and Redshift: CREATE TABLE rejects these names even when quoted.
SYSTEM_COLUMNS = frozenset(
    {"oid", "tableoid", "ctid", "xmin", "xmax", "cmin", "cmax", "insertxid", "deletexid", "ctid_high"}
)


def fold(name: str) -> str:
    """Return the name as Redshift stores it: in lower case, even if it is quoted."""
    return name.lower()


def target_name(source: str, renamed: str | None) -> str:
    """Return the column's name in Redshift; raise SourceError if Redshift does not allow it."""
    name = fold(renamed if renamed is not None else source)
    size = len(name.encode())
    if size > MAX_NAME_BYTES:
        raise SourceError(
            "The column name is too long for Redshift",
            where=f"column {source!r}",
            expected=f"at most {MAX_NAME_BYTES} bytes",
            found=f"{size} bytes",
            remedy="Set a shorter name under columns.rename.",
        )
    if name in SYSTEM_COLUMNS:
        raise SourceError(
            "The column name is reserved in Redshift",
            where=f"column {source!r}",
            found=name,
            remedy=f"Rename the column, for example columns.rename: {{{source}: {name}_}}",
        )
    return name
