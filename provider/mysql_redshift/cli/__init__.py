"""The commands: ``airflow mysql-redshift ...`` and ``python -m mysql_redshift ...`` are the same."""
