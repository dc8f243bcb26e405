"""An ordinary Redshift user: rights that come through a role, and a target that another user owns."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from tests.stack.cli.conftest import Shop


@pytest.fixture
def user() -> str:
    """The name of an ordinary Redshift user; its role has the prefix r."""
    return f"u{secrets.token_hex(4)}"


@pytest.fixture
def borrowed(shop: Shop, user: str) -> Iterator[Shop]:
    """A shop that is not synced yet, whose user has every right on the tables of an administrator through a role."""
    schema = shop.database
    columns = "id BIGINT NOT NULL, updated_at TIMESTAMP, amount DECIMAL(12,2)"
    given = [f"SCHEMA {schema}", f"SCHEMA ledger_{schema}", f"{schema}.orders"]
    for sql in (
        f"CREATE USER {user} PASSWORD 'Abc1-{user}'",
        f"CREATE ROLE r{user}",
        f"GRANT ROLE r{user} TO {user}",
        *(f"CREATE SCHEMA {name}" for name in (schema, f"ledger_{schema}")),
        f"CREATE TABLE {schema}.orders ({columns})",
        *(f"GRANT ALL ON {name} TO ROLE r{user}" for name in given),
    ):
        shop.target(sql)
    shop.orders(1, 3)
    shop.connect("redshift", login=user, password=f"Abc1-{user}")
    yield shop
    shop.connect("redshift")
    shop.target(f"DROP SCHEMA ledger_{schema} CASCADE")
    shop.target(f"DROP SCHEMA {schema} CASCADE")
    shop.target(f"DROP ROLE r{user}")
    shop.target(f"DROP USER {user}")


def test_rights_that_come_through_a_role_do_not_stop_a_run(borrowed: Shop) -> None:
    """Redshift's functions may not show them, so what they show as missing is a note of the plan."""
    result = borrowed.run("sync", "--table", "orders")
    assert (result.code, result.row["rows_copied"]) == (0, 3)
    schema = borrowed.database
    assert (
        f"note: Redshift shows these rights as missing (no USAGE on schema {schema}; no USAGE on schema "
        f"ledger_{schema}; no CREATE on schema ledger_{schema}); the user may have them through a role\n"
    ) in result.err
    assert "note: the user does not own the target and has no ALTER on it: a new column" in result.err


def test_a_user_without_roles_who_cannot_alter_the_target_is_stopped_before_rows_are_read(
    borrowed: Shop, user: str
) -> None:
    """ADD COLUMN is for the owner. Without the check, the load would fail after the extraction."""
    borrowed.connect("redshift")
    for name in (f"SCHEMA {borrowed.database}", f"SCHEMA ledger_{borrowed.database}", "{t}"):
        borrowed.target(f"GRANT ALL ON {name} TO {user}")
    borrowed.target(f"REVOKE ROLE r{user} FROM {user}")
    borrowed.connect("redshift", login=user, password=f"Abc1-{user}")
    assert borrowed.run("plan", "--table", "orders").code == 0
    borrowed.sql("ALTER TABLE orders ADD COLUMN note VARCHAR(20)")
    result = borrowed.run("sync", "--table", "orders")
    assert result.code == 2
    assert "the user does not own the target and has no ALTER on it, and columns must change" in result.err
    assert borrowed.objects() == {}
