"""TLS uses the requested host name, although the connection goes to a checked address."""

import datetime
import ssl

import pytest

from pipeline.fetch.session import Environment
from pipeline.outcomes import RETRYABLE, Outcome
from tests.fix_http import Site

x509 = pytest.importorskip("cryptography.x509", reason="cryptography comes with the airflow extra")


def self_signed(name: str, days: int = 0, issuer: str | None = None) -> tuple[bytes, bytes]:
    """Return a certificate valid from yesterday for three days, moved by ``days``, and its key."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days - 1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer or name)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private


def serve_tls(make_site, tmp_path, pem: bytes) -> Site:
    file = tmp_path / "both.pem"
    file.write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return make_site(context)


@pytest.fixture
def tls_site(make_site, tmp_path):
    certificate, key = self_signed("herald.example")
    pem = tmp_path / "both.pem"
    pem.write_bytes(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    site: Site = make_site(context)
    site.page("/a", "<p>sealed</p>")
    trust = ssl.create_default_context(cadata=certificate.decode())
    return site, names, trust


def environment_with(trust: ssl.SSLContext | None) -> Environment:
    return Environment(resolver=lambda name, port: ["127.0.0.1"], ssl_context=trust)


def test_server_name_and_certificate_are_those_of_the_host_name(tls_site, make_fetcher):
    site, names, trust = tls_site
    fetcher = make_fetcher(environment=environment_with(trust))
    response = fetcher.fetch(f"https://herald.example:{site.port}/a")
    assert (response.body, response.ip_address) == (b"<p>sealed</p>", "127.0.0.1")
    assert set(names) == {"herald.example"}


@pytest.mark.parametrize(
    ("name", "is_trusted", "fault"),
    [
        ("post.example", True, "for another host name"),
        ("herald.example", False, "self-signed"),
    ],
)
def test_a_certificate_for_another_name_or_self_signed_is_unreachable_with_its_fault(
    tls_site, make_fetcher, name, is_trusted, fault
):
    site, _, trust = tls_site
    fetcher = make_fetcher(environment=environment_with(trust if is_trusted else None))
    response = fetcher.fetch(f"https://{name}:{site.port}/a")
    assert response.outcome is Outcome.UNREACHABLE
    assert response.outcome in RETRYABLE
    assert fault in response.reason
    assert name in response.reason
    assert site.asked == []


@pytest.mark.parametrize(
    ("days", "fault"), [(-5, "has expired"), (5, "not valid yet")], ids=["expired", "future"]
)
def test_a_certificate_out_of_its_time_is_unreachable_with_its_fault(
    make_site, make_fetcher, tmp_path, days, fault
):
    certificate, key = self_signed("herald.example", days)
    site = serve_tls(make_site, tmp_path, certificate + key)
    trust = ssl.create_default_context(cadata=certificate.decode())
    response = make_fetcher(environment=environment_with(trust)).fetch(
        f"https://herald.example:{site.port}/a"
    )
    assert response.outcome is Outcome.UNREACHABLE
    assert fault in response.reason


def test_a_certificate_of_an_unknown_issuer_is_unreachable_with_its_fault(
    make_site, make_fetcher, tmp_path
):
    certificate, key = self_signed("herald.example", issuer="Nobody Knows")
    site = serve_tls(make_site, tmp_path, certificate + key)
    response = make_fetcher(environment=environment_with(None)).fetch(
        f"https://herald.example:{site.port}/a"
    )
    assert response.outcome is Outcome.UNREACHABLE
    assert "issuer is unknown" in response.reason
    assert "SSL_CERT_FILE" in response.reason


def test_a_server_without_tls_is_unreachable_with_its_fault(site, make_fetcher):
    response = make_fetcher().fetch(site.url.replace("http:", "https:") + "/a")
    assert response.outcome is Outcome.UNREACHABLE
    assert response.reason.startswith("TLS: ")
