"""Ask for a file of the plugin as nobody and as a viewer; print the HTTP statuses as JSON."""

import json
import sys
from importlib import import_module
from pathlib import Path

from airflow.api_fastapi.app import create_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from fastapi import FastAPI
from fastapi.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))
from dateline_ui import DatelineUi

import_module("airflow.utils.db").initdb()
manager = create_auth_manager()
manager.init()
token = manager.generate_jwt(SimpleAuthManagerUser(username="vera", role="viewer"))
app = FastAPI()
for each in DatelineUi.fastapi_apps:
    app.mount(each["url_prefix"], each["app"])
with TestClient(app) as client:
    address = "/dateline/static/dateline.css"
    found = {
        "nobody": client.get(address).status_code,
        "viewer": client.get(address, headers={"Authorization": f"Bearer {token}"}).status_code,
        "forged": client.get(address, headers={"Authorization": f"Bearer {token}x"}).status_code,
    }
    client.cookies.set("_token", token)
    found["viewer's session"] = client.get(address).status_code
print(json.dumps(found))
