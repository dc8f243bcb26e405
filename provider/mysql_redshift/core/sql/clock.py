"""Statements that read the source's clock."""

from __future__ import annotations

NOW = "SELECT UTC_TIMESTAMP(6)"
