"""The demo server: conditional requests, gzip, ports, and source files."""

import socket
import subprocess
import sys
import tomllib

import pytest

from pipeline.demo import DemoSite, free_ports
from pipeline.errors import PortInUse, UsageError
from tests.demo.client import get


def front_page(site: DemoSite) -> str:
    return site.homepages["halvane_courier"]


def test_etag_and_date_give_304_without_body(demo_site):
    first = get(front_page(demo_site))
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for headers in ({"If_None_Match": etag}, {"If_Modified_Since": modified}):
        again = get(front_page(demo_site), **headers)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == etag


@pytest.mark.parametrize(
    "headers",
    [
        {"If_None_Match": '"another"'},
        {"If_Modified_Since": "Mon, 09 Nov 2020 08:00:00 GMT"},
        {"If_Modified_Since": "the day before yesterday"},
        {"If_None_Match": '"another"', "If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    ],
)
def test_other_validators_give_the_page(demo_site, headers):
    assert get(front_page(demo_site), **headers).status == 200


def test_gzip_holds_the_same_page(demo_site):
    plain = get(front_page(demo_site))
    packed = get(front_page(demo_site), Accept_Encoding="gzip, deflate")
    assert plain.headers["Content-Encoding"] is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.unpacked == plain.body
    assert packed.headers["ETag"] == plain.headers["ETag"]


def test_head_has_headers_only(demo_site):
    answer = get(front_page(demo_site), method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 1000


def test_updated_article_changes_its_validators(demo_expected):
    ports = free_ports((0, 0, 0))
    tags = []
    for edition in (1, 2):
        with DemoSite(edition, ports) as site:
            url = (
                site.homepages[demo_expected.updated.outlet].rstrip("/")
                + demo_expected.updated.path
            )
            headers = get(url).headers
            tags.append((headers["ETag"], headers["Last-Modified"]))
    assert tags[0][0] != tags[1][0]
    assert tags[0][1] != tags[1][1]


def test_free_ports_are_kept_and_taken_ones_replaced():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = taken.getsockname()[1]
        free = free_ports((0, 0, 0))
        assert free_ports(free) == free
        mixed = free_ports((busy, free[1], free[2]))
        assert mixed[0] != busy
        assert mixed[1:] == free[1:]
        assert len(set(mixed)) == 3


def test_taken_port_is_a_named_error_and_leaves_nothing_open():
    first, second, third = free_ports((0, 0, 0))
    with socket.create_server(("127.0.0.1", third)):
        site = DemoSite(ports=(first, second, third))
        with pytest.raises(PortInUse, match=f"ambara_now cannot listen on 127.0.0.1:{third}"):
            site.start()
    assert free_ports((first, second, 0))[:2] == (first, second)


def test_site_can_be_stopped_twice_and_started_again():
    site = DemoSite(ports=free_ports((0, 0, 0)))
    for _ in range(2):
        site.start()
        assert get(front_page(site)).status == 200
        site.stop()
        site.stop()
    with pytest.raises(ConnectionRefusedError):
        get(front_page(site))


def test_unknown_edition_is_refused():
    with pytest.raises(UsageError, match="edition 3"):
        DemoSite(edition=3)


def test_sources_are_written_as_toml(demo_site, tmp_path):
    paths = demo_site.write_sources(tmp_path / "with space")
    for path, source in zip(paths, demo_site.sources(), strict=True):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        assert path.name == f"{source.key}.toml"
        assert data["allow_private_addresses"] is True
        assert {key: getattr(source, key) for key in data} == {
            key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
        }
        assert all(get(url).status == 200 for url in data["feeds"] + data.get("sitemaps", []))


def test_the_module_serves_until_sigterm():
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline.demo"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            assert get(line.split()[1]).status == 200
        finally:
            process.terminate()
        process.stdout.read()
        assert process.wait(10) == 0
