"""One client's session: what it asks, what the backend is asked instead, and what the client is told."""
