"""Every SQL statement of the provider, one module per subject. Names and literals pass through core/quoting.py."""
