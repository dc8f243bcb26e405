"""Where a policy may be declared, which declaration wins, and how an invalid one is reported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mysql_redshift.config import read_table
from mysql_redshift.core.types.policy import POLICIES, Policy, choices_of, policy_notes
from mysql_redshift.errors import ConfigurationError

pytestmark = pytest.mark.types

YAML = """\
pipeline: shop
source: {{conn_id: source, database: shop}}
lake: {{bucket: lake}}
target: {{conn_id: redshift, schema: shop, iam_role: "arn:aws:iam::123456789012:role/copy"}}
{pipeline}
tables:
  orders: {{{table}}}
"""


def declared(folder: Path, *, pipeline: str = "", table: str = "", column: str = "") -> Mapping[str, str]:
    """Return the effective policies of the column ``c`` of ``orders``."""
    of_table = ", ".join(
        [*([f"policies: {{{table}}}"] if table else []), *([f"column_policies: {{c: {{{column}}}}}"] if column else [])]
    )
    path = folder / "shop.yaml"
    path.write_text(YAML.format(pipeline=f"defaults: {{policies: {{{pipeline}}}}}" if pipeline else "", table=of_table))
    choices = choices_of(read_table(path, "orders"), "c", mariadb=False)
    return {name: choices[name] for name in POLICIES}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.name)
def test_the_most_specific_declaration_of_a_policy_wins(policy: Policy, tmp_path: Path) -> None:
    """Column over table over pipeline over default; a declaration does not change other policies."""
    default, other = policy.default, policy.choices[1]
    yaml_of = {value: f"{policy.name}: {value}" for value in (default, other)}
    expected = [
        (default, {}),
        (other, {"pipeline": yaml_of[other]}),
        (default, {"pipeline": yaml_of[other], "table": yaml_of[default]}),
        (other, {"pipeline": yaml_of[default], "table": yaml_of[default], "column": yaml_of[other]}),
        (other, {"column": yaml_of[other]}),
    ]
    defaults = {name: known.default for name, known in POLICIES.items()}
    for value, layers in expected:
        assert declared(tmp_path, **layers) == {**defaults, policy.name: value}


@pytest.mark.parametrize("layer", ["pipeline", "table", "column"])
@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.name)
def test_an_invalid_value_of_a_policy_is_reported_with_its_position(policy: Policy, layer: str, tmp_path: Path) -> None:
    """The message names file, field and allowed values, in every layer."""
    with pytest.raises(ConfigurationError) as error:
        declared(tmp_path, **{layer: f"{policy.name}: sometimes"})
    message = str(error.value)
    assert "shop.yaml" in message
    assert f".{policy.name}" in message
    assert all(choice in message for choice in policy.choices)


@pytest.mark.parametrize("layer", ["pipeline", "table", "column"])
def test_an_unknown_policy_is_refused_with_a_suggestion(layer: str, tmp_path: Path) -> None:
    """A misspelled policy would otherwise silently leave the default in effect."""
    with pytest.raises(ConfigurationError, match=r"did you mean zero_date\?"):
        declared(tmp_path, **{layer: "zero_dates: fail"})


def test_counts_are_reported_by_column_and_policy() -> None:
    """A column name may contain the separator."""
    assert policy_notes({"a: b: too_long": 1, "day: zero_date": 12}) == [
        "policy too_long applied to 1 value of column a: b",
        "policy zero_date applied to 12 values of column day",
    ]
