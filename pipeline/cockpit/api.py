"""Airflow's REST API (v2), as far as we ask it.

Plain ``http.client``: loopback only, and no proxy setting of the machine gets in between.
"""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import DatelineError

NEEDED = ("metadatabase", "scheduler", "dag_processor")


class AirflowError(DatelineError):
    """Airflow did not answer, or answered with an error."""


@dataclass(slots=True)
class AirflowApi:
    """One API server and one user; logs in on the first call that needs it."""

    url: str
    user: str
    password: str
    timeout: float = 30.0
    _token: str | None = field(default=None, repr=False)

    def is_healthy(self) -> bool:
        """Tell whether the API server, the scheduler and the DAG processor all report healthy."""
        try:
            report = self._call("GET", "/api/v2/monitor/health", token=None)
        except AirflowError:
            return False
        return all((report.get(name) or {}).get("status") == "healthy" for name in NEEDED)

    def warm_up(self) -> None:
        """Ask the part of the API server that tasks talk to: its first answer takes 4 CPU-seconds.

        Raises:
            AirflowError: no answer.
        """
        self._call("GET", "/execution/health", token=None)

    def get(self, path: str) -> Any:
        """Return the JSON answer of ``GET /api/v2<path>``.

        Raises:
            AirflowError: no answer, or an HTTP error; names both.
        """
        return self._call("GET", f"/api/v2{path}", token=self._login())

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the JSON answer of ``POST /api/v2<path>``.

        Raises:
            AirflowError: no answer, or an HTTP error; names both.
        """
        return self._call("POST", f"/api/v2{path}", body, token=self._login())

    def _login(self) -> str:
        if self._token is None:
            body = {"username": self.user, "password": self.password}
            token = self._call("POST", "/auth/token", body, token=None)["access_token"]
            self._token = str(token)
        return self._token

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, token: str | None
    ) -> Any:
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(
            place.hostname or "", place.port, timeout=self.timeout
        )
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(
                method, path, json.dumps(body) if body is not None else None, headers
            )
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise AirflowError(f"Airflow at {self.url} does not answer: {error}") from error
        finally:
            connection.close()
        if answer.status >= 400:
            raise AirflowError(f"{method} {path}: HTTP {answer.status} {content[:300]!r}")
        return json.loads(content) if content else None
