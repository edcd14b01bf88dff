# Run once by docker-compose.yml before Airflow starts: both databases, their schemas, and the
# password of Airflow's UI, which it prints.
set -eu
dateline db migrate
python3 - <<'PYTHON'
import os
from pathlib import Path

from pipeline.local_airflow.environment import Places
from pipeline.local_airflow.environment import USER, password
from pipeline.warehouse.store import create_database

create_database(os.environ["DATELINE_DSN"], "airflow")
places = Places(Path(os.environ["DATELINE_HOME"]))
places.make()
print(f"Airflow's UI: user {USER}, password {password(places)}", flush=True)
PYTHON
exec airflow db migrate
