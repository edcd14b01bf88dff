"""A free port on loopback: Airflow's API server wants one, and another may be there already."""

import socket

from pipeline.errors import PortInUse

HOST = "127.0.0.1"


def free_port(first: int, *, tries: int = 100) -> int:
    """Return the first port from ``first`` on that nobody listens on.

    Raises:
        PortInUse: none of ``tries`` ports is free.
    """
    for port in range(first, first + tries):
        if is_free(port):
            return port
    raise PortInUse(f"no free port from {first} to {first + tries - 1} on {HOST}")


def is_free(port: int) -> bool:
    """Tell whether we could listen on the port, on loopback and on all addresses.

    A listener on all addresses blocks loopback only on some systems: so both are tried.
    ``SO_REUSEADDR`` as uvicorn sets it, so that a port in TIME_WAIT counts as free.
    """
    return all(_can_bind(host, port) for host in (HOST, ""))


def _can_bind(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
