"""The Redshift stand-in: a wire-protocol proxy in front of PostgreSQL that is as strict as Redshift."""
