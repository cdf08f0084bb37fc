# The portal in one image: web, workers and beat differ only in their command (docker-compose.yml).

FROM python:3.11-slim-bookworm AS build
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.txt
COPY . /app
WORKDIR /app
# Neither step needs a database or a secret: DEMO=1 holds for these two lines only.
RUN DEMO=1 /opt/venv/bin/python manage.py messages --compile \
    && DEMO=1 /opt/venv/bin/python manage.py collectstatic --no-input --verbosity 0

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home portal
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# What the portal keeps: uploads and built reports, and backups. A new volume takes over its owner.
RUN mkdir -p /app/var/media /app/var/backups && chown -R portal: /app/var
# The status page shows which version runs: docker compose build --build-arg COMMIT=$(git rev-parse HEAD)
ARG COMMIT=
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 COMMIT=$COMMIT
WORKDIR /app
USER portal
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "30", \
     "district_portal.wsgi:application"]
