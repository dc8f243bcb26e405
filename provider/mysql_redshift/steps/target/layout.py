"""What Redshift's catalogue contains about a target's columns besides types: encoding, keys, defaults."""

from __future__ import annotations

from dataclasses import dataclass

from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import rebuild as rebuild_sql
from mysql_redshift.core.target_schema import FIXED_ENCODINGS
from mysql_redshift.ports import WarehouseSession


@dataclass(frozen=True, kw_only=True)
class ColumnLayout:
    """``sortkey``: place in the sort key; 0 if the column is not part of it, negative in an interleaved one."""

    encoding: str = "none"
    distkey: bool = False
    sortkey: int = 0


def read_layout(spec: TableSpec, session: WarehouseSession) -> dict[str, ColumnLayout]:
    """Return the layout by column. The view shows only schemas of the search path, which is set and restored."""
    path = str(session.query(rebuild_sql.select_search_path())[0][0])
    session.execute(rebuild_sql.search_only(spec.target))
    rows = session.query(rebuild_sql.select_layout(spec.target))
    session.query(rebuild_sql.restore_search_path(path))
    return {
        str(name): ColumnLayout(encoding=str(encoding).strip(), distkey=bool(distkey), sortkey=int(sortkey))
        for name, encoding, distkey, sortkey in rows
    }


def read_defaults(spec: TableSpec, session: WarehouseSession) -> dict[str, str]:
    """Return the default expression by column; IDENTITY columns have one too."""
    rows = session.query(rebuild_sql.select_defaults(spec.target))
    return {str(name): str(default) for name, default in rows if default is not None}


def unalterable(spec: TableSpec, session: WarehouseSession) -> frozenset[str]:
    """Return the columns whose size Redshift does not alter, because of their encoding or a default."""
    layout = read_layout(spec, session)
    encoded = {name for name, column in layout.items() if column.encoding.lower() in FIXED_ENCODINGS}
    return frozenset(encoded | set(read_defaults(spec, session)))
