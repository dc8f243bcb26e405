"""A Redshift stand-in: a wire-protocol proxy before PostgreSQL that is as strict as Redshift."""
