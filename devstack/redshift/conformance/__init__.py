"""Redshift's rules as cases: data that runs against the stand-in and against a real cluster."""
