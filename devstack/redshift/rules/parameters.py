"""SET, RESET and SHOW: Redshift's own parameters are stored in a namespace of the stand-in."""

from __future__ import annotations

from devstack.redshift.rules.plan import Plan, Rule, Situation, refuse
from devstack.redshift.sql.lexer import Kind
from devstack.redshift.sql.statement import literal
from devstack.redshift.sql.words import words

OWN = {
    "query_group": "default",
    "enable_case_sensitive_identifier": "off",
    "enable_result_cache_for_session": "on",
    "wlm_query_slot_count": "1",
    "describe_field_name_in_uppercase": "off",
    "json_parse_truncate_strings": "off",
    "parse_super_null_on_error": "off",
    "json_parse_dedup_attributes": "off",
    "json_serialization_enable": "off",
    "json_serialization_parse_nested_strings": "off",
    "activate_aqua": "auto",
    "mv_enable_aqmv_for_session": "on",
    "spectrum_enable_pseudo_columns": "on",
}
POSTGRES = words(
    """
    statement_timeout search_path timezone datestyle client_encoding extra_float_digits application_name
    session_authorization analyze_threshold_percent
    """
)


def parameters(plan: Plan, _: Situation) -> None:
    statement, tokens = plan.statement, plan.statement.tokens
    command = tokens[0].word
    if command not in ("SET", "RESET", "SHOW") or len(tokens) < 2:
        return
    at = 2 if tokens[1].word in ("SESSION", "LOCAL") and statement.words(1, 2) != ("AUTHORIZATION",) else 1
    name = tokens[at].name if at < len(tokens) else ""
    if statement.words(2, at) == ("TIME", "ZONE") or statement.words(2, 1) == ("SESSION", "AUTHORIZATION"):
        return
    if name == "transaction" or statement.words(2, 1) == ("SESSION", "CHARACTERISTICS"):
        plan.sql, plan.tag = "DO 'BEGIN END'", "SET"  # there is one isolation level; the requested one is ignored
        return
    if name in OWN:
        _own(plan, command, name, at)
    elif name not in POSTGRES and not (command == "SHOW" and name in ("server_version", "all")):
        raise refuse(f'unrecognized configuration parameter "{name}"', "42704")


def _own(plan: Plan, command: str, name: str, at: int) -> None:
    tokens = plan.statement.tokens
    if command == "SHOW":
        plan.sql = f"SELECT coalesce(nullif(current_setting('standin.{name}', true), ''), '{OWN[name]}') AS {name}"
        plan.tag = "SHOW"
        return
    values = [t.value if t.kind is Kind.STRING else t.text for t in tokens[at + 2 :]]
    value = OWN[name] if command == "RESET" or not values or values[0].upper() == "DEFAULT" else values[0]
    plan.sql = f"SET standin.{name} = {literal(value)}"
    plan.tag = command
    plan.settings[name] = value.lower() if name != "query_group" else value


RULES = (
    Rule(name="parameters", mark="D", text="Parameters that Redshift lacks are refused by name.", apply=parameters),
)
