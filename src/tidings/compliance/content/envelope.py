"""What surrounds a text that the linter looks at: where it goes, from whom, as what. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from tidings.compliance.verdict import Traffic
from tidings.kernel.numbering_plan import NON_GEOGRAPHIC, REGIONS
from tidings.kernel.phone_number import Address, PhoneNumber, country_of
from tidings.senders.sender import Kind, kind_of


class Envelope(NamedTuple):
    """Whatever is empty is not known, and its rules are not asked."""

    country: str = ""
    """ISO 3166 code of where it goes."""
    traffic: Traffic = Traffic.TRANSACTIONAL
    sender: str = ""
    """The address that it comes from."""
    sender_kind: Kind | None = None
    sender_country: str = ""
    """ISO 3166 code of the sender's number or code; empty for a sender id, and where a short code does not tell."""
    brands: tuple[str, ...] = ()
    """Names under which people know who writes; one of them must stand in the text."""


class BadField(Exception):  # noqa: N818 - what it is
    """A field of an envelope cannot be read. The text says why, and what would do."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


def envelope_of(
    *,
    country: str = "",
    to: str = "",
    traffic: str = "",
    sender: str = "",
    sender_type: str = "",
    brands: Iterable[str] = (),
) -> Envelope:
    """An envelope from what people write; empty texts are what they left out. `country` comes before that of `to`.

    Raises BadField for the first field that cannot be read."""
    kind, sender_country = _sender(sender, sender_type)
    destination = _country(country) if country else _country_of_number(to.strip())
    if kind is Kind.SHORT_CODE and not sender_country:
        sender_country = destination
    return Envelope(
        destination,
        _traffic(traffic),
        sender,
        kind,
        sender_country,
        tuple(name for brand in brands if (name := brand.strip())),
    )


def _country(text: str) -> str:
    country = text.strip().upper()
    if country not in REGIONS:
        raise BadField("country", f"{text!r} is no country: write an ISO 3166 code such as US.")
    return country


def _country_of_number(to: str) -> str:
    if not to:
        return ""
    known = country_of(to)
    if not known and PhoneNumber.parse(to) is None:
        raise BadField("to", f"{to!r} is no telephone number: write it in E.164, such as +14155552671.")
    return known


def _traffic(text: str) -> Traffic:
    if not text:
        return Traffic.TRANSACTIONAL
    try:
        return Traffic(text.strip().lower())
    except ValueError:
        raise BadField("traffic", f"{text!r} is none of {', '.join(Traffic)}.") from None


def _sender(sender: str, sender_type: str) -> tuple[Kind | None, str]:
    kind, country = None, ""
    if sender:
        address = Address.parse(sender.strip())
        if address is None:
            raise BadField("sender", f"{sender!r} is no number, short code or sender id.")
        kind = kind_of(address)
        if isinstance(address, PhoneNumber) and address.region != NON_GEOGRAPHIC:
            country = address.region
    if sender_type:
        try:
            kind = Kind(sender_type.strip().lower().replace("-", "_"))
        except ValueError:
            raise BadField("sender_type", f"{sender_type!r} is none of {', '.join(Kind)}.") from None
    return kind, country
