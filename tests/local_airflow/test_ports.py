"""Choosing the port of the API server."""

import socket

import pytest

from pipeline.errors import PortInUse
from pipeline.local_airflow.environment import free_port, is_free


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_skipped(taken):
    assert not is_free(taken)
    assert free_port(taken) > taken


def test_no_free_port_is_an_error_with_the_range(taken):
    with pytest.raises(PortInUse, match=f"no free port from {taken} to {taken}"):
        free_port(taken, tries=1)


def test_a_listener_on_all_addresses_makes_a_port_taken():
    with socket.socket() as listener:
        listener.bind(("", 0))
        listener.listen()
        assert not is_free(listener.getsockname()[1])
