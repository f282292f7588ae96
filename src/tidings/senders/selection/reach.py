"""Which kinds of sender reach which countries. Pure."""

from functools import cache

from tidings.data import tables
from tidings.senders.sender import Kind, Sender

UNITED_STATES, CANADA = "US", "CA"
# The US and its territories on the same networks.
_OF_UNITED_STATES = frozenset({UNITED_STATES, "PR", "VI", "GU", "AS", "MP"})
_OF_TOLL_FREE = _OF_UNITED_STATES | {CANADA}


@cache
def takes_sender_ids(country: str) -> bool:
    """Whether texts from an alphanumeric sender id arrive there."""
    return country in {row["country"] for row in tables.rows("alphanumeric.csv")}


def reaches(sender: Sender, country: str) -> bool:
    """Whether a text of this sender can get to a number of a country (ISO 3166); "" is a short code, whose country
    nobody knows, and which only numbers reach."""
    if not sender.sms:
        return False
    match sender.kind:
        case Kind.SHORT_CODE:
            return sender.country == country
        case Kind.TOLL_FREE:
            return country in _OF_TOLL_FREE or country == ""
        case Kind.ALPHANUMERIC:
            return takes_sender_ids(country)
        case Kind.LONG_CODE:
            return True


def is_at_home(sender: Sender, country: str) -> bool:
    """Whether people of the country see a sender of their own: a toll-free number is one in the US and in Canada."""
    if sender.kind is Kind.TOLL_FREE:
        return country in _OF_TOLL_FREE
    return sender.country == country
