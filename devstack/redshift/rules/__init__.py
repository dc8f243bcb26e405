"""Redshift's rules, a module for each family; ``registry`` lists them all with their marks."""
