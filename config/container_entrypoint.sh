# Begin a process of the container: put the secrets of /run/secrets into the settings that are built
# from them, then run the command. Settings that are given win, for another Postgres or broker.
set -eu
secret() { cat "/run/secrets/$1"; }
has() { [ -r "/run/secrets/$1" ]; }
server=${POSTGRES_HOST:-postgres}
if has loader_password; then
    export DATELINE_DSN="${DATELINE_DSN:-postgresql://dateline_load:$(secret loader_password)@$server/dateline}"
fi
if has analyst_password; then
    export DATELINE_SQL_DSN="${DATELINE_SQL_DSN:-postgresql://dateline_read:$(secret analyst_password)@$server/dateline}"
fi
if has airflow_password; then
    airflow="dateline_airflow:$(secret airflow_password)@$server/dateline_airflow"
    export AIRFLOW__DATABASE__SQL_ALCHEMY_CONN="${AIRFLOW__DATABASE__SQL_ALCHEMY_CONN:-postgresql+psycopg://$airflow}"
    export AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC="${AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC:-postgresql+psycopg_async://$airflow}"
fi
if has fernet_key; then export AIRFLOW__CORE__FERNET_KEY="$(secret fernet_key)"; fi
if has jwt_secret; then export AIRFLOW__API_AUTH__JWT_SECRET="$(secret jwt_secret)"; fi
if has api_secret; then export AIRFLOW__API__SECRET_KEY="$(secret api_secret)"; fi
if has broker_password; then
    export AIRFLOW__CELERY__BROKER_URL="${AIRFLOW__CELERY__BROKER_URL:-redis://:$(secret broker_password)@redis:6379/0}"
fi
if has s3_secret && [ -n "${AWS_ACCESS_KEY_ID:-}" ]; then
    export AWS_SECRET_ACCESS_KEY="${AWS_SECRET_ACCESS_KEY:-$(secret s3_secret)}"
fi
export AIRFLOW__API__BASE_URL="${AIRFLOW_BASE_URL:-http://127.0.0.1:${AIRFLOW_PORT:-8080}}"
export DATELINE_UI_URL="${DATELINE_UI_URL:-$AIRFLOW__API__BASE_URL}"
exec "$@"
