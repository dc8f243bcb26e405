# The Redshift stand-in, and whatever else of this repository runs in a container of its own.
FROM python:3.12-slim
WORKDIR /app
COPY requirements/dev.lock requirements/dev.lock
RUN pip install --no-cache-dir -c requirements/dev.lock \
    boto3 cryptography pgpq psycopg[binary] pyarrow pymysql rich sqlglot
COPY devstack devstack
COPY demo demo
COPY docker/*.py /docker/
