"""The address guard: which network addresses may be connected to, and a resolver that checks them.

A host name is resolved once per connection, and the connection goes to exactly the address that
was checked. A name server that answers differently the second time (DNS rebinding) therefore gains
nothing. The ranges are those of the IANA special-purpose address registries (RFC 6890 and its
updates). Python's own ``is_global`` is not used, because it differs between patch releases.
"""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from pipeline.errors import Refused, Transient
from pipeline.outcomes import Outcome

Resolve = Callable[[str, int], list[str]]
"""Maps host name and port to IP addresses as text, in the order in which to try them."""

_REFUSED_IPV4 = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_UNICAST = ip_network("2000::/3")
_REFUSED_IPV6 = tuple(
    ip_network(text)
    for text in ("2001::/23", "2001:db8::/32", "3fff::/20")  # Teredo and ORCHID, documentation
)
_NAT64 = ip_network("64:ff9b::/96")
_SIXTOFOUR = ip_network("2002::/16")


def _embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address inside a mapped, NAT64 (RFC 6052) or 6to4 address, else None."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIXTOFOUR:
        return IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return None


def is_public(text: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    >>> is_public("169.254.169.254"), is_public("::ffff:10.0.0.1"), is_public("9.9.9.9")
    (False, False, True)
    """
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        embedded = _embedded_ipv4(address)
        if embedded is None:
            return address in _GLOBAL_UNICAST and not any(address in net for net in _REFUSED_IPV6)
        address = embedded
    return not any(address in network for network in _REFUSED_IPV4)


def resolve(name: str, port: int) -> list[str]:
    """Return a host's addresses as the system's resolver gives them, each once.

    Spellings of an address such as ``2130706433`` or ``0x7f.1`` come back in dotted form.

    Raises:
        OSError: the name does not resolve.
    """
    answers = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def allowed_addresses(
    name: str, port: int, *, allow_private: bool, resolver: Resolve = resolve
) -> list[str]:
    """Resolve a host once and return the addresses that may be connected to, at least one.

    Args:
        name: host name, or an address in any spelling.
        port: port of the connection.
        allow_private: whether loopback and private addresses are allowed too.
        resolver: name resolution; tests pass their own.

    Raises:
        Refused: the name does not exist, or all its addresses are private, loopback, link-local
            or reserved.
        Transient: the resolver did not answer.
    """
    try:
        resolved = resolver(name, port)
    except socket.gaierror as error:
        kind = Transient if error.errno == socket.EAI_AGAIN else Refused
        raise kind(Outcome.UNREACHABLE, f"{name} does not resolve: {error.strerror}") from error
    except (OSError, UnicodeError) as error:
        raise Refused(Outcome.UNREACHABLE, f"{name[:100]!r} does not resolve: {error}") from error
    allowed = [text for text in resolved if allow_private or is_public(text)]
    if not allowed:
        raise _refused(name, ", ".join(resolved) or "nothing")
    return allowed


def refuse_written_address(name: str) -> None:
    """Refuse a host that is written as a private address, or is this machine by its name.

    For requests through a proxy, which resolves all other names itself.

    Raises:
        Refused: the host is private.
    """
    if name.lower().rstrip(".").rpartition(".")[2] == "localhost":
        raise _refused(name, name)
    try:
        address = name.strip("[]") if ":" in name else socket.inet_ntoa(socket.inet_aton(name))
        is_private = not is_public(address)
    except (OSError, ValueError):
        return
    if is_private:
        raise _refused(name, address)


def _refused(name: str, found: str) -> Refused:
    return Refused(
        Outcome.ADDRESS_REFUSED,
        f"{name} resolves to {found}, no public address; for an intranet set "
        "allow_private_addresses = true in the source, or give --allow-private-addresses",
    )
