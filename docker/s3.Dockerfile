FROM python:3.12-slim
COPY requirements/ministack.lock /tmp/ministack.lock
RUN pip install --no-cache-dir -r /tmp/ministack.lock
COPY docker/make_bucket.py /docker/make_bucket.py
ENV BIND_HOST=0.0.0.0 GATEWAY_PORT=4566 SERVICES=s3,sts,iam SFTP_ENABLED=0 IOT_MTLS_ENABLED=0 \
    S3_PERSIST=1 S3_DATA_DIR=/data/objects PERSIST_STATE=1 STATE_DIR=/data/state DOCKER_HOST=unix:///nonexistent
CMD ["ministack"]
