"""One naive variant per lesson: what other tools did. ``install`` replaces one decision of the package with it."""
