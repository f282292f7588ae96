"""The home's own certificate authority, which vouches for Twilio's host names to callers who trust it.

Its certificate carries a name constraint (RFC 5280 section 4.2.1.10): whoever stole its key could pose as
twilio.com towards those callers, but as no other site.
"""

import fcntl
import os
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tidings.kernel.instant import Instant

DOMAIN = "twilio.com"
# Twilio's SDKs form {product}.{edge}.{region}.twilio.com when an edge or a region is set.
EDGES = ("ashburn", "dublin", "frankfurt", "roaming", "sao-paulo", "singapore", "sydney", "tokyo", "umatilla")
REGIONS = ("us1", "ie1", "au1")

AUTHORITY_LIFE = timedelta(days=3650)
LEAF_LIFE = timedelta(days=397)  # the longest that browsers and Node accept
RENEW_BEFORE_END = timedelta(days=30)

SYSTEM_BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/cert.pem"),
)


@dataclass(frozen=True, slots=True)
class AuthorityFiles:
    """What callers and the web role read. `bundle` is the machine's own authorities and ours together."""

    ca: Path
    bundle: Path
    leaf: Path
    leaf_key: Path


def twilio_names() -> list[str]:
    """The host names that the leaf is for; a wildcard stands for one label only (RFC 6125)."""
    regional = [f"*.{region}.{DOMAIN}" for region in REGIONS]
    at_edges = [f"*.{edge}.{region}.{DOMAIN}" for region in REGIONS for edge in EDGES]
    return [DOMAIN, f"*.{DOMAIN}", *regional, *at_edges]


def ensure_authority(folder: Path, *, now: Instant, trusted_elsewhere: Path | None = None) -> AuthorityFiles:
    """Makes the authority in `folder` when there is none, renews its leaf near its end, writes the bundle.

    A bundle replaces what a caller trusted before: it also holds `trusted_elsewhere`, or the machine's own.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several web processes may begin at once
        return _ensure(folder, now=now, trusted_elsewhere=trusted_elsewhere)


def _ensure(folder: Path, *, now: Instant, trusted_elsewhere: Path | None) -> AuthorityFiles:
    files = AuthorityFiles(
        folder / "ca.pem", folder / "bundle.pem", folder / "twilio.pem", folder / "twilio.key"
    )
    key_file = folder / "ca.key"
    if not (_lasts(files.ca, now) and key_file.exists()):
        _make_authority(files.ca, key_file, now)
        files.leaf.unlink(missing_ok=True)
    if not (_lasts(files.leaf, now) and files.leaf_key.exists()):
        _make_leaf(files, key_file, now)
    base = trusted_elsewhere or machine_bundle()
    others = b"" if base is None else base.read_bytes().rstrip() + b"\n"
    _write(files.bundle, others + files.ca.read_bytes(), mode=0o644)
    return files


def machine_bundle() -> Path | None:
    """The file of authorities that this machine trusts; None when it has none."""
    named = ssl.get_default_verify_paths().cafile
    candidates = (Path(named), *SYSTEM_BUNDLES) if named else SYSTEM_BUNDLES
    return next((path for path in candidates if path.is_file()), None)


def _lasts(certificate: Path, now: Instant) -> bool:
    try:
        ends = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (FileNotFoundError, ValueError):
        return False
    return ends - now > RENEW_BEFORE_END


def _make_authority(certificate: Path, key_file: Path, now: Instant) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Tidings, made {now:%Y-%m-%d}")])
    made = (
        _begun(name, issuer=name, key=key, now=now, life=AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints([x509.DNSName(DOMAIN)], None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    _write(certificate, made.public_bytes(serialization.Encoding.PEM), mode=0o644)


def _make_leaf(files: AuthorityFiles, key_file: Path, now: Instant) -> None:
    authority = x509.load_pem_x509_certificate(files.ca.read_bytes())
    signer = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"*.{DOMAIN}")])
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in twilio_names()])
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    made = (
        _begun(name, issuer=authority.subject, key=key, now=now, life=LEAF_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(names, critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write_key(files.leaf_key, key)
    _write(files.leaf, made.public_bytes(serialization.Encoding.PEM), mode=0o644)


def _begun(
    subject: x509.Name, *, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: Instant, life: timedelta
) -> x509.CertificateBuilder:
    begins = now.astimezone(UTC) - timedelta(hours=1)  # a caller's clock may be a little slow
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(begins.year, begins.month, begins.day, begins.hour, tzinfo=UTC))
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(path, text, mode=0o600)


def _write(path: Path, content: bytes, *, mode: int) -> None:
    """Replaces a file at once; a secret is never readable by others, not even while it is written."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)
