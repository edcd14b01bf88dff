"""The bundled demo site, served once per session, and the results that it must give."""

from collections.abc import Iterator

import pytest

from pipeline.demo import DemoSite, Expected, expected, free_ports


@pytest.fixture(scope="session")
def demo_site() -> Iterator[DemoSite]:
    with DemoSite(ports=free_ports((0, 0, 0))) as site:
        yield site


@pytest.fixture(scope="session")
def demo_expected() -> Expected:
    return expected()
