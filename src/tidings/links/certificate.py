"""A certificate with its key, as somebody uploads them or an issuer gives them: read, put in order, judged. Pure."""

import re
from datetime import timedelta

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tidings.kernel.instant import Instant

LARGEST_PEM = 64 * 1024
LEAST_RSA_BITS = 2048
CURVES = ("secp256r1", "secp384r1", "secp521r1")
RENEW_BEFORE_END = timedelta(days=30)

_KEY = re.compile(r"-----BEGIN ([A-Z ]*)PRIVATE KEY-----.+?-----END \1PRIVATE KEY-----", re.DOTALL)


class Certificate(msgspec.Struct, frozen=True):
    """`chain`: the leaf first, each signed by the next; `key` in PKCS 8; both PEM."""

    chain: str
    key: str
    expires_at: Instant


class Unusable(msgspec.Struct, frozen=True):
    """What is wrong with it, as a sentence's end."""

    why: str


def read_certificate(pem: str, *, name: str, now: Instant) -> Certificate | Unusable:
    """The certificate of a domain's name, with its chain and its key, from one text in any order."""
    if len(pem) > LARGEST_PEM:
        return Unusable(f"is longer than {LARGEST_PEM // 1024} kB")
    key = _key_of(pem)
    if isinstance(key, Unusable):
        return key
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return Unusable("holds no certificate that can be read")
    public = _spki(key)
    leaf = next((one for one in found if _public(one) == public), None)
    if leaf is None:
        return Unusable("holds a private key that belongs to none of its certificates")
    fault = _fault_of_leaf(leaf, name, now=now)
    if fault is not None:
        return Unusable(fault)
    chain = _in_order(leaf, found)
    if chain is None:
        return Unusable("holds a certificate that does not sign another of its chain")
    return Certificate(
        "".join(one.public_bytes(Encoding.PEM).decode() for one in chain),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        min(one.not_valid_after_utc for one in chain),
    )


def _key_of(pem: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Unusable:
    blocks = list(_KEY.finditer(pem))
    if len(blocks) != 1:
        return Unusable("must hold one private key beside its certificates")
    try:
        key = serialization.load_pem_private_key(blocks[0][0].encode(), None)
    except TypeError:
        return Unusable("holds a private key under a password, which must be taken off")
    except ValueError:
        return Unusable("holds a private key that cannot be read")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= LEAST_RSA_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in CURVES:
        return key
    return Unusable(
        f"holds a private key that is neither RSA of {LEAST_RSA_BITS} bits nor on a curve of NIST"
    )


def _fault_of_leaf(leaf: x509.Certificate, name: str, *, now: Instant) -> str | None:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        told = names.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        told = []
    parent = name.partition(".")[2]
    if name not in told and f"*.{parent}" not in told:
        return f"is for {', '.join(told[:3]) or 'no name'}, not for {name}"
    if leaf.issuer == leaf.subject:
        return "is signed by itself, which no phone trusts"
    if now < leaf.not_valid_before_utc:
        return f"is valid from {leaf.not_valid_before_utc:%Y-%m-%d} on"
    if now >= leaf.not_valid_after_utc:
        return f"has expired on {leaf.not_valid_after_utc:%Y-%m-%d}"
    return None


def _in_order(leaf: x509.Certificate, found: list[x509.Certificate]) -> list[x509.Certificate] | None:
    """The leaf and those that vouch for it, in order; None where some have no place there."""
    chain, rest = [leaf], [one for one in found if one != leaf]
    while rest:
        issuer = next((one for one in rest if _signs(one, chain[-1])), None)
        if issuer is None:
            return None
        chain.append(issuer)
        rest = [one for one in rest if one != issuer]
    return chain


def _signs(issuer: x509.Certificate, signed: x509.Certificate) -> bool:
    try:
        signed.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _spki(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
