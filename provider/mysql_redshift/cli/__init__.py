"""The command line: ``airflow mysql-redshift ...``, the same as ``python -m mysql_redshift ...``."""
