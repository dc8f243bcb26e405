"""``check-cluster``: every assumption holds on the stand-in, a difference is shown with its consequence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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
