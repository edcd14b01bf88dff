"""The address guard refuses private addresses in every spelling."""

import socket
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Refused, Transient
from pipeline.fetch.address import allowed_addresses, is_public, resolve
from pipeline.outcomes import Outcome

PRIVATE = """
0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255
192.0.0.8 192.0.2.7 192.168.1.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255
:: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 2002:7f00:1::
2001:db8::1 2001::1 fe80::1 fe80::1%eth0 fc00::1 fd12:3456::1 fec0::1 ff02::1 100::1
""".split()
PUBLIC = "8.8.8.8 172.32.0.1 100.128.0.1 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808".split()


@pytest.mark.parametrize("text", PRIVATE)
def test_private_address_is_not_public(text):
    assert not is_public(text)


@pytest.mark.parametrize("text", PUBLIC)
def test_public_address_is_public(text):
    assert is_public(text)


@given(st.ip_addresses(v=4))
def test_an_embedded_ipv4_address_is_treated_as_that_address(address: IPv4Address):
    expected = is_public(str(address))
    assert is_public(f"::ffff:{address}") is expected
    assert is_public(f"64:ff9b::{address}") is expected


@pytest.mark.parametrize("name", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost"])
def test_other_spellings_of_loopback_are_refused(name):
    with pytest.raises(Refused) as caught:
        allowed_addresses(name, 80, allow_private=False)
    assert caught.value.outcome is Outcome.ADDRESS_REFUSED


def test_only_the_public_ones_of_mixed_addresses_are_kept():
    def mixed(name, port):
        return ["10.0.0.1", "9.9.9.9", "::1"]

    found = allowed_addresses("mixed.example", 80, allow_private=False, resolver=mixed)
    assert found == ["9.9.9.9"]


def test_private_addresses_pass_where_they_are_allowed():
    assert "127.0.0.1" in allowed_addresses("127.0.0.1", 80, allow_private=True, resolver=resolve)


@pytest.mark.parametrize(
    ("code", "kind"), [(socket.EAI_NONAME, Refused), (socket.EAI_AGAIN, Transient)]
)
def test_a_name_that_does_not_resolve_is_unreachable(code, kind):
    def resolver(name, port):
        raise socket.gaierror(code, "set by the test")

    with pytest.raises(kind) as caught:
        allowed_addresses("nowhere.example", 80, allow_private=False, resolver=resolver)
    assert caught.value.outcome is Outcome.UNREACHABLE


def test_a_name_that_idna_refuses_is_unreachable():
    with pytest.raises(Refused) as caught:
        allowed_addresses("a" * 70 + ".example", 80, allow_private=False)
    assert caught.value.outcome is Outcome.UNREACHABLE
