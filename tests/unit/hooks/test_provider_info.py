"""What Airflow is told of this package is true and complete."""

from __future__ import annotations

import importlib
import json
from importlib.resources import files

import jsonschema

from mysql_redshift.hooks.redshift_ssh import EXTRAS, RedshiftSSHTunnelHook
from mysql_redshift.provider_info import get_provider_info


def test_it_fits_airflows_schema() -> None:
    """A provider that does not is left out with a warning only."""
    schema = json.loads((files("airflow") / "provider_info.schema.json").read_text())

    jsonschema.validate(get_provider_info(), schema)


def test_every_module_it_names_can_be_imported() -> None:
    """Operators, sensors, triggers and hooks."""
    info = get_provider_info()

    for kind in ("operators", "sensors", "triggers", "hooks"):
        for modules in info[kind]:
            for name in modules["python-modules"]:
                importlib.import_module(name)
    for name in info["cli"]:
        module, _, function = name.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))


def test_the_form_has_a_field_for_every_extra_and_no_other() -> None:
    """What the hook refuses cannot be filled in, and what it reads can."""
    [connection] = get_provider_info()["connection-types"]

    assert connection["connection-type"] == RedshiftSSHTunnelHook.conn_type
    assert sorted(connection["conn-fields"]) == sorted(EXTRAS)
