"""TLS uses the requested host name, although the connection goes to a checked address."""

import datetime
import ssl

import pytest

from pipeline.fetch.session import Environment
from pipeline.outcomes import Outcome
from tests.fix_http import Site

x509 = pytest.importorskip("cryptography.x509", reason="cryptography comes with the airflow extra")


def self_signed(name: str) -> tuple[bytes, bytes]:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
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
    ("name", "is_trusted"), [("post.example", True), ("herald.example", False)]
)
def test_a_certificate_for_another_name_or_of_an_unknown_issuer_is_unreachable(
    tls_site, make_fetcher, name, is_trusted
):
    site, _, trust = tls_site
    fetcher = make_fetcher(environment=environment_with(trust if is_trusted else None))
    response = fetcher.fetch(f"https://{name}:{site.port}/a")
    assert response.outcome is Outcome.UNREACHABLE
    assert "certificate" in response.reason
    assert site.asked == []
