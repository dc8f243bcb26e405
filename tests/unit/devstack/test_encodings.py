"""The provider accepts the encodings that the stand-in accepts, which has a table of its own."""

from __future__ import annotations

import pytest

from devstack.redshift.rules.columns import FITTING, check_encoding
from devstack.redshift.wire.messages import ServerError
from mysql_redshift.core.encodings import encodings_of

TYPES = {
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "DECIMAL(18,2)": "numeric(18,2)",
    "REAL": "real",
    "DOUBLE PRECISION": "double precision",
    "BOOLEAN": "boolean",
    "VARCHAR(10)": "varchar(10)",
    "VARBYTE(10)": "varbyte(10)",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMPTZ": "timestamptz",
    "SUPER": "super",
}


@pytest.mark.parametrize("redshift_type", TYPES)
def test_provider_and_stand_in_agree(redshift_type: str) -> None:
    """Both follow the developer guide's table."""
    accepted = ["raw"]
    for encoding in FITTING:
        try:
            check_encoding(encoding, TYPES[redshift_type], "c")
        except ServerError:
            continue
        accepted.append(encoding)
    assert sorted(encodings_of(redshift_type)) == sorted(accepted)
