"""Statements that fill a new table from the target and swap it in, all allowed inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mysql_redshift.core import quoting
from mysql_redshift.core.spec import TargetRef

# PG_CLASS_INFO.releffectivediststyle. Under AUTO(KEY) Redshift chooses the key, so none is declared.
KEY = 1
DIST_STYLES = {0: "EVEN", KEY: "KEY", 8: "ALL", 10: "AUTO", 11: "AUTO", 12: "AUTO"}


@dataclass(frozen=True, kw_only=True)
class RebuiltColumn:
    """One column of the new table. ``before`` is its old type if not every value of that type fits the new one."""

    name: str
    type: str
    before: str | None = None
    default: str | None = None
    encoding: str = "none"
    distkey: bool = False
    sortkey: int = 0
    not_null: bool = False

    @property
    def definition(self) -> str:
        """The column definition of CREATE TABLE."""
        parts = [quoting.redshift_name(self.name), self.type]
        parts += [f"DEFAULT {self.default}"] if self.default else []
        parts += [f"ENCODE {self.encoding}"] if self.encoding != "none" else []
        return " ".join([*parts, *(["NOT NULL"] if self.not_null else [])])

    @property
    def value(self) -> str:
        """The expression over the old table; cast only if the type changes."""
        name = quoting.redshift_name(self.name)
        return name if self.before is None else f"CAST({name} AS {self.type})"


def fresh(ref: TargetRef, load_id: str) -> TargetRef:
    """Return the new table, which keeps a name of its own until it replaces the old one."""
    return TargetRef(conn_id=ref.conn_id, schema=ref.schema, table=f"mr_rebuilt_{load_id}")


def select_views(oid: int) -> str:
    """Select (schema, view) of the views bound to a table; late-binding views are not."""
    return (
        "SELECT DISTINCT n.nspname, v.relname FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid "
        "JOIN pg_class v ON v.oid = r.ev_class JOIN pg_namespace n ON n.oid = v.relnamespace "
        f"WHERE d.refobjid = {quoting.integer(oid)} AND v.oid <> {quoting.integer(oid)} ORDER BY 1, 2"
    )


def select_owner(oid: int) -> str:
    """Select (owner, current user)."""
    return (
        "SELECT u.usename, current_user FROM pg_class c JOIN pg_user u ON u.usesysid = c.relowner "
        f"WHERE c.oid = {quoting.integer(oid)}"
    )


def select_dist_style(oid: int) -> str:
    """Select the number of the distribution style."""
    return f"SELECT releffectivediststyle FROM pg_class_info WHERE reloid = {quoting.integer(oid)}"


def select_defaults(ref: TargetRef) -> str:
    """Select (column, default expression) in the table's order."""
    return (
        f"SELECT column_name, column_default FROM svv_columns WHERE table_schema = {_text(ref.schema)} "
        f"AND table_name = {_text(ref.table)} ORDER BY ordinal_position"
    )


def select_search_path() -> str:
    """Select the session's search path."""
    return "SELECT current_setting('search_path')"


def search_only(ref: TargetRef) -> str:
    """Set the search path to the target's schema."""
    return f"SET search_path TO {quoting.redshift_name(ref.schema)}"


def restore_search_path(path: str) -> str:
    """Set the search path to what ``select_search_path`` returned."""
    return f"SELECT set_config('search_path', {quoting.redshift_string(path)}, false)"


def select_layout(ref: TargetRef) -> str:
    """Select (column, encoding, distkey, sortkey); pg_table_def shows the schemas of the search path only."""
    return (
        f'SELECT "column", encoding, distkey, sortkey FROM pg_table_def WHERE schemaname = {_text(ref.schema)} '
        f"AND tablename = {_text(ref.table)}"
    )


def select_grants(ref: TargetRef) -> str:
    """Select (privilege, kind of grantee, grantee, with grant option)."""
    return (
        "SELECT privilege_type, identity_type, identity_name, admin_option FROM svv_relation_privileges "
        f"WHERE namespace_name = {_text(ref.schema)} AND relation_name = {_text(ref.table)}"
    )


def select_attachments(ref: TargetRef) -> dict[str, str]:
    """Return, by system view, the statement that counts what DROP TABLE would detach from the table in silence."""
    schema, table, full = _text(ref.schema), _text(ref.table), _text(f"{ref.schema}.{ref.table}")
    conditions = {
        "svv_rls_relation": f"relschema = {schema} AND relname = {table}",
        "svv_attached_masking_policy": f"schema_name = {schema} AND table_name = {table}",
        "svv_column_privileges": f"namespace_name = {schema} AND relation_name = {table}",
        "svv_datashare_objects": f"share_type = 'OUTBOUND' AND object_name = {full}",
    }
    return {view: f"SELECT COUNT(*) FROM {view} WHERE {condition}" for view, condition in conditions.items()}


def create(new: TargetRef, columns: Sequence[RebuiltColumn], key: Sequence[str], dist_style: str) -> str:
    """Create the new table with the primary key ``key`` and the old one's distribution and sort keys."""
    body = [column.definition for column in columns]
    body += [f"PRIMARY KEY ({', '.join(map(quoting.redshift_name, key))})"] if key else []
    parts = [f"CREATE TABLE {_table(new)} ({', '.join(body)})"]
    distkey = [column.name for column in columns if column.distkey]
    sortkey = sorted((column.sortkey, column.name) for column in columns if column.sortkey)
    parts += [f"DISTSTYLE {dist_style}"] if dist_style else []
    parts += [f"DISTKEY ({quoting.redshift_name(distkey[0])})"] if distkey and dist_style == "KEY" else []
    parts += [f"SORTKEY ({', '.join(quoting.redshift_name(name) for _, name in sortkey)})"] if sortkey else []
    return " ".join(parts)


def count_lossy(old: TargetRef, column: RebuiltColumn) -> str:
    """Count the values that the new type cannot hold: cast there and back, they differ."""
    name = quoting.redshift_name(column.name)
    return f"SELECT COUNT(*) FROM {_table(old)} WHERE CAST({column.value} AS {column.before}) <> {name}"


def fill(old: TargetRef, new: TargetRef, columns: Sequence[RebuiltColumn]) -> str:
    """Copy every row."""
    names = ", ".join(quoting.redshift_name(column.name) for column in columns)
    return f"INSERT INTO {_table(new)} ({names}) SELECT {', '.join(c.value for c in columns)} FROM {_table(old)}"


def grant(new: TargetRef, privilege: str, kind: str, grantee: str, *, grant_option: bool) -> str:
    """Grant a privilege of the old table on the new one."""
    to = "PUBLIC" if kind == "public" else quoting.redshift_user(grantee)
    prefix = {"role": "ROLE ", "group": "GROUP "}.get(kind, "")
    return f"GRANT {privilege} ON {_table(new)} TO {prefix}{to}{' WITH GRANT OPTION' if grant_option else ''}"


def set_owner(new: TargetRef, owner: str) -> str:
    """Give the new table the old one's owner."""
    return f"ALTER TABLE {_table(new)} OWNER TO {quoting.redshift_user(owner)}"


def drop(old: TargetRef) -> str:
    """Drop the old table. Without CASCADE: a view created in the meantime fails the load."""
    return f"DROP TABLE {_table(old)}"


def rename(new: TargetRef, old: TargetRef) -> str:
    """Rename the new table to the old one's name."""
    return f"ALTER TABLE {_table(new)} RENAME TO {quoting.redshift_name(old.table)}"


def _table(ref: TargetRef) -> str:
    return quoting.redshift_name(ref.schema, ref.table)


def _text(name: str) -> str:
    return quoting.redshift_string(name.lower())
