"""Start, monitor and stop the demo's own servers."""
