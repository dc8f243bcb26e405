"""Redshift's rules, a module for each family; ``table`` lists them all with their marks."""
