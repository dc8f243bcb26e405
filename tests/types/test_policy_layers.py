"""Where a policy may be declared, which declaration holds, and how a wrong one is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mysql_redshift.config import read_table
from mysql_redshift.core.types.policy import POLICIES, Policy, choices_of, in_words
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
    """Return what holds for the column ``c`` of ``orders``, all policies."""
    of_table = ", ".join(
        [*([f"policies: {{{table}}}"] if table else []), *([f"column_policies: {{c: {{{column}}}}}"] if column else [])]
    )
    path = folder / "shop.yaml"
    path.write_text(YAML.format(pipeline=f"defaults: {{policies: {{{pipeline}}}}}" if pipeline else "", table=of_table))
    choices = choices_of(read_table(path, "orders"), "c", mariadb=False)
    return {name: choices[name] for name in POLICIES}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.name)
def test_the_nearer_declaration_of_every_policy_holds(policy: Policy, tmp_path: Path) -> None:
    """The default, over it the pipeline's, over that the table's, over that the column's; others are not touched."""
    default, other = policy.default, policy.choices[1]
    says = {value: f"{policy.name}: {value}" for value in (default, other)}
    expected = [
        (default, {}),
        (other, {"pipeline": says[other]}),
        (default, {"pipeline": says[other], "table": says[default]}),
        (other, {"pipeline": says[default], "table": says[default], "column": says[other]}),
        (other, {"column": says[other]}),
    ]
    defaults = {name: known.default for name, known in POLICIES.items()}
    for value, layers in expected:
        assert declared(tmp_path, **layers) == {**defaults, policy.name: value}


@pytest.mark.parametrize("layer", ["pipeline", "table", "column"])
@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.name)
def test_a_value_that_no_policy_takes_is_refused_where_it_stands(policy: Policy, layer: str, tmp_path: Path) -> None:
    """File, line, field and what is allowed are named, in every layer."""
    with pytest.raises(ConfigurationError) as error:
        declared(tmp_path, **{layer: f"{policy.name}: sometimes"})
    message = str(error.value)
    assert "shop.yaml" in message
    assert f".{policy.name}" in message
    assert all(choice in message for choice in policy.choices)


@pytest.mark.parametrize("layer", ["pipeline", "table", "column"])
def test_a_policy_that_does_not_exist_is_refused_with_what_is_close(layer: str, tmp_path: Path) -> None:
    """A mistyped policy would otherwise leave the default in force, unseen."""
    with pytest.raises(ConfigurationError, match=r"did you mean zero_date\?"):
        declared(tmp_path, **{layer: "zero_dates: fail"})


def test_what_was_touched_is_told_by_column_and_policy() -> None:
    """Also where the column's name holds what stands between the two."""
    assert in_words({"a: b: too_long": 1, "day: zero_date": 12}) == [
        "policy too_long applied to 1 value of column a: b",
        "policy zero_date applied to 12 values of column day",
    ]
