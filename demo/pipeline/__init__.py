"""The pipeline that the demo runs: its definition, and its runs as Airflow reports them."""
