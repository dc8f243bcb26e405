"""The demo's own servers: started, watched and ended."""
