"""The checks of a table follow from ``checks`` and ``deletes``."""

from __future__ import annotations

import pytest

from mysql_redshift.config.arguments import spec_from_arguments

PIPELINE = {
    "pipeline": "shop",
    "source": {"conn_id": "my", "database": "shop"},
    "lake": {"conn_id": "aws", "bucket": "acme-lake"},
    "target": {"conn_id": "rs", "schema": "shop", "iam_role": "default"},
}


@pytest.mark.parametrize(
    ("settings", "checks"),
    [
        ({}, ("custody", "bounds")),
        ({"checks": ["keys"]}, ("keys",)),
        ({"deletes": "reconcile"}, ("custody", "bounds", "keys")),
        ({"deletes": "reconcile", "checks": ["keys", "custody"]}, ("keys", "custody")),
    ],
)
def test_deletes_reconcile_adds_the_check_keys(settings: dict[str, object], checks: tuple[str, ...]) -> None:
    """The check keys finds the rows to delete. Otherwise the configured checks apply unchanged."""
    given = {"cursor": "updated_at", **settings}
    spec = spec_from_arguments("orders", pipeline=PIPELINE, settings=given, environment="test", where="here")
    assert spec.checks == checks
