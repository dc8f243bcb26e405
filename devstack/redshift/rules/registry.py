"""Every rule, in the order of application."""

from __future__ import annotations

from dataclasses import replace

from devstack.redshift.copy.statement import parse_copy
from devstack.redshift.rules import (
    alter,
    create_table,
    declared_keys,
    drivers,
    functions,
    merge,
    names,
    parameters,
    relations,
    roles,
    transactions,
    unsupported,
    users,
    views,
)
from devstack.redshift.rules.plan import Plan, Rule, Situation
from devstack.redshift.rules.users import exact_user_names
from devstack.redshift.sql.statement import Statement

RULES: tuple[Rule, ...] = (
    *unsupported.RULES,
    *names.RULES,
    *drivers.RULES,
    *functions.RULES,
    *transactions.RULES,
    *relations.RULES,
    *declared_keys.RULES,
    *create_table.RULES,
    *alter.RULES,
    *merge.RULES,
    *users.RULES,
    *roles.RULES,
    *views.RULES,
    *parameters.RULES,
)


def plan_statement(statement: Statement, situation: Situation) -> Plan:
    """Apply every rule to a statement. Raise ServerError if one refuses it."""
    exact_user_names(statement)
    if situation.case_sensitive:
        statement.tokens = [replace(token, exact=True) for token in statement.tokens]
    plan = Plan(statement=statement)
    if statement.starts("COPY"):
        plan.copy = parse_copy(statement)
        plan.sql = plan.copy.backend_sql
        return plan
    for rule in RULES:
        rule.apply(plan, situation)
    plan.sql = plan.sql or statement.edited()
    return plan
