# The image of the Redshift stand-in, and of the scripts that create the secrets and fill the source.
FROM python:3.12-slim
WORKDIR /app
COPY requirements/dev.lock requirements/dev.lock
RUN pip install --no-cache-dir -c requirements/dev.lock \
    boto3 cryptography pgpq psycopg[binary] pyarrow pymysql rich sqlglot
COPY devstack devstack
COPY demo demo
COPY docker/*.py /docker/
