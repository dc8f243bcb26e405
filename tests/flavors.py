"""The servers that a test runs on, where what it tries lies in S3, in Redshift or in our own logic.

Half of such tests run on each server: whatever differs between them after all is still met somewhere.
"""

from __future__ import annotations

import pytest

from tests.conftest import wanted_flavors

ON_FIRST = pytest.mark.parametrize("mysql_server", wanted_flavors()[:1], indirect=True)
ON_LAST = pytest.mark.parametrize("mysql_server", wanted_flavors()[-1:], indirect=True)
