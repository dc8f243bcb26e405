"""Suggest corrections for a mistyped name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def near_misses(name: str, candidates: Iterable[str], *, limit: int = 3) -> str:
    """Return the candidates most similar to ``name``, joined for a message; empty if none is similar."""
    by_folded = {candidate.lower(): candidate for candidate in candidates}
    found = get_close_matches(name.lower(), by_folded, n=limit, cutoff=0.6)
    return ", ".join(by_folded[match] for match in found)


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Return "Did you mean ...?", or an empty text if no candidate is similar."""
    close = near_misses(name, candidates)
    return f"Did you mean {close}?" if close else ""
