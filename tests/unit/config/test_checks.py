"""Which checks a table's runs make."""

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
def test_the_checks_are_those_named_and_those_needed(settings: dict[str, object], checks: tuple[str, ...]) -> None:
    """Reconciling is done by the check keys, so that one is then made."""
    given = {"cursor": "updated_at", **settings}
    spec = spec_from_arguments("orders", pipeline=PIPELINE, settings=given, environment="test", where="here")
    assert spec.checks == checks
