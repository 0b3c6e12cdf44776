# The backend as an image for compose.yaml. Context: the folder backend/. Coolify does not use this file.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

COPY . .
# An empty named volume takes over the owner of the folder it is mounted on, so the folder must exist.
RUN useradd --uid 10001 --no-create-home studio && mkdir data && chown studio data
USER studio

CMD ["/bin/sh", "-c", "exec uvicorn main:app --host 0.0.0.0 --port ${PORT:-12015} --workers 1 --timeout-graceful-shutdown 20 --timeout-keep-alive 95 --no-access-log --no-server-header"]
