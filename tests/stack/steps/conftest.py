"""The steps, on real servers only."""

from tests.way import way

__all__ = ["way"]
