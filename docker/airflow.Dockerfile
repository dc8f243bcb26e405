FROM apache/airflow:3.3.2
COPY --chown=airflow:0 pyproject.toml README.md /opt/provider/
COPY --chown=airflow:0 provider /opt/provider/provider
RUN pip install --no-cache-dir /opt/provider psycopg2-binary asyncpg
COPY docker/airflow_with_connections.py /docker/airflow_with_connections.py
ENTRYPOINT ["/usr/bin/dumb-init", "--", "python", "/docker/airflow_with_connections.py"]
CMD ["standalone"]
