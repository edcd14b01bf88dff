# Airflow with Dateline in it, for docker-compose.yml; dependencies come from uv.lock.
# Build with another base where yours has to be used: --build-arg BASE_IMAGE=…
ARG BASE_IMAGE=python:3.11-slim-bookworm
FROM ${BASE_IMAGE}

ENV PYTHONUNBUFFERED=1 \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never \
    UV_PROJECT_ENVIRONMENT=/opt/dateline/.venv \
    PATH=/opt/dateline/.venv/bin:$PATH

RUN python3 -m pip install --no-cache-dir --break-system-packages "uv>=0.9,<1" \
    && useradd --create-home --uid 50000 dateline \
    && install -d -o dateline /opt/dateline /var/lib/dateline

USER dateline
WORKDIR /opt/dateline

# First the dependencies alone: this layer stays when only our code changes.
COPY --chown=dateline pyproject.toml uv.lock README.md LICENSE NOTICE ./
RUN uv sync --locked --no-dev --extra airflow --extra s3 --no-install-project --no-cache

COPY --chown=dateline . .
RUN uv sync --locked --no-dev --extra airflow --extra s3 --no-cache

ENV AIRFLOW_HOME=/var/lib/dateline/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/dateline/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/dateline/plugins \
    PYTHONPATH=/opt/dateline/config \
    DATELINE_HOME=/var/lib/dateline

VOLUME /var/lib/dateline
ENTRYPOINT ["airflow"]
CMD ["version"]
