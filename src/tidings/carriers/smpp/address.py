"""Addresses as SMPP wants them: a number with its type (TON) and numbering plan (NPI), SMPP 3.4 §5.2.5."""

from functools import lru_cache

TON_UNKNOWN, TON_INTERNATIONAL, TON_NETWORK_SPECIFIC, TON_ALPHANUMERIC = 0, 1, 3, 5
NPI_UNKNOWN, NPI_ISDN = 0, 1
_LONGEST = 20
_INTERNATIONAL_DIGITS = range(11, 16)


@lru_cache(maxsize=65_536)
def to_wire(address: str) -> tuple[int, int, str]:
    """(TON, NPI, text): E.164 goes without its plus, a short code as network specific, a name as it is.

    Raises ValueError when SMPP has no room for it.
    """
    if len(address.encode("latin-1")) > _LONGEST or "\0" in address:
        raise ValueError(f"an address holds at most {_LONGEST} characters, and no NUL")
    if address.startswith("+"):
        return TON_INTERNATIONAL, NPI_ISDN, address[1:]
    if address.isdecimal():
        return TON_NETWORK_SPECIFIC, NPI_UNKNOWN, address
    return TON_ALPHANUMERIC, NPI_UNKNOWN, address


def from_wire(ton: int, text: str) -> str:
    """The address as Tidings writes it.

    Many carriers leave TON at 0 for international numbers; 11 to 15 digits can be nothing else.
    """
    international = ton == TON_INTERNATIONAL or (
        ton == TON_UNKNOWN and len(text) in _INTERNATIONAL_DIGITS and not text.startswith("0")
    )
    if international and text.isdecimal():
        return "+" + text
    return text
