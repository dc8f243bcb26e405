"""One thing that the provider assumes about Redshift, and what a cluster answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mysql_redshift.cluster_check.scratch import Scratch


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """``ask`` returns what the cluster does, in the words of ``expected`` if the assumption holds.

    ``consequence`` says what does not work otherwise, and what to do.
    """

    name: str
    expected: str
    consequence: str
    ask: Callable[[Scratch], str]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The answer of one cluster to one assumption."""

    assumption: Assumption
    found: str

    @property
    def holds(self) -> bool:
        """Whether the cluster does what the provider assumes."""
        return self.found == self.assumption.expected
