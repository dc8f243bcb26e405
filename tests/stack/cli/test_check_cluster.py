"""``check-cluster``: every assumption holds on the stand-in, a difference is shown with its consequence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mysql_redshift.adapters.redshift.session import RedshiftSession
from mysql_redshift.cluster_check import run
from mysql_redshift.cluster_check.assumption import Assumption
from mysql_redshift.errors import TargetError
from tests.stack.cli.conftest import Shop


def test_every_assumption_holds_on_the_stand_in(shop: Shop) -> None:
    """The stand-in behaves as Redshift is documented or reported to; nothing of the check stays behind."""
    result = shop.run("check-cluster")
    assert [row for row in result.rows if row["result"] != "ok"] == []
    assert result.code == 0
    assert {row["assumption"] for row in result.rows} == {assumption.name for assumption in run.ASSUMPTIONS}
    assert shop.target("SELECT COUNT(*) FROM pg_namespace WHERE nspname LIKE 'mr_check%'") == [(0,)]
    listed = shop.s3.list_objects_v2(Bucket=shop.bucket, Prefix="t/_check")
    assert listed["KeyCount"] == 0


def test_without_a_valid_table_the_tables_error_is_shown(shop: Shop) -> None:
    """Its entry says what to correct; nothing is asked."""
    shop.edit("orders: {}", "orders: {lod: merge}")
    shop.edit("events: {cursor: id, load: append}", "events: {lod: merge}")
    result = shop.run("check-cluster")
    assert result.code == 1
    assert "lod" in result.err


@pytest.mark.parametrize(
    ("statement", "assumption"),
    [
        ('JSON_PARSE(\'{"a": 1, "a": 2}\')', "JSON_PARSE refuses two members of one name"),
        ("LOCK", "LOCK waits for another load, and the snapshot is taken after the wait"),
        ("pg_terminate_backend", "a session left behind is found by its label and terminated"),
        ("GROUP BY", "distinct keys are counted although a false primary key is declared"),
    ],
)
def test_a_cluster_that_behaves_otherwise_is_found(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, statement: str, assumption: str
) -> None:
    """A statement without its effect stands for such a cluster."""
    for name in ("execute", "query"):
        monkeypatch.setattr(RedshiftSession, name, without_effect(getattr(RedshiftSession, name), statement))
    monkeypatch.setattr(run, "ASSUMPTIONS", [one for one in run.ASSUMPTIONS if one.name == assumption])
    result = shop.run("check-cluster")
    assert (result.code, result.row["result"]) == (4, "different")


def without_effect(run_statement: Callable[..., Any], words: str) -> Callable[..., Any]:
    """Return the method, which runs another statement in the place of those that contain ``words``."""

    def changed(session: RedshiftSession, sql: str) -> Any:
        return run_statement(session, "SELECT 1" if words in sql else sql)

    return changed


def _denied(_: object) -> str:
    raise TargetError("Redshift refused a statement", found="permission denied")


@pytest.mark.parametrize(
    ("ask", "found"), [(lambda _: "no", "no"), (_denied, "error: permission denied")], ids=["difference", "error"]
)
def test_a_difference_is_shown_with_its_consequence(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, ask: Callable[[object], str], found: str
) -> None:
    """The other assumptions are asked about all the same; the exit code tells a script."""
    doubtful = Assumption(name="doubt", expected="yes", consequence="do this", ask=ask)
    certain = Assumption(name="certain", expected="yes", consequence="", ask=lambda _: "yes")
    monkeypatch.setattr(run, "ASSUMPTIONS", (doubtful, certain))
    result = shop.run("check-cluster")
    assert result.code == 4
    assert [(row["result"], row["found"], row["consequence"]) for row in result.rows] == [
        ("different", found, "do this"),
        ("ok", "yes", None),
    ]
