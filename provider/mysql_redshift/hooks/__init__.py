"""Airflow's connections become clients here. Nothing heavy is imported before a client is made."""
