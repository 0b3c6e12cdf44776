# The frontend as an image for compose.yaml. Context: the folder frontend/. Coolify does not use this file.
FROM python:3.12-slim AS assets

WORKDIR /app
COPY assets assets
COPY static static
# No Node in this image: build.py takes one from PyPI for the moment, and only its result goes on.
RUN python assets/build.py


FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

COPY . .
COPY --from=assets /app/static/built static/built
RUN useradd --uid 10001 --no-create-home studio
USER studio

CMD ["/bin/sh", "-c", "exec granian main:app --interface wsgi --host 0.0.0.0 --port ${PORT:-12016} --workers 1 --blocking-threads 512 --backpressure 1024 --workers-kill-timeout 10 --http 1 --http1-header-read-timeout 60000 --no-ws --log-level error"]
