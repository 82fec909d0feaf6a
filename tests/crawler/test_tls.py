"""Certificates."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.crawler.lab import Lab, assert_balanced, source
from tests.crawler.server import LocalSite, Page, rss

MakeLab = Callable[..., Lab]


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
    )
    made = made.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2100, 1, 1, tzinfo=UTC)
    )
    made = made.add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
    )
    file = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize(("verify", "outcome"), [(True, "robots_unreadable"), (False, "stored")])
def test_certificates_are_verified(tls: ssl.SSLContext, lab: MakeLab, verify: bool, outcome: str) -> None:
    """A certificate that nobody vouches for is refused, robots.txt already, unless the
    settings do without.
    """
    with LocalSite(tls=tls) as site:
        made = lab(source([site.put("/feed.xml", Page(rss([])))]), verify_certificates=verify)
        counts = made.crawl()
        assert counts[f"polls_{outcome}"] == 1
        assert_balanced(counts)
