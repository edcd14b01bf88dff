# Airflow with Dateline in it, for docker-compose.yml and deploy/helm; dependencies come from uv.lock.
# Build with another base where yours has to be used: --build-arg BASE_IMAGE=…
ARG BASE_IMAGE=python:3.11-slim-bookworm

# The environment and our wheel are made here; neither uv nor a compiler goes along.
FROM ${BASE_IMAGE} AS build
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never \
    UV_PROJECT_ENVIRONMENT=/opt/dateline/.venv
RUN apt-get update && apt-get install --yes --no-install-recommends binutils \
    && python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir "uv>=0.9,<1"
WORKDIR /build
# First the dependencies alone: this layer stays when only our code changes.
COPY pyproject.toml uv.lock ./
# Debug symbols are 157 MB of the packages, 99 of them spaCy's. What auditwheel put into *.libs has none.
RUN /opt/uv/bin/uv sync --locked --no-dev --no-cache --no-install-project \
        --extra airflow --extra celery --extra s3 --extra metrics \
    && find /opt/dateline/.venv -name '*.so' -not -path '*.libs/*' -exec strip --strip-debug {} +
COPY . .
RUN /opt/uv/bin/uv build --no-cache --wheel --out-dir /wheel \
    && /opt/uv/bin/uv pip install --no-cache --no-deps --python /opt/dateline/.venv/bin/python \
        --target /opt/dateline/code /wheel/*.whl

FROM ${BASE_IMAGE}
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/opt/dateline/code:/opt/dateline/code/pipeline/annotate/package:/opt/dateline/config \
    PATH=/opt/dateline/code/bin:/opt/dateline/.venv/bin:$PATH \
    AIRFLOW_HOME=/var/lib/dateline/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/dateline/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/dateline/plugins \
    DATELINE_HOME=/var/lib/dateline \
    DATELINE_SOURCES=/opt/dateline/sources
RUN useradd --create-home --uid 50000 --gid 0 dateline \
    && install -d -o dateline -g 0 -m 775 /var/lib/dateline /var/lib/dateline/airflow
WORKDIR /opt/dateline
COPY --from=build /opt/dateline/.venv .venv
# The code belongs to root, so that no task can change it.
COPY --from=build /opt/dateline/code code
RUN ln -s code/pipeline/_bundled/dags code/pipeline/_bundled/plugins code/pipeline/_bundled/config .
USER dateline
VOLUME /var/lib/dateline
ENTRYPOINT ["sh", "/opt/dateline/config/container_entrypoint.sh"]
CMD ["airflow", "version"]
