# Run once by docker-compose.yml before Airflow starts: logins, both databases and their schemas, and
# the password of Airflow's UI, which it writes to a file.
set -eu
password() { cat "/run/secrets/$1"; }
server=${POSTGRES_HOST:-postgres}
export ADMIN_DSN="${ADMIN_DSN:-postgresql://postgres:$(password postgres_password)@$server/postgres}"
export OWNER_DSN="postgresql://dateline_owner:$(password owner_password)@$server/dateline"
python3 /opt/dateline/config/compose_logins.py owner
DATELINE_DSN=$OWNER_DSN dateline db migrate
python3 /opt/dateline/config/compose_logins.py readers
python3 - <<'PYTHON'
import os
from pathlib import Path

from pipeline.local_airflow.home_folder import HomeFolder, ui_password
from pipeline.local_airflow.metadata_database import forget_renamed_assets, remove_deadlines

airflow = os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("+psycopg", "", 1)
remove_deadlines(airflow)
forget_renamed_assets(airflow)
home = HomeFolder(Path(os.environ["DATELINE_HOME"]))
home.create()
ui_password(home)
print(f"Airflow's UI: users and passwords are in {home.passwords}", flush=True)
PYTHON
exec airflow db migrate
