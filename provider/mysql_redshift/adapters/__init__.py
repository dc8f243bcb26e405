"""The outside world, without Airflow: each module implements ports of `mysql_redshift.ports`."""
