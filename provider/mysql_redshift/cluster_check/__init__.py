"""Try on a real cluster what this package assumes about Redshift, in a schema and a folder of its own."""
