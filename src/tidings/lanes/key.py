"""Which lane a message takes.

A short code or toll-free number has one lane, a long code or a sender id one per destination. A US 10DLC campaign has
one per network, which all its numbers share. All lanes of a campaign lie in one bucket, so that one dispatcher holds
the budgets that they share.
"""

from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from tidings.kernel.sid import BUCKETS

_PER_DESTINATION = {"long_code", "alphanumeric"}
UNKNOWN_NETWORK = "unknown"
_HOME_OF_ONE = ("", "US")
"""The calling code 1 alone means the US; its other countries are named behind it."""


@dataclass(frozen=True, slots=True)
class LaneKey:
    """The name of a lane, with the id and bucket that follow from it without asking the database.

    `campaign` and `network` are those of a lane that shares its campaign's budgets; the network None when unknown.
    """

    account: UUID
    text: str
    id: int
    bucket: int
    campaign: str | None = None
    network: str | None = None


def lane_key(
    account: UUID,
    *,
    sender: str,
    kind: str,
    calling_code: str,
    country: str = "",
    campaign: str | None = None,
    network: str | None = None,
) -> LaneKey:
    """`kind` is the sender's; `calling_code` ("" for a short code) and `country` (ISO 3166) are the destination's.

    `campaign` is the 10DLC campaign that decides there, with the `network` of the recipient, None when unknown.
    """
    if campaign is not None:
        text = f"{campaign}>{network or UNKNOWN_NETWORK}"
        lane = _number(account, text)
        bucket = campaign_bucket(account, campaign)
        id = lane - lane % BUCKETS + bucket
        return LaneKey(account=account, text=text, id=id, bucket=bucket, campaign=campaign, network=network)
    text = f"{sender}>{_destination(calling_code, country)}" if kind in _PER_DESTINATION else sender
    lane = _number(account, text)
    return LaneKey(account=account, text=text, id=lane, bucket=lane % BUCKETS)


def campaign_bucket(account: UUID, campaign: str) -> int:
    """Where all lanes of a campaign lie."""
    return _number(account, campaign) % BUCKETS


def _number(account: UUID, text: str) -> int:
    return int.from_bytes(blake2b(account.bytes + text.encode(), digest_size=8).digest(), "big") >> 1


def _destination(calling_code: str, country: str) -> str:
    """The US and Canada share a calling code and nothing else that a carrier meters."""
    return f"1-{country}" if calling_code == "1" and country not in _HOME_OF_ONE else calling_code
