"""An S3 server on loopback (moto's), which counts the bytes that it sends and receives."""

import logging
import threading
import urllib.request
from collections import Counter
from dataclasses import dataclass, field

import pytest

_AUTHORITY = (
    "AWS4-HMAC-SHA256 Credential=test/20261122/us-east-1/s3/aws4_request,"
    " SignedHeaders=host, Signature=0"
)


@dataclass
class S3Server:
    """The server: its address, and what it was asked for."""

    port: int = 0
    bytes_sent: Counter = field(default_factory=Counter)
    """Bytes of bodies, by method."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Method, and path with its query."""
    failures: int = 0
    """So many requests are answered with 503 first."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def make_bucket(self, name: str) -> None:
        request = urllib.request.Request(
            f"{self.url}/{name}", method="PUT", headers={"Authorization": _AUTHORITY}
        )
        urllib.request.urlopen(request).close()

    def counted(self, app):
        def answer(environ, start_response):
            method = environ["REQUEST_METHOD"]
            query = environ.get("QUERY_STRING")
            self.requests.append((method, environ["PATH_INFO"] + (f"?{query}" if query else "")))
            if self.failures:
                self.failures -= 1
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                start_response("503 Slow Down", [("Content-Length", "0")])
                return
            for part in app(environ, start_response):
                self.bytes_sent[method] += len(part)
                yield part

        return answer


@pytest.fixture
def s3(monkeypatch):
    """A server with an empty bucket named "bucket"; the environment leads to it."""
    pytest.importorskip("obstore", reason="the extra 's3' is not installed: uv sync --extra s3")
    app = pytest.importorskip("moto.moto_server.werkzeug_app")
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = S3Server()
    moto = app.DomainDispatcherApplication(app.create_backend_app)
    listening = make_server("127.0.0.1", 0, server.counted(moto), threaded=True)
    server.port = listening.port
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    for name, value in {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    reset = urllib.request.Request(f"{server.url}/moto-api/reset", method="POST")
    urllib.request.urlopen(reset).close()
    server.make_bucket("bucket")
    server.requests.clear()
    yield server
    listening.shutdown()
    thread.join()
    listening.server_close()
