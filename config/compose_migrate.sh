# Run once by docker-compose.yml before Airflow starts: both databases, their schemas, and the
# password of Airflow's UI, which it prints.
set -eu
dateline db migrate
python3 - <<'PYTHON'
import os
from pathlib import Path

from psycopg.conninfo import make_conninfo

from pipeline.local_airflow.home_folder import UI_USER, HomeFolder, ui_password
from pipeline.local_airflow.metadata_database import forget_renamed_assets, remove_deadlines
from pipeline.warehouse.store import create_database

create_database(os.environ["DATELINE_DSN"], "airflow")
airflow = make_conninfo(os.environ["DATELINE_DSN"], dbname="airflow")
remove_deadlines(airflow)
forget_renamed_assets(airflow)
home = HomeFolder(Path(os.environ["DATELINE_HOME"]))
home.create()
print(f"Airflow's UI: user {UI_USER}, password {ui_password(home)}", flush=True)
PYTHON
exec airflow db migrate
