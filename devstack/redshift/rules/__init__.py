"""Redshift's rules, one module per family; ``registry`` lists them all with their marks."""
