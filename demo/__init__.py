"""The demo: real MySQL tables move through S3 into Redshift under Airflow, and an independent verifier proves it.

Nothing here imports ``mysql_redshift``: what is proved must not rest on what proves it.
"""
