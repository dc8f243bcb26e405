"""Make clients from Airflow connections. Drivers are imported when a client is made, not with the module."""
