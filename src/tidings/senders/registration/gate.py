"""The gate that registrations imply: which code carriers end a message with. Pure."""

from tidings.kernel.codes import CODES, Code
from tidings.senders.registration.standing import UNITED_STATES, Rule, Standing
from tidings.senders.registration.states import TollFreeState

NOT_VERIFIED = CODES[30032]
CAMPAIGN_SUSPENDED = CODES[30033]
NOT_REGISTERED = CODES[30034]
NORTH_AMERICA = UNITED_STATES | {"CA"}
"""Where toll-free numbers must be verified."""


def registration_gate(standing: Standing, *, destination: str) -> Code | None:
    """Why a message from a sender of this standing would be blocked; None when nothing stands in its way.

    `destination` is the recipient's country (ISO 3166), empty for a short code: a text to a US number needs the long
    code's campaign, one to the US or Canada the toll-free number's verification.
    """
    if standing.rule is None:
        return None
    if standing.rule is Rule.TOLL_FREE:
        blocked = destination in NORTH_AMERICA and standing.toll_free is not TollFreeState.APPROVED
        return NOT_VERIFIED if blocked else None
    if destination not in UNITED_STATES or standing.registered:
        return None
    return CAMPAIGN_SUSPENDED if standing.suspended and not standing.mock else NOT_REGISTERED
