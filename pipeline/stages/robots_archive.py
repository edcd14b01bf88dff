"""robots.txt files on their way into the archive, like every other exchange.

They are asked for in the threads of a fetcher, while one thread writes to the archive. So what was
asked waits here until that thread takes it.
"""

import hashlib
from queue import Empty, SimpleQueue

from pipeline.archive.writer import ArchiveWriter, EarlierCapture
from pipeline.fetch.robots import RobotsFile
from pipeline.models import Response
from pipeline.warehouse.robots import PostgresRobotsStore


class ArchivedRobotsStore:
    """A ``RobotsStore`` (see ``pipeline/fetch/robots.py``) whose requests are archived, too.

    Args:
        store: remembers the files.
    """

    def __init__(self, store: PostgresRobotsStore) -> None:
        self._store = store
        self._waiting: SimpleQueue[RobotsFile] = SimpleQueue()

    def get(self, root: str) -> RobotsFile | None:
        """Return what was put last for a scheme and authority, also if it is out of date."""
        return self._store.get(root)

    def put(self, file: RobotsFile) -> None:
        """Remember the result of an attempt, and keep its exchanges for the archive."""
        self._store.put(file)
        if file.exchanges:
            self._waiting.put(file)

    def archive(self, archive: ArchiveWriter) -> None:
        """Write what was asked since the last call; store where the files are.

        Raises:
            ArchiveError: a record could not be written; the row of its file leads nowhere then.
        """
        written: list[tuple[RobotsFile, str]] = []
        while True:
            try:
                file = self._waiting.get_nowait()
            except Empty:
                break
            raw_uri = archive.write(_response(file), _earlier(file))
            if raw_uri is not None and file.outcome is None:
                written.append((file, raw_uri))
        if not written:
            return
        archive.flush()
        for file, raw_uri in written:
            self._store.set_locator(file, raw_uri)


def _response(file: RobotsFile) -> Response:
    last = file.exchanges[-1]
    return Response(
        requested_url=file.exchanges[0].url,
        final_url=last.url,
        fetched_at=file.fetched_at,
        status=last.status,
        headers=last.headers,
        body=last.body,
        outcome=file.outcome,
        reason=file.reason,
        exchanges=file.exchanges,
    )


def _earlier(file: RobotsFile) -> EarlierCapture | None:
    if file.raw_uri is None or file.outcome is not None:
        return None
    return EarlierCapture(file.raw_uri, hashlib.sha256(file.body).digest())
