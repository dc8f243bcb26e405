"""The name of a MySQL column in Redshift."""

from __future__ import annotations

from mysql_redshift.errors import SourceError

MAX_NAME_BYTES = 127
# PostgreSQL's and Redshift's own columns of every table: CREATE TABLE refuses these names even when quoted.
SYSTEM_COLUMNS = frozenset(
    {"oid", "tableoid", "ctid", "xmin", "xmax", "cmin", "cmax", "insertxid", "deletexid", "ctid_high"}
)


def fold(name: str) -> str:
    """Return the name as Redshift keeps it: in lower case, also where it was quoted."""
    return name.lower()


def target_name(source: str, renamed: str | None) -> str:
    """Return the column's name in Redshift; raises SourceError where Redshift cannot hold it."""
    name = fold(renamed if renamed is not None else source)
    size = len(name.encode())
    if size > MAX_NAME_BYTES:
        raise SourceError(
            "This column's name is too long for Redshift",
            where=f"column {source!r}",
            expected=f"at most {MAX_NAME_BYTES} bytes",
            found=f"{size} bytes",
            remedy="Give it a shorter name under columns.rename.",
        )
    if name in SYSTEM_COLUMNS:
        raise SourceError(
            "Redshift keeps this column name for itself",
            where=f"column {source!r}",
            found=name,
            remedy=f"Rename it, as columns.rename: {{{source}: {name}_}}",
        )
    return name
