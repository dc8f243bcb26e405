"""Query which of the privileges that a load needs the user lacks. Nothing is tried, only the catalogue is queried."""

from __future__ import annotations

from mysql_redshift.adapters.redshift.catalogue import Queries, describe, rows_if_readable
from mysql_redshift.core import quoting
from mysql_redshift.core.ledger import table_name
from mysql_redshift.core.spec import TargetRef
from mysql_redshift.ports import MissingPrivileges

TARGET_RIGHTS = (("SELECT",), ("INSERT",), ("DELETE",))
LEDGER_RIGHTS = (("SELECT",), ("INSERT",), ("DELETE", "UPDATE"))  # LOCK needs one of the last two


def missing_privileges(session: Queries, ref: TargetRef) -> MissingPrivileges:
    """Return what a load of this target needs and the user lacks."""
    tables = ((ref.schema, ref.table, TARGET_RIGHTS), (ref.ledger_schema, table_name(ref), LEDGER_RIGHTS))
    existing = [describe(session, schema, table) is not None for schema, table, _ in tables]
    user = quoting.redshift_string(str(session.query("SELECT current_user")[0][0]))
    missing = dict.fromkeys(_on_database(session))
    for (schema, _, _), exists in zip(tables, existing, strict=True):
        missing |= dict.fromkeys(_on_schema(session, schema, creates=not exists))
    for (schema, table, rights), exists in zip(tables, existing, strict=True):
        if exists and f"no USAGE on schema {schema}" not in missing:
            missing |= dict.fromkeys(_on_table(session, schema, table, rights))
    return MissingPrivileges(
        rights=tuple(missing),
        may_alter=not existing[0] or _may_alter(session, ref, user),
        has_roles=_has_roles(session, user),
    )


def _on_database(session: Queries) -> list[str]:
    if _has(session, "has_database_privilege(current_user, current_database(), 'TEMP')"):
        return []
    return [f"no TEMP on database {session.query('SELECT current_database()')[0][0]}"]


def _on_schema(session: Queries, name: str, *, creates: bool) -> list[str]:
    if not session.query(f"SELECT 1 FROM pg_namespace WHERE nspname = {_literal(name)}"):
        if _has(session, "has_database_privilege(current_user, current_database(), 'CREATE')"):
            return []
        return [f"schema {name} does not exist, and no CREATE on the database"]
    rights = ("USAGE", "CREATE") if creates else ("USAGE",)
    return [
        f"no {right} on schema {name}"
        for right in rights
        if not _has(session, f"has_schema_privilege(current_user, {_literal(name)}, '{right}')")
    ]


def _on_table(session: Queries, schema: str, table: str, rights: tuple[tuple[str, ...], ...]) -> list[str]:
    """Return the missing rights; of each tuple one right is enough."""
    full = quoting.redshift_string(quoting.redshift_name(schema.lower(), table.lower()))
    return [
        f"no {' or '.join(enough)} on table {schema}.{table}"
        for enough in rights
        if not any(_has(session, f"has_table_privilege(current_user, {full}, '{right}')") for right in enough)
    ]


def _may_alter(session: Queries, ref: TargetRef, user: str) -> bool:
    """Return whether the user owns the table, is a superuser, or was granted ALTER directly."""
    schema, table = _literal(ref.schema), _literal(ref.table)
    owns = (
        "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_user u ON u.usesysid = c.relowner OR u.usesuper "
        f"WHERE n.nspname = {schema} AND c.relname = {table} AND u.usename = {user}"
    )
    granted = (
        f"SELECT 1 FROM svv_relation_privileges WHERE namespace_name = {schema} AND relation_name = {table} "
        f"AND privilege_type = 'ALTER' AND (identity_name = {user} OR identity_type = 'public')"
    )
    return bool(session.query(owns) or rows_if_readable(session, granted))


def _has_roles(session: Queries, user: str) -> bool:
    """Return whether the user holds a role; True if this cannot be read."""
    rows = rows_if_readable(session, f"SELECT role_name FROM svv_user_grants WHERE user_name = {user}")
    return rows is None or bool(rows)


def _has(session: Queries, condition: str) -> bool:
    return bool(session.query(f"SELECT {condition}")[0][0])


def _literal(name: str) -> str:
    return quoting.redshift_string(name.lower())
