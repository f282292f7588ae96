"""A certificate authority for tests, and server certificates with one fault each."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Certificates:
    folder: Path
    ca_file: str

    @classmethod
    def make(cls, folder: Path) -> Self:
        ca_key, ca = _issue("Test CA", None, None, ca=True)
        (folder / "ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
        for kind, address, days in (
            ("good", "127.0.0.1", 1),
            ("other", "127.0.0.9", 1),
            ("expired", "127.0.0.1", -1),
        ):
            _write(folder / kind, *_issue("server", ca_key, ca, address=address, days=days))
        _write(folder / "stranger", *_issue("server", None, None, address="127.0.0.1"))
        return cls(folder, str(folder / "ca.pem"))

    def server(self, kind: str) -> ssl.SSLContext:
        """`good`, `other` (for another host), `expired`, `stranger` (signed by itself)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / kind)
        return context


def _issue(
    name: str,
    issuer_key: ec.EllipticCurvePrivateKey | None,
    issuer: x509.Certificate | None,
    *,
    address: str | None = None,
    days: int = 1,
    ca: bool = False,
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if address is not None:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False
        )
    return key, builder.sign(issuer_key or key, hashes.SHA256())


def _write(path: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
