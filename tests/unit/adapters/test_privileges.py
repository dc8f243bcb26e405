"""Privileges that the stand-in cannot grant, and views that an ordinary user may not read."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.adapters.redshift.privileges import missing_privileges
from mysql_redshift.core.spec import TargetRef
from mysql_redshift.errors import AccessDenied
from mysql_redshift.ports import MissingPrivileges

REF = TargetRef(conn_id="", schema="shop", table="orders", ledger_schema="ledger")


class Catalogue:
    """A session whose user holds every right on tables of another owner, and ALTER if it is granted."""

    def __init__(self, *, alter: bool = False, denied: bool = False) -> None:
        self._alter, self._denied = alter, denied

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what Redshift would."""
        if "svv_" in sql and self._denied:
            raise AccessDenied("The Redshift user lacks a privilege", found="permission denied for relation")
        if "svv_relation_privileges" in sql:
            return [(1,)] if self._alter else []
        if "svv_user_grants" in sql or "JOIN pg_user" in sql:
            return []
        return [(4711, "id", "integer", False)] if "pg_attribute" in sql else [("loader",)]

    def rollback(self) -> None:
        """Roll nothing back."""


@pytest.mark.parametrize("granted", [True, False])
def test_who_was_granted_alter_may_alter_a_table_of_another_owner(granted: bool) -> None:
    """Redshift has GRANT ALTER ON TABLE; its has_table_privilege does not know it."""
    assert missing_privileges(Catalogue(alter=granted), REF) == MissingPrivileges(may_alter=granted)


def test_unreadable_views_make_missing_privileges_uncertain() -> None:
    """A user who cannot see roles may hold some."""
    assert missing_privileges(Catalogue(denied=True), REF) == MissingPrivileges(may_alter=False, has_roles=True)
