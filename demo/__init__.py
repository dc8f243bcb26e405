"""The demo: Airflow replicates MySQL tables to Redshift over S3, and an independent verifier compares both sides.

Nothing here imports ``mysql_redshift``: the verifier must not depend on the code that it verifies.
"""
