# One image for every process; compose.yaml says which one a container is. Nothing in it runs as root, nothing of the
# city is in it: settings and keys come by environment, data lies in /data.
FROM python:3.11-slim-bookworm AS packages
WORKDIR /app
COPY requirements.txt ./
# every package as it was pinned and hashed; none is built here
RUN python -m venv .venv \
 && .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
    -r requirements.txt

FROM node:22-slim AS telephone
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 one-number \
 && useradd --system --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin one-number \
 && install -d -o 10001 -g 10001 -m 0700 /data
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PATH=/app/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    DATA_DIR=/data \
    WEB_HOST=0.0.0.0 \
    WEB_PORT=8080 \
    EVENTS_PORT=8081
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY . .
COPY --from=telephone /build/node_modules/@twilio/voice-sdk/dist/twilio.min.js console/static/vendor/twilio.min.js
USER 10001:10001
VOLUME /data
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["python", "-m", "operations.healthy", "web"]
CMD ["python", "-m", "gunicorn", "-c", "operations/gunicorn_web.py", "wsgi:create_app()"]
