"""The provider metadata is correct and complete."""

from __future__ import annotations

import importlib
import json
from importlib.resources import files

import jsonschema

from mysql_redshift.hooks.redshift_ssh import EXTRAS, RedshiftSSHTunnelHook
from mysql_redshift.provider_info import get_provider_info


def test_the_metadata_matches_airflows_schema() -> None:
    """Airflow ignores a provider with invalid metadata, and only logs a warning."""
    schema = json.loads((files("airflow") / "provider_info.schema.json").read_text())

    jsonschema.validate(get_provider_info(), schema)


def test_every_listed_module_can_be_imported() -> None:
    """The lists are operators, sensors, triggers, hooks and commands."""
    info = get_provider_info()

    for kind in ("operators", "sensors", "triggers", "hooks"):
        for modules in info[kind]:
            for name in modules["python-modules"]:
                importlib.import_module(name)
    for name in info["cli"]:
        module, _, function = name.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))


def test_the_connection_form_has_exactly_the_extras_that_the_hook_reads() -> None:
    """The hook refuses unknown extras, so the form must not offer any."""
    [connection] = get_provider_info()["connection-types"]

    assert connection["connection-type"] == RedshiftSSHTunnelHook.conn_type
    assert sorted(connection["conn-fields"]) == sorted(EXTRAS)
