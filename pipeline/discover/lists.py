"""Lists: text with one URL a line; blank lines and lines that begin with # are skipped. Pure."""

from pipeline.discover.found import Entry
from pipeline.errors import Refused
from pipeline.outcomes import Outcome
from pipeline.urls import is_web_url
from pipeline.words import one_line, storable


def read_list(body: bytes) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Return the URLs of a list, and the lines that are none.

    Raises:
        Refused: bad_content, when no line is a URL.
    """
    lines = [line.strip() for line in body.decode("utf-8-sig", "replace").splitlines()]
    said = [storable(line) for line in lines if line and not line.startswith("#")]
    good = tuple(Entry(line) for line in said if is_web_url(line))
    bad = tuple(one_line(line, 80) for line in said if not is_web_url(line))
    if bad and not good:
        raise Refused(Outcome.BAD_CONTENT, f"not a list of URLs: it begins {bad[0]!r}")
    return good, bad
