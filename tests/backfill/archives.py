"""Write archive files as other crawlers do."""

import io
from datetime import UTC, datetime, timedelta

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

FIRST = datetime(2024, 5, 10, 8, 0, tzinfo=UTC)
_WORDS = """
council harbour bridge ferry mayor budget vote river storm repair engineer school market hospital
station tunnel library museum island village election report inquiry witness lawyer farmer captain
""".split()


def at(hours):
    return FIRST + timedelta(hours=hours)


def html(number, text="", title=None, published="2024-05-10T07:00:00+00:00", language="en"):
    """Return the page of an invented story; ``text`` is one more paragraph."""
    words = [_WORDS[(number * 7 + place * place) % len(_WORDS)] for place in range(60)]
    lines = "".join(
        f"<p>The {' '.join(words[place : place + 8])} of ward {number} was on Friday the part of "
        f"the {words[place + 9]} that the town and its people said had to be kept for the year.</p>"
        for place in range(0, 50, 10)
    )
    heading = title or f"Ward {number} keeps its {words[3]} for another year"
    return (
        f'<html lang="{language}"><head><title>{heading}</title>'
        f'<meta property="article:published_time" content="{published}"></head>'
        f"<body><article><h1>{heading}</h1>{lines}<p>{text}</p></article></body></html>"
    ).encode()


class ArchiveFile:
    """A WARC file that is written record by record."""

    def __init__(self, path, *, gzip=True):
        self.path = path
        self._file = path.open("wb")
        self._writer = WARCWriter(self._file, gzip=gzip, warc_version="1.1")
        self._digests = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def page(self, url, body, when=FIRST, status="200 OK", kind="text/html; charset=utf-8"):
        heads = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        record = self._writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(body),
            http_headers=heads,
            warc_headers_dict={"WARC-Date": _stamp(when)},
        )
        self._writer.write_record(record)
        self._digests[url, when] = record.rec_headers.get_header("WARC-Payload-Digest")
        record.raw_stream.close()
        return self

    def revisit(self, url, when, of_url, of_when, digest=None):
        known = self._digests.get((of_url, of_when))
        record = self._writer.create_revisit_record(
            url,
            digest or known or "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            of_url,
            _stamp(of_when),
            warc_headers_dict={"WARC-Date": _stamp(when)},
        )
        self._writer.write_record(record)
        return self

    def request(self, url):
        heads = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
        record = self._writer.create_warc_record(url, "request", http_headers=heads)
        self._writer.write_record(record)
        return self


def _stamp(when):
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def arc_file(path, pages):
    """Write an ARC 1.0 file of (url, body, time)."""
    head = b"1 0 Crawler\nURL IP-address Archive-date Content-type Archive-length\n"
    parts = [b"filedesc://x.arc 0.0.0.0 20240510080000 text/plain %d\n" % len(head) + head]
    for url, body, when in pages:
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
        line = f"{url} 10.0.0.1 {when:%Y%m%d%H%M%S} text/html {len(block)}\n"
        parts.append(b"\n" + line.encode() + block)
    path.write_bytes(b"".join(parts))
