"""Marks for tests that need a source but do not depend on which one: they test S3, Redshift or our own logic.

Half of them run on each server, so that unexpected differences between the servers are still found.
"""

from __future__ import annotations

import pytest

from tests.conftest import wanted_flavors

ON_FIRST = pytest.mark.parametrize("mysql_server", wanted_flavors()[:1], indirect=True)
ON_LAST = pytest.mark.parametrize("mysql_server", wanted_flavors()[-1:], indirect=True)
