"""What Redshift's catalogue says of a target's columns beyond their types: encoding, keys, defaults."""

from __future__ import annotations

from dataclasses import dataclass

from mysql_redshift.core import quoting
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import rebuild as rebuild_sql
from mysql_redshift.core.target_schema import FIXED_ENCODINGS
from mysql_redshift.ports import WarehouseSession


@dataclass(frozen=True, kw_only=True)
class ColumnLayout:
    """``sortkey``: the place in the sort key, 0 where the column is none of it, negative in an interleaved one."""

    encoding: str = "none"
    distkey: bool = False
    sortkey: int = 0


def read_layout(spec: TableSpec, session: WarehouseSession) -> dict[str, ColumnLayout]:
    """Return the layout by column. The view that says it shows the schemas of the search path only."""
    path = str(session.query("SELECT current_setting('search_path')")[0][0])
    session.execute(f"SET search_path TO {quoting.redshift_name(spec.target.schema)}")
    rows = session.query(rebuild_sql.select_keys(spec.target))
    session.query(f"SELECT set_config('search_path', {quoting.redshift_string(path)}, false)")
    return {
        str(name): ColumnLayout(encoding=str(encoding).strip(), distkey=bool(distkey), sortkey=int(sortkey))
        for name, encoding, distkey, sortkey in rows
    }


def read_defaults(spec: TableSpec, session: WarehouseSession) -> dict[str, str]:
    """Return the default's expression by column; IDENTITY is one."""
    rows = session.query(rebuild_sql.select_defaults(spec.target))
    return {str(name): str(default) for name, default in rows if default is not None}


def unalterable(spec: TableSpec, session: WarehouseSession) -> frozenset[str]:
    """Return the columns whose size Redshift refuses to alter, whoever made the table: an encoding, a default."""
    layout = read_layout(spec, session)
    encoded = {name for name, column in layout.items() if column.encoding.lower() in FIXED_ENCODINGS}
    return frozenset(encoded | set(read_defaults(spec, session)))
