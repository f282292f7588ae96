"""Which texts may stand as the URL of a callback (Twilio's rule behind error 21609)."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

LONGEST_URL = 4000

_LONGEST_NAME = 253
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")


def is_callback_url(text: str) -> bool:
    """True for an absolute http or https URL of at most 4,000 characters with a valid host name.

    An underscore is no part of a host name. Whether the host may be called at all (private addresses) is
    known only once its name is resolved, and is judged then. A fragment is never a fault: it may hold
    connection overrides, and those that make no sense are left out when the callback is sent.
    """
    if len(text) > LONGEST_URL or _UNPRINTABLE.search(text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and parts.port != 0 and host_name(parts) is not None
    except ValueError:
        return False


def host_name(parts: SplitResult) -> str | None:
    """The host as it is resolved: lower-case, IDNA-encoded, an IPv6 address without brackets; None if invalid."""
    name = parts.hostname
    if not name:
        return None
    if "[" in parts.netloc:
        return _ipv6(name)
    try:
        ascii_name = name.encode("idna").decode("ascii") if not name.isascii() else name
    except UnicodeError:
        return None
    labels = ascii_name.removesuffix(".").split(".")
    if len(ascii_name) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    # A name that ends in a number is an address to every resolver, in forms (127.1, 0x7f000001) that hide it.
    if labels[-1].isdecimal() or labels[-1].lower().startswith("0x"):
        return _ipv4(ascii_name)
    return ascii_name


def _ipv4(text: str) -> str | None:
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        return None


def _ipv6(text: str) -> str | None:
    try:
        return str(IPv6Address(text)) if "%" not in text else None
    except AddressValueError:
        return None
